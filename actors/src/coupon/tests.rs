mod golden;

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_supervisor::Timestamp;
use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{CouponId, OrderId, PromotionId, UserId};
use crate::pricebook::Window;
use crate::pricing::CouponReason;

const NOON: Timestamp = Timestamp::from_unix_ms(1_767_268_800_000);

fn id() -> CouponId {
    CouponId::of_code("WELCOME10")
}

fn order(n: u128) -> OrderId {
    OrderId::from(Uuid::from_u128(n))
}

fn customer(n: u128) -> CustomerKey {
    CustomerKey::of_user(UserId::from(Uuid::from_u128(n)))
}

fn terms(total_limit: Option<u32>, per_customer_limit: Option<u32>) -> Issue {
    Issue {
        code: "WELCOME10".to_owned(),
        promotion: PromotionId::from(Uuid::from_u128(1)),
        total_limit,
        per_customer_limit,
        window: Window::default(),
    }
}

fn issued(total_limit: Option<u32>, per_customer_limit: Option<u32>) -> Event {
    Event::Issued(terms(total_limit, per_customer_limit))
}

/// Order `n` of customer `who`, at its attempt.
fn use_by(n: u128, who: u128, attempt: u32) -> Redeem {
    Redeem { order: order(n), attempt, customer: customer(who), at: NOON }
}

fn redeem(n: u128, who: u128) -> Command {
    Command::Redeem(use_by(n, who, 1))
}

fn release(n: u128, attempt: u32) -> Command {
    Command::Release { order: order(n), attempt }
}

fn confirm(n: u128) -> Command {
    Command::Confirm { order: order(n) }
}

#[test]
fn a_code_is_issued_once_and_with_one_set_of_terms() {
    given::<Coupon>([])
        .entity(id())
        .when(Command::Issue(terms(Some(1), None)))
        .then_events([issued(Some(1), None)])
        .then_reply_is(|view| assert_eq!((view.code.as_str(), view.redeemed), ("WELCOME10", 0)))
        .when(Command::Issue(terms(Some(1), None)))
        .then_nothing_happens()
        .when(Command::Issue(terms(Some(2), None)))
        .then_rejects(Rejection::CouponExists);
    for command in [Command::Withdraw, redeem(1, 1), release(1, 1), confirm(1)] {
        given::<Coupon>([]).entity(id()).when(command).then_rejects(Rejection::CouponUnknown);
    }
}

#[test]
fn a_code_is_the_same_however_it_is_written() {
    assert_eq!(CouponId::of_code(" welcome10\n"), id());
    assert_ne!(CouponId::of_code("WELCOME1O"), id());
    assert_eq!(normalise(" welcome10 "), "WELCOME10");
}

#[test]
fn terms_that_break_a_rule_are_named() {
    let later = NOON.plus(Duration::from_secs(1));
    for (wanted, new) in [
        ("code", Issue { code: "AB".to_owned(), ..terms(None, None) }),
        ("code", Issue { code: "welcome10".to_owned(), ..terms(None, None) }),
        ("code", Issue { code: "WELCOME 10".to_owned(), ..terms(None, None) }),
        ("code", Issue { code: "OTHER".to_owned(), ..terms(None, None) }),
        ("code", Issue { code: "X".repeat(41), ..terms(None, None) }),
        ("total_limit", terms(Some(0), None)),
        ("per_customer_limit", terms(None, Some(0))),
        ("window", Issue { window: Window { from: Some(later), until: Some(NOON) }, ..terms(None, None) }),
    ] {
        let refusal = Life::<Coupon>::new(id().uuid()).run(Command::Issue(new)).unwrap_err();
        assert!(
            matches!(&refusal, Rejection::CouponInvalid { field, .. } if field == wanted),
            "{wanted}: {refusal}"
        );
    }
}

