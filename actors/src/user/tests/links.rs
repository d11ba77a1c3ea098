use std::sync::Arc;

use amazoff_supervisor::journal::{JournalError, KeyTable, WrappedKey};
use amazoff_supervisor::{Decision, MasterKey, Vault};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::super::recovery::Link;
use super::*;
use crate::ids::UserId;
use crate::mail::Letter;

/// Keeps no keys: secrets of links need none.
struct NoKeys;

impl KeyTable for NoKeys {
    fn put_if_absent<'a>(
        &'a self,
        _: Uuid,
        _: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        async { Ok(None) }.boxed()
    }
    fn some(&self, _: u32) -> BoxFuture<'_, Result<Vec<WrappedKey>, JournalError>> {
        async { Ok(Vec::new()) }.boxed()
    }
    fn get(&self, _: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>> {
        async { Ok(None) }.boxed()
    }
    fn erase(&self, _: Uuid, _: Timestamp) -> BoxFuture<'_, Result<(), JournalError>> {
        async { Ok(()) }.boxed()
    }
}

#[test]
fn a_links_secret_is_derived_and_cannot_be_altered() {
    let vault = Vault::new(MasterKey::new([7; 32]), Arc::new(NoKeys));
    let (user, ticket) = (UserId::from(Uuid::from_u128(1)), Uuid::from_u128(2));
    let link = Link { user, purpose: Purpose::ResetPassword, ticket };
    let secret = link.secret(&vault);
    assert_eq!(secret, link.secret(&vault));
    assert_eq!(Link::read(&vault, &secret), Some(link));
    let other_purpose = secret.replace(".r.", ".c.");
    let other_user = secret.replacen("01.", "02.", 1);
    for bad in [&other_purpose, &other_user, &secret[..secret.len() - 1], "", "ml_", &"x".repeat(300)] {
        assert_ne!(*bad, *secret);
        assert_eq!(Link::read(&vault, bad), None, "{bad}");
    }
    let another = Vault::new(MasterKey::new([8; 32]), Arc::new(NoKeys));
    assert_eq!(Link::read(&another, &secret), None);
}

fn ticket(n: u128, at: Timestamp, purpose: Purpose) -> (Uuid, Event) {
    let id = Uuid::from_u128(n);
    let ticket = Ticket { id, asked_at: at, expires_at: at.plus(purpose.lifetime()) };
    (id, Event::TicketIssued { purpose, ticket })
}

fn mail(letter: Letter, to: &str, at: Timestamp) -> Effect {
    Effect::Mail(Mail { letter, to: sealed(to), name: sealed("n"), ticket: None, at })
}

fn pending() -> PendingEmail {
    let claim = Claim { namespace: "email".to_owned(), key: "new".to_owned() };
    PendingEmail { claim, email: sealed("new") }
}

fn letters(decision: &Decision<User>) -> Vec<(Letter, Sealed<String>)> {
    decision.effects.iter().filter_map(Effect::mail).map(|mail| (mail.letter, mail.to.clone())).collect()
}

#[test]
fn an_address_is_verified_once_and_in_time() {
    let (id, issued) = ticket(1, NOON, Purpose::VerifyEmail);
    let verify = || Command::VerifyEmail { ticket: id };
    let late = NOON.plus(VERIFICATION_LIFETIME);
    given::<User>([registered(), issued.clone()])
        .when(verify())
        .at(late)
        .then_rejects(Rejection::LinkInvalid);
    given::<User>([registered(), issued])
        .when(Command::VerifyEmail { ticket: Uuid::from_u128(2) })
        .at(NOON)
        .then_rejects(Rejection::LinkInvalid)
        .when(verify())
        .then_events([Event::EmailVerified { at: NOON }])
        .when(verify())
        .then_rejects(Rejection::LinkInvalid)
        .when(Command::AskVerification)
        .then_nothing_happens();
}

#[test]
fn a_link_is_not_sent_twice_in_a_minute_and_only_the_newest_is_good() {
    let mut user = Life::<User>::new(Uuid::from_u128(1));
    user.happened([registered()]);
    user.set_now(NOON);
    let first = user.run(Command::AskReset).unwrap().effects[0].mail().unwrap().ticket.unwrap();
    user.set_now(after_noon(59));
    assert!(user.run(Command::AskReset).unwrap().events.is_empty());
    user.set_now(after_noon(60));
    let second = user.run(Command::AskReset).unwrap().effects[0].mail().unwrap().ticket.unwrap();
    let reset = |ticket| Command::ResetPassword { ticket, password_hash: sealed("q") };
    assert_eq!(user.run(reset(first)).unwrap_err(), Rejection::LinkInvalid);
    user.run(reset(second)).unwrap();
    assert_eq!(user.run(reset(second)).unwrap_err(), Rejection::LinkInvalid, "it works once");
}

