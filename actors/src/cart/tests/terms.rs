//! Codes, address, shipping.

use amazoff_testkit::given;

use super::*;
use crate::coupon;

fn apply(code: &str) -> Command {
    Command::ApplyCoupon { code: code.to_owned(), refusal: None }
}

fn applied(code: &str) -> Event {
    Event::CouponApplied { code: code.to_owned() }
}

#[test]
fn a_code_is_entered_once_and_taken_out_once() {
    given::<Cart>(filled())
        .when(apply("SPRING"))
        .then_events([applied("SPRING")])
        .then_reply_is(|view| assert_eq!(view.coupons, ["SPRING"]))
        .when(apply("SPRING"))
        .then_nothing_happens()
        .when(Command::RemoveCoupon { code: "SPRING".to_owned() })
        .then_events([Event::CouponRemoved { code: "SPRING".to_owned() }])
        .when(Command::RemoveCoupon { code: "SPRING".to_owned() })
        .then_nothing_happens();
}

#[test]
fn a_code_that_nobody_may_use_is_refused_but_one_that_is_in_already_stays() {
    let spent =
        Command::ApplyCoupon { code: "SPRING".to_owned(), refusal: Some(coupon::Rejection::CouponExhausted) };
    given::<Cart>(filled())
        .when(spent.clone())
        .then_rejects(Rejection::Coupon(coupon::Rejection::CouponExhausted));
    given::<Cart>([filled(), vec![applied("SPRING")]].concat()).when(spent).then_nothing_happens();
}

#[test]
fn a_cart_has_room_for_five_codes() {
    let five = ["A1", "B2", "C3", "D4", "E5"].map(applied);
    let full: Vec<Event> = filled().into_iter().chain(five).collect();
    given::<Cart>(full.clone()).when(apply("F6")).then_rejects(Rejection::TooManyCoupons);
    given::<Cart>(full).when(apply("E5")).then_nothing_happens();
}

#[test]
fn where_it_goes_is_kept_and_what_is_sealed_for_a_guest_is_forgotten_at_adoption() {
    given::<Cart>(filled())
        .when(Command::SetAddress(address()))
        .then_events([Event::AddressSet(address())])
        .then_reply_is(|view| {
            assert!(view.requirements.is_empty());
            assert_eq!(view.destination, Some(address().destination));
        })
        .when(Command::SetAddress(address()))
        .then_nothing_happens()
        .when(Command::Adopt { user: user(1) })
        .then_state(|cart| {
            assert_eq!((&cart.contact, &cart.destination), (&None, &Some(address().destination)));
        })
        .then_reply_is(|view| assert_eq!(view.requirements[0].code, "address-missing"));
}

#[test]
fn only_a_method_that_serves_the_cart_can_be_chosen() {
    let set = |offered| Command::SetShipping { method: "express".to_owned(), offered };
    given::<Cart>(filled()).when(set(false)).then_rejects(Rejection::ShippingUnavailable);
    given::<Cart>(filled())
        .when(set(true))
        .then_events([Event::ShippingSet { method: "express".to_owned() }])
        .then_reply_is(|view| assert_eq!(view.shipping_method.as_deref(), Some("express")))
        .when(set(true))
        .then_nothing_happens();
}

/// CART-6: the address that comes with the button counts, and stays.
#[test]
fn an_address_that_comes_with_the_claim_is_kept_also_when_the_attempt_fails() {
    given::<Cart>(filled())
        .when(Command::Claim { attempt: 1, address: Some(address()) })
        .then_events([Event::AddressSet(address()), Event::Claimed { attempt: 1 }])
        .then_reply_is(|view| assert!(view.requirements.is_empty()))
        .when(release(1))
        .then_state(|cart| assert_eq!(cart.destination, Some(address().destination)));
}

/// CART-4, CART-8.
#[test]
fn nothing_of_it_changes_while_it_is_being_paid_or_afterwards() {
    let shipping = Command::SetShipping { method: "express".to_owned(), offered: true };
    let removal = Command::RemoveCoupon { code: "SPRING".to_owned() };
    for command in [apply("SPRING"), removal, Command::SetAddress(address()), shipping] {
        given::<Cart>(claimed(1)).when(command.clone()).then_rejects(Rejection::CartLocked);
        given::<Cart>(completed()).when(command).then_rejects(Rejection::CartCompleted);
    }
}
