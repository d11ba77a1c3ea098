use amazoff_supervisor::{Decision, Delivered};

use super::*;
use crate::cart::{Owner, Status};
use crate::checkout::Outcome;
use crate::ids::UserId;
use crate::money::Money;
use crate::shop::till::Till;

const ADMIN: Principal = Principal::User(Uuid::from_u128(9));

fn farewell() -> Effect {
    let letter = Letter::AccountErased;
    Effect::Mail(Mail { letter, to: sealed("e"), name: sealed("n"), ticket: None, at: NOON })
}

fn steps() -> [Effect; 3] {
    [ErasureStep::Orders, ErasureStep::Mails, ErasureStep::Key].map(Effect::Erase)
}

fn begun() -> Event {
    Event::ErasureBegun { by: Some(UserId::from(Uuid::from_u128(9))), at: NOON }
}

#[test]
fn with_the_first_commit_everything_ends_and_what_follows_waits_in_the_outbox() {
    let key = ApiKeyId::from(Uuid::from_u128(3));
    let api_key = ApiKey {
        name: sealed("k"),
        roles: Roles::new(),
        access: KeyAccess::Write,
        created_at: NOON,
        expires_at: after_noon(9),
    };
    let address = crate::cart::Address {
        contact: Sealed::Erased,
        destination: crate::pricing::Destination {
            country: "DE".to_owned(),
            subdivision: None,
            postal_code: None,
        },
    };
    let id = AddressId::from(Uuid::from_u128(4));
    let history = [
        registered(),
        opened(1, NOON),
        opened(2, NOON),
        Event::ApiKeyIssued { id: key, key: api_key },
        Event::AddressPut { id, address, at: NOON },
        Event::DefaultAddressChosen { id },
    ];
    let [orders, mails, last] = steps();
    given::<User>(history)
        .when(Command::Erase)
        .at(NOON)
        .by(ADMIN)
        .then_events([
            begun(),
            closed(1, CloseReason::Erased),
            closed(2, CloseReason::Erased),
            Event::ApiKeyWithdrawn { key },
        ])
        .then_effects([farewell(), orders, mails, last])
        .then_claims([ClaimChange::Release(email_claim())])
        .then_state(|user| {
            assert!(user.roles().is_empty() && user.sessions.is_empty() && user.api_keys.is_empty());
            assert!(user.addresses.is_empty() && user.default_address.is_none());
        })
        .when(Command::Erase)
        .then_nothing_happens()
        .when(Command::NoteErased)
        .then_events([Event::Erased { at: NOON }])
        .then_state(|user| {
            let known = user.registration.as_ref().unwrap();
            assert_eq!((&known.email, &known.name), (&Sealed::Erased, &Sealed::Erased));
            assert_eq!(known.password_hash, Sealed::Erased);
        })
        .when(Command::NoteErased)
        .then_nothing_happens();
}

#[test]
fn the_steps_and_the_farewell_are_one_stream_and_other_mails_are_not_in_it() {
    for effect in steps().iter().chain([&farewell()]) {
        assert_eq!(User::destination(effect), "erasure");
    }
    let other =
        Mail { letter: Letter::PasswordChanged, to: sealed("e"), name: sealed("n"), ticket: None, at: NOON };
    assert_eq!(User::destination(&Effect::Mail(other)), "mail:password-changed");
}

/// What was stored when there were only mails is still read as one.
#[test]
fn a_mail_is_stored_as_it_always_was() {
    let stored = serde_json::to_value(farewell()).unwrap();
    assert_eq!(stored["letter"], "account_erased");
    assert_eq!(serde_json::from_value::<Effect>(stored).unwrap(), farewell());
    assert_eq!(
        serde_json::to_value(Effect::Erase(ErasureStep::Key)).unwrap(),
        serde_json::json!({"erase": "key"})
    );
}

#[test]
fn who_is_erased_is_nobody() {
    for command in [
        open(1),
        rotate(1, 0),
        Command::CloseAllSessions,
        Command::Rename { name: sealed("x") },
        Command::AskReset,
        Command::Reactivate,
        Command::SetRoles { roles: [Role::Admin].into() },
        Command::AskExport,
        Command::SetConsents { consents: Vec::new() },
    ] {
        given::<User>([registered(), begun()]).when(command).then_rejects(Rejection::SessionUnknown);
    }
}

