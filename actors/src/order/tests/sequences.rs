//! Whatever is asked, in whatever order, and whatever payments tell: the books of an order hold.

use std::collections::BTreeMap;

use amazoff_testkit::Life;
use proptest::prelude::*;

use super::standing::*;
use super::*;
use crate::ids::{CaptureId, RefundId};

/// What a payment does with what the order asks of it.
#[derive(Default)]
struct Bank {
    captures: BTreeMap<CaptureId, i64>,
    refunds: BTreeMap<RefundId, i64>,
}

#[derive(Clone, Debug)]
enum Step {
    Ask(Command),
    /// The payment answers the oldest open capture or refund, well or badly; or the same again.
    Answer {
        capture: bool,
        well: bool,
        again: bool,
    },
    Expire,
}

fn portions() -> impl Strategy<Value = Vec<Portion>> {
    proptest::collection::vec((0..2_u128, 1..4_u32).prop_map(|(n, quantity)| some(n, quantity)), 1..3)
}

fn any_command() -> impl Strategy<Value = Command> {
    let n = || 0..4_u128;
    let received = (portions(), any::<bool>()).prop_map(|(lines, resellable)| {
        let came = |of: &Portion| ReceivedPortion { line: of.line, quantity: of.quantity, resellable };
        lines.iter().map(came).collect::<Vec<_>>()
    });
    let reason = ReturnReason::Other;
    prop_oneof![
        2 => (n(), portions()).prop_map(|(n, lines)| pack(n, lines)),
        1 => n().prop_map(|n| Command::Unpack { shipment: parcel(n) }),
        3 => (n(), portions()).prop_map(|(n, lines)| ship(n, lines)),
        1 => n().prop_map(|n| ship(n, vec![])),
        3 => n().prop_map(deliver),
        2 => (n(), portions()).prop_map(|(n, lines)| cancel_lines(n, lines)),
        1 => any::<bool>().prop_map(|shop| Command::Cancel {
            reason: if shop { CancelReason::Shop } else { CancelReason::Shopper },
        }),
        2 => (4..8_u128, portions()).prop_map(|(n, lines)| refund(n, RefundOf::Lines(lines))),
        2 => (8..12_u128, 1..TOTAL).prop_map(|(n, amount)| refund(n, cents(amount))),
        3 => (n(), portions()).prop_map(move |(n, lines)| Command::RequestReturn { id: back(n), lines, reason }),
        3 => n().prop_map(|n| Command::ApproveReturn { id: back(n) }),
        1 => n().prop_map(|n| Command::RejectReturn { id: back(n) }),
        1 => n().prop_map(|n| Command::CancelReturn { id: back(n) }),
        3 => (n(), received).prop_map(|(n, lines)| Command::ReceiveReturn { id: back(n), lines }),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => any_command().prop_map(Step::Ask),
        6 => (any::<bool>(), proptest::bool::weighted(0.8), proptest::bool::weighted(0.2))
            .prop_map(|(capture, well, again)| Step::Answer { capture, well, again }),
        1 => Just(Step::Expire),
    ]
}

impl Bank {
    /// The fact that answers what was asked (of a capture or a refund, well or not); with `again` it stays open and will be
    /// told a second time.
    fn answer(&mut self, (capture, well, again): (bool, bool, bool)) -> Option<Fact> {
        let code = "declined".to_owned();
        if capture {
            let (id, amount) = self.captures.iter().next().map(|(id, amount)| (*id, *amount))?;
            if !again {
                self.captures.remove(&id);
            }
            let amount = Money::eur(amount);
            let failed = Fact::CaptureFailed { capture: id, code };
            return Some(if well || again { Fact::Captured { capture: id, amount } } else { failed });
        }
        let (id, amount) = self.refunds.iter().next().map(|(id, amount)| (*id, *amount))?;
        if !again {
            self.refunds.remove(&id);
        }
        let amount = Money::eur(amount);
        let failed = Fact::RefundFailed { refund: id, code };
        Some(if well || again { Fact::Refunded { refund: id, amount } } else { failed })
    }

    fn hears(&mut self, decision: &amazoff_supervisor::Decision<Order>) {
        for effect in &decision.effects {
            if let Effect::CapturePart { capture, amount, .. } = effect {
                assert!(self.captures.insert(*capture, amount.amount).is_none(), "asked twice");
            }
            if let Effect::Refund { refund, amount, .. } = effect {
                assert!(self.refunds.insert(*refund, amount.amount).is_none(), "asked twice");
            }
        }
    }
}

fn check(life: &Life<Order>) {
    let order = life.state();
    assert!(order.refunded() <= order.refunding(), "ORDER-6");
    assert!(order.refunding() <= order.captured(), "ORDER-6: {order:#?}");
    assert!(order.captured() + order.capturing() <= TOTAL, "no more is taken than was reserved");
    for pieces in order.goods.values() {
        let Pieces { ordered, canceled, packed, shipped, delivered, returned, .. } = *pieces;
        assert!(canceled + packed + shipped <= ordered, "{pieces:?}");
        assert!(delivered <= shipped && returned <= delivered, "{pieces:?}");
        assert!(pieces.refunded <= ordered, "{pieces:?}");
    }
    assert!((0..=TOTAL).contains(&order.price()));
    assert_eq!(Axes::derive(order), order.axes, "one writer");
    assert_eq!(life.balance(SALES, "EUR") + life.balance(REFUNDS, "EUR"), life_captured(life), "ORDER-4");
    assert_eq!(life.balance(REFUNDS, "EUR"), order.refunding(), "ORDER-4");
}

/// What came out of clearing; at placement it was taken before the test's own commands began.
fn life_captured(life: &Life<Order>) -> i64 {
    -life.balance(CLEARING, "EUR")
}

fn run(events: Vec<Event>, steps: Vec<Step>) {
    let (mut order, mut bank) = (life(events), Bank::default());
    for step in steps {
        let command = match step {
            Step::Ask(command) => command,
            Step::Expire => fact(Fact::Expired),
            Step::Answer { capture, well, again } => {
                let Some(told) = bank.answer((capture, well, again)) else { continue };
                fact(told)
            }
        };
        let before = order.state().clone();
        if let Ok(decision) = order.run(command.clone()) {
            bank.hears(&decision);
            let repeat = order.run(command).unwrap();
            assert!(repeat.events.is_empty() && repeat.effects.is_empty(), "a repeat changes nothing");
        } else {
            assert_eq!(*order.state(), before);
        }
        check(&order);
    }
}

proptest! {
    #[test]
    fn any_sequence_keeps_the_books_of_an_order_paid_at_once(
        steps in proptest::collection::vec(any_step(), 0..40),
    ) {
        run(paid_for(), steps);
    }

    #[test]
    fn any_sequence_keeps_the_books_of_an_order_paid_by_parcels(
        steps in proptest::collection::vec(any_step(), 0..40),
    ) {
        run(reserved(), steps);
    }
}
