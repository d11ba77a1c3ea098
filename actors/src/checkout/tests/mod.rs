mod dice;
mod golden;
mod provider;
mod world;

use std::time::Duration;

use amazoff_testkit::given;
use proptest::prelude::*;

use super::*;
use crate::cart::LINES_MAX;
use crate::coupon;
use crate::ids::PromotionId;
use crate::money::Money;
use crate::order;
use crate::payment::{self, Confirmation};
use crate::pricebook::Trigger;
use dice::Dice;
use provider::{approves, asks_shopper, declines};
use world::{Fail, World, order_id, variants};

fn failure(outcome: Option<Outcome>) -> Failure {
    match outcome {
        Some(Outcome::Failed(failure)) => failure,
        other => panic!("the attempt did not fail: {other:?}"),
    }
}

fn declined() -> Failure {
    Failure::PaymentFailed { decline_code: "card_declined".to_owned() }
}

#[test]
fn a_full_cart_becomes_one_paid_order() {
    let mut world = World::new(3);
    assert_eq!(world.buy(&mut Dice::plain()), Some(Outcome::Placed { order: order_id() }));
    world.assert_bought();
    let passed: Vec<_> = world.order.state().timeline.iter().map(|moment| moment.event).collect();
    use order::Milestone::{Drafted, Paid, PaymentAuthorized, Placed};
    assert_eq!(passed, [Drafted, PaymentAuthorized, Placed, Paid]);
}

/// CHK-4, CHK-5, T-S3: each step fails in turn, the fault fires, and the next attempt buys.
#[test]
fn every_step_that_fails_leaves_nothing_held_or_a_paid_order() {
    for step in STEPS {
        let mut world = World::with_coupon(2);
        world.fail = Fail::once_at(step);
        let outcome = world.buy(&mut Dice::plain());
        assert!(world.fail.fired, "{step} did not fail");
        let before_money = step <= Step::Authorize;
        assert_eq!(matches!(outcome, Some(Outcome::Failed(_))), before_money, "{step}: {outcome:?}");
        if before_money {
            world.assert_nothing_is_held();
            assert_eq!(world.buy(&mut Dice::plain()), Some(Outcome::Placed { order: order_id() }), "{step}");
        }
        world.assert_bought();
    }
}

/// Every promotion is written down for every line, and all of an order is one payload.
#[test]
fn a_full_cart_with_many_promotions_is_bought_or_refused_and_holds_nothing() {
    for (promotions, fits) in [(3, true), (6, false)] {
        let mut world = World::new(LINES_MAX.try_into().unwrap());
        for n in 0..promotions {
            world.promote(PromotionId::from(uuid::Uuid::from_u128(n)), Trigger::Automatic);
        }
        let outcome = world.buy(&mut Dice::plain());
        if fits {
            assert_eq!(outcome, Some(Outcome::Placed { order: order_id() }), "{promotions} promotions");
            world.assert_bought();
        } else {
            assert_eq!(failure(outcome), Failure::TotalTooLarge, "{promotions} promotions");
            world.assert_nothing_is_held();
        }
    }
}

/// CHK-2, T-C6.
#[test]
fn a_price_that_changed_stops_the_purchase_and_reaches_the_cart() {
    let mut world = World::new(1);
    let seen = world.total();
    world.reprice(variants(1)[0], Some(Money::eur(1600)));
    let current_total = Money::eur(2 * 1600 + 490);
    world.start(seen);
    world.settle(&mut Dice::plain());
    assert_eq!(world.checkout.state().attempts[0].failure, Some(Failure::CartChanged { current_total }));
    world.assert_nothing_is_held();
    assert_eq!(world.cart.state().lines[0].unit_price, Money::eur(1600));
    assert_eq!(world.total(), current_total);
    assert!(world.payments.is_empty());
}

/// CHK-2.
#[test]
fn a_total_that_the_shopper_did_not_see_is_not_charged() {
    let mut world = World::new(1);
    world.start(Money::eur(1));
    world.settle(&mut Dice::plain());
    let current_total = world.total();
    assert_eq!(world.checkout.state().attempts[0].failure, Some(Failure::CartChanged { current_total }));
    world.assert_nothing_is_held();
}

#[test]
fn a_variant_that_is_not_for_sale_any_more_stops_the_purchase() {
    let mut world = World::new(2);
    let variant = variants(2)[1];
    world.reprice(variant, None);
    assert_eq!(failure(world.buy(&mut Dice::plain())), Failure::ProductNotAvailable { variant });
    world.assert_nothing_is_held();
}

