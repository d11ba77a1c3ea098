mod api_keys;
mod golden;
mod links;
mod privacy;
mod profile;
mod rights;

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::time::Duration;

use amazoff_supervisor::{Claim, ClaimChange, Entity, Principal, Sealed, Timestamp};
use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{AddressId, ApiKeyId, SessionId};
use crate::mail::Letter;

const NOON: Timestamp = Timestamp::from_unix_ms(1_767_268_800_000);

fn after_noon(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

fn sealed(data: &str) -> Sealed<String> {
    Sealed::Box { person: Uuid::from_u128(1), data: data.to_owned(), shape: PhantomData }
}

fn email_claim() -> Claim {
    Claim { namespace: "email".to_owned(), key: "abc".to_owned() }
}

fn registration(role: Role) -> Registration {
    Registration {
        email_claim: email_claim(),
        email: sealed("e"),
        name: sealed("n"),
        password_hash: sealed("p"),
        roles: BTreeSet::from([role]),
    }
}

fn registered() -> Event {
    Event::Registered { registration: registration(Role::Shopper), at: NOON }
}

fn session(n: u128) -> SessionId {
    SessionId::from(Uuid::from_u128(n))
}

fn opened(n: u128, at: Timestamp) -> Event {
    Event::SessionOpened { session: session(n), at, expires_at: at.plus(SESSION_LIFETIME) }
}

fn rotated(n: u128, generation: u32, at: Timestamp) -> Event {
    Event::SessionRotated { session: session(n), generation, at, expires_at: at.plus(SESSION_LIFETIME) }
}

fn closed(n: u128, reason: CloseReason) -> Event {
    Event::SessionClosed { session: session(n), reason }
}

fn open(n: u128) -> Command {
    Command::OpenSession { session: session(n) }
}

fn rotate(n: u128, generation: u32) -> Command {
    Command::RotateSession { session: session(n), generation }
}

fn grant(n: u128, generation: u32, since: Timestamp) -> Reply {
    Reply::Granted(SessionGrant { session: session(n), generation, expires_at: since.plus(SESSION_LIFETIME) })
}

#[test]
fn a_registration_claims_the_address() {
    given::<User>([])
        .when(Command::Register(registration(Role::Shopper)))
        .at(NOON)
        .by(Principal::System)
        .then_events([registered()])
        .then_effects([])
        .then_claims([ClaimChange::Take(email_claim())])
        .then_reply(Reply::Registered { at: NOON });
    assert_eq!(User::claim_taken(&email_claim()), Rejection::EmailTaken);
    given::<User>([registered()])
        .when(Command::Register(registration(Role::Shopper)))
        .then_rejects(Rejection::EmailTaken);
}

#[test]
fn whoever_registers_is_asked_whether_the_address_is_theirs() {
    let mut user = Life::<User>::new(Uuid::from_u128(1));
    user.set_principal(Principal::Guest);
    let decision = user.run(Command::Register(registration(Role::Shopper))).unwrap();
    let mail = decision.effects[0].mail().unwrap();
    assert_eq!((mail.letter, &mail.to, &mail.name), (Letter::VerifyEmail, &sealed("e"), &sealed("n")));
    assert_eq!(mail.ticket, Some(user.state().tickets[&Purpose::VerifyEmail].id));
}

#[test]
fn only_the_program_gives_roles() {
    for role in [Role::Support, Role::Ops, Role::Admin] {
        let register = Command::Register(registration(role));
        for person in [Principal::Guest, Principal::User(Uuid::from_u128(1))] {
            given::<User>([]).when(register.clone()).by(person).then_rejects(Rejection::RoleNotAllowed);
        }
        given::<User>([])
            .when(register)
            .by(Principal::System)
            .then_state(|user| assert_eq!(user.roles(), BTreeSet::from([role])));
    }
}

#[test]
fn nobody_has_no_sessions() {
    for command in
        [open(1), rotate(1, 0), Command::CloseSession { session: session(1) }, Command::CloseAllSessions]
    {
        given::<User>([]).when(command).then_rejects(Rejection::SessionUnknown);
    }
}

#[test]
fn a_login_opens_a_session_at_generation_zero() {
    given::<User>([registered()])
        .when(open(1))
        .at(NOON)
        .then_events([opened(1, NOON)])
        .then_reply(grant(1, 0, NOON))
        .when(open(1))
        .then_reply(grant(1, 0, NOON))
        .then_nothing_happens();
}

#[test]
fn a_refresh_hands_out_the_next_generation_and_prolongs_the_session() {
    given::<User>([registered(), opened(1, NOON)])
        .when(rotate(1, 0))
        .at(after_noon(60))
        .then_events([rotated(1, 1, after_noon(60))])
        .then_reply(grant(1, 1, after_noon(60)));
}

/// T-U1, one after the other as the cell runs them.
#[test]
fn twenty_refreshes_at_once_all_succeed_with_one_generation() {
    let mut user = Life::<User>::new(Uuid::from_u128(1));
    user.happened([registered(), opened(1, NOON)]);
    for loser in 0..20 {
        user.set_now(NOON.plus(Duration::from_millis(loser * 1_500)));
        assert_eq!(user.run(rotate(1, 0)).unwrap().reply, grant(1, 1, NOON));
    }
    assert_eq!(user.events().len(), 3);
}

/// T-U2.
#[test]
fn an_old_token_after_the_grace_ends_the_session_for_all() {
    let history = || vec![registered(), opened(1, NOON), opened(2, NOON), rotated(1, 1, NOON)];
    given::<User>(history())
        .when(rotate(1, 0))
        .at(after_noon(30))
        .then_reply(grant(1, 1, NOON))
        .then_nothing_happens();
    given::<User>(history())
        .when(rotate(1, 0))
        .at(NOON.plus(Duration::from_millis(30_001)))
        .then_events([closed(1, CloseReason::TokenReused)])
        .then_reply(Reply::TokenReused)
        .when(rotate(1, 1))
        .then_rejects(Rejection::SessionUnknown)
        .then_state(|user| assert!(user.session_alive(session(2), NOON)));
}

#[test]
fn a_token_two_generations_old_is_never_honoured() {
    given::<User>([registered(), opened(1, NOON), rotated(1, 1, NOON), rotated(1, 2, NOON)])
        .when(rotate(1, 0))
        .at(NOON)
        .then_events([closed(1, CloseReason::TokenReused)]);
}

#[test]
fn a_generation_that_was_never_handed_out_closes_nothing() {
    given::<User>([registered(), opened(1, NOON)])
        .when(rotate(1, 1))
        .at(NOON)
        .then_rejects(Rejection::SessionUnknown)
        .when(rotate(1, u32::MAX))
        .then_rejects(Rejection::SessionUnknown)
        .when(rotate(2, 0))
        .then_rejects(Rejection::SessionUnknown);
}

#[test]
fn an_expired_session_is_over_and_is_dropped_at_the_next_login() {
    let late = NOON.plus(SESSION_LIFETIME);
    given::<User>([registered(), opened(1, NOON)])
        .when(rotate(1, 0))
        .at(late)
        .then_rejects(Rejection::SessionUnknown)
        .then_state(|user| assert!(!user.session_alive(session(1), late)))
        .when(open(2))
        .then_events([closed(1, CloseReason::Expired), opened(2, late)]);
}

#[test]
fn the_twenty_first_login_ends_the_oldest_session() {
    let logins = (1..=20).map(|n| opened(n, after_noon(100 - u64::try_from(n).unwrap())));
    given::<User>(std::iter::once(registered()).chain(logins))
        .when(open(21))
        .at(after_noon(100))
        .then_events([closed(20, CloseReason::TooMany), opened(21, after_noon(100))])
        .then_state(|user| assert_eq!(user.sessions.len(), SESSIONS_MAX));
}

#[test]
fn a_logout_ends_one_session_or_all() {
    let logged_in = || vec![registered(), opened(1, NOON), opened(2, NOON)];
    let logged_out = CloseReason::LoggedOut;
    given::<User>(logged_in())
        .when(Command::CloseSession { session: session(1) })
        .then_events([closed(1, logged_out)])
        .when(Command::CloseSession { session: session(1) })
        .then_reply(Reply::Closed)
        .then_nothing_happens();
    given::<User>(logged_in())
        .when(Command::CloseAllSessions)
        .then_events([closed(1, logged_out), closed(2, logged_out)])
        .when(Command::CloseAllSessions)
        .then_nothing_happens();
}

#[test]
fn an_erased_registration_still_replays() {
    let erased = Registration {
        email: Sealed::Erased,
        name: Sealed::Erased,
        password_hash: Sealed::Erased,
        ..registration(Role::Shopper)
    };
    given::<User>([Event::Registered { registration: erased, at: NOON }, opened(1, NOON)])
        .when(Command::CloseAllSessions)
        .then_state(|user| assert!(user.sessions.is_empty()));
}

#[test]
fn a_form_is_never_printed() {
    let form = RegisterForm {
        email: "ann@example.org".to_owned(),
        password: "correct horse".to_owned(),
        name: "Ann".to_owned(),
        roles: Roles::new(),
    };
    let printed = format!("{form:?}");
    assert!(!printed.contains("horse") && !printed.contains("ann@") && !printed.contains("Ann"), "{printed}");
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => (0..30_u128).prop_map(open),
        8 => (0..30_u128, 0..4_u32).prop_map(|(n, generation)| rotate(n, generation)),
        1 => (0..30_u128).prop_map(|n| Command::CloseSession { session: session(n) }),
        4 => (0..40_u128, 0..9_u32).prop_map(|(n, days)| Command::IssueApiKey(NewApiKey {
            key: ApiKeyId::from(Uuid::from_u128(n)),
            name: sealed("k"),
            roles: [Role::Shopper].into(),
            access: KeyAccess::Read,
            days,
        })),
        1 => (0..40_u128).prop_map(|n| Command::WithdrawApiKey { key: ApiKeyId::from(Uuid::from_u128(n)) }),
        4 => (0..30_u128, any::<bool>()).prop_map(|(n, default)| Command::AddAddress {
            id: AddressId::from(Uuid::from_u128(n)),
            address: profile::address(),
            default,
        }),
        2 => (0..30_u128).prop_map(|n| Command::RemoveAddress { id: AddressId::from(Uuid::from_u128(n)) }),
        1 => Just(Command::AskReset),
        1 => (0..30_u128).prop_map(|n| Command::CloseOtherSessions { keep: session(n) }),
        1 => Just(Command::Deactivate),
        2 => Just(Command::Reactivate),
    ]
}

