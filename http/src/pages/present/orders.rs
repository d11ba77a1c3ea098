//! Orders: how the three axes of an order read as one line to a shopper.

use amazoff_actors::order::{
    Contact, FulfillmentStatus, Milestone, OrderCard, OrderDetails, PaymentStatus, Stage, View,
};
use amazoff_supervisor::Timestamp;

use super::{counted, day, moment, options, sums, thumbnail};
use crate::pages::countries;
use crate::pages::markup::order::{Moment, OrderPage, OrderRow, Progress, Step, StepState};
use crate::pages::markup::{Frame, Price, SummaryLine};

/// The page of an order; `action_url` is where its payment waits for the shopper.
pub(in crate::pages) fn page(frame: Frame, order: &OrderDetails, action_url: Option<String>) -> OrderPage {
    let view = &order.view;
    let line = |line: &amazoff_actors::order::Line| SummaryLine {
        title: line.title.clone(),
        options: options(&line.options),
        image: thumbnail(line.image.as_deref()),
        quantity: line.quantity.get(),
        total: Price::of(line.line_total),
    };
    let progress = progress(view, action_url);
    OrderPage {
        frame: frame.titled(progress.headline.clone()),
        progress,
        lines: view.lines.iter().map(line).collect(),
        sums: sums(&view.totals),
        contact: order.contact.as_ref().map(address).unwrap_or_default(),
    }
}

/// The part of the page that moves.
pub(in crate::pages) fn progress(view: &View, action_url: Option<String>) -> Progress {
    let told = tell(view.stage, view.payment_status);
    let action = match told.act {
        Act::None => None,
        Act::AtTheBank => action_url.map(|url| (url, "Go to your bank")),
        Act::Again => Some(("/checkout".to_owned(), "Try another card")),
    };
    Progress {
        id: view.id.to_string(),
        number: view.number.clone(),
        version: view.version.0,
        stage: view.stage.name(),
        headline: told.headline.to_owned(),
        detail: told.detail.to_owned(),
        action,
        moving: told.moving,
        steps: steps(view, told.failed),
    }
}

/// What the shopper can do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    None,
    AtTheBank,
    Again,
}

/// The state of an order in words.
struct Told {
    headline: &'static str,
    detail: &'static str,
    act: Act,
    moving: bool,
    failed: bool,
}

fn tell(stage: Stage, payment: PaymentStatus) -> Told {
    let calm = |headline, detail| Told { headline, detail, act: Act::None, moving: true, failed: false };
    match (stage, payment) {
        (Stage::Paid, _) => Told {
            moving: false,
            ..calm(
                "Thank you, it is paid",
                "Everything is settled. We pack your things now and send them on their way.",
            )
        },
        (Stage::Packed, _) => {
            Told { moving: false, ..calm("Your things are packed", "They leave with the next parcel.") }
        }
        (Stage::Shipped, _) => Told {
            moving: false,
            ..calm("Your things are on their way", "You see below which parcels left us.")
        },
        (Stage::Delivered, _) => Told {
            moving: false,
            ..calm(
                "Everything has arrived",
                "We hope that you like it. What you do not want, you can send back.",
            )
        },
        (Stage::Placed, _) => calm(
            "Your order is placed",
            "We have it, and your things are set aside. The payment is being collected.",
        ),
        (Stage::Canceled, _) => Told {
            moving: false,
            failed: true,
            ..calm("This order was canceled", "Nothing is charged and nothing is on its way.")
        },
        (Stage::Draft, PaymentStatus::RequiresAction) => Told {
            act: Act::AtTheBank,
            ..calm(
                "Your bank has a question",
                "Your bank wants you to approve this payment on its own page. Your things are set aside meanwhile.",
            )
        },
        (Stage::Draft, PaymentStatus::Failed) => Told {
            act: Act::Again,
            moving: false,
            failed: true,
            ..calm("The payment did not go through", "Nothing was charged, and your bag is as you left it.")
        },
        (
            Stage::Draft,
            PaymentStatus::Voided | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded,
        ) => Told {
            act: Act::Again,
            moving: false,
            failed: true,
            ..calm("The payment ran out of time", "Nothing was charged, and your bag is as you left it.")
        },
        (Stage::Draft, PaymentStatus::Authorized | PaymentStatus::Paid | PaymentStatus::PartiallyPaid) => {
            calm("Your card is approved", "We are placing your order.")
        }
        (Stage::Draft, PaymentStatus::None | PaymentStatus::Pending) => calm(
            "Asking your bank",
            "The answer has not come yet. Your things are set aside, and this page moves on as soon as it is here: there is nothing to do, and nothing is charged twice.",
        ),
    }
}

fn steps(view: &View, failed: bool) -> Vec<Step> {
    let placed = view.placed_at;
    let reached = |milestone| {
        view.timeline.iter().rev().find(|moment| moment.event == milestone).map(|moment| moment.at)
    };
    let approved = match (view.stage, view.payment_status) {
        (Stage::Draft | Stage::Canceled, PaymentStatus::Authorized)
        | (Stage::Placed | Stage::Paid | Stage::Packed | Stage::Shipped | Stage::Delivered, _) => {
            reached(Milestone::PaymentAuthorized).or(placed)
        }
        (Stage::Draft | Stage::Canceled, _) => None,
    };
    let paid = match view.payment_status {
        PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded => {
            reached(Milestone::Paid).or(placed)
        }
        PaymentStatus::None
        | PaymentStatus::Pending
        | PaymentStatus::RequiresAction
        | PaymentStatus::Authorized
        | PaymentStatus::PartiallyPaid
        | PaymentStatus::Failed
        | PaymentStatus::Voided => None,
    };
    let (is_sent, has_arrived) = on_the_way(view.fulfillment_status);
    let (sent, arrived) = (reached(Milestone::Shipped), reached(Milestone::Delivered));
    let mut open = if failed { StepState::Failed } else { StepState::Current };
    [
        ("Card approved", approved),
        ("Order placed", placed),
        ("Paid", paid),
        ("Sent", sent.filter(|_| is_sent)),
        ("Arrived", arrived.filter(|_| has_arrived)),
    ]
    .into_iter()
    .map(|(label, at): (&'static str, Option<Timestamp>)| {
        // The first station that is not reached is where it stands; the others are to come.
        let state =
            if at.is_some() { StepState::Done } else { std::mem::replace(&mut open, StepState::Ahead) };
        Step { label, state, at: at.map(moment) }
    })
    .collect()
}

