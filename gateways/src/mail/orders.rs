//! What each letter about an order says.

use amazoff_actors::mail::OrderLetter;
use amazoff_actors::order::NewsKind;

use super::compose::on_one_line;

/// The words of a letter about an order. Titles, carriers and numbers in it are of people; they are on one line each, and
/// the page writes them as text.
pub(super) struct Words {
    pub(super) subject: String,
    /// What is said first.
    pub(super) before: Vec<String>,
    /// The things that it is about: how many, and what.
    pub(super) lines: Vec<(u32, String)>,
    /// How the parcel can be followed: by whom, and under which number.
    pub(super) tracking: Option<(String, String)>,
    /// Where it can be followed.
    pub(super) tracking_url: Option<String>,
    /// What is said last.
    pub(super) after: &'static str,
}

const QUESTIONS: &str = "If something is not as you want it, answer this letter.";
const PAY: &str = "Open the order on the device that you ordered with, or log in, to pay in another way.";
const SOON: &str = "Depending on your bank it takes a few days until you see it.";

/// The words of a letter.
pub(super) fn of(letter: &OrderLetter) -> Words {
    let number = &letter.number;
    let amount = letter.amount.map(|amount| amount.to_string()).unwrap_or_default();
    let (subject, before, after) = match letter.kind {
        NewsKind::Placed => (
            format!("Your order {number}"),
            vec![format!("Thank you. Your order {number} over {amount} is with us.")],
            "We write again when a parcel leaves.",
        ),
        NewsKind::Paid => (
            format!("Your order {number} is paid"),
            vec![format!("We have received {amount} for your order {number}.")],
            QUESTIONS,
        ),
        NewsKind::PaymentFailed => (
            format!("The payment of your order {number} failed"),
            vec![format!("We could not collect {amount} for your order {number}. Nothing more was taken.")],
            PAY,
        ),
        NewsKind::Shipped => (
            format!("A parcel of your order {number} is on its way"),
            vec![format!("A parcel of your order {number} has left.")],
            QUESTIONS,
        ),
        NewsKind::Delivered => (
            format!("A parcel of your order {number} has arrived"),
            vec![format!("A parcel of your order {number} was delivered.")],
            QUESTIONS,
        ),
        NewsKind::Refunded => (
            format!("A refund for your order {number}"),
            vec![format!("{amount} of your order {number} went back to you.")],
            SOON,
        ),
        NewsKind::Canceled => (
            format!("Your order {number} is canceled"),
            vec![format!("Your order {number} was canceled. What you paid for it goes back to you.")],
            QUESTIONS,
        ),
    };
    let tracking = letter.tracking.as_ref().filter(|_| letter.kind == NewsKind::Shipped);
    // A page that a letter leads to is one of the web.
    let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    Words {
        subject,
        before,
        lines: letter.lines.iter().map(|line| (line.quantity, on_one_line(&line.title))).collect(),
        tracking: tracking.map(|of| (on_one_line(&of.carrier), on_one_line(&of.number))),
        tracking_url: tracking.and_then(|of| of.url.clone()).filter(web).map(|url| on_one_line(&url)),
        after,
    }
}