#[test]
fn a_reset_leaves_nothing_to_whoever_had_the_account() {
    let (id, issued) = ticket(1, NOON, Purpose::ResetPassword);
    let (other, to_other) = ticket(2, NOON, Purpose::ChangeEmail);
    let key = ApiKeyId::from(Uuid::from_u128(3));
    let api_key = ApiKey {
        name: sealed("k"),
        roles: Roles::new(),
        access: KeyAccess::Write,
        created_at: NOON,
        expires_at: after_noon(9),
    };
    let history = [
        registered(),
        opened(1, NOON),
        Event::ApiKeyIssued { id: key, key: api_key },
        Event::EmailChangeAsked { pending: pending() },
        to_other,
        issued,
    ];
    given::<User>(history)
        .when(Command::ResetPassword { ticket: id, password_hash: sealed("q") })
        .at(NOON)
        .then_events([
            Event::PasswordChanged { password_hash: sealed("q"), at: NOON },
            closed(1, CloseReason::PasswordChanged),
            Event::ApiKeyWithdrawn { key },
            Event::EmailVerified { at: NOON },
        ])
        .then_effects([mail(Letter::PasswordReset, "e", NOON)])
        .when(Command::ConfirmEmailChange { ticket: other })
        .then_rejects(Rejection::LinkInvalid);
}

#[test]
fn a_change_of_password_keeps_this_session_and_voids_links() {
    let (id, issued) = ticket(1, NOON, Purpose::ResetPassword);
    given::<User>([registered(), opened(1, NOON), opened(2, NOON), issued])
        .when(Command::ChangePassword { password_hash: sealed("q"), keep: session(2) })
        .at(NOON)
        .then_events([
            Event::PasswordChanged { password_hash: sealed("q"), at: NOON },
            closed(1, CloseReason::PasswordChanged),
        ])
        .then_effects([mail(Letter::PasswordChanged, "e", NOON)])
        .when(Command::ResetPassword { ticket: id, password_hash: sealed("r") })
        .then_rejects(Rejection::LinkInvalid);
}

#[test]
fn another_address_counts_when_it_is_confirmed_and_both_are_told() {
    let mut user = Life::<User>::new(Uuid::from_u128(1));
    user.happened([registered()]);
    user.set_now(NOON);
    let ask = user.run(Command::AskEmailChange { pending: pending() }).unwrap();
    let told = [(Letter::ConfirmEmailChange, sealed("new")), (Letter::EmailChangeAsked, sealed("e"))];
    assert_eq!(letters(&ask), told);
    assert!(ask.claims.is_empty(), "an address that nobody confirmed is nobody's");
    assert_eq!(user.state().registration.as_ref().unwrap().email, sealed("e"));
    let soon = user.run(Command::AskEmailChange { pending: pending() }).unwrap_err();
    assert_eq!(soon, Rejection::MailJustSent);
    let ticket = ask.effects[0].mail().unwrap().ticket.unwrap();
    let confirm = Command::ConfirmEmailChange { ticket };
    let confirmed = user.run(confirm.clone()).unwrap();
    let told = [(Letter::EmailChanged, sealed("e")), (Letter::EmailChanged, sealed("new"))];
    assert_eq!(letters(&confirmed), told);
    assert_eq!(confirmed.claims, [ClaimChange::Take(pending().claim), ClaimChange::Release(email_claim())]);
    let known = user.state().registration.clone().unwrap();
    assert_eq!((known.email, known.email_claim), (sealed("new"), pending().claim));
    assert_eq!(user.run(confirm).unwrap_err(), Rejection::LinkInvalid);
}

#[test]
fn a_stolen_session_is_told() {
    given::<User>([registered(), opened(1, NOON), rotated(1, 1, NOON), rotated(1, 2, NOON)])
        .when(rotate(1, 0))
        .at(NOON)
        .then_effects([mail(Letter::SessionStolen, "e", NOON)]);
}

#[test]
fn a_mail_that_was_refused_is_noted_until_the_address_is_another_one() {
    let refused = Command::NoteMailRefused { letter: Letter::VerifyEmail };
    given::<User>([registered()])
        .when(refused)
        .at(NOON)
        .then_state(|user| assert_eq!(user.mail_refused_at, Some(NOON)));
    given::<User>([
        registered(),
        Event::MailRefused { letter: Letter::VerifyEmail, at: NOON },
        Event::EmailChanged { pending: pending(), at: NOON },
    ])
    .when(Command::AskVerification)
    .then_state(|user| assert_eq!(user.mail_refused_at, None));
}
