use super::super::*;
use super::*;
use amazoff_testkit::golden;

use crate::cart::Address;
use crate::ids::UserId;
use crate::pricing::Destination;

/// What a vault made of a value once; nobody has its key any more.
const CIPHERTEXT: &str = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0Vng";

fn all_roles(field: fn() -> Sealed<String>) -> Registration {
    Registration {
        email_claim: Claim { namespace: "email".to_owned(), key: "ab".repeat(32) },
        email: field(),
        name: field(),
        password_hash: field(),
        roles: BTreeSet::from([Role::Shopper, Role::Support, Role::Ops, Role::Admin]),
    }
}

fn known() -> Registration {
    all_roles(|| sealed(CIPHERTEXT))
}

fn erased() -> Registration {
    Registration { roles: BTreeSet::new(), ..all_roles(|| Sealed::Erased) }
}

fn api_key() -> ApiKey {
    ApiKey {
        name: sealed(CIPHERTEXT),
        roles: [Role::Ops].into(),
        access: KeyAccess::Read,
        created_at: NOON,
        expires_at: after_noon(86_400),
    }
}

fn new_api_key() -> NewApiKey {
    let ApiKey { name, roles, .. } = api_key();
    NewApiKey { key: ApiKeyId::from(Uuid::from_u128(3)), name, roles, access: KeyAccess::Write, days: 1 }
}

fn ticket() -> Ticket {
    Ticket { id: Uuid::from_u128(5), asked_at: NOON, expires_at: after_noon(1_800) }
}

fn address_id() -> AddressId {
    AddressId::from(Uuid::from_u128(4))
}

fn address() -> Address {
    let contact = Sealed::Box { person: Uuid::from_u128(1), data: CIPHERTEXT.to_owned(), shape: PhantomData };
    let (subdivision, postal_code) = (Some("BE".to_owned()), Some("10115".to_owned()));
    Address { contact, destination: Destination { country: "DE".to_owned(), subdivision, postal_code } }
}

fn pending() -> PendingEmail {
    let claim = Claim { namespace: "email".to_owned(), key: "cd".repeat(32) };
    PendingEmail { claim, email: sealed(CIPHERTEXT) }
}

fn account_events() -> Vec<Event> {
    vec![
        closed(2, CloseReason::EndedElsewhere),
        closed(2, CloseReason::PasswordChanged),
        closed(2, CloseReason::Deactivated),
        closed(2, CloseReason::Erased),
        Event::Renamed { name: sealed(CIPHERTEXT) },
        Event::AddressPut { id: address_id(), address: address(), at: NOON },
        Event::AddressRemoved { id: address_id() },
        Event::DefaultAddressChosen { id: address_id() },
        Event::TicketIssued { purpose: Purpose::VerifyEmail, ticket: ticket() },
        Event::TicketIssued { purpose: Purpose::ResetPassword, ticket: ticket() },
        Event::TicketIssued { purpose: Purpose::ChangeEmail, ticket: ticket() },
        Event::EmailChangeAsked { pending: pending() },
        Event::EmailVerified { at: NOON },
        Event::EmailChanged { pending: pending(), at: NOON },
        Event::PasswordChanged { password_hash: sealed(CIPHERTEXT), at: NOON },
        Event::MailRefused { letter: Letter::SessionStolen, at: NOON },
    ]
}

fn rights_events() -> Vec<Event> {
    let by = Some(UserId::from(Uuid::from_u128(9)));
    vec![
        Event::RolesChanged { roles: [Role::Support].into(), by, at: NOON },
        Event::Deactivated { by, at: NOON },
        Event::Reactivated { by: None, at: NOON },
    ]
}

fn account_commands() -> Vec<Command> {
    let (id, password_hash) = (address_id(), sealed(CIPHERTEXT));
    vec![
        Command::CloseOtherSessions { keep: session(1) },
        Command::Rename { name: sealed(CIPHERTEXT) },
        Command::AddAddress { id, address: address(), default: true },
        Command::ChangeAddress { id, address: address(), default: false },
        Command::RemoveAddress { id },
        Command::AskVerification,
        Command::VerifyEmail { ticket: ticket().id },
        Command::AskEmailChange { pending: pending() },
        Command::ConfirmEmailChange { ticket: ticket().id },
        Command::AskReset,
        Command::ResetPassword { ticket: ticket().id, password_hash: password_hash.clone() },
        Command::ChangePassword { password_hash, keep: session(1) },
        Command::NoteMailRefused { letter: Letter::EmailChanged },
        Command::NoteMailRefused { letter: Letter::ResetPassword },
        Command::NoteMailRefused { letter: Letter::EmailChangeAsked },
        Command::NoteMailRefused { letter: Letter::ConfirmEmailChange },
        Command::NoteMailRefused { letter: Letter::PasswordReset },
        Command::NoteMailRefused { letter: Letter::VerifyEmail },
        Command::NoteMailRefused { letter: Letter::PasswordChanged },
        Command::NoteMailRefused { letter: Letter::SessionStolen },
        Command::NoteMailRefused { letter: Letter::AccountErased },
        Command::SetRoles { roles: [Role::Ops].into() },
        Command::Deactivate,
        Command::Reactivate,
    ]
}

