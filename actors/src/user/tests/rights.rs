use super::*;
use crate::ids::{ApiKeyId, UserId};

fn admin() -> Principal {
    Principal::User(Uuid::from_u128(9))
}

fn itself() -> Principal {
    Principal::User(Uuid::from_u128(1))
}

fn is(role: Role) -> Event {
    Event::Registered { registration: registration(role), at: NOON }
}

#[test]
fn roles_are_given_and_taken_by_somebody() {
    let roles = Roles::from([Role::Shopper, Role::Support]);
    given::<User>([registered()])
        .entity(Uuid::from_u128(1))
        .when(Command::SetRoles { roles: roles.clone() })
        .by(admin())
        .at(NOON)
        .then_events([Event::RolesChanged {
            roles: roles.clone(),
            by: Some(UserId::from(Uuid::from_u128(9))),
            at: NOON,
        }])
        .then_state(move |user| assert_eq!(user.roles(), roles));
}

#[test]
fn nobody_takes_admin_from_themselves() {
    let shopper = || Command::SetRoles { roles: [Role::Shopper].into() };
    for command in [shopper(), Command::Deactivate] {
        given::<User>([is(Role::Admin)])
            .entity(Uuid::from_u128(1))
            .when(command.clone())
            .by(itself())
            .then_rejects(Rejection::OwnRights);
        given::<User>([is(Role::Admin)])
            .entity(Uuid::from_u128(1))
            .when(command)
            .by(admin())
            .then_state(|user| assert!(!user.roles().contains(&Role::Admin)));
    }
}

#[test]
fn who_is_deactivated_has_nothing_and_gets_nothing() {
    let key = ApiKeyId::from(Uuid::from_u128(3));
    let api_key = ApiKey {
        name: sealed("k"),
        roles: [Role::Ops].into(),
        access: KeyAccess::Write,
        created_at: NOON,
        expires_at: after_noon(9),
    };
    given::<User>([is(Role::Ops), opened(1, NOON), Event::ApiKeyIssued { id: key, key: api_key }])
        .entity(Uuid::from_u128(1))
        .when(Command::Deactivate)
        .by(admin())
        .at(NOON)
        .then_events([
            Event::Deactivated { by: Some(UserId::from(Uuid::from_u128(9))), at: NOON },
            closed(1, CloseReason::Deactivated),
            Event::ApiKeyWithdrawn { key },
        ])
        .then_state(move |user| {
            assert!(user.roles().is_empty());
            assert_eq!(user.key_grant(key, NOON), None);
        })
        .when(open(2))
        .then_rejects(Rejection::AccountDeactivated)
        .when(Command::AskReset)
        .then_rejects(Rejection::AccountDeactivated)
        .when(Command::Deactivate)
        .then_nothing_happens()
        .when(Command::Reactivate)
        .then_state(|user| assert_eq!(user.roles(), [Role::Ops].into()))
        .when(open(2))
        .then_events([opened(2, NOON)]);
}