proptest! {
    #[test]
    fn any_sequence_of_commands_keeps_every_invariant(
        steps in proptest::collection::vec((any_command(), 0..100_000_u64), 0..50),
    ) {
        let mut user = Life::<User>::new(Uuid::from_u128(1));
        user.run(Command::Register(registration(Role::Shopper))).unwrap();
        for (command, seconds) in steps {
            user.advance(Duration::from_secs(seconds));
            let before = user.state().clone();
            let outcome = user.run(command.clone());
            prop_assert!(user.state().sessions.len() <= SESSIONS_MAX, "USER-3");
            prop_assert!(user.state().api_keys.len() <= API_KEYS_MAX, "USER-6");
            let state = user.state();
            prop_assert!(state.addresses.len() <= ADDRESSES_MAX, "USER-7");
            prop_assert_eq!(state.default_address.is_some(), !state.addresses.is_empty(), "USER-7");
            prop_assert!(state.default_address.is_none_or(|id| state.addresses.contains_key(&id)), "USER-7");
            let gone = state.deactivated_at.is_some();
            prop_assert!(!gone || (state.sessions.is_empty() && state.api_keys.is_empty()), "USER-9");
            let (Command::RotateSession { session, generation }, Ok(decision)) = (command, outcome) else { continue };
            let known = before.sessions[&session];
            match decision.reply {
                // USER-2: the current generation moves on by one; the one before gets the current.
                Reply::Granted(grant) if generation == known.generation => {
                    prop_assert_eq!(grant.generation, generation + 1);
                }
                Reply::Granted(grant) => {
                    prop_assert_eq!((generation + 1, grant.generation), (known.generation, known.generation));
                    prop_assert!(user.now().since(known.rotated_at) <= REFRESH_GRACE);
                }
                Reply::TokenReused => prop_assert!(!user.state().sessions.contains_key(&session)),
                Reply::Registered { .. }
                | Reply::Closed
                | Reply::Done
                | Reply::KeyIssued { .. }
                | Reply::KeyWithdrawn => prop_assert!(false, "not an answer to a refresh"),
            }
        }
    }
}
