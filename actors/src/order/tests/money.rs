use super::standing::*;
use super::*;

fn freed(cause: Uuid, n: u128, quantity: u32) -> Effect {
    Effect::Deallocate { variant: variant(n), cause, hold: hold(n), quantity: pieces(quantity) }
}

pub(super) fn refunded(id: crate::ids::RefundId, amount: i64) -> Command {
    fact(Fact::Refunded { refund: id, amount: Money::eur(amount) })
}

/// T-P4: what is left keeps its price, to the cent; the canceled piece takes its own share along and nothing else.
#[test]
fn a_canceled_piece_takes_its_own_frozen_share_along() {
    let mut order = life(paid_for());
    let decision = order.run(cancel_lines(1, vec![some(0, 1)])).unwrap();
    // 29.99 € for three pieces: 10.00 €, 10.00 €, 9.99 €; canceled ones are the last.
    assert_eq!(asked_back(&decision), 999);
    assert!(decision.effects.contains(&freed(adjustment(1).uuid(), 0, 1)));
    assert_eq!(order.state().price(), TOTAL - 999);
    assert!(order.run(cancel_lines(1, vec![some(0, 1)])).unwrap().events.is_empty(), "a repeat");
    order.run(refunded(refund_of(adjustment(1)), 999)).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::PartiallyRefunded);
    let line = order.state().draft.as_ref().unwrap().lines[0].clone();
    assert_eq!(
        (line.line_total, line.quantity),
        (Money::eur(PRICES[0]), pieces(3)),
        "what was bought is frozen"
    );
    // The rest, piece by piece: the last one takes sending along, and all together make the total.
    let rest = [(2, some(0, 1), 1000), (3, some(1, 2), 1001), (4, some(0, 1), 1000 + SHIPPING)];
    for (n, portion, price) in rest {
        assert_eq!(asked_back(&order.run(cancel_lines(n, vec![portion])).unwrap()), price);
    }
    assert_eq!((order.state().status(), order.state().price()), (Status::Canceled, 0));
    assert_eq!((order.state().refunding(), order.state().refundable()), (TOTAL, 0));
}

#[test]
fn an_order_is_canceled_as_a_whole_once() {
    let cancel = || Command::Cancel { reason: CancelReason::Shopper };
    let mut order = life(paid_for());
    let decision = order.run(cancel()).unwrap();
    assert_eq!((decision.reply, asked_back(&decision)), (Stage::Canceled, TOTAL));
    let freed = decision.effects.iter().filter(|effect| matches!(effect, Effect::Deallocate { .. }));
    assert_eq!(freed.count(), 2);
    assert_eq!((order.balance(SALES, "EUR"), order.balance(REFUNDS, "EUR")), (-TOTAL, TOTAL));
    assert!(order.run(cancel()).unwrap().events.is_empty());
    let id = order.state().adjustments[0].refunds[0].refund;
    order.run(refunded(id, TOTAL)).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::Refunded);
    assert!(order.run(refunded(id, TOTAL)).unwrap().events.is_empty(), "told twice");
}

/// T-S4 and T-S3: where nothing was taken, the reservation is given up and the stock becomes free, each once.
#[test]
fn what_was_not_taken_is_given_up() {
    let mut order = life(reserved());
    let decision = order.run(CANCEL).unwrap();
    assert_eq!(asked_back(&decision), 0);
    assert!(decision.effects.contains(&Effect::VoidPayment { payment: payment(1) }));
    assert!(order.run(CANCEL).unwrap().effects.is_empty());
    order.run(fact(Fact::Voided)).unwrap();
    assert_eq!(
        (order.state().stage(), order.state().payment_status()),
        (Stage::Canceled, PaymentStatus::Voided)
    );
    assert!(order.run(fact(Fact::Voided)).unwrap().events.is_empty());
}

