//! Reports as the back office shows them.

use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::money::{Currency, Money};
use amazoff_actors::report::{BestSeller, Day, FunnelDay, RevenueDay, StockOut};
use amazoff_supervisor::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::MoneyBody;
use super::ops::AuditBody;

/// What was sold, by day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevenueReport {
    /// Every day of the range, the first one first.
    pub items: Vec<RevenueDayBody>,
    /// All of them together.
    pub total: RevenueBody,
}

/// What was sold on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RevenueDay)]
pub struct RevenueDayBody {
    /// The day, of UTC.
    #[schema(format = Date)]
    pub day: String,
    /// What was sold.
    #[serde(flatten)]
    pub revenue: RevenueBody,
}

/// What was sold.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Revenue)]
pub struct RevenueBody {
    /// Orders that were placed.
    pub orders: u64,
    /// What they cost then.
    pub gross: MoneyBody,
    /// How much less orders cost since, of whichever day they are: given up, sent back, refunded, lost in disputes.
    pub refunds: MoneyBody,
    /// The tax in `gross`, less that in `refunds`.
    pub tax: MoneyBody,
    /// `gross` less `refunds` and `tax`.
    pub net: MoneyBody,
}

impl RevenueBody {
    fn of(day: RevenueDay, currency: Currency) -> Self {
        let money = |amount| MoneyBody::from(Money::new(amount, currency));
        Self {
            orders: day.orders,
            gross: money(day.gross),
            refunds: money(day.refunds),
            tax: money(day.tax),
            net: money(day.net()),
        }
    }

    fn cells(&self) -> [String; 6] {
        let Self { orders, gross, refunds, tax, net } = self;
        let [gross_text, refunds, tax, net] =
            [gross, refunds, tax, net].map(|money| money.amount.to_string());
        [orders.to_string(), gross_text, refunds, tax, net, gross.currency.clone()]
    }
}

impl RevenueReport {
    /// The columns of the table; amounts are in minor units.
    pub(crate) const COLUMNS: [&str; 7] = ["day", "orders", "gross", "refunds", "tax", "net", "currency"];

    /// A report of these days.
    pub fn of(days: &[(Day, RevenueDay)], currency: Currency) -> Self {
        let total = days.iter().fold(RevenueDay::default(), |sum, (_, day)| sum.and(*day));
        let item = |(day, revenue): &(Day, RevenueDay)| RevenueDayBody {
            day: day.to_string(),
            revenue: RevenueBody::of(*revenue, currency),
        };
        Self { items: days.iter().map(item).collect(), total: RevenueBody::of(total, currency) }
    }

    /// A row per day.
    pub(crate) fn rows(&self) -> Vec<[String; 7]> {
        let row = |item: &RevenueDayBody| {
            let [orders, gross, refunds, tax, net, currency] = item.revenue.cells();
            [item.day.clone(), orders, gross, refunds, tax, net, currency]
        };
        self.items.iter().map(row).collect()
    }
}

/// What sells best.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BestSellers {
    /// Most pieces first.
    pub items: Vec<BestSellerBody>,
}

/// A product and how it sold.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BestSeller)]
pub struct BestSellerBody {
    /// Which product.
    #[schema(value_type = String)]
    pub product_id: ProductId,
    /// Its name when it was last sold.
    pub title: String,
    /// Pieces that were neither given up nor sent back.
    pub pieces: u64,
    /// Orders' lines with it.
    pub lines: u64,
    /// What was paid for the pieces.
    pub amount: MoneyBody,
}

impl BestSellers {
    /// The columns of the table; amounts are in minor units.
    pub(crate) const COLUMNS: [&str; 6] = ["product_id", "title", "pieces", "lines", "amount", "currency"];

    /// A report of these products.
    pub fn of(best: Vec<BestSeller>, currency: Currency) -> Self {
        let item = |of: BestSeller| BestSellerBody {
            product_id: of.product,
            title: of.title,
            pieces: of.pieces,
            lines: of.lines,
            amount: Money::new(of.amount, currency).into(),
        };
        Self { items: best.into_iter().map(item).collect() }
    }

    /// A row per product.
    pub(crate) fn rows(&self) -> Vec<[String; 6]> {
        let row = |of: &BestSellerBody| {
            let (pieces, lines, amount) =
                (of.pieces.to_string(), of.lines.to_string(), of.amount.amount.to_string());
            [of.product_id.to_string(), of.title.clone(), pieces, lines, amount, of.amount.currency.clone()]
        };
        self.items.iter().map(row).collect()
    }
}

