//! Each unique key belongs to whoever believes to have it.

use amazoff_actors::order::Order;
use amazoff_actors::product::Product;
use amazoff_actors::user::User;
use amazoff_supervisor::{Entity as _, EntityId};

use crate::facts::Facts;
use crate::finding::{Code, Report};

const EMAIL: &str = "email";
const SLUG: &str = "slug";
const ORDER_OF_CART: &str = "order-of-cart";

pub(super) fn agree(facts: &Facts, report: &mut Report) {
    for ((namespace, key), owner) in &facts.claims {
        if believed_by(facts, namespace, owner).as_ref() != Some(key) {
            let detail = format!("it belongs to {owner}, which does not exist or does not know of it");
            report.note(Code::ClaimOrphan, shown(namespace, key), detail);
        }
    }
    let users = facts.users.keys().map(|id| (EMAIL, EntityId::new(User::KIND, *id)));
    let products = facts.products.keys().map(|id| (SLUG, EntityId::new(Product::KIND, *id)));
    let orders = facts.orders.keys().map(|id| (ORDER_OF_CART, EntityId::new(Order::KIND, *id)));
    for (namespace, owner) in users.chain(products).chain(orders) {
        let Some(key) = believed_by(facts, namespace, &owner) else { continue };
        let found = facts.claims.get(&(namespace.to_owned(), key.clone()));
        if found != Some(&owner) {
            let has = found.map_or_else(|| "nobody has it".to_owned(), |other| format!("{other} has it"));
            let detail = format!("{owner} believes to have it, but {has}");
            report.note(Code::ClaimMissing, shown(namespace, &key), detail);
        }
    }
}

/// The key that an entity believes to have.
fn believed_by(facts: &Facts, namespace: &str, owner: &EntityId) -> Option<String> {
    match (namespace, owner.kind.as_str()) {
        (EMAIL, User::KIND) => facts.users.get(&owner.id)?.email_claim.clone(),
        (SLUG, Product::KIND) => facts.products.get(&owner.id).map(|product| product.slug.clone()),
        (ORDER_OF_CART, Order::KIND) => facts.orders.get(&owner.id)?.cart.map(|cart| cart.to_string()),
        _ => None,
    }
}

/// A key fit to be shown: that of an address is half a person's name.
fn shown(namespace: &str, key: &str) -> String {
    let key = if namespace == EMAIL { key.get(..8).unwrap_or_default() } else { key };
    format!("{namespace}/{key}")
}