#[test]
fn the_last_use_is_had_once() {
    given::<Coupon>([issued(Some(1), None)])
        .entity(id())
        .when(redeem(1, 1))
        .then_events([Event::Redeemed(use_by(1, 1, 1))])
        .then_reply_is(|view| assert_eq!(view.redeemed, 1))
        .when(redeem(2, 2))
        .then_rejects(Rejection::CouponExhausted)
        .when(redeem(1, 1)) // the winner again
        .then_nothing_happens()
        .when(confirm(1))
        .then_events([Event::Confirmed { order: order(1) }])
        .when(redeem(1, 1))
        .then_nothing_happens()
        .when(confirm(1))
        .then_nothing_happens()
        .when(release(1, 1))
        .then_rejects(Rejection::RedemptionConfirmed)
        .when(redeem(2, 2))
        .then_rejects(Rejection::CouponExhausted);
}

#[test]
fn what_is_given_back_can_be_had_by_another() {
    given::<Coupon>([issued(Some(1), None)])
        .entity(id())
        .when(redeem(1, 1))
        .when(release(1, 1))
        .then_events([Event::Released { order: order(1), attempt: 1 }])
        .then_reply_is(|view| assert_eq!(view.redeemed, 0))
        .when(release(1, 1))
        .then_nothing_happens()
        .when(confirm(1))
        .then_rejects(Rejection::RedemptionReleased)
        .when(redeem(2, 2))
        .then_events([Event::Redeemed(use_by(2, 2, 1))])
        .when(redeem(1, 1))
        .then_rejects(Rejection::RedemptionReleased);
}

#[test]
fn a_release_that_comes_first_refuses_the_use_that_comes_late() {
    given::<Coupon>([issued(None, None)])
        .entity(id())
        .when(release(1, 1))
        .then_events([Event::Released { order: order(1), attempt: 1 }])
        .when(redeem(1, 1))
        .then_rejects(Rejection::RedemptionReleased)
        .when(Command::Redeem(use_by(1, 1, 2))) // the second attempt of the same order
        .then_events([Event::Redeemed(use_by(1, 1, 2))])
        .when(release(1, 1)) // a late repeat of the first attempt's
        .then_nothing_happens()
        .then_state(|coupon| assert_eq!(coupon.redeemed(), 1));
}

#[test]
fn a_later_attempt_takes_the_use_over() {
    given::<Coupon>([issued(Some(1), Some(1))])
        .entity(id())
        .when(redeem(1, 1))
        .when(Command::Redeem(use_by(1, 1, 2)))
        .then_events([Event::Redeemed(use_by(1, 1, 2))])
        .then_reply_is(|view| assert_eq!(view.redeemed, 1))
        .when(release(1, 1))
        .then_nothing_happens()
        .when(Command::Redeem(use_by(1, 2, 3))) // with another address
        .then_state(|coupon| assert_eq!(coupon.customers, BTreeMap::from([(customer(2), 1)])));
}

#[test]
fn a_customer_uses_it_as_often_as_one_may() {
    given::<Coupon>([issued(None, Some(2))])
        .entity(id())
        .when(redeem(1, 1))
        .when(redeem(2, 1))
        .when(redeem(3, 1))
        .then_rejects(Rejection::CouponUsedByCustomer)
        .when(redeem(4, 2))
        .then_events([Event::Redeemed(use_by(4, 2, 1))])
        .when(release(1, 1))
        .when(redeem(3, 1))
        .then_events([Event::Redeemed(use_by(3, 1, 1))]);
}

#[test]
fn a_withdrawn_or_closed_code_is_for_those_who_have_it_already() {
    given::<Coupon>([issued(None, None)])
        .entity(id())
        .when(redeem(1, 1))
        .when(Command::Withdraw)
        .then_events([Event::Withdrawn])
        .when(Command::Withdraw)
        .then_nothing_happens()
        .when(redeem(2, 2))
        .then_rejects(Rejection::CouponWithdrawn)
        .when(Command::Issue(terms(None, None)))
        .then_rejects(Rejection::CouponWithdrawn)
        .when(redeem(1, 1))
        .then_nothing_happens()
        .when(confirm(1))
        .then_events([Event::Confirmed { order: order(1) }]);
    let until = Window { from: None, until: Some(NOON) };
    given::<Coupon>([Event::Issued(Issue { window: until, ..terms(None, None) })])
        .entity(id())
        .when(redeem(1, 1))
        .then_rejects(Rejection::CouponExpired);
}

