//! Looking back: states as they were, and what a command would do.

use amazoff_supervisor::{CommandId, Principal, Version, WhatCommand, WhatIf, WhatIfError, WhatIfOutcome};
use serde_json::json;
use uuid::Uuid;

use crate::tally::Command;
use crate::world::{World, repeatable};

#[tokio::test(start_paused = true)]
async fn a_state_is_shown_as_it_was_after_any_event() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    for n in 1..=250 {
        world.ask(id, Command::Add(n)).await.expect("accepted");
    }
    let member = world.runtime.member("tally").expect("registered");
    for seq in [0_u64, 1, 99, 100, 101, 250] {
        let past = member.past(id, Version(seq)).await.expect("readable").expect("it was there");
        assert_eq!(past.version, seq);
        assert_eq!(past.state["sum"], seq * (seq + 1) / 2);
        assert_eq!(past.at.is_some(), seq > 0);
    }
    assert!(member.past(id, Version(251)).await.expect("readable").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stored_command_is_decided_again_where_it_was_decided_and_gives_the_same() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(5)).await.expect("accepted");
    world.tallies.execute(id, Command::Take(3), repeatable("take")).await.expect("accepted");
    let _ = world.tallies.execute(id, Command::Take(9), repeatable("refused")).await;
    world.ask(id, Command::Add(100)).await.expect("accepted");
    let member = world.runtime.member("tally").expect("registered");
    let ask = |key: &str, at: Option<Version>| {
        let command = WhatCommand::Stored(CommandId::derived(&[key.as_bytes()]));
        member.what_if(id, WhatIf { command, at })
    };
    let take = ask("take", None).await.expect("stored");
    assert_eq!((take.on_version, take.same_as_stored), (1, Some(true)));
    let WhatIfOutcome::Accepted { reply, state, .. } = &take.outcome else { panic!("{take:?}") };
    assert_eq!((reply, &state["sum"]), (&json!(2), &json!(2)));
    let refused = ask("refused", None).await.expect("stored");
    assert_eq!((refused.on_version, refused.same_as_stored), (2, Some(true)));
    assert!(matches!(&refused.outcome, WhatIfOutcome::Refused { code, .. } if code == "not-enough"));
    // On a later state it would have been accepted.
    let later = ask("refused", Some(Version(3))).await.expect("stored");
    assert!(matches!(later.outcome, WhatIfOutcome::Accepted { .. }));
    assert_eq!(later.same_as_stored, Some(false));
    assert!(matches!(
        ask("take", Some(Version(9))).await,
        Err(WhatIfError::NoSuchVersion { newest: Version(3) })
    ));
    assert!(matches!(ask("never", None).await, Err(WhatIfError::UnknownCommand)));
    assert_eq!(world.sum(id).await, 102, "nothing was changed");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_crashed_can_be_asked_about_and_given_again() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    for _ in 0..2 {
        let _ = world.tallies.execute(id, Command::Panic, repeatable("poison")).await;
    }
    let member = world.runtime.member("tally").expect("registered");
    let command = WhatCommand::Stored(CommandId::derived(&[b"poison"]));
    let answer = member.what_if(id, WhatIf { command, at: None }).await.expect("kept");
    assert_eq!(answer.outcome, WhatIfOutcome::Crashed { cause: "asked to panic".to_owned() });
}

#[tokio::test(start_paused = true)]
async fn a_command_that_was_never_given_can_be_tried() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(5)).await.expect("accepted");
    let member = world.runtime.member("tally").expect("registered");
    let given =
        |command| WhatIf { command: WhatCommand::Given { command, principal: Principal::System }, at: None };
    let command = serde_json::to_value(Command::Take(4)).expect("serialisable");
    let answer = member.what_if(id, given(command)).await.expect("decided");
    assert!(matches!(answer.outcome, WhatIfOutcome::Accepted { .. }));
    assert_eq!(answer.same_as_stored, None);
    let unreadable = member.what_if(id, given(json!({"Fly": 1}))).await;
    assert!(matches!(unreadable, Err(WhatIfError::Unreadable(_))));
    assert_eq!(world.sum(id).await, 5);
}