#[test]
fn an_admin_is_not_erased_by_themselves_and_who_is_deactivated_can_be() {
    let admin = Event::Registered { registration: registration(Role::Admin), at: NOON };
    let themselves = Principal::User(Uuid::from_u128(1));
    given::<User>([admin.clone()])
        .entity(Uuid::from_u128(1))
        .when(Command::Erase)
        .by(themselves)
        .then_rejects(Rejection::OwnRights);
    given::<User>([admin]).when(Command::Erase).at(NOON).by(ADMIN).then_events([begun()]);
    given::<User>([registered(), Event::Deactivated { by: None, at: NOON }])
        .when(Command::Erase)
        .at(NOON)
        .by(ADMIN)
        .then_events([begun()])
        .when(Command::NoteErased)
        .then_events([Event::Erased { at: NOON }]);
    given::<User>([]).when(Command::Erase).then_rejects(Rejection::SessionUnknown);
}

#[test]
fn one_export_at_a_time_and_three_a_day() {
    let mut user = Life::<User>::new(Uuid::from_u128(1));
    user.happened([registered()]);
    let hour = |n: u64| NOON.plus(EXPORT_LIFETIME * u32::try_from(n).unwrap());
    let asked = |decision: Decision<User>| decision.events.len();
    for n in 0..3 {
        user.set_now(hour(n));
        assert_eq!(asked(user.run(Command::AskExport).unwrap()), 1);
        assert_eq!(asked(user.run(Command::AskExport).unwrap()), 0, "one is ready");
        assert_eq!(user.state().export(user.now()), Some((hour(n), hour(n + 1))));
    }
    user.set_now(hour(3));
    assert_eq!(user.state().export(user.now()), None);
    let refusal = user.run(Command::AskExport).unwrap_err();
    assert_eq!(refusal, Rejection::TooManyExports { retry_after_s: 21 * 3_600 });
    user.set_now(hour(24));
    assert_eq!(asked(user.run(Command::AskExport).unwrap()), 1);
}

#[test]
fn the_log_of_consents_tells_what_was_said_last_and_a_repeat_says_nothing() {
    let change =
        |version: &str, given| ConsentChange { text: ConsentText::Terms, version: version.to_owned(), given };
    let set = |version: &str, given| Command::SetConsents { consents: vec![change(version, given)] };
    let said = |version: &str, given| Event::ConsentSaid {
        consent: Consent { text: ConsentText::Terms, version: version.to_owned(), given, at: NOON },
    };
    given::<User>([registered()])
        .when(set("1", true))
        .at(NOON)
        .then_events([said("1", true)])
        .when(set("1", true))
        .then_nothing_happens()
        .when(set("2", true))
        .then_events([said("2", true)])
        .when(set("2", false))
        .then_events([said("2", false)])
        .then_state(|user| {
            assert_eq!(user.consents.len(), 3);
            assert!(!user.consent(ConsentText::Terms).unwrap().given);
            assert_eq!(user.consent(ConsentText::Marketing), None);
        });
    for bad in ["", "a b", "ü", &"x".repeat(33)] {
        given::<User>([registered()]).when(set(bad, true)).then_rejects(Rejection::ConsentInvalid);
    }
}

#[test]
fn the_log_is_bounded() {
    let consent =
        |n: usize| Consent { text: ConsentText::Marketing, version: n.to_string(), given: true, at: NOON };
    let all = (0..CONSENTS_MAX + 5).map(|n| Event::ConsentSaid { consent: consent(n) });
    let user = User::default().after(&all.collect::<Vec<_>>());
    assert_eq!(user.consents.len(), CONSENTS_MAX);
    assert_eq!(user.consent(ConsentText::Marketing), Some(&consent(CONSENTS_MAX + 4)));
}

/// The cart is still open: what it buys needs an address all the same.
#[tokio::test]
async fn an_erasure_waits_for_a_checkout_that_has_not_claimed_its_cart_yet() {
    let till = Till::standing_still().await;
    let user = UserId::from(Uuid::from_u128(3));
    let (bought, other) = (till.cart(1, Owner::User(user)).await, till.cart(2, Owner::User(user)).await);
    till.runtime.projected().await;
    let take = async || till.erasures.take(user, ErasureStep::Orders, Till::asked()).await;
    assert!(matches!(take().await, Delivered::Done), "no checkout runs");
    let outcome = till.complete(bought, Money::eur(0)).await;
    assert!(matches!(outcome, Outcome::Processing { .. }), "{outcome:?}");
    for cart in [bought, other] {
        assert_eq!(till.carts.get(cart).await.unwrap().unwrap().state.status, Status::Open);
    }
    let Delivered::Retry { reason } = take().await else { panic!("the erasure overtakes the checkout") };
    assert!(reason.contains(&bought.to_string()), "{reason}");
}