/// T-S3: the lines that were held are given back.
#[test]
fn a_line_without_stock_gives_the_other_lines_back() {
    let mut world = World::new(3);
    let variant = variants(3)[2];
    let stock = world.stocks.get_mut(&variant).unwrap();
    let hold = crate::ids::HoldId::from(uuid::Uuid::from_u128(9));
    let quantity = crate::money::Quantity::try_from(4_u32).unwrap();
    let (cart, expires_at) = (world::cart_id(), amazoff_supervisor::Timestamp::from_unix_ms(0));
    stock
        .run(crate::stock::Command::Hold(crate::stock::NewHold { hold, cart, quantity, expires_at }))
        .unwrap();
    assert_eq!(failure(world.buy(&mut Dice::plain())), Failure::InsufficientStock { variant, available: 1 });
    world.stocks.get_mut(&variant).unwrap().run(crate::stock::Command::ReleaseHold { hold }).unwrap();
    world.assert_nothing_is_held();
}

/// T-Y9: a second card is a new attempt with its own payment and its own key.
#[test]
fn a_declined_card_frees_the_cart_and_a_second_card_buys() {
    let mut world = World::new(1);
    world.provider.always = Some(declines());
    assert_eq!(failure(world.buy(&mut Dice::plain())), declined());
    world.assert_nothing_is_held();
    assert_eq!(world.order.state().payment_status(), order::PaymentStatus::Failed);
    world.provider.always = Some(approves(world.total()));
    assert_eq!(world.buy(&mut Dice::plain()), Some(Outcome::Placed { order: order_id() }));
    world.assert_bought();
    assert_eq!(world.payments.len(), 2);
}

#[test]
fn a_shopper_who_approves_the_banks_question_buys() {
    let mut world = World::new(1);
    world.provider.always = Some(asks_shopper());
    assert_eq!(world.buy(&mut Dice::plain()), Some(Outcome::Placed { order: order_id() }));
    world.assert_bought();
}

#[test]
fn a_shopper_who_declines_the_banks_question_gets_the_cart_back() {
    let mut world = World::new(1);
    world.provider.always = Some(asks_shopper());
    world.shopper = Some(Confirmation::Decline);
    assert_eq!(failure(world.buy(&mut Dice::plain())), declined());
    world.assert_nothing_is_held();
}

/// T-O5, CHK-6: the provider is asked, then the payment is voided, then stock and cart are free.
#[test]
fn a_shopper_who_never_answers_the_bank_gets_the_cart_back_in_time() {
    let mut world = World::new(1);
    world.provider.always = Some(asks_shopper());
    world.shopper = None;
    assert_eq!(failure(world.buy(&mut Dice::plain())), Failure::PaymentExpired);
    world.assert_nothing_is_held();
    let payment = world.payments.values().next().unwrap();
    assert_eq!(payment.state().stage, payment::Stage::Voided);
    assert_eq!(world.order.state().payment_status(), order::PaymentStatus::Voided);
}

/// T-Y10.
#[test]
fn an_amount_that_the_provider_made_up_places_no_order() {
    let mut world = World::new(1);
    world.provider.always = Some(approves(Money::eur(1)));
    let wanted = Failure::PaymentFailed { decline_code: "integrity-failure".to_owned() };
    assert_eq!(failure(world.buy(&mut Dice::plain())), wanted);
    world.assert_nothing_is_held();
}

/// CHK-1, T-O1.
#[test]
fn a_second_press_joins_the_running_attempt_and_later_names_the_order() {
    let mut world = World::new(1);
    let total = world.total();
    assert_eq!(world.start(total), Reply::Started { attempt: 1 });
    assert_eq!(world.start(total), Reply::Running { attempt: 1 });
    world.settle(&mut Dice::plain());
    assert_eq!(world.start(total), Reply::Done { order: order_id() });
    world.assert_bought();
}

