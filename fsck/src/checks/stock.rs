//! Received + corrected = on hand + sent + scrapped, in the entity and in the ledger, nothing is promised beyond the shelf and
//! what may be backordered, and what orders say of their pieces is so.

use amazoff_actors::ids::{CartId, HoldId, OrderId, VariantId};
use amazoff_actors::order::{Order, Status};
use amazoff_actors::stock::{CUSTOMER, HoldState, SUPPLIER};
use amazoff_supervisor::{Entity as _, EntityId};

use crate::facts::{Facts, GoodsFact, StockFact};
use crate::finding::{Code, Report};
use crate::in_flight::{Pieces, Sums};

pub(super) fn adds_up(facts: &Facts, under_way: &Sums, report: &mut Report) {
    for (variant, stock) in &facts.stocks {
        let pieces = under_way.pieces.get(variant).copied().unwrap_or_default();
        adds_up_of(facts, (*variant, stock), pieces, report);
    }
    let unknown = facts.goods.keys().filter(|variant| !facts.stocks.contains_key(variant));
    for variant in unknown {
        report.note(Code::Oversold, variant, "it was sold, but there is no stock of it");
    }
}

/// The ledger of a variant.
struct Shelf {
    /// From the supplier, and by corrections.
    came: i64,
    available: i64,
    held: i64,
    allocated: i64,
    scrapped: i64,
    /// At customers.
    out: i64,
}

impl Shelf {
    fn of(facts: &Facts, variant: VariantId) -> Self {
        let asset = variant.to_string();
        let shelf = |name: &str| facts.balance(&format!("stock:{name}:{variant}"), &asset);
        Self {
            came: -facts.balance(SUPPLIER, &asset) - shelf("adjusted"),
            available: shelf("available"),
            held: shelf("held"),
            allocated: shelf("allocated"),
            scrapped: shelf("scrapped"),
            out: facts.balance(CUSTOMER, &asset),
        }
    }

    fn on_hand(&self) -> i64 {
        self.came - self.out - self.scrapped
    }
}

fn adds_up_of(facts: &Facts, (variant, stock): (VariantId, &StockFact), coming: Pieces, report: &mut Report) {
    let shelf = Shelf::of(facts, variant);
    let Shelf { came, available, held, allocated, scrapped, out } = shelf;
    let none = GoodsFact::default();
    let goods = facts.goods.get(&variant).unwrap_or(&none);
    let figures = format!(
        "ledger {came} received, {available} available, {held} held, {allocated} allocated, {out} sent, {scrapped} scrapped; \
         stock {} on hand, {} held, {} allocated, {} to be backordered; orders {} owed, {} sent; \
         on their way {} sent, {} given up, {} come back",
        stock.on_hand,
        stock.held,
        stock.allocated,
        stock.backorder_max,
        goods.owed,
        goods.out,
        coming.sent,
        coming.given_up,
        coming.came_back
    );
    let sums = available + held + allocated == shelf.on_hand();
    // Promises stay when fewer pieces may be backordered later; only the shelf itself is never below nothing.
    if held < 0 || allocated < 0 || scrapped < 0 || out < 0 || shelf.on_hand() < 0 || !sums {
        report.note(Code::StockUnbalanced, variant, figures.clone());
    }
    let by_holds = |state: HoldState| -> i64 {
        let holds = stock.holds.iter().filter(|(.., of)| *of == state);
        holds.map(|(_, _, pieces, _)| i64::from(*pieces)).sum()
    };
    let entity = (i64::from(stock.on_hand), i64::from(stock.held), i64::from(stock.allocated));
    if entity != (shelf.on_hand(), held, allocated) {
        report.note(Code::StockDiffers, variant, figures.clone());
    } else if (by_holds(HoldState::Live), by_holds(HoldState::Committed)) != (entity.1, entity.2) {
        report.note(Code::StockDiffers, variant, format!("the holds sum to something else: {figures}"));
    }
    let promised = promised_to_orders(facts, stock);
    if goods.owed > allocated {
        report.note(Code::Oversold, variant, figures.clone());
    } else if promised != goods.owed + coming.sent + coming.given_up {
        let detail = format!("it holds {promised} for orders that were placed: {figures}");
        report.note(Code::InFlightDiffers, format!("stock:allocated:{variant}"), detail);
    }
    if out != goods.out - coming.sent + coming.came_back {
        report.note(Code::GoodsDiffer, variant, figures);
    }
}

/// The pieces that are promised to orders that were placed; others are their checkouts' business.
fn promised_to_orders(facts: &Facts, stock: &StockFact) -> i64 {
    let placed = |cart: CartId| {
        let order = facts.orders.get(&OrderId::of_cart(cart).uuid());
        order.is_some_and(|order| order.was_placed)
    };
    let promised =
        stock.holds.iter().filter(|(_, cart, _, state)| *state == HoldState::Committed && placed(*cart));
    promised.map(|(_, _, pieces, _)| i64::from(*pieces)).sum()
}

/// No hold without an attempt that runs or has bought, and none of an order that was given up.
pub(super) fn holds_have_owners(facts: &Facts, report: &mut Report) {
    for (variant, stock) in &facts.stocks {
        for (hold, cart, pieces, state) in &stock.holds {
            let checkout = facts.checkouts.get(&cart.uuid());
            let is_of = |attempt: u32| HoldId::of(*cart, attempt, *variant) == *hold;
            let runs = checkout.and_then(|checkout| checkout.attempt).is_some_and(is_of);
            let owned = match state {
                HoldState::Live => runs && !checkout.is_some_and(|checkout| checkout.gave_stock_back),
                HoldState::Committed => {
                    let bought = checkout.and_then(|checkout| checkout.bought).is_some_and(is_of);
                    (runs || bought) && !is_given_up(facts, OrderId::of_cart(*cart))
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

/// Whether an order was given up and has nothing more to ask of others.
fn is_given_up(facts: &Facts, order: OrderId) -> bool {
    let canceled = facts.orders.get(&order.uuid()).is_some_and(|order| order.status == Status::Canceled);
    canceled && !facts.sends.contains(&EntityId::new(Order::KIND, order.uuid()))
}
