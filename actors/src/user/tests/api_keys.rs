use super::*;
use crate::ids::ApiKeyId;

fn key(n: u128) -> ApiKeyId {
    ApiKeyId::from(Uuid::from_u128(n))
}

fn wanted(n: u128, roles: &[Role], days: u32) -> NewApiKey {
    let roles = roles.iter().copied().collect();
    NewApiKey { key: key(n), name: sealed("k"), roles, access: KeyAccess::Write, days }
}

fn issued(n: u128, roles: &[Role], days: u32, at: Timestamp) -> Event {
    let NewApiKey { name, roles, access, .. } = wanted(n, roles, days);
    let expires_at = at.plus(Duration::from_hours(24) * days);
    Event::ApiKeyIssued { id: key(n), key: ApiKey { name, roles, access, created_at: at, expires_at } }
}

fn operator() -> Event {
    Event::Registered { registration: registration(Role::Ops), at: NOON }
}

#[test]
fn a_key_allows_what_it_says_for_as_long_as_it_says() {
    given::<User>([operator()])
        .when(Command::IssueApiKey(wanted(1, &[Role::Ops], 30)))
        .at(NOON)
        .then_events([issued(1, &[Role::Ops], 30, NOON)])
        .then_state(|user| {
            let days = |days: u64| after_noon(days * 24 * 3600);
            let grant = KeyGrant { roles: [Role::Ops].into(), access: KeyAccess::Write };
            assert_eq!(user.key_grant(key(1), days(29)), Some(grant));
            assert_eq!(user.key_grant(key(1), days(30)), None);
            assert_eq!(user.key_grant(key(2), NOON), None);
        });
}

#[test]
fn a_key_never_allows_what_its_person_may_not() {
    given::<User>([registered()])
        .when(Command::IssueApiKey(wanted(1, &[Role::Shopper, Role::Ops], 30)))
        .then_rejects(Rejection::RoleNotAllowed);
    // What the person lost since, the key lost too.
    given::<User>([registered(), issued(1, &[Role::Shopper, Role::Ops], 30, NOON)])
        .when(Command::CloseAllSessions)
        .then_state(|user| {
            let grant = user.key_grant(key(1), NOON).unwrap();
            assert_eq!(grant.roles, [Role::Shopper].into());
        });
}

#[test]
fn a_key_is_good_for_a_day_to_a_year() {
    for days in [0, 366, u32::MAX] {
        given::<User>([operator()])
            .when(Command::IssueApiKey(wanted(1, &[], days)))
            .then_rejects(Rejection::ApiKeyLifetimeInvalid);
    }
}

#[test]
fn a_key_that_is_asked_for_again_is_the_same() {
    given::<User>([operator(), issued(1, &[], 7, NOON)])
        .when(Command::IssueApiKey(wanted(1, &[], 7)))
        .at(after_noon(60))
        .then_nothing_happens();
}

#[test]
fn a_withdrawn_key_is_good_for_nothing_and_cannot_be_withdrawn_again() {
    given::<User>([operator(), issued(1, &[], 7, NOON)])
        .when(Command::WithdrawApiKey { key: key(1) })
        .then_events([Event::ApiKeyWithdrawn { key: key(1) }])
        .then_state(|user| assert_eq!(user.key_grant(key(1), NOON), None))
        .when(Command::WithdrawApiKey { key: key(1) })
        .then_rejects(Rejection::ApiKeyUnknown);
}

#[test]
fn the_twenty_first_key_is_refused_until_one_has_expired() {
    let keys = (1..=20).map(|n| issued(n, &[], if n == 1 { 1 } else { 30 }, NOON));
    let full: Vec<_> = std::iter::once(operator()).chain(keys).collect();
    given::<User>(full.clone())
        .when(Command::IssueApiKey(wanted(21, &[], 1)))
        .at(NOON)
        .then_rejects(Rejection::TooManyApiKeys);
    let later = after_noon(24 * 3600);
    given::<User>(full)
        .when(Command::IssueApiKey(wanted(21, &[], 1)))
        .at(later)
        .then_events([Event::ApiKeyWithdrawn { key: key(1) }, issued(21, &[], 1, later)]);
}

#[test]
fn keys_outlive_sessions() {
    given::<User>([operator(), opened(1, NOON), issued(1, &[], 7, NOON)])
        .when(Command::CloseAllSessions)
        .then_state(|user| assert!(user.key_grant(key(1), NOON).is_some()));
}
