use amazoff_supervisor::Posting;
use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::ShipmentId;

fn pieces(n: u32) -> Quantity {
    Quantity::try_from(n).unwrap()
}

fn cause(n: u128) -> Uuid {
    Uuid::from_u128(1_000 + n)
}

fn ship(parcel: u128, n: u128, quantity: u32) -> Command {
    Command::Ship { shipment: ShipmentId::from(cause(parcel)), hold: hold_id(n), quantity: pieces(quantity) }
}

fn deallocate(n: u128, from: u128, quantity: u32) -> Command {
    Command::Deallocate { cause: cause(n), hold: hold_id(from), quantity: pieces(quantity) }
}

fn restock(n: u128, quantity: u32, resellable: bool) -> Command {
    Command::Restock { cause: cause(n), quantity: pieces(quantity), resellable }
}

fn adjust(delta: i64, expected_on_hand: Option<u32>) -> Command {
    Command::Adjust { delta, reason: AdjustReason::Counted, expected_on_hand }
}

/// A stock of `stock` pieces of which hold 1 has `quantity`, committed.
fn promised(stock: u32, quantity: u32) -> Vec<Event> {
    [held(stock, 1, quantity), vec![Event::HoldCommitted { hold: hold_id(1) }]].concat()
}

fn to(from: &str, to: &str, amount: i64) -> [Posting; 2] {
    let mut postings = moved(from, to, amount);
    for posting in &mut postings {
        if posting.account.starts_with("stock:customer") {
            posting.account = CUSTOMER.to_owned();
        }
    }
    postings
}

/// STOCK-7.
#[test]
fn shipped_pieces_leave_the_shelf_and_the_promise() {
    given::<Stock>(promised(5, 3))
        .entity(variant())
        .when(ship(1, 1, 2))
        .then_reply(levels(3, 0, 1))
        .then_postings(to("allocated", "customer", 2))
        .when(ship(1, 1, 2))
        .then_nothing_happens()
        .when(ship(1, 1, 1))
        .then_rejects(Rejection::MovementDiffers)
        .when(ship(2, 1, 2))
        .then_rejects(Rejection::ExceedsHold { left: 1 })
        .when(ship(2, 1, 1))
        .then_reply(levels(2, 0, 0))
        .then_state(|stock| assert!(stock.holds.is_empty()));
}

#[test]
fn only_promised_pieces_are_shipped() {
    given::<Stock>(held(5, 1, 3)).when(ship(1, 1, 1)).then_rejects(Rejection::HoldNotCommitted);
    given::<Stock>(stocked(5)).when(ship(1, 1, 1)).then_rejects(Rejection::HoldUnknown);
    let released = [held(5, 1, 3), vec![Event::HoldReleased { hold: hold_id(1) }]].concat();
    given::<Stock>(released).when(ship(1, 1, 1)).then_rejects(Rejection::HoldReleased);
}

/// A hold of which nothing is left answers late repeats of its checkout as before.
#[test]
fn a_spent_hold_is_committed_for_ever_and_never_released() {
    let spent = [
        promised(5, 3),
        vec![Event::Shipped { shipment: ShipmentId::from(cause(1)), hold: hold_id(1), quantity: pieces(3) }],
    ]
    .concat();
    given::<Stock>(spent)
        .when(commit(1))
        .then_nothing_happens()
        .when(hold(1, 3))
        .then_nothing_happens()
        .when(release(1))
        .then_rejects(Rejection::HoldCommitted)
        .when(ship(2, 1, 1))
        .then_rejects(Rejection::ExceedsHold { left: 0 });
}

/// T-S4: what was promised can be had again once, whatever is repeated.
#[test]
fn a_promise_that_is_taken_back_frees_its_pieces_once() {
    given::<Stock>(promised(5, 3))
        .entity(variant())
        .when(deallocate(1, 1, 2))
        .then_reply(levels(5, 0, 1))
        .then_postings(moved("allocated", "available", 2))
        .when(deallocate(1, 1, 2))
        .then_nothing_happens()
        .when(deallocate(1, 1, 1))
        .then_rejects(Rejection::MovementDiffers)
        .when(deallocate(2, 1, 2))
        .then_rejects(Rejection::ExceedsHold { left: 1 });
}

