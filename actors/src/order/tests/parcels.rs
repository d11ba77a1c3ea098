use super::standing::*;
use super::*;

#[test]
fn parcels_are_packed_sent_and_delivered_piece_by_piece() {
    let mut order = life(paid_for());
    use {FulfillmentStatus as Goods, PaymentStatus as Money};
    assert_eq!(axes(order.state()), (Status::Placed, Money::Paid, Goods::Unfulfilled));
    for (command, goods, stage) in [
        (pack(1, vec![some(0, 2)]), Goods::Packed, Stage::Packed),
        (ship(1, vec![]), Goods::PartiallyShipped, Stage::Shipped),
        (deliver(1), Goods::PartiallyDelivered, Stage::Shipped),
        (ship(2, vec![some(0, 1), some(1, 2)]), Goods::PartiallyDelivered, Stage::Shipped),
    ] {
        assert_eq!(order.run(command).unwrap().reply, stage);
        assert_eq!(axes(order.state()), (Status::Placed, Money::Paid, goods));
    }
    assert_eq!(order.run(deliver(2)).unwrap().reply, Stage::Delivered);
    assert_eq!(axes(order.state()), (Status::Completed, Money::Paid, Goods::Delivered));
}

#[test]
fn a_sent_parcel_takes_its_pieces_out_of_the_stock() {
    let shipment = parcel(1);
    let moved = |n, quantity| Effect::ShipStock {
        variant: variant(n),
        shipment,
        hold: hold(n),
        quantity: pieces(quantity),
    };
    let news = News::Shipped { shipment };
    let letter = Effect::Write { news, at: AT };
    let word = Effect::Announce { news, buyer: None, at: AT };
    given::<Order>(paid_for())
        .when(ship(1, vec![some(1, 1), some(0, 3)]))
        .at(AT)
        .then_effects([moved(0, 3), moved(1, 1), letter, word])
        .when(ship(1, vec![some(1, 1), some(0, 3)]))
        .then_nothing_happens()
        .when(ship(1, vec![]))
        .then_nothing_happens()
        .when(ship(1, vec![some(0, 3)]))
        .then_rejects(Rejection::ShipmentDiffers);
}

#[test]
fn no_piece_is_packed_twice() {
    given::<Order>(paid_for())
        .when(pack(1, vec![some(0, 2)]))
        .when(pack(2, vec![some(0, 2)]))
        .then_rejects(Rejection::QuantityNotOpen { line: line(0), left: 1 })
        .when(pack(2, vec![some(1, 1), some(1, 2)]))
        .then_rejects(Rejection::QuantityNotOpen { line: line(1), left: 2 })
        .when(pack(2, vec![some(9, 1)]))
        .then_rejects(Rejection::LineUnknown { line: line(9) })
        .when(pack(2, vec![]))
        .then_rejects(Rejection::NothingChosen)
        .when(pack(1, vec![some(0, 2)]))
        .then_nothing_happens();
    given::<Order>([drafted(1)]).when(pack(1, all())).then_rejects(Rejection::NotPlaced);
    given::<Order>(paid_for()).when(deliver(1)).then_rejects(Rejection::ShipmentUnknown);
    given::<Order>(paid_for()).when(ship(1, vec![])).then_rejects(Rejection::ShipmentUnknown);
    given::<Order>(paid_for()).when(pack(1, all())).when(deliver(1)).then_rejects(Rejection::ShipmentNotSent);
}

/// T-S4: taking a parcel apart opens its pieces once, and what was promised to them never moves.
#[test]
fn a_parcel_that_is_taken_apart_opens_its_pieces_once() {
    let unpack = || Command::Unpack { shipment: parcel(1) };
    given::<Order>(paid_for())
        .when(pack(1, all()))
        .when(unpack())
        .then_effects([])
        .then_state(|order| assert_eq!(order.goods[&line(0)].open(), 3))
        .when(unpack())
        .then_nothing_happens()
        .when(ship(2, all()))
        .then_state(|order| assert_eq!(order.goods[&line(0)].open(), 0));
    given::<Order>(paid_for()).when(ship(1, all())).when(unpack()).then_rejects(Rejection::ShipmentSent);
}

/// Money is taken parcel by parcel, sending with the first, and the parts sum to the total.
#[test]
fn each_parcel_has_its_price_taken() {
    let mut order = life(reserved());
    let asked = |decision: &amazoff_supervisor::Decision<Order>| {
        decision.effects.iter().find_map(|effect| {
            if let Effect::CapturePart { capture, amount, .. } = effect {
                Some((*capture, amount.amount))
            } else {
                None
            }
        })
    };
    let first = order.run(ship(1, vec![some(0, 1)])).unwrap();
    assert_eq!(asked(&first), Some((capture(1), 1000 + SHIPPING)));
    order.run(captured(1, 1000 + SHIPPING)).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::PartiallyPaid);
    let second = order.run(ship(2, vec![some(0, 2), some(1, 1)])).unwrap();
    assert_eq!(asked(&second), Some((capture(2), 1000 + 999 + 501)));
    let third = order.run(ship(3, vec![some(1, 1)])).unwrap();
    assert_eq!(asked(&third), Some((capture(3), 500)));
    order.run(captured(3, 500)).unwrap();
    order.run(captured(2, 2500)).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::Paid);
    assert_eq!(order.state().captured(), TOTAL);
    assert_eq!(order.balance(SALES, "EUR"), TOTAL);
}

/// T-O10.
#[test]
fn nothing_is_sent_once_the_reservation_ran_out() {
    let mut order = life(reserved());
    order.run(fact(Fact::Expired)).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::Voided, "it shows");
    assert!(order.state().timeline.iter().any(|moment| moment.event == Milestone::PaymentExpired));
    assert_eq!(order.state().status(), Status::Placed, "it still binds");
    order.run(pack(1, all())).unwrap();
    assert_eq!(order.run(ship(1, vec![])).unwrap_err(), Rejection::NotCovered);
    // Another payment pays it.
    let paid = Fact::Captured { capture: capture(9), amount: Money::eur(TOTAL) };
    order.run(Command::NoteFact { payment: payment(2), fact: paid }).unwrap();
    order.run(ship(1, vec![])).unwrap();
}

#[test]
fn nothing_more_is_sent_once_a_capture_failed() {
    let mut order = life(reserved());
    order.run(ship(1, vec![some(0, 1)])).unwrap();
    let failed = || fact(Fact::CaptureFailed { capture: capture(1), code: "card-stolen".to_owned() });
    order.run(failed()).unwrap();
    assert!(order.run(failed()).unwrap().events.is_empty(), "told twice");
    assert_eq!(order.state().payment_status(), PaymentStatus::Failed);
    assert_eq!(order.run(ship(2, vec![some(1, 2)])).unwrap_err(), Rejection::NotCovered);
}

#[test]
fn whoever_has_looked_at_an_older_order_is_told() {
    let deliver = |version| Command::IfVersion { version, command: Box::new(deliver(1)) };
    let mut order = life(paid_for());
    order.run(ship(1, all())).unwrap();
    let now = order.state().version;
    assert_eq!(now, u64::try_from(order.events().len()).unwrap());
    assert_eq!(order.run(deliver(now - 1)).unwrap_err(), Rejection::Changed { version: now });
    assert_eq!(order.run(deliver(now)).unwrap().reply, Stage::Delivered);
}
