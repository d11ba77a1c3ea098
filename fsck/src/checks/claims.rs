//! Each unique key belongs to whoever believes to have it.

use amazoff_actors::order::Order;
use amazoff_actors::product::Product;
use amazoff_actors::user::User;
use amazoff_supervisor::{Entity as _, EntityId};

use crate::facts::Facts;
use crate::finding::{Code, Report};

const EMAIL: &str = "email";
const ORDER_OF_CART: &str = "order-of-cart";

pub(super) fn agree(facts: &Facts, report: &mut Report) {
    for ((namespace, key), owner) in &facts.claims {
        let believed = believed_by(facts, owner);
        if !believed.iter().any(|(known, of)| *known == namespace.as_str() && of == key) {
            let detail = format!("it belongs to {owner}, which does not exist or does not know of it");
            report.note(Code::ClaimOrphan, shown(namespace, key), detail);
        }
    }
    let users = facts.users.keys().map(|id| EntityId::new(User::KIND, *id));
    let products = facts.products.keys().map(|id| EntityId::new(Product::KIND, *id));
    let orders = facts.orders.keys().map(|id| EntityId::new(Order::KIND, *id));
    for owner in users.chain(products).chain(orders) {
        for (namespace, key) in believed_by(facts, &owner) {
            let found = facts.claims.get(&(namespace.to_owned(), key.clone()));
            if found != Some(&owner) {
                let has = found.map_or_else(|| "nobody has it".to_owned(), |other| format!("{other} has it"));
                let detail = format!("{owner} believes to have it, but {has}");
                report.note(Code::ClaimMissing, shown(namespace, &key), detail);
            }
        }
    }
}

/// The keys that an entity believes to have.
fn believed_by(facts: &Facts, owner: &EntityId) -> Vec<(&'static str, String)> {
    match owner.kind.as_str() {
        User::KIND => one(EMAIL, facts.users.get(&owner.id).and_then(|user| user.email_claim.clone())),
        Product::KIND => {
            facts.products.get(&owner.id).map(|product| product.keys.clone()).unwrap_or_default()
        }
        Order::KIND => {
            let cart = facts.orders.get(&owner.id).and_then(|order| order.cart);
            one(ORDER_OF_CART, cart.map(|cart| cart.to_string()))
        }
        _ => Vec::new(),
    }
}

fn one(namespace: &'static str, key: Option<String>) -> Vec<(&'static str, String)> {
    key.map(|key| (namespace, key)).into_iter().collect()
}

/// A key fit to be shown: that of an address is half a person's name.
fn shown(namespace: &str, key: &str) -> String {
    let key = if namespace == EMAIL { key.get(..8).unwrap_or_default() } else { key };
    format!("{namespace}/{key}")
}