#[test]
fn the_rest_of_a_reservation_is_given_up_with_the_last_line_that_needed_it() {
    let mut order = life(reserved());
    order.run(ship(1, vec![some(0, 3)])).unwrap();
    let taken = PRICES[0] + SHIPPING;
    // While the parcel's price is being taken nothing is given up yet.
    let canceled = order.run(cancel_lines(1, vec![some(1, 2)])).unwrap();
    assert_eq!((asked_back(&canceled), canceled.effects.len()), (0, 1));
    let decision = order.run(captured(1, taken)).unwrap();
    assert_eq!(asked(&decision), [Effect::VoidPayment { payment: payment(1) }]);
    assert_eq!(order.state().payment_status(), PaymentStatus::Paid);
    order.run(fact(Fact::Voided)).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::Paid, "what was taken stays taken");
    order.run(deliver(1)).unwrap();
    assert_eq!(order.state().status(), Status::Completed);
}

#[test]
fn what_is_packed_or_sent_is_not_canceled() {
    given::<Order>(paid_for())
        .when(pack(1, vec![some(0, 2)]))
        .when(CANCEL)
        .then_rejects(Rejection::AlreadyPacked)
        .when(cancel_lines(1, vec![some(0, 2)]))
        .then_rejects(Rejection::QuantityNotOpen { line: line(0), left: 1 })
        .when(Command::Cancel { reason: CancelReason::Shop })
        .then_reply(Stage::Canceled)
        .then_state(|order| assert!(order.shipments.is_empty()));
    given::<Order>(paid_for())
        .when(ship(1, vec![some(0, 1)]))
        .when(Command::Cancel { reason: CancelReason::Shop })
        .then_rejects(Rejection::AlreadyPacked);
}

/// T-O6: money that comes after the end goes back once, and the order stays canceled.
#[test]
fn money_that_comes_after_the_cancellation_goes_back_once() {
    let mut order = life(reserved());
    order.run(CANCEL).unwrap();
    let late = order.run(captured(1, TOTAL)).unwrap();
    assert_eq!((late.reply, asked_back(&late)), (Stage::Canceled, TOTAL));
    let again = order.run(captured(1, TOTAL)).unwrap();
    assert!(again.events.is_empty() && again.effects.is_empty());
    // The checkout's own word of it, too.
    let mut order = life(reserved());
    order.run(CANCEL).unwrap();
    let paid = Command::MarkPaid { payment: payment(1), amount: Money::eur(TOTAL) };
    assert_eq!(asked_back(&order.run(paid.clone()).unwrap()), TOTAL);
    assert!(order.run(paid).unwrap().events.is_empty());
    assert_eq!(order.state().status(), Status::Canceled);
}

#[test]
fn money_that_is_reserved_after_the_cancellation_is_given_up_once() {
    let events = vec![drafted(1), noted(PaymentStatus::Failed), canceled()];
    let mut order = life(events);
    let late = order.run(note(PaymentStatus::Authorized)).unwrap();
    assert_eq!(late.effects, [Effect::VoidPayment { payment: payment(1) }]);
    assert!(order.run(note(PaymentStatus::Authorized)).unwrap().events.is_empty());
}

/// T-O7.
#[test]
fn a_reservation_that_runs_out_cancels_no_paid_order() {
    let mut order = life(paid_for());
    order.run(fact(Fact::Expired)).unwrap();
    assert_eq!((order.state().stage(), order.state().payment_status()), (Stage::Paid, PaymentStatus::Paid));
    order.run(ship(1, all())).unwrap();
}

/// T-O9.
#[test]
fn a_second_payment_settles_what_the_first_did_not() {
    let second = |amount: i64| {
        let fact = Fact::Captured { capture: capture(9), amount: Money::eur(amount) };
        Command::NoteFact { payment: payment(2), fact }
    };
    let mut order = life(reserved());
    order.run(ship(1, vec![some(0, 3)])).unwrap();
    order.run(captured(1, PRICES[0] + SHIPPING)).unwrap();
    order.run(fact(Fact::Expired)).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::PartiallyPaid);
    assert_eq!(order.run(ship(2, vec![some(1, 2)])).unwrap_err(), Rejection::NotCovered);
    order.run(second(PRICES[1])).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::Paid);
    let sent = order.run(ship(2, vec![some(1, 2)])).unwrap();
    assert!(!sent.effects.iter().any(|effect| matches!(effect, Effect::CapturePart { .. })), "it is paid");
    // A refund of everything is shared out over both.
    let decision = order.run(refund(1, cents(TOTAL))).unwrap();
    let parts: Vec<_> = order.state().adjustments[0].refunds.iter().map(|part| part.amount.amount).collect();
    assert_eq!((asked_back(&decision), parts), (TOTAL, vec![PRICES[0] + SHIPPING, PRICES[1]]));
}

