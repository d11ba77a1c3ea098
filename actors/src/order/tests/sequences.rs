//! Whatever is asked, in whatever order, and whatever payments tell: the books of an order hold.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::derive_uuid;
use amazoff_testkit::Life;
use proptest::prelude::*;

use super::standing::*;
use super::*;
use crate::ids::{CaptureId, PaymentId, RefundId};
use crate::payment::Update;

/// What a payment does with what the order asks of it.
#[derive(Default)]
struct Bank {
    captures: BTreeMap<CaptureId, (PaymentId, i64)>,
    refunds: BTreeMap<RefundId, (PaymentId, i64)>,
    /// Refunds that were told to be done, and how much of each may still come back.
    done: BTreeMap<RefundId, (PaymentId, i64)>,
    /// Payments that are asked for, and not decided.
    asked: BTreeSet<PaymentId>,
    /// Reservations that are to be given up, and whether they are reserved.
    voids: BTreeSet<PaymentId>,
    reserved: BTreeSet<PaymentId>,
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
    /// Another payment is begun.
    Pay(u128),
    /// It is reserved, or not, or the shopper is asked first.
    Payment(u8),
    /// A reservation is given up that was to be.
    Void,
    /// Some or all of a refund that was done comes back.
    Return(i64),
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
        4 => (0..6_u128).prop_map(Step::Pay),
        4 => (0..6_u8).prop_map(Step::Payment),
        2 => Just(Step::Void),
        1 => (1..TOTAL).prop_map(Step::Return),
    ]
}

impl Bank {
    /// The fact that answers what was asked (of a capture or a refund, well or not); with `again` it stays open and will be
    /// told a second time.
    fn answer(&mut self, (capture, well, again): (bool, bool, bool)) -> Option<Command> {
        let (well, code) = (well || again, "declined".to_owned());
        if capture {
            let (capture, (payment, cents)) = self.captures.iter().next().map(|(id, of)| (*id, *of))?;
            if !again {
                self.captures.remove(&capture);
            }
            let amount = Money::eur(cents);
            let failed = Fact::CaptureFailed { capture, code };
            return Some(of(payment, if well { Fact::Captured { capture, amount } } else { failed }));
        }
        let (refund, (payment, cents)) = self.refunds.iter().next().map(|(id, of)| (*id, *of))?;
        if !again {
            self.refunds.remove(&refund);
        }
        if well {
            self.done.insert(refund, (payment, cents));
        }
        let amount = Money::eur(cents);
        let failed = Fact::RefundFailed { refund, code };
        Some(of(payment, if well { Fact::Refunded { refund, amount } } else { failed }))
    }

    /// How the provider answers a payment that is begun.
    fn decide(&mut self, way: u8) -> Option<Command> {
        let payment = self.asked.iter().next().copied()?;
        let update = match way {
            0 => Update::RequiresAction { url: "/3ds".to_owned() },
            1 => Update::Failed { code: "declined".to_owned() },
            // What is to be given up is not told to be reserved first.
            _ if self.voids.contains(&payment) => Update::Unknown,
            _ => Update::Authorized,
        };
        match update {
            Update::Authorized => self.reserved.insert(payment) & self.asked.remove(&payment),
            Update::Failed { .. } => self.asked.remove(&payment),
            Update::RequiresAction { .. }
            | Update::Unknown
            | Update::Captured
            | Update::Voided
            | Update::IntegrityFailure => true,
        };
        Some(of(payment, Fact::Paying { update }))
    }

    /// A reservation of which nothing is being taken is given up, as was asked.
    fn give_up(&mut self) -> Option<Command> {
        let taking = |payment: &PaymentId| self.captures.values().any(|(of, _)| of == payment);
        let payment = self.voids.iter().copied().find(|payment| !taking(payment))?;
        self.voids.remove(&payment);
        if self.asked.remove(&payment) {
            return Some(of(payment, Fact::Paying { update: Update::Voided }));
        }
        self.reserved.remove(&payment).then(|| of(payment, Fact::Voided))
    }

    fn come_back(&mut self, cents: i64) -> Option<Command> {
        let (refund, (payment, left)) = self.done.pop_first()?;
        // News of a payment come in their order: what was told before is not told again now.
        self.refunds.remove(&refund);
        let (amount, code) = (Money::eur(cents.min(left)), "lost_card".to_owned());
        let returned = RefundId::from(derive_uuid(&[b"back", refund.uuid().as_bytes()]));
        Some(of(payment, Fact::RefundReturned { refund, returned, amount, code }))
    }

    fn hears(&mut self, decision: &amazoff_supervisor::Decision<Order>) {
        for effect in &decision.effects {
            match effect {
                Effect::Authorize { payment, .. } => {
                    assert!(self.asked.is_empty(), "one at a time");
                    self.asked.insert(*payment);
                }
                Effect::CapturePart { payment, capture, amount } => {
                    let asked = (*payment, amount.amount);
                    assert!(self.captures.insert(*capture, asked).is_none(), "asked twice");
                }
                Effect::Refund { payment, refund, amount } => {
                    assert!(self.refunds.insert(*refund, (*payment, amount.amount)).is_none(), "asked twice");
                }
                Effect::VoidPayment { payment } => {
                    assert!(self.voids.insert(*payment), "given up twice");
                }
                Effect::SyncPayment { .. }
                | Effect::ShipStock { .. }
                | Effect::Deallocate { .. }
                | Effect::Restock { .. }
                | Effect::NotePurchase { .. }
                | Effect::Write { .. }
                | Effect::Announce { .. } => {}
            }
        }
    }
}

fn of(payment: PaymentId, fact: Fact) -> Command {
    Command::NoteFact { payment, fact }
}

fn pay(n: u128) -> Command {
    let payment = PaymentId::from(Uuid::from_u128(800 + n));
    Command::Pay { payment, provider: "sandbox".to_owned(), token: "tok_ok".to_owned() }
}

/// What an account may take at most.
fn over(order: &Order, payment: PaymentId) -> i64 {
    order.further_payment(payment).map_or(TOTAL, |further| further.amount.amount)
}

fn check(life: &Life<Order>) {
    let order = life.state();
    assert!(order.refunded() <= order.refunding(), "ORDER-6");
    assert!(order.refunding() <= order.captured(), "ORDER-6: {order:#?}");
    for (payment, account) in &order.accounts {
        let taken = account.captured() + account.asked.values().sum::<i64>();
        assert!(taken <= over(order, *payment), "no more is taken than was reserved");
    }
    let open = order.further.iter().filter(|further| !further.state.is_over());
    assert!(open.count() <= 1, "ORDER-9: {:?}", order.further);
    assert!(order.owed() <= order.price(), "ORDER-9");
    let all_back = order.adjustments.iter().all(|of| of.status() != AdjustmentStatus::Failed);
    if all_back && order.capturing() == 0 {
        assert_eq!(order.excess(), 0, "what is too much goes back");
    }
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
            Step::Pay(n) => pay(n),
            Step::Answer { capture, well, again } => {
                let Some(told) = bank.answer((capture, well, again)) else { continue };
                told
            }
            Step::Payment(way) => {
                let Some(told) = bank.decide(way) else { continue };
                told
            }
            Step::Void => {
                let Some(told) = bank.give_up() else { continue };
                told
            }
            Step::Return(cents) => {
                let Some(told) = bank.come_back(cents) else { continue };
                told
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

    #[test]
    fn any_sequence_keeps_the_books_of_an_order_whose_first_payment_failed(
        steps in proptest::collection::vec(any_step(), 0..40),
    ) {
        run(unpaid(), steps);
    }
}
