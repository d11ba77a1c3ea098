use amazoff_supervisor::Version;

use crate::world::{World, cart};

contract!(
    the_newest_snapshot_is_loaded_with_the_events_after_it,
    only_the_newest_snapshots_are_kept,
    a_snapshot_of_the_same_version_is_replaced,
    a_snapshot_of_another_entity_is_not_loaded,
    a_snapshot_beyond_the_journal_is_not_loaded,
    a_large_snapshot_survives,
);

async fn the_newest_snapshot_is_loaded_with_the_events_after_it(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 10)).await.unwrap();
    world.journal.save_snapshot(&cart, Version(4), "four", 3).await.unwrap();
    world.journal.save_snapshot(&cart, Version(8), "eight", 3).await.unwrap();
    let loaded = world.journal.load(&cart).await.unwrap();
    assert_eq!(loaded.snapshot, Some((Version(8), "eight".to_owned())));
    assert_eq!(loaded.events.iter().map(|event| event.seq.0).collect::<Vec<_>>(), [9, 10]);
}

async fn only_the_newest_snapshots_are_kept(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 10)).await.unwrap();
    for seq in [2, 4, 6, 8] {
        world.journal.save_snapshot(&cart, Version(seq), &seq.to_string(), 2).await.unwrap();
    }
    // An old one that comes late is not among the newest.
    world.journal.save_snapshot(&cart, Version(1), "1", 2).await.unwrap();
    assert_eq!(world.journal.load(&cart).await.unwrap().snapshot, Some((Version(8), "8".to_owned())));
    world.journal.save_snapshot(&cart, Version(9), "9", 0).await.unwrap();
    assert_eq!(world.journal.load(&cart).await.unwrap().snapshot, None);
}

async fn a_snapshot_of_the_same_version_is_replaced(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    world.journal.save_snapshot(&cart, Version(1), "first", 3).await.unwrap();
    world.journal.save_snapshot(&cart, Version(1), "second", 3).await.unwrap();
    assert_eq!(world.journal.load(&cart).await.unwrap().snapshot, Some((Version(1), "second".to_owned())));
}

async fn a_snapshot_of_another_entity_is_not_loaded(mut world: World) {
    let (first, second) = (cart(), cart());
    world.store(world.events(&first, 0, 1)).await.unwrap();
    world.store(world.events(&second, 0, 1)).await.unwrap();
    world.journal.save_snapshot(&first, Version(1), "state", 3).await.unwrap();
    assert_eq!(world.journal.load(&second).await.unwrap().snapshot, None);
}

async fn a_snapshot_beyond_the_journal_is_not_loaded(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 2)).await.unwrap();
    world.journal.save_snapshot(&cart, Version(5), "of a lost future", 3).await.unwrap();
    let loaded = world.journal.load(&cart).await.unwrap();
    assert_eq!((loaded.snapshot, loaded.events.len()), (None, 2));
}

async fn a_large_snapshot_survives(mut world: World) {
    let cart = cart();
    let state = "ß".repeat(500_000);
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    world.journal.save_snapshot(&cart, Version(1), &state, 3).await.unwrap();
    assert_eq!(world.journal.load(&cart).await.unwrap().snapshot, Some((Version(1), state)));
}