#[test]
fn what_two_payments_took_twice_goes_back() {
    let mut order = life(paid_for());
    let twice = Fact::Captured { capture: capture(9), amount: Money::eur(TOTAL) };
    let decision = order.run(Command::NoteFact { payment: payment(2), fact: twice }).unwrap();
    assert_eq!(asked_back(&decision), TOTAL);
    assert_eq!(order.state().price(), TOTAL, "it still costs the same");
}

/// T-Y2, the order's half: the second click is the first one, and another one finds less to give back.
#[test]
fn a_refund_that_is_asked_for_twice_is_made_once() {
    let mut order = life(paid_for());
    let first = order.run(refund(1, cents(3000))).unwrap();
    assert_eq!(asked_back(&first), 3000);
    let second = order.run(refund(1, cents(3000))).unwrap();
    assert!(second.events.is_empty() && second.effects.is_empty());
    let left = Rejection::RefundExceedsCaptured { refundable: Money::eur(TOTAL - 3000) };
    assert_eq!(order.run(refund(2, cents(3000))).unwrap_err(), left);
    order.run(refunded(refund_of(adjustment(1)), 3000)).unwrap();
    assert_eq!(order.run(refund(2, cents(3000))).unwrap_err(), left);
    let told_again = order.run(refunded(refund_of(adjustment(1)), 3000)).unwrap();
    assert!(told_again.events.is_empty());
}

/// ORDER-5.
#[test]
fn all_pieces_of_a_line_are_refunded_at_exactly_its_price() {
    let mut order = life(paid_for());
    let one = |n| refund(n, RefundOf::Lines(vec![some(0, 1)]));
    let parts: Vec<i64> = (1..=3).map(|n| asked_back(&order.run(one(n)).unwrap())).collect();
    assert_eq!(parts, [1000, 1000, 999]);
    assert_eq!(order.run(one(4)).unwrap_err(), Rejection::QuantityNotOpen { line: line(0), left: 0 });
    // Canceling what was paid back already costs nothing twice.
    assert_eq!(asked_back(&order.run(cancel_lines(5, vec![some(0, 3)])).unwrap()), 0);
    assert_eq!(order.state().price(), TOTAL - PRICES[0]);
}

#[test]
fn a_refund_that_fails_comes_back_to_sales_and_shows() {
    let mut order = life(paid_for());
    order.run(refund(1, cents(1000))).unwrap();
    let failed = || fact(Fact::RefundFailed { refund: refund_of(adjustment(1)), code: "closed".to_owned() });
    order.run(failed()).unwrap();
    assert_eq!((order.balance(SALES, "EUR"), order.balance(REFUNDS, "EUR")), (0, 0));
    assert_eq!(order.state().adjustments[0].status(), AdjustmentStatus::Failed);
    assert_eq!(order.state().payment_status(), PaymentStatus::Paid);
    assert!(order.run(failed()).unwrap().events.is_empty());
    // Somebody tries again: it is the same money.
    assert_eq!(asked_back(&order.run(refund(2, cents(1000))).unwrap()), 1000);
    assert_eq!(order.state().price(), TOTAL - 1000);
}