/// CHK-3.
#[test]
fn answers_of_an_earlier_attempt_change_nothing() {
    let mut world = World::new(1);
    world.provider.always = Some(declines());
    world.buy(&mut Dice::plain());
    world.start(world.total());
    let before = world.checkout.state().clone();
    let variant = variants(1)[0];
    for late in [
        Command::RecordHold { attempt: 1, variant, failure: None },
        Command::RecordCartReleased { attempt: 1 },
        Command::RecordPlaced { attempt: 1 },
        Command::RecordPaymentRefused { attempt: 1, code: "late".to_owned() },
        Command::PaymentUpdate {
            payment: crate::ids::PaymentId::of_attempt(order_id(), 1),
            update: payment::Update::Captured,
        },
    ] {
        world.say(late);
        assert_eq!(world.checkout.state(), &before);
    }
}

/// T-O6.
#[test]
fn money_that_is_reserved_for_an_attempt_that_is_over_is_given_up() {
    let mut world = World::new(1);
    world.provider.always = Some(declines());
    world.buy(&mut Dice::plain());
    let payment = crate::ids::PaymentId::of_attempt(order_id(), 1);
    given::<Checkout>(world.checkout.events().to_vec())
        .entity(world::cart_id())
        .when(Command::PaymentUpdate { payment, update: payment::Update::Authorized })
        .then_events([Event::StrayPaymentFound { payment }])
        .then_effects([Effect::VoidPayment { payment }])
        .when(Command::PaymentUpdate { payment, update: payment::Update::Voided })
        .then_nothing_happens();
}

/// The reservation ends while the stock is committed: nobody can do anything about it then. The order binds, and its cart is free.
#[test]
fn a_reservation_that_ends_before_the_order_is_placed_holds_no_cart() {
    let mut world = World::new(1);
    world.start(world.total());
    let payment = crate::ids::PaymentId::of_attempt(order_id(), 1);
    let committing = |world: &World| {
        let phase = world.checkout.state().run.as_ref().map(|run| run.phase.clone());
        matches!(phase, Some(Phase::CommittingStock { .. }))
    };
    while !committing(&world) {
        world.step();
    }
    world.ends(payment);
    world.settle(&mut Dice::plain());
    let (cart, order) = (world.cart.state(), world.order.state());
    assert!(matches!(cart.status, crate::cart::Status::Completed { .. }), "{:?}", cart.status);
    assert_eq!(
        (order.status(), order.payment_status()),
        (order::Status::Placed, order::PaymentStatus::Failed)
    );
    assert_eq!(order.owed(), order.price(), "another payment may pay it");
}

/// CHK-6: waking alone frees nothing.
#[test]
fn a_wake_before_patience_is_over_changes_nothing() {
    let mut world = World::new(1);
    world.say(Command::Wake);
    world.start(world.total());
    world.advance(Duration::from_mins(60));
    world.say(Command::Wake);
    world.settle(&mut Dice::plain());
    world.assert_bought();
    world.say(Command::Wake);
    world.assert_bought();
}

#[test]
fn a_cart_is_not_tried_for_ever() {
    let mut world = World::new(1);
    world.provider.always = Some(declines());
    for attempt in 1..=ATTEMPTS_MAX {
        assert_eq!(failure(world.buy(&mut Dice::plain())), declined(), "attempt {attempt}");
    }
    let start = world.checkout.events().first().cloned();
    let Some(Event::AttemptStarted { start, .. }) = start else { panic!("no attempt began") };
    given::<Checkout>(world.checkout.events().to_vec())
        .when(Command::Start(start))
        .then_rejects(Rejection::TooManyAttempts);
}

/// T-C6: so does a promotion that ends between the look and the button.
#[test]
fn a_promotion_that_ended_stops_the_purchase_and_says_what_it_costs_now() {
    let mut world = World::with_coupon(1);
    let seen = world.total();
    world.book.promotions.values_mut().for_each(|promotion| promotion.enabled = false);
    let current_total = world.total();
    assert!(seen.amount < current_total.amount);
    world.start(seen);
    world.settle(&mut Dice::plain());
    assert_eq!(world.checkout.state().attempts[0].failure, Some(Failure::CartChanged { current_total }));
    world.assert_nothing_is_held();
}

