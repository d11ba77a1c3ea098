//! Which products an order has brought to a person, as reviews want to know it.

use std::collections::BTreeSet;

use super::effect::Effect;
use super::state::Order;
use super::view::PaymentStatus;
use crate::cart::Owner;
use crate::ids::ProductId;

impl Order {
    /// The products of which pieces arrived and were not all paid back. Nothing of a guest: guests write no reviews.
    pub(super) fn kept(&self) -> BTreeSet<ProductId> {
        let paid_back = self.payment_status() == PaymentStatus::Refunded;
        let Some(draft) = self.draft.as_ref().filter(|draft| draft.owner != Owner::Guest && !paid_back)
        else {
            return BTreeSet::new();
        };
        let kept = draft
            .lines
            .iter()
            .filter(|line| self.goods.get(&line.id).is_some_and(|pieces| pieces.delivered > pieces.refunded));
        kept.map(|line| line.product_id).collect()
    }

    /// What reviews are told when it kept other products before.
    pub(super) fn purchases_since(&self, before: &BTreeSet<ProductId>) -> Vec<Effect> {
        let Some(Owner::User(buyer)) = self.draft.as_ref().map(|draft| draft.owner) else {
            return Vec::new();
        };
        let now = self.kept();
        let note = |product: &ProductId, stands| Effect::NotePurchase { product: *product, buyer, stands };
        let gone = before.difference(&now).map(|product| note(product, false));
        gone.chain(now.difference(before).map(|product| note(product, true))).collect()
    }
}