/// The price of what came back was lowered once; the second try lowers it no more, and what is not sent yet is not paid with it.
#[test]
fn a_refund_that_failed_pays_for_nothing_else_where_money_is_taken_by_parcel() {
    let rest = TOTAL - PRICES[0];
    let back = || {
        let mut order = life(reserved());
        order.run(ship(1, vec![some(0, 3)])).unwrap();
        order.run(captured(1, PRICES[0] + SHIPPING)).unwrap();
        order.run(deliver(1)).unwrap();
        order.run(refund(1, RefundOf::Lines(vec![some(0, 3)]))).unwrap();
        let failed = Fact::RefundFailed { refund: refund_of(adjustment(1)), code: "closed".to_owned() };
        order.run(fact(failed)).unwrap();
        assert_eq!((order.state().price(), order.state().uncaptured()), (rest, PRICES[1]));
        order
    };
    let taken = |decision: &amazoff_supervisor::Decision<Order>| {
        let parts = decision.effects.iter().filter_map(|effect| {
            if let Effect::CapturePart { amount, .. } = effect { Some(amount.amount) } else { None }
        });
        parts.sum::<i64>()
    };
    let mut tried_first = back();
    assert_eq!(asked_back(&tried_first.run(refund(2, cents(PRICES[0]))).unwrap()), PRICES[0]);
    assert_eq!(tried_first.state().price(), rest, "it is the same money");
    assert_eq!(taken(&tried_first.run(ship(2, vec![some(1, 2)])).unwrap()), PRICES[1]);

    let mut sent_first = back();
    assert_eq!(taken(&sent_first.run(ship(2, vec![some(1, 2)])).unwrap()), PRICES[1]);
    assert_eq!(
        asked_back(&sent_first.run(captured(2, PRICES[1])).unwrap()),
        0,
        "a person decides how it goes back"
    );
    assert_eq!(asked_back(&sent_first.run(refund(2, cents(PRICES[0]))).unwrap()), PRICES[0]);
    for mut order in [tried_first, sent_first] {
        let refunded = Fact::Refunded { refund: refund_of(adjustment(2)), amount: Money::eur(PRICES[0]) };
        order.run(fact(refunded)).unwrap();
        order.run(captured(2, PRICES[1])).unwrap();
        let state = order.state();
        assert_eq!((state.price(), state.captured() - state.refunded()), (rest, rest));
        assert_eq!((state.refundable(), state.failed_refunds(), state.excess()), (rest, 0, 0));
    }
}

/// Whatever the reason is called; and old programs said nothing of it when they gave it back with what was too much.
#[test]
fn what_was_given_back_again_is_promised_no_more() {
    let failed = || {
        let mut order = life(paid_for());
        order.run(refund(1, cents(1000))).unwrap();
        let failed = Fact::RefundFailed { refund: refund_of(adjustment(1)), code: "closed".to_owned() };
        order.run(fact(failed)).unwrap();
        assert_eq!(order.state().failed_refunds(), 1000);
        order
    };
    let settled = |order: &Order| (order.failed_refunds(), order.owed(), order.price(), order.held());
    for reason in golden::REASONS {
        let mut order = failed();
        let (adjustment, of) = (adjustment(2), cents(1000));
        order.run(Command::Refund { adjustment, of, reason }).unwrap();
        assert_eq!(settled(order.state()), (0, 0, TOTAL - 1000, TOTAL - 1000), "{reason:?}");
    }
    let mut order = failed();
    order.run(refund(2, cents(1500))).unwrap();
    let Some(Event::Adjusted { adjustment: stored }) = order.events().last().cloned() else {
        panic!("no change")
    };
    assert_eq!((stored.again, stored.reduction), (Some(Money::eur(1000)), Money::eur(500)));
    let old = Adjustment { again: None, reason: Some(RefundReason::Excess), ..*stored };
    let mut events = failed().events().to_vec();
    events.push(Event::Adjusted { adjustment: Box::new(old) });
    assert_eq!(settled(life(events).state()), (0, 0, TOTAL - 1500, TOTAL - 1500));
}

/// ORDER-5: as one that is named once with more pieces.
#[test]
fn a_line_that_is_named_twice_costs_what_its_pieces_cost() {
    let twice = || vec![some(0, 1), some(0, 1)];
    let mut refunded = life(paid_for());
    assert_eq!(asked_back(&refunded.run(refund(1, RefundOf::Lines(twice()))).unwrap()), 2000);
    assert_eq!(asked_back(&refunded.run(refund(2, RefundOf::Lines(vec![some(0, 1)]))).unwrap()), 999);
    let mut canceled = life(paid_for());
    canceled.run(refund(1, RefundOf::Lines(vec![some(0, 1)]))).unwrap();
    assert_eq!(asked_back(&canceled.run(cancel_lines(2, vec![some(0, 1), some(0, 2)])).unwrap()), 1999);
    let mut sent = life(reserved());
    sent.run(ship(1, vec![some(0, 1), some(0, 2)])).unwrap();
    sent.run(captured(1, PRICES[0] + SHIPPING)).unwrap();
    assert_eq!(sent.state().uncaptured(), PRICES[1]);
}