/// Whether something was sent, and whether all of it has arrived.
fn on_the_way(goods: FulfillmentStatus) -> (bool, bool) {
    match goods {
        FulfillmentStatus::Unfulfilled | FulfillmentStatus::Packed => (false, false),
        FulfillmentStatus::PartiallyShipped
        | FulfillmentStatus::Shipped
        | FulfillmentStatus::PartiallyDelivered => (true, false),
        FulfillmentStatus::Delivered | FulfillmentStatus::Returned => (true, true),
    }
}

fn address(contact: &Contact) -> Vec<String> {
    let address = &contact.address;
    let lines = [
        contact.name.clone(),
        address.line1.clone(),
        address.line2.clone().unwrap_or_default(),
        format!("{} {}", address.postal_code, address.city),
        countries::name(&address.country, address.subdivision.as_deref()),
        contact.email.clone(),
    ];
    lines.into_iter().filter(|line| !line.trim().is_empty()).collect()
}

/// A guest's order in the list; `None` for a draft that nobody tried to pay.
pub(in crate::pages) fn row_of(view: &View) -> Option<OrderRow> {
    let begun = view.stage != Stage::Draft || view.payment_status != PaymentStatus::None;
    begun.then(|| {
        row(&OrderCard {
            id: view.id,
            number: view.number.clone(),
            stage: view.stage,
            status: view.status,
            payment_status: view.payment_status,
            fulfillment_status: view.fulfillment_status,
            return_status: view.return_status,
            total: view.totals.total,
            placed_at_ms: view
                .placed_at
                .or(view.timeline.first().map(|moment| moment.at))
                .unwrap_or_default()
                .unix_ms(),
            line_count: u32::try_from(view.lines.len()).unwrap_or(u32::MAX),
            first_title: view.lines.first().map(|line| line.title.clone()).unwrap_or_default(),
        })
    })
}

/// An order in the list.
pub(in crate::pages) fn row(card: &OrderCard) -> OrderRow {
    let (state, class) = match (card.stage, card.payment_status) {
        (Stage::Draft, PaymentStatus::Failed | PaymentStatus::Voided) => ("Payment failed", "badge-bad"),
        (Stage::Draft, PaymentStatus::RequiresAction) => ("Waiting for you", "badge-calm"),
        (Stage::Draft, _) => ("Asking your bank", "badge-calm"),
        (Stage::Placed, _) => ("Placed", "badge-calm"),
        (Stage::Paid, _) => ("Paid", "badge-good"),
        (Stage::Packed, _) => ("Packed", "badge-good"),
        (Stage::Shipped, _) => ("On its way", "badge-good"),
        (Stage::Delivered, _) => ("Delivered", "badge-good"),
        (Stage::Canceled, _) => ("Canceled", "badge-bad"),
    };
    let others = card.line_count.saturating_sub(1);
    let summary = if others == 0 {
        card.first_title.clone()
    } else {
        format!("{} and {}", card.first_title, counted(others.into(), "other thing", "other things"))
    };
    let at = Timestamp::from_unix_ms(card.placed_at_ms);
    OrderRow {
        href: format!("/orders/{}", card.id),
        number: card.number.clone(),
        state,
        class,
        summary,
        total: Price::of(card.total),
        placed: Some(Moment { machine: at.to_string(), words: day(at) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYMENTS: [PaymentStatus; 10] = [
        PaymentStatus::None,
        PaymentStatus::Pending,
        PaymentStatus::RequiresAction,
        PaymentStatus::Authorized,
        PaymentStatus::Paid,
        PaymentStatus::Failed,
        PaymentStatus::Voided,
        PaymentStatus::PartiallyPaid,
        PaymentStatus::PartiallyRefunded,
        PaymentStatus::Refunded,
    ];

    #[test]
    fn a_settled_order_does_not_move_and_an_open_one_does() {
        for payment in PAYMENTS {
            assert!(!tell(Stage::Paid, payment).moving);
            assert!(!tell(Stage::Canceled, payment).moving);
            assert!(tell(Stage::Placed, payment).moving);
        }
        assert!(tell(Stage::Draft, PaymentStatus::Pending).moving);
    }

    #[test]
    fn an_order_is_sent_with_its_first_parcel_and_has_arrived_with_its_last() {
        assert_eq!(on_the_way(FulfillmentStatus::Packed), (false, false));
        assert_eq!(on_the_way(FulfillmentStatus::PartiallyShipped), (true, false));
        assert_eq!(on_the_way(FulfillmentStatus::PartiallyDelivered), (true, false));
        assert_eq!(on_the_way(FulfillmentStatus::Delivered), (true, true));
    }

    #[test]
    fn a_failed_payment_offers_another_card_and_a_question_of_the_bank_its_page() {
        assert!(tell(Stage::Draft, PaymentStatus::Failed).act == Act::Again);
        assert!(tell(Stage::Draft, PaymentStatus::Voided).act == Act::Again);
        assert!(tell(Stage::Draft, PaymentStatus::RequiresAction).act == Act::AtTheBank);
    }
}