/// How far carts come, by day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FunnelReport {
    /// Every day of the range, the first one first.
    pub items: Vec<FunnelDayBody>,
    /// All of them together.
    pub total: FunnelBody,
}

/// How far carts came on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FunnelDay)]
pub struct FunnelDayBody {
    /// The day, of UTC.
    #[schema(format = Date)]
    pub day: String,
    /// How many came how far.
    #[serde(flatten)]
    pub counts: FunnelBody,
}

/// How many came to each stage for the first time. They need not be the same carts: one that was opened on one day may be
/// bought on the next.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = Funnel)]
pub struct FunnelBody {
    /// Carts that were opened.
    pub carts_created: u64,
    /// Carts that got their first line.
    pub carts_with_lines: u64,
    /// Carts whose first checkout began.
    pub checkouts_started: u64,
    /// Orders that were placed.
    pub orders_placed: u64,
    /// Orders of which all money was taken.
    pub orders_paid: u64,
}

impl FunnelBody {
    fn of([created, filled, started, placed, paid]: FunnelDay) -> Self {
        Self {
            carts_created: created,
            carts_with_lines: filled,
            checkouts_started: started,
            orders_placed: placed,
            orders_paid: paid,
        }
    }

    fn counts(self) -> FunnelDay {
        let Self { carts_created, carts_with_lines, checkouts_started, orders_placed, orders_paid } = self;
        [carts_created, carts_with_lines, checkouts_started, orders_placed, orders_paid]
    }
}

impl FunnelReport {
    /// The columns of the table.
    pub(crate) const COLUMNS: [&str; 6] =
        ["day", "carts_created", "carts_with_lines", "checkouts_started", "orders_placed", "orders_paid"];

    /// A report of these days.
    pub fn of(days: &[(Day, FunnelDay)]) -> Self {
        let mut total = FunnelDay::default();
        for (_, counts) in days {
            total.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.saturating_add(*count));
        }
        let item = |(day, counts): &(Day, FunnelDay)| FunnelDayBody {
            day: day.to_string(),
            counts: FunnelBody::of(*counts),
        };
        Self { items: days.iter().map(item).collect(), total: FunnelBody::of(total) }
    }

    /// A row per day.
    pub(crate) fn rows(&self) -> Vec<[String; 6]> {
        let row = |item: &FunnelDayBody| {
            let [created, filled, started, placed, paid] =
                item.counts.counts().map(|count| count.to_string());
            [item.day.clone(), created, filled, started, placed, paid]
        };
        self.items.iter().map(row).collect()
    }
}

/// A page of variants that run out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StockOuts {
    /// The fewest pieces first.
    pub items: Vec<StockOutBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

/// A variant that runs out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StockOut)]
pub struct StockOutBody {
    /// Which variant.
    #[schema(value_type = String)]
    pub variant_id: VariantId,
    /// Of which product.
    #[schema(value_type = String)]
    pub product_id: ProductId,
    /// What that is called.
    pub title: String,
    /// The shop's own article number.
    pub sku: String,
    /// How many can be had.
    pub available: u32,
    /// How many are on the shelf.
    pub on_hand: u32,
    /// Since when none can be had; absent while some can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub out_since: Option<Timestamp>,
}

impl From<StockOut> for StockOutBody {
    fn from(StockOut { variant, product, title, sku, available, on_hand, out_since }: StockOut) -> Self {
        Self { variant_id: variant, product_id: product, title, sku, available, on_hand, out_since }
    }
}

impl StockOuts {
    /// The columns of the table.
    pub(crate) const COLUMNS: [&str; 7] =
        ["variant_id", "product_id", "title", "sku", "available", "on_hand", "out_since"];

    /// A row per variant.
    pub(crate) fn rows(&self) -> Vec<[String; 7]> {
        let row = |of: &StockOutBody| {
            let since = of.out_since.map(|since| since.to_string()).unwrap_or_default();
            let (variant, product) = (of.variant_id.to_string(), of.product_id.to_string());
            [
                variant,
                product,
                of.title.clone(),
                of.sku.clone(),
                of.available.to_string(),
                of.on_hand.to_string(),
                since,
            ]
        };
        self.items.iter().map(row).collect()
    }
}

/// A page of the audit trail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditTrail {
    /// The newest first.
    pub items: Vec<AuditBody>,
    /// Give it as `cursor` to go on; absent at the beginning of the trail. A page may be short, or empty, and yet go on: only
    /// so many entries are looked at for each.
    pub next_cursor: Option<String>,
}