/// A refund over several captures may be refused after the first of them.
#[test]
fn the_rest_of_a_refund_that_went_back_in_part_comes_back_to_sales() {
    let mut order = life(paid_for());
    order.run(refund(1, cents(1000))).unwrap();
    order.run(refunded(refund_of(adjustment(1)), 600)).unwrap();
    // The payment booked what went back: refunds → provider.
    assert_eq!((order.balance(SALES, "EUR"), order.balance(REFUNDS, "EUR")), (-600, 600));
    assert_eq!((order.state().refunded(), order.state().refundable()), (600, TOTAL - 600));
    // What failed and went back in part after all is that part.
    order.run(refund(2, cents(500))).unwrap();
    let failed = Fact::RefundFailed { refund: refund_of(adjustment(2)), code: "closed".to_owned() };
    order.run(fact(failed)).unwrap();
    order.run(refunded(refund_of(adjustment(2)), 200)).unwrap();
    assert_eq!((order.balance(SALES, "EUR"), order.balance(REFUNDS, "EUR")), (-800, 800));
    assert_eq!(order.state().refunded(), 800);
}

#[test]
fn refunds_need_money_that_was_taken_and_the_right_currency() {
    let nothing = Rejection::RefundExceedsCaptured { refundable: Money::eur(0) };
    given::<Order>(reserved()).when(refund(1, cents(1))).then_rejects(nothing);
    given::<Order>(paid_for()).when(refund(1, cents(0))).then_rejects(Rejection::NothingChosen);
    given::<Order>(paid_for()).when(refund(1, cents(-5))).then_rejects(Rejection::NothingChosen);
    let dollars = RefundOf::Amount(Money::new(1, "USD".parse().unwrap()));
    given::<Order>(paid_for()).when(refund(1, dollars)).then_rejects(Rejection::CurrencyMismatch);
    given::<Order>([drafted(1)]).when(refund(1, cents(1))).then_rejects(Rejection::NotPlaced);
}

#[test]
fn disputed_money_is_not_given_back_a_second_time() {
    let opened = || fact(Fact::DisputeOpened { dispute: "dp_1".to_owned(), amount: Money::eur(TOTAL) });
    let closed =
        |won| fact(Fact::DisputeClosed { dispute: "dp_1".to_owned(), amount: Money::eur(TOTAL), won });
    let nothing = Rejection::RefundExceedsCaptured { refundable: Money::eur(0) };
    let mut order = life(paid_for());
    order.run(opened()).unwrap();
    assert!(order.run(opened()).unwrap().events.is_empty());
    assert_eq!(order.run(refund(1, cents(1))).unwrap_err(), nothing);
    order.run(closed(true)).unwrap();
    assert_eq!((order.state().refundable(), order.state().price()), (TOTAL, TOTAL));
    let mut order = life(paid_for());
    order.run(closed(false)).unwrap();
    assert!(order.run(closed(false)).unwrap().events.is_empty());
    assert_eq!(order.run(refund(1, cents(1))).unwrap_err(), nothing);
    assert_eq!(order.state().payment_status(), PaymentStatus::Refunded);
}

/// A refund made at the provider's own desk is written down like one of ours.
#[test]
fn a_refund_that_nobody_here_asked_for_is_noted() {
    let mut order = life(paid_for());
    let outside = crate::ids::RefundId::from(Uuid::from_u128(99));
    order.run(refunded(outside, 500)).unwrap();
    assert_eq!((order.state().refunded(), order.state().refundable()), (500, TOTAL - 500));
    assert_eq!(order.balance(REFUNDS, "EUR"), 500);
    assert!(order.run(refunded(outside, 500)).unwrap().events.is_empty());
}
