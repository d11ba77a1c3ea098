//! Refunds that a provider first confirmed and later calls failed. Its messages and its records only say that there is
//! something to ask; what counts is how the refund stands when it is looked up by its key.

use amazoff_supervisor::{Decision, Entity as _, derive_uuid};

use super::event::Event;
use super::known::Known;
use super::part::{Part, PartId, PartState, RefundCall};
use super::parts::{self, REFUNDS};
use super::provider::{Found, IntentKey, ProviderAnswer};
use super::state::Payment;
use crate::ids::RefundId;
use crate::money::Money;
use crate::order::Fact;

/// The calls that gave money back which is not with the provider again.
fn standing(payment: &Payment) -> impl Iterator<Item = (&Part, &RefundCall)> {
    let calls = payment.parts.iter().flat_map(|part| part.refunds.iter().map(move |call| (part, call)));
    calls.filter(|(_, call)| call.returned.is_none())
}

/// Asks how refunds stand that were done: the one that the provider calls so, or all of them.
pub(super) fn ask(known: &Known<'_>, reference: Option<&str>) -> Decision<Payment> {
    let named = |call: &RefundCall| reference.is_some() && call.reference.as_deref() == reference;
    let any_named = standing(known.payment).any(|(_, call)| named(call));
    let asked = standing(known.payment).filter(|(_, call)| !any_named || named(call));
    let asked: Vec<_> = asked.collect();
    let compared = if asked.is_empty() { vec![] } else { vec![Event::RefundsCompared] };
    asked.into_iter().fold(known.happens(compared), |decision, (part, call)| {
        decision.effect(known.find_refund(part, call))
    })
}

/// The refund that was done under a key and is not with the provider again.
pub(super) fn of_key<'a>(known: &Known<'a>, key: &IntentKey) -> Option<(&'a Part, &'a RefundCall)> {
    standing(known.payment).find(|(part, call)| known.part_key(part.id, call.call) == *key)
}

/// Takes in how a refund stands that was done. Anything but a refusal is no news.
pub(super) fn record(
    known: &Known<'_>,
    (part, call): (&Part, &RefundCall),
    found: &Found,
) -> Decision<Payment> {
    match found {
        Found::Answered(ProviderAnswer::Declined { code }) => come_back(known, (part, call), code),
        Found::Answered(ProviderAnswer::Approved { .. } | ProviderAnswer::ActionRequired { .. })
        | Found::Pending
        | Found::Nothing => known.unchanged(),
    }
}

fn come_back(known: &Known<'_>, (part, call): (&Part, &RefundCall), code: &str) -> Decision<Payment> {
    let amount = Money::new(call.amount, part.amount.currency);
    let happened = known.happens(vec![Event::RefundReturned {
        part: part.id,
        call: call.call,
        amount,
        code: code.to_owned(),
    }]);
    let moved = known.transfer(happened, amount, (&known.provider_account(), REFUNDS));
    let after = known.payment.after(&moved.events);
    let (PartId::Refund(refund), Some(after)) = (part.id, after.part(part.id)) else { return moved };
    let told = match part.state {
        // Its order learns how all of it ended when what is under way has.
        PartState::Asked(_) => return moved,
        PartState::Waiting => parts::failure(after, code),
        PartState::Done | PartState::Failed { .. } => {
            let name = derive_uuid(&[b"returned", refund.uuid().as_bytes(), &call.call.to_be_bytes()]);
            let (returned, code) = (RefundId::from(name), code.to_owned());
            Fact::RefundReturned { refund, returned, amount, code }
        }
    };
    moved.effect(known.tell_order(told))
}
