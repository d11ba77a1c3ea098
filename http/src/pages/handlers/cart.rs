//! The bag.

use amazoff_actors::cart::{self, NewLine};
use amazoff_actors::ids::{CartId, LineId, VariantId};
use amazoff_actors::money::Quantity;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::catalogue::shelf;
use crate::pages::key::Key;
use crate::pages::markup::Notice;
use crate::pages::page::{Page, Sent, see, wants_page};
use crate::pages::present::bag;
use crate::pages::visit::{Visit, teaching};
use crate::problem::Problem;

/// What "add to bag" sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Add {
    key: String,
    slug: String,
    variant_id: String,
    quantity: String,
}

/// What a line's forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Change {
    key: String,
    quantity: String,
}

/// What the forms of codes send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Coupon {
    key: String,
    code: String,
}

/// What the script of the page is told after an addition.
#[derive(Debug, Serialize)]
struct Added {
    count: u32,
    label: String,
    message: String,
}

/// The bag.
pub(crate) async fn show(visit: Visit) -> Result<Response, Problem> {
    shown(&visit, StatusCode::OK, None)
}

fn shown(visit: &Visit, status: StatusCode, notice: Option<Notice>) -> Result<Response, Problem> {
    let frame = visit.frame("Your bag").noticing(notice);
    Ok(Page(status, bag::page(frame, visit.bag()?, visit.is_locked())).into_response())
}

/// Puts something in the bag, and makes the bag when it is the first.
pub(crate) async fn add(visit: Visit, Sent(form): Sent<Add>) -> Result<Response, Problem> {
    let page = wants_page(&visit.headers);
    match added(&visit, &form).await {
        Ok((_, cookies)) if page => Ok(teaching(cookies, see("/cart"))),
        Ok((view, cookies)) => Ok(teaching(cookies, Json(told(visit, view)))),
        Err(problem) if page && problem.status().is_client_error() && !form.slug.is_empty() => {
            let notice = Notice::bad(words(&problem));
            shelf(&visit, &form.slug, Vec::new(), (problem.status(), Some(notice))).await
        }
        Err(problem) => Err(problem),
    }
}

async fn added(visit: &Visit, form: &Add) -> Result<(cart::View, Vec<axum::http::HeaderValue>), Problem> {
    let key = Key::read(&form.key)?;
    let variant =
        form.variant_id.parse::<VariantId>().map_err(|_no_id| cart::Rejection::ProductNotAvailable)?;
    let quantity = quantity(&form.quantity)?;
    let (bag, cookies) = visit.open_bag(&key).await?;
    let content = format!("{quantity} {variant}");
    let envelope = key.envelope(visit, &visit.scope(bag), "POST /cart/lines", &content);
    let answer = visit.platform.shop.carts.add_line(bag, NewLine { variant, quantity }, envelope).await?;
    Ok((answer.reply, cookies))
}

fn told(visit: Visit, view: cart::View) -> Added {
    let frame = visit.with_bag(cart::Shown { view, price: None }).frame("");
    Added { count: frame.bag_count, label: frame.bag_label(), message: "Added to your bag.".to_owned() }
}

/// Sets how many of a line there are.
pub(crate) async fn change(
    visit: Visit,
    Path(line): Path<String>,
    Sent(form): Sent<Change>,
) -> Result<Response, Problem> {
    let changed = async {
        let (bag, line, key) = target(&visit, &line, &form)?;
        let quantity = quantity(&form.quantity)?;
        let operation = format!("POST /cart/lines/{line}");
        let envelope = key.envelope(&visit, &visit.scope(bag), &operation, &quantity.to_string());
        visit.platform.shop.carts.set_quantity(bag, line, quantity, envelope).await?;
        Ok(())
    };
    let changed = changed.await;
    after(&visit, changed)
}

/// Takes a line out of the bag.
pub(crate) async fn remove(
    visit: Visit,
    Path(line): Path<String>,
    Sent(form): Sent<Change>,
) -> Result<Response, Problem> {
    let removed = async {
        let (bag, line, key) = target(&visit, &line, &form)?;
        let envelope =
            key.envelope(&visit, &visit.scope(bag), &format!("POST /cart/lines/{line}/remove"), "");
        visit.platform.shop.carts.remove_line(bag, line, envelope).await?;
        Ok(())
    };
    let removed = removed.await;
    after(&visit, removed)
}

