//! What a provider tells of its own accord. It may come twice, late and in any order.

use amazoff_supervisor::Decision;

use super::event::Event;
use super::known::Known;
use super::provider::{News, Operation};
use super::rejection::Rejection;
use super::state::Payment;
use super::{returned, sync};
use crate::money::Money;
use crate::order::Fact;

/// Money that card owners took back: what it is short of.
pub const DISPUTES: &str = "disputes";

/// How many messages a payment remembers. An older one that comes again changes nothing either: it makes the payment ask
/// once more, and disputes have names.
pub(super) const SEEN_MAX: usize = 64;

/// Takes a message in, once. Most only say that there is something to ask.
pub(super) fn take_in(known: &Known<'_>, event: &str, news: &News) -> Result<Decision<Payment>, Rejection> {
    if known.payment.seen.iter().any(|seen| seen == event) {
        return Ok(known.unchanged());
    }
    let observed = || known.happens(vec![Event::Observed { event: event.to_owned() }]);
    Ok(match news {
        News::Look => known.and_then(observed(), sync::ask),
        // An answer that is on its way may be older than the message, which comes again.
        News::RefundFailed { .. } if is_giving_back(known) => return Err(Rejection::Busy),
        News::RefundFailed { reference } => {
            let asked = known.and_then(observed(), sync::ask);
            known.and_then(asked, |known| returned::ask(known, Some(reference)))
        }
        News::Disputed { dispute, amount } => {
            known.and_then(observed(), |known| opened(known, dispute, *amount))
        }
        News::DisputeClosed { dispute, amount, won } => {
            known.and_then(observed(), |known| closed(known, dispute, (*amount, *won)))
        }
        News::Irrelevant => known.unchanged(),
    })
}

/// Whether the provider is being asked for a refund, or about one.
fn is_giving_back(known: &Known<'_>) -> bool {
    let under_way = known.payment.part_under_way();
    let refund = under_way.filter(|(part, _)| part.id.operation() == Operation::Refund);
    refund.is_some_and(|(_, ask)| ask.doubt.is_none_or(|doubt| doubt.asking))
}

fn opened(known: &Known<'_>, dispute: &str, amount: Money) -> Decision<Payment> {
    if known.payment.disputes.contains_key(dispute) {
        return known.unchanged();
    }
    let dispute = dispute.to_owned();
    let happened = known.happens(vec![Event::DisputeOpened { dispute: dispute.clone(), amount }]);
    known
        .transfer(happened, amount, (DISPUTES, &known.provider_account()))
        .effect(known.tell_order(Fact::DisputeOpened { dispute, amount }))
}

/// The end of a dispute may come before its beginning.
fn closed(known: &Known<'_>, dispute: &str, (amount, won): (Money, bool)) -> Decision<Payment> {
    let ending = |known: &Known<'_>| {
        let known_amount = known.payment.disputes.get(dispute).filter(|of| of.won.is_none());
        let Some(amount) = known_amount.map(|of| of.amount) else { return known.unchanged() };
        let (name, fact) = (dispute.to_owned(), dispute.to_owned());
        let happened = known
            .happens(vec![Event::DisputeClosed { dispute: name, won }])
            .effect(known.tell_order(Fact::DisputeClosed { dispute: fact, amount, won }));
        let back = (known.provider_account(), DISPUTES);
        if won { known.transfer(happened, amount, (&back.0, back.1)) } else { happened }
    };
    known.and_then(opened(known, dispute, amount), ending)
}
