use super::standing::*;
use super::*;

fn request(n: u128, lines: Vec<Portion>) -> Command {
    Command::RequestReturn { id: back(n), lines, reason: ReturnReason::Unwanted }
}

fn approve(n: u128) -> Command {
    Command::ApproveReturn { id: back(n) }
}

fn reject(n: u128) -> Command {
    Command::RejectReturn { id: back(n) }
}

fn came(n: u128, quantity: u32, resellable: bool) -> ReceivedPortion {
    ReceivedPortion { line: line(n), quantity: pieces(quantity), resellable }
}

fn receive(n: u128, lines: Vec<ReceivedPortion>) -> Command {
    Command::ReceiveReturn { id: back(n), lines }
}

fn arrived() -> amazoff_testkit::Life<Order> {
    let mut order = life(paid_for());
    order.run(ship(1, all())).unwrap();
    order.run(deliver(1)).unwrap();
    order
}

#[test]
fn only_what_arrived_is_sent_back_and_only_once() {
    given::<Order>(paid_for())
        .when(request(1, vec![some(0, 1)]))
        .then_rejects(Rejection::QuantityNotOpen { line: line(0), left: 0 });
    let mut order = arrived();
    order.run(request(1, vec![some(0, 2)])).unwrap();
    assert!(order.run(request(1, vec![some(0, 2)])).unwrap().events.is_empty());
    let left = Rejection::QuantityNotOpen { line: line(0), left: 1 };
    assert_eq!(order.run(request(2, vec![some(0, 2)])).unwrap_err(), left);
    order.run(reject(1)).unwrap();
    order.run(request(2, vec![some(0, 3)])).unwrap();
    assert_eq!(order.run(approve(1)).unwrap_err(), Rejection::ReturnNotOpen { state: ReturnState::Rejected });
    order.run(Command::CancelReturn { id: back(2) }).unwrap();
    order.run(request(3, vec![some(0, 3)])).unwrap();
}

/// Whoever asks and gives up again and again leaves no order that nobody can handle.
#[test]
fn an_order_has_fifty_returns_at_most() {
    let mut order = arrived();
    for n in 1..=50 {
        order.run(request(n, vec![some(0, 3)])).unwrap();
        order.run(Command::CancelReturn { id: back(n) }).unwrap();
    }
    assert_eq!(order.run(request(51, vec![some(0, 3)])).unwrap_err(), Rejection::TooManyReturns);
    assert!(
        order.run(request(50, vec![some(0, 3)])).unwrap().events.is_empty(),
        "a repeat is no further one"
    );
    order.run(refund(1, RefundOf::Lines(vec![some(0, 3)]))).unwrap();
}

/// Goods go back to the stock when they are received, and only what can be sold to the shelf; money goes back then too.
#[test]
fn a_return_is_restocked_and_refunded_when_it_is_received() {
    let mut order = arrived();
    for command in [request(1, vec![some(0, 2)]), approve(1)] {
        assert!(order.run(command).unwrap().effects.is_empty());
    }
    let too_many = receive(1, vec![came(0, 2, true), came(0, 1, false)]);
    assert_eq!(order.run(too_many).unwrap_err(), Rejection::QuantityNotOpen { line: line(0), left: 2 });
    let received = || receive(1, vec![came(0, 1, true), came(0, 1, false)]);
    let decision = order.run(received()).unwrap();
    let restocked = decision.effects.iter().filter_map(|effect| {
        if let Effect::Restock { quantity, resellable, .. } = effect {
            Some((quantity.get(), *resellable))
        } else {
            None
        }
    });
    assert_eq!(restocked.collect::<Vec<_>>(), [(1, false), (1, true)]);
    assert_eq!(asked_back(&decision), 2000);
    assert!(order.run(received()).unwrap().events.is_empty());
    assert_eq!(order.state().returns[&back(1)].state, ReturnState::Received);
    let id = order.state().adjustments[0].refunds[0].refund;
    order.run(fact(Fact::Refunded { refund: id, amount: Money::eur(2000) })).unwrap();
    assert_eq!(order.state().returns[&back(1)].state, ReturnState::Refunded);
    assert_eq!(
        axes(order.state()),
        (Status::Completed, PaymentStatus::PartiallyRefunded, FulfillmentStatus::Delivered)
    );
}

#[test]
fn an_order_of_which_everything_came_back_is_returned() {
    let mut order = arrived();
    order.run(request(1, all())).unwrap();
    order.run(approve(1)).unwrap();
    let everything = receive(1, vec![came(0, 3, true), came(1, 2, true)]);
    assert_eq!(
        asked_back(&order.run(everything).unwrap()),
        PRICES[0] + PRICES[1],
        "sending is not given back"
    );
    assert_eq!(order.state().fulfillment_status(), FulfillmentStatus::Returned);
    assert_eq!(order.state().status(), Status::Completed);
}

#[test]
fn pieces_that_were_paid_back_before_are_not_paid_back_when_they_return() {
    let mut order = arrived();
    order.run(refund(1, RefundOf::Lines(vec![some(1, 2)]))).unwrap();
    order.run(request(1, vec![some(1, 2)])).unwrap();
    order.run(approve(1)).unwrap();
    assert_eq!(asked_back(&order.run(receive(1, vec![came(1, 2, true)])).unwrap()), 0);
    assert_eq!(order.state().returns[&back(1)].state, ReturnState::Refunded);
}

#[test]
fn a_return_moves_forward_only() {
    let mut order = arrived();
    assert_eq!(order.run(approve(1)).unwrap_err(), Rejection::ReturnUnknown);
    order.run(request(1, vec![some(0, 1)])).unwrap();
    let early = Rejection::ReturnNotOpen { state: ReturnState::Requested };
    assert_eq!(order.run(receive(1, vec![came(0, 1, true)])).unwrap_err(), early);
    order.run(approve(1)).unwrap();
    assert!(order.run(approve(1)).unwrap().events.is_empty());
    order.run(receive(1, vec![came(0, 1, true)])).unwrap();
    let late = Rejection::ReturnNotOpen { state: ReturnState::Received };
    assert_eq!(order.run(reject(1)).unwrap_err(), late);
    assert_eq!(order.run(Command::CancelReturn { id: back(1) }).unwrap_err(), late);
}

#[test]
fn a_remark_is_kept_once() {
    let id = crate::ids::NoteId::from(Uuid::from_u128(1));
    let remark = || Command::AddNote { id, text: Sealed::Erased, author: None };
    given::<Order>(paid_for())
        .when(remark())
        .then_state(|order| assert_eq!(order.notes.len(), 1))
        .when(remark())
        .then_nothing_happens();
}