#[test]
fn goods_come_back_to_the_shelf_only_when_they_can_be_sold() {
    let shipped = [
        promised(5, 3),
        vec![Event::Shipped { shipment: ShipmentId::from(cause(1)), hold: hold_id(1), quantity: pieces(3) }],
    ]
    .concat();
    given::<Stock>(shipped)
        .entity(variant())
        .when(restock(2, 1, true))
        .then_reply(levels(3, 0, 0))
        .then_postings(to("customer", "available", 1))
        .when(restock(2, 1, true))
        .then_nothing_happens()
        .when(restock(3, 2, false))
        .then_reply(levels(3, 0, 0))
        .then_postings(to("customer", "scrapped", 2));
}

#[test]
fn a_correction_compares_and_sets() {
    given::<Stock>(stocked(5))
        .entity(variant())
        .when(adjust(-2, Some(5)))
        .then_reply(levels(3, 0, 0))
        .then_postings(moved("available", "adjusted", 2))
        .when(adjust(-2, Some(5)))
        .then_rejects(Rejection::StockChanged { on_hand: 3 })
        .when(adjust(4, None))
        .then_reply(levels(7, 0, 0))
        .then_postings(moved("adjusted", "available", 4));
    for delta in [0, -6, i64::MIN, i64::MAX, i64::from(QUANTITY_MAX)] {
        given::<Stock>(stocked(5)).when(adjust(delta, None)).then_rejects(Rejection::QuantityOutOfRange);
    }
}

/// STOCK-1.
#[test]
fn a_correction_takes_no_piece_that_is_promised() {
    given::<Stock>(promised(5, 3))
        .when(adjust(-3, None))
        .then_rejects(Rejection::InsufficientStock { available: 2 })
        .when(adjust(-2, None))
        .then_reply(levels(3, 0, 3));
}

#[test]
fn backordered_pieces_are_promised_and_wait_for_the_shelf() {
    given::<Stock>(stocked(1))
        .when(Command::AllowBackorders { up_to: 2 })
        .then_reply(Levels { available: 3, backorder_max: 2, ..levels(1, 0, 0) })
        .when(Command::AllowBackorders { up_to: 2 })
        .then_nothing_happens()
        .when(hold(1, 3))
        .then_state(|stock| assert_eq!((stock.held, stock.available()), (3, 0)))
        .when(hold(2, 1))
        .then_rejects(Rejection::InsufficientStock { available: 0 })
        .when(commit(1))
        .then_state(|stock| assert_eq!(stock.allocated, 3))
        .when(ship(1, 1, 3))
        .then_rejects(Rejection::NotOnShelf { on_hand: 1 })
        .when(ship(1, 1, 1))
        .then_state(|stock| assert_eq!((stock.on_hand, stock.allocated), (0, 2)))
        .when(Command::Receive { quantity: 2 })
        .then_state(|stock| assert_eq!((stock.on_hand, stock.available()), (2, 2)))
        .when(ship(2, 1, 2))
        .then_state(|stock| assert_eq!((stock.on_hand, stock.allocated), (0, 0)));
    given::<Stock>(stocked(1))
        .when(Command::AllowBackorders { up_to: QUANTITY_MAX + 1 })
        .then_rejects(Rejection::QuantityOutOfRange);
}

/// T-S5: whatever the clock says while the money is asked for, the pieces stay aside until the checkout decides.
#[test]
fn a_hold_that_is_overdue_while_its_shopper_pays_is_honoured() {
    let late = new_hold(1, 5).expires_at.plus(Duration::from_millis(1));
    given::<Stock>(held(5, 1, 5))
        .when(wake(1))
        .at(late)
        .then_effects([Effect::WakeCheckout { cart: new_hold(1, 5).cart }])
        .when(hold(2, 1))
        .then_rejects(Rejection::InsufficientStock { available: 0 })
        .when(commit(1))
        .then_reply(levels(5, 0, 5));
}

