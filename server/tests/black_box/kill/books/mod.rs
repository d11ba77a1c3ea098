//! The books: what was acknowledged against what the shop shows, what it stored, and what the payment provider did.

mod ledger;
mod stored;
mod tables;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::common::{Client, Request, Setup, shopping};
use crate::kill::notes::{CartNote, Notes, OrderNote};

pub(crate) use stored::settled;

/// How long the last orders may take to be paid once everybody has stopped.
const SETTLE_LIMIT: Duration = Duration::from_secs(60);

/// Asks the running shop for everything that it acknowledged; what is missing or different.
pub(crate) async fn from_outside(client: &Client, notes: &Notes) -> Vec<String> {
    let mut violations = unique_people(notes);
    for user in notes.users() {
        match shopping::login(client, &user.email, &user.password).await {
            Some((bearer, _)) => {
                let auth = crate::common::Auth { bearer: Some(bearer), cart_token: None };
                let me = client.send(&Request::get("/v1/me").by(&auth)).await;
                let id = me.map(|reply| shopping::text(&reply.body.get("user").unwrap_or(&reply.body)["id"]));
                if id.as_deref() != Some(&user.id) {
                    violations.push(format!("{} registered as {} but is {id:?}", user.email, user.id));
                }
            }
            None => violations.push(format!("{} was registered but cannot log in", user.email)),
        }
    }
    let (mut orders, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for cart in notes.carts() {
        violations.extend(cart_is_there(client, &cart).await);
        let Some(order) = &cart.order else { continue };
        if !orders.insert(order.id.clone()) || !numbers.insert(order.number.clone()) {
            violations.push(format!("order {} ({}) was given to two carts", order.id, order.number));
        }
        violations.extend(order_is_paid(client, &cart, order).await);
    }
    violations
}

/// At most one registration of an address may be acknowledged.
fn unique_people(notes: &Notes) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let twice = notes.users().into_iter().filter(|user| !seen.insert(user.email.clone()));
    twice.map(|user| format!("{} was registered twice", user.email)).collect()
}

async fn cart_is_there(client: &Client, cart: &CartNote) -> Option<String> {
    let id = &cart.id;
    let reply = client.send(&Request::get(format!("/v1/carts/{id}")).by(&cart.auth)).await?;
    if !reply.is_success() {
        return Some(format!("cart {id} was acknowledged but is answered {} {}", reply.status, reply.body));
    }
    let view = shopping::cart_of(&reply.body);
    let lines = shopping::lines_of(view);
    if lines != cart.lines {
        return Some(format!("cart {id} holds {lines:?}, acknowledged was {:?}", cart.lines));
    }
    let (order, known) = (view["order_id"].as_str(), cart.order.as_ref().map(|order| order.id.as_str()));
    (order != known).then(|| format!("cart {id} became order {order:?}, acknowledged was {known:?}"))
}

/// Waits until an acknowledged order is paid, or called off, and what was given back is back, and compares it.
async fn order_is_paid(client: &Client, cart: &CartNote, order: &OrderNote) -> Option<String> {
    let id = &order.id;
    let request = Request::get(format!("/v1/orders/{id}")).by(&cart.auth);
    let limit = Instant::now() + SETTLE_LIMIT;
    loop {
        let reply = client.send(&request).await?;
        if !reply.is_success() {
            return Some(format!(
                "order {id} was acknowledged but is answered {} {}",
                reply.status, reply.body
            ));
        }
        let (total, lines) = (shopping::total_of(&reply.body), shopping::lines_of(&reply.body));
        if total != order.total || lines != cart.lines || reply.body["number"] != order.number.as_str() {
            return Some(format!("order {id} has changed: {order:?} is now {}", reply.body));
        }
        let stage = if order.canceled { "canceled" } else { "paid" };
        let (seen, back) = (&reply.body["stage"], reply.body["refunded"]["amount"].as_i64());
        if seen == stage && back == Some(order.refunded) {
            return None;
        }
        if Instant::now() > limit {
            return Some(format!("order {id} stays {seen} with {back:?} given back: {order:?}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Reads what the stopped shop has stored, and the provider's own ledger.
pub(crate) async fn from_inside(setup: &Setup, notes: &Notes, received: &shopping::Lines) -> Vec<String> {
    let mut violations = Vec::new();
    match stored::Stored::read(setup).await {
        Ok(stored) => {
            violations.extend(stored.is_sound());
            violations.extend(stored.orders_match(notes));
            violations.extend(stored.stock_adds_up(notes, received));
            violations.extend(ledger::agrees(&setup.data(), &stored, notes));
        }
        Err(error) => violations.push(format!("the database cannot be read: {error}")),
    }
    violations
}

/// Has the shop's own tool check the stopped shop.
pub(crate) fn checked(setup: &Setup) -> Vec<String> {
    let output = setup.command().arg("fsck").output().expect("the binary runs");
    if output.status.success() {
        return Vec::new();
    }
    let told = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    vec![format!("amazoff fsck ended with {}:\n{}", output.status, told.concat())]
}
