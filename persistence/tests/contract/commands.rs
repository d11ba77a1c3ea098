use std::time::Duration;

use amazoff_supervisor::journal::{Crash, CrashFilter, CrashRecord, PartRefusal};
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
    crashes_are_listed_newest_first_page_by_page,
    only_what_is_open_is_listed,
    a_released_command_starts_anew,
    a_dismissed_command_stays_refused_and_is_listed_no_more,
    nobody_decides_about_a_command_that_never_crashed,
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

async fn crashes_are_listed_newest_first_page_by_page(world: World) {
    let (one, other) = (cart(), cart());
    let mut expected = Vec::new();
    // Four of the same moment in between: their order is any, but the pages do not lose or repeat one.
    for second in [1, 2, 2, 2, 2, 3, 4] {
        for entity in [&one, &other] {
            let crash = crash(entity, CommandId::new(), NOW.plus(Duration::from_secs(second)));
            expected.push(world.journal.record_crash(&crash, 2).await.unwrap());
        }
    }
    let mut seen: Vec<CrashRecord> = Vec::new();
    loop {
        let after = seen.last().map(CrashRecord::position);
        let page = world.journal.crashes(CrashFilter::All, after.as_ref(), 3).await.unwrap();
        assert!(page.len() <= 3);
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    assert!(seen.is_sorted_by_key(|record| std::cmp::Reverse(record.crash.at)));
    let key = |record: &CrashRecord| record.crash.command_id;
    expected.sort_by_key(key);
    let mut found = seen.clone();
    found.sort_by_key(key);
    assert_eq!(found, expected);
    assert!(world.journal.crashes(CrashFilter::All, None, 0).await.unwrap().is_empty());
}

async fn open(world: &World) -> Vec<CommandId> {
    let open = world.journal.crashes(CrashFilter::Open, None, 100).await.unwrap();
    open.iter().map(|record| record.crash.command_id).collect()
}

async fn only_what_is_open_is_listed(world: World) {
    let once = crash(&cart(), CommandId::new(), NOW);
    let twice = crash(&cart(), CommandId::new(), NOW);
    world.journal.record_crash(&once, 2).await.unwrap();
    world.journal.record_crash(&twice, 2).await.unwrap();
    world.journal.record_crash(&twice, 2).await.unwrap();
    assert_eq!(open(&world).await, [twice.command_id]);
    assert_eq!(world.journal.crashes(CrashFilter::All, None, 100).await.unwrap().len(), 2);
}

async fn a_released_command_starts_anew(world: World) {
    let cart = cart();
    let crash = crash(&cart, CommandId::new(), NOW);
    for _ in 0..2 {
        world.journal.record_crash(&crash, 2).await.unwrap();
    }
    let released = world.journal.release(&cart, crash.command_id).await.unwrap().unwrap();
    assert_eq!((released.attempts, released.quarantined, released.dismissed), (0, false, false));
    assert_eq!(released.crash, crash);
    assert_eq!(world.journal.crash(&cart, crash.command_id).await.unwrap(), Some(released));
    assert!(world.journal.load(&cart).await.unwrap().quarantined.is_empty());
    assert!(open(&world).await.is_empty());
    assert_eq!(world.journal.record_crash(&crash, 2).await.unwrap().attempts, 1);
    assert!(world.journal.record_crash(&crash, 2).await.unwrap().quarantined);
}

async fn a_dismissed_command_stays_refused_and_is_listed_no_more(world: World) {
    let cart = cart();
    let crash = crash(&cart, CommandId::new(), NOW);
    world.journal.record_crash(&crash, 2).await.unwrap();
    let dismissed = world.journal.dismiss(&cart, crash.command_id).await.unwrap().unwrap();
    assert_eq!((dismissed.attempts, dismissed.quarantined, dismissed.dismissed), (1, true, true));
    assert_eq!(world.journal.load(&cart).await.unwrap().quarantined, [crash.command_id]);
    assert!(open(&world).await.is_empty());
    assert_eq!(world.journal.crashes(CrashFilter::All, None, 9).await.unwrap(), [dismissed]);
    // A person may change her mind.
    assert!(!world.journal.release(&cart, crash.command_id).await.unwrap().unwrap().quarantined);
    assert!(world.journal.load(&cart).await.unwrap().quarantined.is_empty());
}

async fn nobody_decides_about_a_command_that_never_crashed(world: World) {
    let (cart, id) = (cart(), CommandId::new());
    assert_eq!(world.journal.crash(&cart, id).await.unwrap(), None);
    assert_eq!(world.journal.release(&cart, id).await.unwrap(), None);
    assert_eq!(world.journal.dismiss(&cart, id).await.unwrap(), None);
    assert!(world.journal.crashes(CrashFilter::All, None, 9).await.unwrap().is_empty());
}