fn privacy_events() -> Vec<Event> {
    let by = Some(UserId::from(Uuid::from_u128(9)));
    let consent = |text, given| Consent { text, version: "2026-11".to_owned(), given, at: NOON };
    vec![
        Event::ErasureBegun { by, at: NOON },
        Event::ErasureBegun { by: None, at: NOON },
        Event::Erased { at: NOON },
        Event::ExportAsked { at: NOON },
        Event::ConsentSaid { consent: consent(ConsentText::Terms, true) },
        Event::ConsentSaid { consent: consent(ConsentText::Marketing, false) },
    ]
}

fn privacy_commands() -> Vec<Command> {
    let change = |text, given| ConsentChange { text, version: "2026-11".to_owned(), given };
    let consents = vec![change(ConsentText::Terms, true), change(ConsentText::Marketing, false)];
    vec![Command::Erase, Command::NoteErased, Command::AskExport, Command::SetConsents { consents }]
}

fn mails() -> [Mail; 2] {
    [
        Mail {
            letter: Letter::VerifyEmail,
            to: sealed(CIPHERTEXT),
            name: sealed(CIPHERTEXT),
            ticket: Some(ticket().id),
            at: NOON,
        },
        Mail {
            letter: Letter::PasswordChanged,
            to: Sealed::Erased,
            name: Sealed::Erased,
            ticket: None,
            at: NOON,
        },
    ]
}

#[test]
fn everything_that_a_user_ever_stored_can_be_read() {
    let grant = SessionGrant { session: session(1), generation: 1, expires_at: NOON };
    golden::<User>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([
            Event::Registered { registration: known(), at: NOON },
            Event::Registered { registration: erased(), at: NOON },
            Event::SessionOpened { session: session(1), at: NOON, expires_at: after_noon(60) },
            Event::SessionRotated {
                session: session(1),
                generation: 1,
                at: after_noon(1),
                expires_at: after_noon(61),
            },
            closed(2, CloseReason::LoggedOut),
            closed(2, CloseReason::Expired),
            closed(2, CloseReason::TooMany),
            closed(2, CloseReason::TokenReused),
            Event::ApiKeyIssued { id: new_api_key().key, key: api_key() },
            Event::ApiKeyWithdrawn { key: new_api_key().key },
        ])
        .events(account_events())
        .events(rights_events())
        .effects(mails().map(Effect::Mail))
        .effects([ErasureStep::Orders, ErasureStep::Mails, ErasureStep::Key].map(Effect::Erase))
        .events(privacy_events())
        .commands(privacy_commands())
        .commands(account_commands())
        .commands([
            Command::Register(known()),
            Command::Register(erased()),
            open(1),
            Command::RotateSession { session: session(1), generation: 1 },
            Command::CloseSession { session: session(1) },
            Command::CloseAllSessions,
            Command::IssueApiKey(new_api_key()),
            Command::WithdrawApiKey { key: new_api_key().key },
        ])
        .replies([
            Reply::Registered { at: NOON },
            Reply::Granted(grant),
            Reply::Closed,
            Reply::TokenReused,
            Reply::KeyIssued { at: NOON, expires_at: after_noon(86_400) },
            Reply::KeyWithdrawn,
            Reply::Done,
        ])
        .rejections(rejections())
        .check();
}

fn rejections() -> Vec<Rejection> {
    vec![
        Rejection::EmailTaken,
        Rejection::InvalidCredentials,
        Rejection::SessionUnknown,
        Rejection::RefreshTokenReused,
        Rejection::PasswordTooShort,
        Rejection::PasswordTooLong,
        Rejection::PasswordTooCommon,
        Rejection::EmailInvalid,
        Rejection::NameInvalid,
        Rejection::RoleNotAllowed,
        Rejection::ApiKeyLifetimeInvalid,
        Rejection::TooManyApiKeys,
        Rejection::ApiKeyUnknown,
        Rejection::TooManyAddresses,
        Rejection::AddressUnknown,
        Rejection::SessionGone,
        Rejection::LinkInvalid,
        Rejection::MailJustSent,
        Rejection::AccountDeactivated,
        Rejection::UserUnknown,
        Rejection::OwnRights,
        Rejection::TooManyExports { retry_after_s: 60 },
        Rejection::ExportMissing,
        Rejection::ConsentInvalid,
    ]
}
