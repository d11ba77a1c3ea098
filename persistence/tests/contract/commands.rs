use std::time::Duration;

use amazoff_supervisor::journal::{Crash, PartRefusal};
use amazoff_supervisor::{CommandId, EntityId, Timestamp, Version};

use crate::world::{NOW, World, cart, command, mark};

contract!(
    a_repeat_finds_the_first_outcome,
    the_same_command_twice_in_one_part_is_refused,
    another_entity_may_have_the_same_command,
    expired_records_are_forgotten,
    an_effect_is_applied_once,
    effects_of_a_sender_in_one_part_must_rise,
    crashes_are_counted_per_command,
    a_command_stays_in_quarantine,
    the_newest_crash_comes_first,
);

async fn a_repeat_finds_the_first_outcome(mut world: World) {
    let cart = cart();
    let first = command(CommandId::new());
    let mut part = world.events(&cart, 0, 1);
    part.commands = vec![first.clone()];
    world.store(part).await.unwrap();
    let mut repeat = world.events(&cart, 1, 1);
    repeat.commands = vec![command(first.command_id)];
    repeat.commands[0].outcome = "another".to_owned();
    assert_eq!(world.store(repeat).await, Err(PartRefusal::CommandKnown(first.command_id)));
    assert_eq!(world.journal.outcome(&cart, first.command_id).await.unwrap(), Some(first));
    assert_eq!(world.version(&cart).await, 1);
}

async fn the_same_command_twice_in_one_part_is_refused(mut world: World) {
    let id = CommandId::new();
    let mut part = world.events(&cart(), 0, 1);
    part.commands = vec![command(id), command(id)];
    assert_eq!(world.store(part).await, Err(PartRefusal::CommandKnown(id)));
}

async fn another_entity_may_have_the_same_command(mut world: World) {
    let id = CommandId::new();
    for _ in 0..2 {
        let mut part = world.events(&cart(), 0, 1);
        part.commands = vec![command(id)];
        assert_eq!(world.store(part).await, Ok(()));
    }
}

async fn expired_records_are_forgotten(mut world: World) {
    let cart = cart();
    let (old, young) = (command(CommandId::new()), command(CommandId::new()));
    let later = NOW.plus(Duration::from_secs(1));
    let mut part = world.events(&cart, 0, 1);
    part.commands = vec![old.clone(), young.clone()];
    part.commands[1].expires_at = later;
    world.store(part).await.unwrap();
    assert_eq!(world.journal.forget_commands(NOW).await.unwrap(), 0);
    assert_eq!(world.journal.forget_commands(later).await.unwrap(), 1);
    assert_eq!(world.journal.outcome(&cart, old.command_id).await.unwrap(), None);
    assert!(world.journal.outcome(&cart, young.command_id).await.unwrap().is_some());
}

async fn an_effect_is_applied_once(mut world: World) {
    let cart = cart();
    for (high_water, applied) in [(5, true), (5, false), (4, false), (6, true), (1 << 40, true)] {
        let mut part = world.part(&cart, 0);
        part.marks = vec![mark("order_1/cart", high_water)];
        let id = part.marks[0].command_id;
        let expected = if applied { Ok(()) } else { Err(PartRefusal::EffectApplied(id)) };
        assert_eq!(world.store(part).await, expected, "{high_water}");
    }
    // Streams do not disturb each other.
    let mut other = world.part(&cart, 0);
    other.marks = vec![mark("order_2/cart", 1)];
    assert_eq!(world.store(other).await, Ok(()));
}

async fn effects_of_a_sender_in_one_part_must_rise(mut world: World) {
    let cart = cart();
    let mut rising = world.part(&cart, 0);
    rising.marks = vec![mark("s", 1), mark("s", 2), mark("t", 1)];
    assert_eq!(world.store(rising).await, Ok(()));
    let mut falling = world.part(&cart, 0);
    falling.marks = vec![mark("s", 4), mark("s", 3)];
    let late = falling.marks[1].command_id;
    assert_eq!(world.store(falling).await, Err(PartRefusal::EffectApplied(late)));
}

fn crash(entity: &EntityId, command_id: CommandId, at: Timestamp) -> Crash {
    Crash {
        entity: entity.clone(),
        command_id,
        seq: Version(4),
        cause: "index out of bounds".to_owned(),
        sealed_command: "{}".to_owned(),
        context: "{}".to_owned(),
        at,
    }
}

async fn crashes_are_counted_per_command(world: World) {
    let cart = cart();
    let (first, second) = (crash(&cart, CommandId::new(), NOW), crash(&cart, CommandId::new(), NOW));
    let record = world.journal.record_crash(&first, 2).await.unwrap();
    assert_eq!((record.attempts, record.quarantined, &record.crash), (1, false, &first));
    assert!(!world.journal.record_crash(&second, 2).await.unwrap().quarantined);
    assert_eq!(world.journal.load(&cart).await.unwrap().quarantined, vec![]);
    let record = world.journal.record_crash(&first, 2).await.unwrap();
    assert_eq!((record.attempts, record.quarantined), (2, true));
    assert_eq!(world.journal.load(&cart).await.unwrap().quarantined, [first.command_id]);
}

async fn a_command_stays_in_quarantine(world: World) {
    let cart = cart();
    let crash = crash(&cart, CommandId::new(), NOW);
    assert!(world.journal.record_crash(&crash, 1).await.unwrap().quarantined);
    assert!(world.journal.record_crash(&crash, 10).await.unwrap().quarantined);
}

async fn the_newest_crash_comes_first(world: World) {
    let mut ids = Vec::new();
    for second in [2, 3, 1] {
        let crash = crash(&cart(), CommandId::new(), NOW.plus(Duration::from_secs(second)));
        world.journal.record_crash(&crash, 2).await.unwrap();
        ids.push(crash.command_id);
    }
    let newest = world.journal.crashes(2).await.unwrap();
    assert_eq!(newest.iter().map(|r| r.crash.command_id).collect::<Vec<_>>(), [ids[1], ids[0]]);
}
