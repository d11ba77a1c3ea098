use super::super::*;
use super::*;
use amazoff_testkit::golden;

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
        ])
        .rejections([
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
        ])
        .check();
}
