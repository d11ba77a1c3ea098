//! On hand + held + sold = received, in the entity and in the ledger, and nothing below zero.

use amazoff_actors::ids::{HoldId, VariantId};
use amazoff_actors::stock::{HoldState, SUPPLIER};

use crate::facts::{Facts, StockFact};
use crate::finding::{Code, Report};

pub(super) fn adds_up(facts: &Facts, report: &mut Report) {
    for (variant, stock) in &facts.stocks {
        adds_up_of(facts, *variant, stock, report);
    }
    let unknown = facts.sold.keys().filter(|variant| !facts.stocks.contains_key(variant));
    for variant in unknown {
        report.note(Code::Oversold, variant, "it was sold, but there is no stock of it");
    }
}

fn adds_up_of(facts: &Facts, variant: VariantId, stock: &StockFact, report: &mut Report) {
    let asset = variant.to_string();
    let shelf = |name: &str| facts.balance(&format!("stock:{name}:{variant}"), &asset);
    let (available, held, allocated) = (shelf("available"), shelf("held"), shelf("allocated"));
    let received = -facts.balance(SUPPLIER, &asset);
    let sold = facts.sold.get(&variant).copied().unwrap_or(0);
    let figures = format!(
        "ledger {received} received, {available} available, {held} held, {allocated} allocated; \
         stock {} on hand, {} held, {} allocated; {sold} sold",
        stock.on_hand, stock.held, stock.allocated
    );
    if available < 0 || held < 0 || allocated < 0 || available + held + allocated != received {
        report.note(Code::StockUnbalanced, variant, figures.clone());
    }
    let by_holds = |state: HoldState| -> i64 {
        let holds = stock.holds.iter().filter(|(.., of)| *of == state);
        holds.map(|(_, _, pieces, _)| i64::from(*pieces)).sum()
    };
    let entity = (i64::from(stock.on_hand), i64::from(stock.held), i64::from(stock.allocated));
    if entity != (received, held, allocated) {
        report.note(Code::StockDiffers, variant, figures.clone());
    } else if (by_holds(HoldState::Live), by_holds(HoldState::Committed)) != (entity.1, entity.2) {
        report.note(Code::StockDiffers, variant, format!("the holds sum to something else: {figures}"));
    }
    if sold > allocated {
        report.note(Code::Oversold, variant, figures);
    }
}

/// No hold without an attempt that runs or has bought.
pub(super) fn holds_have_owners(facts: &Facts, report: &mut Report) {
    for (variant, stock) in &facts.stocks {
        for (hold, cart, pieces, state) in &stock.holds {
            let checkout = facts.checkouts.get(&cart.uuid());
            let is_of = |attempt: u32| HoldId::of(*cart, attempt, *variant) == *hold;
            let runs = checkout.and_then(|checkout| checkout.attempt).is_some_and(is_of);
            let owned = match state {
                HoldState::Live => runs && !checkout.is_some_and(|checkout| checkout.gave_stock_back),
                HoldState::Committed => {
                    runs || checkout.and_then(|checkout| checkout.bought).is_some_and(is_of)
                }
            };
            if !owned {
                let detail = format!(
                    "{pieces} pieces, {state:?} in {hold}, for an attempt of {cart} that is over or never was"
                );
                report.note(Code::HoldOrphan, variant, detail);
            }
        }
    }
}