/// CHK-8, T-P5: the loser of a code is not charged; without the code the cart can be bought.
#[test]
fn an_attempt_that_loses_its_code_is_not_charged_and_the_next_buys_without_it() {
    let mut world = World::with_coupon(2);
    let other = coupon::Redeem {
        order: crate::ids::OrderId::from(uuid::Uuid::from_u128(0xb0b)),
        attempt: 1,
        customer: coupon::CustomerKey::of_user(crate::ids::UserId::from(uuid::Uuid::from_u128(8))),
        at: world.checkout.now(),
    };
    let (theirs, code) = (other.order, world::CODE.to_owned());
    world.coupon.run(coupon::Command::Redeem(other)).unwrap();
    let refusal = coupon::Rejection::CouponExhausted;
    let lost = Failure::Coupon { code: code.clone(), refusal };
    assert_eq!(failure(world.buy(&mut Dice::plain())), lost);
    assert!(world.payments.is_empty(), "a payment was asked for");
    assert_eq!(world.coupon.state().redemptions.keys().collect::<Vec<_>>(), [&theirs]);
    world.cart.run(crate::cart::Command::RemoveCoupon { code }).unwrap();
    world.coupon.run(coupon::Command::Release { order: theirs, attempt: 1 }).unwrap();
    assert_eq!(world.buy(&mut Dice::plain()), Some(Outcome::Placed { order: order_id() }));
    world.assert_bought();
}

/// CHK-8: an order whose first card is declined uses its code with the second one, and once.
#[test]
fn a_declined_card_gives_the_code_back_for_the_second_card() {
    let mut world = World::with_coupon(1);
    world.provider.always = Some(declines());
    assert_eq!(failure(world.buy(&mut Dice::plain())), declined());
    world.assert_nothing_is_held();
    world.provider.always = Some(approves(world.total()));
    assert_eq!(world.buy(&mut Dice::plain()), Some(Outcome::Placed { order: order_id() }));
    world.assert_bought();
}

/// CHK-9.
#[test]
fn an_order_whose_money_shipping_takes_is_placed_without_a_capture() {
    let mut world = World::with_coupon(2);
    world.book.capture = crate::pricebook::CapturePolicy::OnShipment;
    assert_eq!(world.buy(&mut Dice::plain()), Some(Outcome::Placed { order: order_id() }));
    world.assert_placed_to_be_paid_by_shipping();
}

#[test]
fn what_cannot_be_sent_there_is_not_bought() {
    let mut world = World::new(1);
    let total = world.total();
    world.book.shipping.clear();
    world.start(total);
    world.settle(&mut Dice::plain());
    assert_eq!(world.checkout.state().attempts[0].failure, Some(Failure::ShippingUnavailable));
    world.assert_nothing_is_held();
}

/// T-C4: what is paid is the total that is frozen onto the order, whatever tab B does.
#[test]
fn nothing_that_another_tab_does_changes_what_is_paid() {
    let mut world = World::with_coupon(2);
    let total = world.total();
    world.start(total);
    let line = world.cart.state().lines[0].id;
    let quantity = crate::money::Quantity::ONE;
    world.step();
    let tab = [
        crate::cart::Command::SetQuantity { line, quantity, available: None },
        crate::cart::Command::RemoveLine { line },
        crate::cart::Command::RemoveCoupon { code: world::CODE.to_owned() },
    ];
    for change in tab {
        assert_eq!(world.cart.run(change).unwrap_err(), crate::cart::Rejection::CartLocked);
    }
    world.settle(&mut Dice::plain());
    assert_eq!(world.total(), total);
    world.assert_bought();
}

proptest! {
    /// CHK-1 to CHK-6: whatever order, repetition and failure the world chooses.
    #[test]
    fn every_course_ends_with_nothing_held_or_one_paid_order(
        rolls in proptest::collection::vec(any::<u8>(), 0..400),
        lines in 1_u128..4,
        coupon in any::<bool>(),
        step in proptest::option::of(0..STEPS.len()),
        shopper in prop_oneof![Just(None), Just(Some(Confirmation::Approve)), Just(Some(Confirmation::Decline))],
    ) {
        let mut world = if coupon { World::with_coupon(lines) } else { World::new(lines) };
        world.fail = Fail { step: step.map(|index| STEPS[index]), fired: false };
        world.shopper = shopper;
        let mut dice = Dice::of(rolls);
        for _ in 0..2 {
            match world.buy(&mut dice) {
                Some(Outcome::Placed { .. }) if world.order.state().stage() == order::Stage::Paid => {
                    world.assert_bought();
                    prop_assert_eq!(world.provider.captures, 1);
                }
                Some(Outcome::Placed { .. }) => world.assert_placed_unpaid(),
                Some(Outcome::Failed(_)) => world.assert_nothing_is_held(),
                other => prop_assert!(false, "the attempt never ended: {:?}", other),
            }
        }
    }
}
