//! Which promotions take part.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::sheet::Sheet;
use crate::ids::PromotionId;
use crate::pricebook::{Condition, Kind, Promotion, Stacking, Trigger, in_currency};
use crate::pricing::{AppliedCoupon, CouponOutcome, CouponReason, CouponUse};

/// A promotion that takes part.
pub(super) struct Chosen<'a> {
    pub(super) id: PromotionId,
    pub(super) promotion: &'a Promotion,
    /// The code that opened it.
    pub(super) coupon: Option<&'a str>,
}

/// The promotions that take part, in the order in which they do, and why codes do not.
pub(super) struct Selection<'a> {
    pub(super) chosen: Vec<Chosen<'a>>,
    /// The codes of promotions that take part.
    opened: BTreeMap<PromotionId, &'a str>,
    refused: BTreeMap<PromotionId, CouponReason>,
}

/// Goes through the promotions in order of priority and lets in what its stacking allows.
pub(super) fn choose<'a>(sheet: &Sheet<'a>) -> Selection<'a> {
    let opened = codes(&sheet.basket.coupons);
    let mut candidates: Vec<(PromotionId, &Promotion)> =
        sheet.book.promotions.iter().map(|(id, promotion)| (*id, promotion)).collect();
    candidates.sort_by_key(|(id, promotion)| (Reverse(promotion.priority), *id));
    let mut chosen: Vec<Chosen<'a>> = Vec::new();
    let mut refused = BTreeMap::new();
    let (mut alone, mut groups) = (false, BTreeSet::new());
    for (id, promotion) in candidates {
        let coupon = match promotion.trigger {
            Trigger::Automatic => None,
            Trigger::Coupon => match opened.get(&id) {
                Some(code) => Some(*code),
                None => continue,
            },
        };
        if let Err(reason) = fits(promotion, sheet) {
            refused.insert(id, reason);
            continue;
        }
        let admitted = !alone
            && match &promotion.stacking {
                Stacking::Combine => true,
                Stacking::Exclusive => chosen.is_empty(),
                Stacking::OneOf(group) => groups.insert(group),
            };
        if !admitted {
            refused.insert(id, CouponReason::Excluded);
            continue;
        }
        alone = promotion.stacking == Stacking::Exclusive;
        chosen.push(Chosen { id, promotion, coupon });
    }
    Selection { chosen, opened, refused }
}

/// The code that opens each promotion: of several, the first by its letters.
fn codes(coupons: &[AppliedCoupon]) -> BTreeMap<PromotionId, &str> {
    let mut opened: BTreeMap<PromotionId, &str> = BTreeMap::new();
    for AppliedCoupon { code, promotion } in coupons {
        let first = opened.entry(*promotion).or_insert(code);
        if code.as_str() < *first {
            *first = code;
        }
    }
    opened
}

/// Whether a promotion is open for the basket, whatever takes part beside it.
fn fits(promotion: &Promotion, sheet: &Sheet<'_>) -> Result<(), CouponReason> {
    if !promotion.enabled || !promotion.window.is_open(sheet.basket.at) {
        return Err(CouponReason::Expired);
    }
    let selected = sheet.selected(&promotion.selector);
    if selected.is_empty() {
        return Err(CouponReason::NothingMatches);
    }
    let rows = || selected.iter().filter_map(|index| sheet.rows.get(*index));
    let pieces: u64 = rows().map(|row| u64::from(row.line.quantity.get())).sum();
    let subtotal: i128 = rows().map(|row| i128::from(row.subtotal)).sum();
    meets(&promotion.condition, sheet, pieces, subtotal)?;
    match &promotion.kind {
        Kind::FixedPerPiece { amounts } | Kind::FixedPerOrder { amounts } => {
            in_currency(amounts, sheet.basket.currency).map(drop).ok_or(CouponReason::OtherCurrency)
        }
        Kind::BuyXGetY { buy, get, .. } if pieces < u64::from(*buy) + u64::from(*get) => {
            Err(CouponReason::ConditionNotMet)
        }
        Kind::BuyXGetY { .. }
        | Kind::Percentage { .. }
        | Kind::OrderPercentage { .. }
        | Kind::FreeShipping { .. } => Ok(()),
    }
}

fn meets(condition: &Condition, sheet: &Sheet<'_>, pieces: u64, subtotal: i128) -> Result<(), CouponReason> {
    let Condition { min_subtotal, min_quantity } = condition;
    if !min_subtotal.is_empty() {
        let least = in_currency(min_subtotal, sheet.basket.currency).ok_or(CouponReason::OtherCurrency)?;
        if subtotal < i128::from(least.amount) {
            return Err(CouponReason::ConditionNotMet);
        }
    }
    if min_quantity.is_some_and(|least| pieces < u64::from(least)) {
        return Err(CouponReason::ConditionNotMet);
    }
    Ok(())
}

impl Selection<'_> {
    /// What became of each code, once all discounts are taken.
    pub(super) fn coupons(&self, sheet: &Sheet<'_>) -> Vec<CouponUse> {
        let mut uses: Vec<CouponUse> = sheet
            .basket
            .coupons
            .iter()
            .map(|AppliedCoupon { code, promotion }| CouponUse {
                code: code.clone(),
                promotion: Some(*promotion),
                outcome: self.outcome(code, *promotion, sheet),
            })
            .collect();
        uses.sort_by(|one, other| one.code.cmp(&other.code));
        uses.dedup();
        uses
    }

    fn outcome(&self, code: &str, id: PromotionId, sheet: &Sheet<'_>) -> CouponOutcome {
        let refused = |reason| CouponOutcome::NotApplied { reason };
        match sheet.book.promotions.get(&id) {
            None => return refused(CouponReason::Unknown),
            Some(promotion) if promotion.trigger == Trigger::Automatic => {
                return refused(CouponReason::Excluded);
            }
            Some(_) if self.opened.get(&id).is_some_and(|first| *first != code) => {
                return refused(CouponReason::Excluded);
            }
            Some(_) => {}
        }
        if let Some(reason) = self.refused.get(&id) {
            return refused(*reason);
        }
        let discount = sheet.discounts.iter().find(|discount| discount.promotion == id);
        discount.map_or(refused(CouponReason::NothingLeft), |discount| CouponOutcome::Applied {
            discount: discount.amount,
        })
    }
}