fn any_command() -> impl Strategy<Value = Command> {
    let n = || 0..6_u128;
    prop_oneof![
        2 => (0..30_u32).prop_map(|quantity| Command::Receive { quantity }),
        6 => (n(), 1..20_u32).prop_map(|(n, quantity)| hold(n, quantity)),
        3 => n().prop_map(release),
        3 => n().prop_map(commit),
        1 => n().prop_map(wake),
        3 => (0..9_u128, n(), 1..9_u32).prop_map(|(parcel, n, quantity)| ship(parcel, n, quantity)),
        2 => (10..19_u128, n(), 1..9_u32).prop_map(|(cause, n, quantity)| deallocate(cause, n, quantity)),
        1 => (20..29_u128, 1..9_u32, any::<bool>()).prop_map(|(n, pieces, sold)| restock(n, pieces, sold)),
        1 => (-20..20_i64, proptest::option::of(0..20_u32)).prop_map(|(delta, seen)| adjust(delta, seen)),
        1 => (0..9_u32).prop_map(|up_to| Command::AllowBackorders { up_to }),
    ]
}

fn check_invariants(life: &Life<Stock>) {
    let stock = life.state();
    let sum = |state| -> u32 {
        stock.holds.values().filter(|hold| hold.state == state).map(|hold| hold.left()).sum()
    };
    assert_eq!(stock.held, sum(HoldState::Live), "the columns are the sums of the holds");
    assert_eq!(stock.allocated, sum(HoldState::Committed), "the columns are the sums of the holds");
    assert!(stock.holds.values().all(|hold| hold.left() > 0), "a spent hold goes");
    assert!(stock.released.iter().all(|hold| !stock.holds.contains_key(hold)), "STOCK-3");
    let asset = variant().to_string();
    let balance = |name: &str| life.balance(&format!("stock:{name}:{asset}"), &asset);
    let free = i64::from(stock.on_hand) - i64::from(stock.held) - i64::from(stock.allocated);
    assert_eq!(balance("available"), free, "STOCK-5");
    assert_eq!(balance("held"), i64::from(stock.held), "STOCK-5");
    assert_eq!(balance("allocated"), i64::from(stock.allocated), "STOCK-5");
    let (out, scrapped) = (life.balance(CUSTOMER, &asset), balance("scrapped"));
    let came = -life.balance(SUPPLIER, &asset) - balance("adjusted");
    assert_eq!(came, i64::from(stock.on_hand) + out + scrapped, "STOCK-5");
}

proptest! {
    #[test]
    fn any_sequence_of_commands_keeps_every_invariant(
        commands in proptest::collection::vec(any_command(), 0..50),
    ) {
        let mut stock = Life::<Stock>::new(variant().uuid());
        stock.run(Command::Introduce { product: product(), sku: "POT-1".to_owned() }).unwrap();
        for command in commands {
            let promised = |stock: &Stock| stock.allocated + stock.held;
            let before = promised(stock.state());
            let accepted = stock.run(command.clone()).is_ok();
            let now = stock.state();
            let covered = promised(now) <= now.on_hand + now.backorder_max;
            prop_assert!(covered || promised(now) <= before, "STOCK-1");
            check_invariants(&stock);
            // STOCK-2
            let keyed = matches!(
                command,
                Command::Hold(_) | Command::ReleaseHold { .. } | Command::CommitHold { .. } | Command::Ship { .. }
                    | Command::Deallocate { .. } | Command::Restock { .. }
            );
            if accepted && keyed {
                let repeat = stock.run(command).unwrap();
                prop_assert!(repeat.events.is_empty() && repeat.postings.is_empty());
            }
        }
    }
}