/// Enters a code.
pub(crate) async fn apply_coupon(visit: Visit, Sent(form): Sent<Coupon>) -> Result<Response, Problem> {
    let applied = async {
        let (bag, key) = (bag_of(&visit)?, Key::read(&form.key)?);
        let envelope = key.envelope(&visit, &visit.scope(bag), "POST /cart/coupons", &form.code);
        visit.platform.shop.carts.apply_coupon(bag, &form.code, envelope).await?;
        Ok(())
    };
    let applied = applied.await;
    after(&visit, applied)
}

/// Takes a code out.
pub(crate) async fn remove_coupon(
    visit: Visit,
    Path(code): Path<String>,
    Sent(form): Sent<Coupon>,
) -> Result<Response, Problem> {
    let removed = async {
        let (bag, key) = (bag_of(&visit)?, Key::read(&form.key)?);
        let envelope = key.envelope(&visit, &visit.scope(bag), "POST /cart/coupons/remove", &code);
        visit.platform.shop.carts.remove_coupon(bag, &code, envelope).await?;
        Ok(())
    };
    let removed = removed.await;
    after(&visit, removed)
}

fn bag_of(visit: &Visit) -> Result<CartId, Problem> {
    visit.bag()?.map(|bag| bag.id).ok_or_else(|| Problem::missing("cart-not-found"))
}

fn target(visit: &Visit, line: &str, form: &Change) -> Result<(CartId, LineId, Key), Problem> {
    let bag = bag_of(visit)?;
    let line = line.parse().map_err(|_no_id| Problem::missing("line-not-found"))?;
    Ok((bag, line, Key::read(&form.key)?))
}

fn after(visit: &Visit, done: Result<(), Problem>) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(see("/cart")),
        Err(problem) if problem.status().is_client_error() && wants_page(&visit.headers) => {
            shown(visit, problem.status(), Some(Notice::bad(words(&problem))))
        }
        Err(problem) => Err(problem),
    }
}

fn quantity(text: &str) -> Result<Quantity, Problem> {
    let number: i64 =
        text.trim().parse().map_err(|_no_number| cart::Rejection::QuantityOutOfRange { got: 0 })?;
    Ok(Quantity::try_from(number).map_err(cart::Rejection::from)?)
}

/// What a shopper is told when the bag refuses.
pub(super) fn words(problem: &Problem) -> String {
    let available = problem.facts().get("available").and_then(serde_json::Value::as_u64);
    match (problem.code(), available) {
        ("insufficient-stock", Some(0)) => "This is sold out, so it could not be added.".to_owned(),
        ("insufficient-stock", Some(left)) => {
            format!("There are only {left} of this. Choose a smaller quantity.")
        }
        ("quantity-out-of-range", _) => {
            format!("The quantity must be a whole number from 1 to {}.", Quantity::MAX)
        }
        ("cart-locked", _) => "This bag is being paid right now, so it cannot be changed.".to_owned(),
        ("coupon-unknown", _) => "There is no such code. Look whether it is spelled right.".to_owned(),
        ("coupon-expired" | "coupon-withdrawn", _) => "This code is not valid (any more).".to_owned(),
        ("coupon-exhausted", _) => "This code is used up.".to_owned(),
        ("product-not-available", _) => "This is not for sale (any more).".to_owned(),
        _ => problem.detail().unwrap_or("The shop could not do this.").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_from_1_to_99_are_quantities() {
        for good in ["1", " 99 "] {
            assert!(quantity(good).is_ok(), "{good}");
        }
        for bad in ["", "0", "-1", "1.5", "NaN", "100", "2147483648", "99999999999999999999", "one"] {
            assert_eq!(quantity(bad).unwrap_err().code(), "quantity-out-of-range", "{bad}");
        }
    }

    #[test]
    fn a_shopper_is_told_how_many_are_left() {
        let variant = VariantId::from(uuid::Uuid::nil());
        let refused = |available| Problem::from(cart::Rejection::InsufficientStock { variant, available });
        assert!(words(&refused(2)).contains("only 2"));
        assert!(words(&refused(0)).contains("sold out"));
    }
}
