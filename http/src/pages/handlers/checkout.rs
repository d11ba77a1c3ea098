//! Paying.

use amazoff_actors::cart::View;
use amazoff_actors::checkout::{CompleteForm, Failure, Outcome, PaymentChoice};
use amazoff_actors::ids::{AddressId, CartId, OrderId};
use amazoff_actors::money::Money;
use amazoff_actors::order::{Address, Contact};
use amazoff_actors::pricebook::Pricebook;
use amazoff_actors::pricing::ShippingOption;
use amazoff_actors::user::{AddressView, Email, check_name};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::pages::countries;
use crate::pages::key::{self, Key};
use crate::pages::markup::checkout::{CARDS, CheckoutPage, Method, SavedAddress};
use crate::pages::markup::{Field, Notice, Price, form};
use crate::pages::page::{Page, Sent, see};
use crate::pages::present::{bag, sums};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// The provider behind the cards of the page.
const PROVIDER: &str = "sandbox";

/// What the checkout sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Order {
    key: String,
    expected_amount: String,
    expected_currency: String,
    email: String,
    name: String,
    line1: String,
    line2: String,
    postal_code: String,
    city: String,
    country: String,
    card: String,
    shipping: String,
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// A saved address to fill in.
    address: String,
}

/// The checkout; without anything to pay it leads back.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let Some(bag) = visit.bag()?.filter(|bag| !bag.lines.is_empty()) else { return Ok(elsewhere(&visit)) };
    if bag::is_being_paid(bag) {
        return Ok(see(&order_path(bag)));
    }
    let book = visit.platform.shop.pricebooks.current().await?;
    let country = bag.destination.as_ref().map_or_else(
        || "DE".to_owned(),
        |there| countries::place(&book.state, &there.country, there.subdivision.as_deref()),
    );
    let mut typed = Order { country, card: "tok_ok".to_owned(), ..Order::default() };
    if let Some(user) = visit.shopper.user()
        && let Some(person) = visit.platform.shop.users.get(user).await?
    {
        (typed.email, typed.name) = (person.email, person.name);
    }
    let saved = addresses(&visit).await?;
    let wanted = asked.address.parse::<AddressId>().ok();
    let named = saved.iter().find(|saved| Some(saved.id) == wanted);
    let filled = named.or_else(|| saved.iter().find(|saved| saved.default));
    if let Some(saved) = filled {
        fill(&mut typed, &saved.address, &book.state);
    }
    let mut shown = page(&visit, bag, &typed).await?;
    shown.saved = links(&saved, filled.map(|saved| saved.id));
    Ok(Page::ok(shown).into_response())
}

/// Where whoever has nothing to pay is led: to the bag, or to the log-in that opens it.
fn elsewhere(visit: &Visit) -> Response {
    see(if visit.is_locked() { "/login?next=/checkout" } else { "/cart" })
}

/// The addresses of whoever is logged in.
async fn addresses(visit: &Visit) -> Result<Vec<AddressView>, Problem> {
    match visit.shopper.user() {
        Some(user) => Ok(visit.platform.shop.users.addresses(user).await?),
        None => Ok(Vec::new()),
    }
}

/// Fills in where a saved address leads, and who gets it there.
fn fill(typed: &mut Order, saved: &Contact, book: &Pricebook) {
    let Contact { name, address, .. } = saved.clone();
    typed.country = countries::place(book, &address.country, address.subdivision.as_deref());
    (typed.name, typed.line1, typed.line2) = (name, address.line1, address.line2.unwrap_or_default());
    (typed.city, typed.postal_code) = (address.city, address.postal_code);
}

