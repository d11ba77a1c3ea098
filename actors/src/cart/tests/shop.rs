//! What happens between carts, and between a cart and the shop.

use super::*;
use crate::checkout::{Failure, Outcome};
use crate::ids::PromotionId;
use crate::pricebook::{Change, Condition, Kind, Promotion, Selector, Stacking, Trigger, Window};
use crate::pricing::Rate;
use crate::shop::till::Till;

fn newest() -> Owner {
    Owner::User(user(7))
}

/// The ids of carts say nothing of their age.
#[tokio::test]
async fn a_person_finds_their_newest_cart_also_among_many() {
    let till = Till::open().await;
    for n in 1..=120 {
        till.clock.advance(std::time::Duration::from_secs(1));
        till.cart(n, newest()).await;
    }
    till.runtime.projected().await;
    let found = till.carts.of_person(user(7)).await.unwrap();
    assert_eq!(found, Some(CartId::from(Uuid::from_u128(120))));
}

/// A checkout that came to nothing kept what the guest told it, sealed with the cart's key.
#[tokio::test]
async fn what_a_guest_told_a_checkout_that_was_refused_is_forgotten_with_the_cart() {
    let till = Till::open().await;
    for (n, adopted) in [(1, false), (2, true)] {
        let (cart, other) = (till.cart(n, Owner::Guest).await, till.cart(10 + n, newest()).await);
        let outcome = till.complete(cart, Money::eur(0)).await;
        assert_eq!(outcome, Outcome::Failed(Failure::CartEmpty));
        assert!(till.keys.get(cart.uuid()).await.unwrap().is_some(), "nothing was sealed");
        if adopted {
            till.carts.adopt(cart, user(7), Till::asked()).await.unwrap();
        }
        merge(&till, cart, other).await;
        assert_eq!(till.keys.get(cart.uuid()).await.unwrap(), None, "adopted: {adopted}");
    }
}

/// Its key was destroyed with it, or there never was one.
#[tokio::test]
async fn nothing_is_sealed_for_a_cart_that_is_over() {
    let till = Till::open().await;
    let (cart, other) = (till.cart(1, Owner::Guest).await, till.cart(2, newest()).await);
    merge(&till, cart, other).await;
    assert_eq!(till.complete(cart, Money::eur(0)).await, Outcome::Failed(Failure::CartOver));
    assert_eq!(till.keys.get(cart.uuid()).await.unwrap(), None);
}

async fn merge(till: &Till, cart: CartId, into: CartId) {
    let how = (into, MergeStrategy::SumCapped);
    let merged = till.carts.merge(cart, how, Till::asked(), std::time::Duration::from_secs(30)).await;
    assert!(matches!(merged, Ok(Merging::Done { .. })), "{merged:?}");
    till.runtime.delivered().await;
}

/// Switched on for everybody, each on every line.
async fn promote(till: &Till, promotions: u128) {
    for n in 0..promotions {
        let promotion = Promotion {
            title: "Spring".to_owned(),
            enabled: true,
            trigger: Trigger::Automatic,
            kind: Kind::Percentage { rate: Rate::percent(10) },
            selector: Selector::All,
            condition: Condition::default(),
            priority: 0,
            stacking: Stacking::Combine,
            window: Window::default(),
        };
        let id = PromotionId::from(Uuid::from_u128(0x9401 + n));
        let change = Change::CreatePromotion { id, promotion: Box::new(promotion) };
        till.shelf.pricebooks.change(change, None, Till::asked()).await.unwrap();
    }
}

/// The order of it could not be stored: the shopper learns it before anything is held, and can take something out.
#[tokio::test]
async fn a_cart_of_which_no_order_can_be_stored_says_so_and_stays_open() {
    let till = Till::open().await;
    promote(&till, 7).await;
    let variants = till.stock(100).await;
    let cart = till.cart(1, Owner::Guest).await;
    for variant in &variants {
        till.add(cart, *variant).await;
    }
    let shown = till.carts.show(cart).await.unwrap().unwrap();
    let codes: Vec<_> = shown.view.requirements.iter().map(|missing| missing.code.as_str()).collect();
    assert_eq!(codes, ["address-missing", "total-too-large"]);

    let outcome = till.complete(cart, shown.view.totals.total).await;
    assert_eq!(outcome, Outcome::Failed(Failure::TotalTooLarge));
    for variant in &variants {
        assert_eq!(till.shelf.stocks.get(*variant).await.unwrap().unwrap().state.held, 0);
    }

    for variant in &variants[50..] {
        till.carts.remove_line(cart, LineId::of_variant(*variant), Till::asked()).await.unwrap();
    }
    let view = till.carts.view(cart).await.unwrap().unwrap();
    assert_eq!((view.status.as_str(), view.requirements), ("open", Vec::new()));
    assert!(view.totals.total.amount > 0);
}