#[test]
fn a_view_says_why_nobody_new_can_use_it() {
    let refusal = |events: &[Event]| {
        let mut coupon = Life::<Coupon>::new(id().uuid());
        coupon.happened(events.to_vec());
        let coupon = coupon.state();
        CouponView::of(coupon.terms.as_ref().unwrap(), coupon).refusal(NOON)
    };
    let redeemed = Event::Redeemed(use_by(1, 1, 1));
    assert_eq!(refusal(&[issued(Some(1), None)]), None);
    assert_eq!(refusal(&[issued(Some(1), None), redeemed]), Some(CouponReason::Exhausted));
    assert_eq!(refusal(&[issued(None, None), Event::Withdrawn]), Some(CouponReason::Withdrawn));
    let window = Window { from: Some(NOON.plus(Duration::from_secs(1))), until: None };
    let later = Event::Issued(Issue { window, ..terms(None, None) });
    assert_eq!(refusal(&[later]), Some(CouponReason::Expired));
}

#[test]
fn only_the_newest_tombstones_are_remembered() {
    let mut coupon = Life::<Coupon>::new(id().uuid());
    coupon.run(Command::Issue(terms(None, None))).unwrap();
    let gone = (1..=1_025).map(|n| Event::Released { order: order(n), attempt: 1 });
    coupon.happened(gone);
    assert_eq!(coupon.state().released.len(), 1024);
    assert_eq!(coupon.run(redeem(2, 1)).unwrap_err(), Rejection::RedemptionReleased);
    coupon.run(redeem(1, 1)).unwrap();
}

fn any_command() -> impl Strategy<Value = Command> {
    let (orders, attempts) = (0..6_u128, 1..4_u32);
    prop_oneof![
        1 => Just(Command::Issue(terms(Some(3), Some(2)))),
        1 => Just(Command::Withdraw),
        20 => (orders.clone(), 0..3_u128, attempts.clone())
            .prop_map(|(order, who, attempt)| Command::Redeem(use_by(order, who, attempt))),
        8 => (orders.clone(), attempts).prop_map(|(order, attempt)| release(order, attempt)),
        3 => orders.prop_map(confirm),
    ]
}

proptest! {
    #[test]
    fn any_sequence_of_commands_keeps_every_invariant(
        commands in proptest::collection::vec(any_command(), 0..60),
    ) {
        let mut coupon = Life::<Coupon>::new(id().uuid());
        coupon.run(Command::Issue(terms(Some(3), Some(2)))).unwrap();
        for command in commands {
            let before = coupon.state().clone();
            let answer = coupon.run(command.clone());
            let now = coupon.state();
            prop_assert!(now.redemptions.len() <= 3, "COUP-1");
            let mut customers = BTreeMap::new();
            for used in now.redemptions.values() {
                *customers.entry(used.customer.clone()).or_insert(0) += 1;
            }
            prop_assert!(customers.values().all(|count| *count <= 2), "COUP-2");
            prop_assert_eq!(&customers, &now.customers);
            for (order, used) in &before.redemptions {
                prop_assert!(!used.confirmed || now.redemptions.get(order) == Some(used), "COUP-5");
            }
            if let Ok(decision) = &answer {
                prop_assert_eq!(decision.reply.redeemed, now.redeemed(), "the reply shows what came of it");
                let again = coupon.run(command.clone());
                prop_assert!(again.is_ok_and(|again| again.events.is_empty()), "COUP-3: {command:?}");
            }
            if let Command::Redeem(Redeem { order, attempt, .. }) = command {
                let gone = before.released.iter().any(|(known, last)| *known == order && attempt <= *last);
                let has = before.redemptions.contains_key(&order);
                prop_assert!(!gone || has || answer.is_err(), "COUP-4");
            }
        }
    }
}