/// Buys what is in the bag. Whatever comes of it, a repeat of the same form does nothing twice.
pub(crate) async fn pay(visit: Visit, Sent(typed): Sent<Order>) -> Result<Response, Problem> {
    let key = Key::read(&typed.key)?;
    let Some(bag) = visit.any_bag()?.filter(|bag| !bag.lines.is_empty()) else {
        return Ok(elsewhere(&visit));
    };
    if bag::is_bought(bag) {
        return Ok(see(&order_path(bag)));
    }
    let mut shown = page(&visit, bag, &typed).await?;
    let Some(expected_total) = checked(&mut shown, &typed) else {
        shown.saved = links(&addresses(&visit).await?, None);
        return Ok(Page(StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    };
    // What it costs then is compared with what the shopper saw, as whatever else has changed.
    if !typed.shipping.is_empty() && bag.shipping_method.as_ref() != Some(&typed.shipping) {
        send_by(&visit, bag.id, &typed).await?;
    }
    let envelope = key.envelope(&visit, &visit.scope(bag.id), "POST /checkout", "");
    let form = CompleteForm {
        expected_total,
        contact: Some(contact(&typed)),
        payment: PaymentChoice { provider: PROVIDER.to_owned(), token: typed.card.clone() },
    };
    let wait = visit.platform.settings.checkout_wait;
    match visit.platform.shop.checkouts.complete(bag.id, form, envelope, wait).await? {
        Outcome::Placed { order } | Outcome::Processing { order } => Ok(see(&format!("/orders/{order}"))),
        Outcome::RequiresAction { url, .. } => Ok(see(&url)),
        Outcome::Failed(Failure::CartLocked | Failure::CartCompleted) => Ok(see(&order_path(bag))),
        Outcome::Failed(failure) => failed(&visit, &typed, failure).await,
    }
}

/// Says where the bag goes and how it is sent, and shows the checkout with what that costs; nothing is bought.
pub(crate) async fn deliver(visit: Visit, Sent(typed): Sent<Order>) -> Result<Response, Problem> {
    let Some(bag) = visit.bag()?.filter(|bag| !bag.lines.is_empty()) else { return Ok(elsewhere(&visit)) };
    let id = bag.id;
    let mut typed_in = page(&visit, bag, &typed).await?;
    let contact_is_whole = form::complete(&mut typed_in.contact) && form::complete(&mut typed_in.address);
    let mut notice = None;
    if contact_is_whole {
        let key = Key::read(&typed.key)?;
        let contact = contact(&typed);
        let content =
            serde_json::to_string(&contact).map_err(|_never| Problem::bug("a contact that is no JSON"))?;
        let envelope = key.envelope(&visit, &visit.scope(id), "POST /checkout/delivery address", &content);
        let set = visit.platform.shop.carts.set_address(id, contact, envelope).await;
        notice = set.map_err(Problem::asked).err();
    }
    if !typed.shipping.is_empty() {
        notice = send_by(&visit, id, &typed).await.err().or(notice);
    }
    let Some((visit, bag)) = anew(&visit, id).await? else { return Ok(see("/cart")) };
    let mut shown = page(&visit, &bag, &typed).await?;
    shown.saved = links(&addresses(&visit).await?, None);
    shown.frame.notice =
        notice.map(|problem| Notice::bad(problem.detail().unwrap_or("That cannot be done now.")));
    Ok(Page::ok(shown).into_response())
}

async fn send_by(visit: &Visit, id: CartId, typed: &Order) -> Result<(), Problem> {
    let key = Key::read(&typed.key)?;
    let operation = format!("POST /checkout/delivery {}", typed.shipping);
    let envelope = key.envelope(visit, &visit.scope(id), &operation, "");
    let set = visit.platform.shop.carts.set_shipping(id, typed.shipping.clone(), envelope).await;
    set.map(drop).map_err(Problem::asked)
}

/// The same visit over the bag as it is now; `None` when nothing is in it any more.
async fn anew(visit: &Visit, id: CartId) -> Result<Option<(Visit, View)>, Problem> {
    let now = visit.platform.shop.carts.show(id).await?.filter(|now| !now.view.lines.is_empty());
    Ok(now.map(|now| {
        let bag = now.view.clone();
        (visit.clone().with_bag(now), bag)
    }))
}

/// The form again, over the bag as it is now: prices may have changed.
async fn failed(visit: &Visit, typed: &Order, failure: Failure) -> Result<Response, Problem> {
    let carried = visit.any_bag()?.map(|bag| bag.id);
    let Some(id) = carried else { return Ok(see("/cart")) };
    let Some((visit, bag)) = anew(visit, id).await? else { return Ok(see("/cart")) };
    let notice = match failure {
        Failure::CartChanged { .. } => Notice::calm(words(&failure, &bag)),
        _ => Notice::bad(words(&failure, &bag)),
    };
    let mut shown = page(&visit, &bag, typed).await?;
    shown.saved = links(&addresses(&visit).await?, None);
    shown.frame = shown.frame.noticing(Some(notice));
    Ok(Page(Problem::from(failure).status(), shown).into_response())
}

fn order_path(bag: &View) -> String {
    format!("/orders/{}", OrderId::of_cart(bag.id))
}

async fn page(visit: &Visit, bag: &View, typed: &Order) -> Result<CheckoutPage, Problem> {
    let book = visit.platform.shop.pricebooks.current().await?;
    Ok(CheckoutPage {
        frame: visit.frame("Checkout"),
        contact: vec![
            Field::email("email", "E-mail", "email")
                .hinting("For the receipt, and nothing else.")
                .filled(&typed.email),
            Field::text("name", "Full name", "name").filled(&typed.name),
        ],
        address: vec![
            Field::text("line1", "Street and number", "address-line1").filled(&typed.line1),
            Field::text("line2", "Flat, floor, company", "address-line2").optional().filled(&typed.line2),
            Field::text("postal_code", "Postcode", "postal-code").filled(&typed.postal_code),
            Field::text("city", "City", "address-level2").filled(&typed.city),
            Field::choice("country", "Country", "country", countries::sold_to(&book.state))
                .filled(&typed.country),
        ],
        saved: Vec::new(),
        methods: visit.ways_to_send().iter().map(|way| shown_method(way, bag)).collect(),
        card: typed.card.clone(),
        lines: bag::summary(bag),
        sums: sums(&bag.totals),
        expected_amount: bag.totals.total.amount,
        expected_currency: bag.totals.total.currency.to_string(),
        key: key::fresh(),
        guest: visit.shopper.user().is_none(),
    })
}

/// Where the checkout is with each of these addresses filled in, as one of them may be.
fn links(saved: &[AddressView], filled: Option<AddressId>) -> Vec<SavedAddress> {
    let link = |saved: &AddressView| SavedAddress {
        href: format!("/checkout?address={}", saved.id),
        label: in_a_line(&saved.address),
        current: filled == Some(saved.id),
    };
    saved.iter().map(link).collect()
}

fn in_a_line(contact: &Contact) -> String {
    let Address { line1, postal_code, city, country, .. } = &contact.address;
    format!("{}, {line1}, {postal_code} {city}, {country}", contact.name)
}

/// A way to send a bag. Where none was chosen, it is the one whose price is in the total.
fn shown_method(option: &ShippingOption, bag: &View) -> Method {
    let chosen = match &bag.shipping_method {
        Some(method) => *method == option.method,
        None => option.total == bag.totals.shipping,
    };
    Method {
        id: option.method.clone(),
        title: option.title.clone(),
        price: Price::of(option.total),
        free: option.total.amount == 0,
        chosen,
    }
}

/// Blames what is wrong on the page; `None` when anything is. Otherwise the total that the shopper agreed to.
fn checked(shown: &mut CheckoutPage, typed: &Order) -> Option<Money> {
    let contact = form::complete(&mut shown.contact);
    let address = form::complete(&mut shown.address);
    let email = typed.email.trim().is_empty() || Email::parse(&typed.email).is_ok() || {
        let _ = form::blame(&mut shown.contact, "email", "This does not look like an e-mail address.");
        false
    };
    let name = typed.name.trim().is_empty() || check_name(&typed.name).is_ok() || {
        let _ = form::blame(&mut shown.contact, "name", "A name has 1 to 100 characters.");
        false
    };
    let card = CARDS.iter().any(|card| card.token == typed.card);
    if !card {
        shown.frame.notice = Some(Notice::bad("Choose a card."));
    }
    let amount = typed.expected_amount.parse().ok();
    let total = amount
        .zip(typed.expected_currency.parse().ok())
        .map(|(amount, currency)| Money::new(amount, currency));
    if total.is_none() {
        shown.frame.notice =
            Some(Notice::bad("The total was lost on the way. Check it below and send again."));
    }
    total.filter(|_| contact && address && email && name && card)
}

fn contact(typed: &Order) -> Contact {
    let trimmed = |text: &str| text.trim().to_owned();
    let (country, part) = countries::split(&typed.country);
    Contact {
        email: trimmed(&typed.email),
        name: trimmed(&typed.name),
        address: Address {
            line1: trimmed(&typed.line1),
            line2: Some(trimmed(&typed.line2)).filter(|line| !line.is_empty()),
            city: trimmed(&typed.city),
            postal_code: trimmed(&typed.postal_code),
            country: country.to_owned(),
            subdivision: part.map(str::to_owned),
        },
    }
}

/// What a shopper is told when nothing was bought.
fn words(failure: &Failure, bag: &View) -> String {
    let title = |variant| {
        bag.lines
            .iter()
            .find(|line| line.variant_id == variant)
            .map_or("something in your bag", |line| line.title.as_str())
    };
    match failure {
        Failure::CartChanged { current_total } => {
            format!(
                "What your bag costs changed while you were here. It is {current_total} now; nothing was charged. Look at it and pay if you agree."
            )
        }
        Failure::InsufficientStock { variant, available: 0 } => {
            format!(
                "Somebody was faster: {} is sold out. Nothing was charged. Take it out of your bag to go on.",
                title(*variant)
            )
        }
        Failure::InsufficientStock { variant, available } => {
            format!(
                "Only {available} of {} are left. Nothing was charged. Change the quantity in your bag to go on.",
                title(*variant)
            )
        }
        Failure::ProductNotAvailable { variant } => {
            format!(
                "{} is not for sale any more. Nothing was charged. Take it out of your bag to go on.",
                title(*variant)
            )
        }
        Failure::PaymentFailed { decline_code } if decline_code == "card_declined" => {
            "Your bank declined the card. Nothing was charged. Try another one.".to_owned()
        }
        Failure::PaymentFailed { decline_code } => {
            format!(
                "Your bank declined the card ({}). Nothing was charged. Try another one.",
                decline_code.replace(['_', '-'], " ")
            )
        }
        Failure::PaymentExpired => {
            "Your bank waited too long for your answer. Nothing was charged; you can try again.".to_owned()
        }
        Failure::Coupon { code, refusal } => {
            format!(
                "The code {code} cannot be used: {refusal}. Nothing was charged. Take it out of your bag to go on."
            )
        }
        Failure::ShippingUnavailable => {
            "The shop cannot send this there. Nothing was charged. Choose another address.".to_owned()
        }
        Failure::TotalTooLarge => {
            "This is too much for one order. Nothing was charged. Take something out of your bag.".to_owned()
        }
        Failure::OrderClosed => "This order was canceled. Nothing was charged.".to_owned(),
        Failure::StepFailed { .. } => {
            "The shop could not finish this. Nothing was charged; try again in a moment.".to_owned()
        }
        Failure::CartNotFound
        | Failure::CartEmpty
        | Failure::CartLocked
        | Failure::CartCompleted
        | Failure::CartOver
        | Failure::AddressMissing => "There is nothing to pay in this bag right now.".to_owned(),
    }
}
