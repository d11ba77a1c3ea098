//! The pricebook that a new shop starts with: currencies, tax regions, shipping, a few promotions and their codes. Rates
//! and prices are examples; a real shop asks its tax adviser.

use amazoff_actors::Shop;
use amazoff_actors::coupon::Issue;
use amazoff_actors::ids::PromotionId;
use amazoff_actors::money::{Currency, Money};
use amazoff_actors::pricebook::{
    Area, Bracket, Change, Condition, Kind, Measure, Promotion, Selector, ShippingMethod, ShippingZone,
    Stacking, TaxRegion, Trigger, Window,
};
use amazoff_actors::pricing::{Rate, TaxClass};
use amazoff_supervisor::derive_uuid;

use super::{SeedError, envelope};

/// Beside the euro.
const CURRENCIES: [&str; 2] = ["USD", "JPY"];
/// The class of books and plants.
pub(super) const REDUCED: &str = "reduced";

/// A country or a part of it (`US-NY`), whether its prices include tax, and its two rates in parts per million.
struct Region(&'static str, &'static str, bool, [u32; 2]);

/// The first is the default one.
const REGIONS: &[Region] = &[
    Region("DE", "Germany", true, [190_000, 70_000]),
    Region("AT", "Austria", true, [200_000, 100_000]),
    Region("BE", "Belgium", true, [210_000, 60_000]),
    Region("CH", "Switzerland", true, [81_000, 26_000]),
    Region("ES", "Spain", true, [210_000, 40_000]),
    Region("FR", "France", true, [200_000, 55_000]),
    Region("GB", "United Kingdom", true, [200_000, 0]),
    Region("IT", "Italy", true, [220_000, 40_000]),
    Region("JP", "Japan", true, [100_000, 100_000]),
    Region("NL", "Netherlands", true, [210_000, 90_000]),
    Region("PL", "Poland", true, [230_000, 50_000]),
    Region("US", "United States", false, [0, 0]),
    Region("US-CA", "California", false, [72_500, 72_500]),
    Region("US-NY", "New York", false, [88_750, 88_750]),
];

/// Where parcels go by the European tariff.
const EUROPE: [&str; 9] = ["AT", "BE", "CH", "ES", "FR", "GB", "IT", "NL", "PL"];

/// Prices of one bracket in euro cents, US cents and yen.
type Prices = [i64; 3];

/// Sends everything that a new shop's pricebook holds.
///
/// # Errors
/// When the shop cannot be written; what was changed stays.
pub(super) async fn fill(shop: &Shop) -> Result<(), SeedError> {
    for (subject, change) in changes() {
        shop.pricebooks.change(change, None, envelope("pricebook", &subject)).await?;
    }
    for (slug, code, total_limit, per_customer_limit) in CODES {
        let (promotion, window) = (promotion_id(slug), Window::default());
        let code = (*code).to_owned();
        let new = Issue {
            code,
            promotion,
            total_limit: *total_limit,
            per_customer_limit: *per_customer_limit,
            window,
        };
        shop.coupons.issue(new, envelope("coupon", slug)).await?;
    }
    Ok(())
}

/// Which promotion each code opens, and how often it may be used: in all, and by one customer.
const CODES: &[(&str, &str, Option<u32>, Option<u32>)] = &[
    ("welcome", "WELCOME10", None, Some(1)),
    ("free-shipping", "FREESHIP", None, None),
    ("spring", "SPRING5", Some(500), Some(1)),
];

fn currencies() -> Vec<Currency> {
    let others = CURRENCIES.iter().filter_map(|code| code.parse().ok());
    std::iter::once(Currency::EUR).chain(others).collect()
}

/// An amount in each currency.
fn amounts(prices: Prices) -> Vec<Money> {
    currencies().into_iter().zip(prices).map(|(currency, amount)| Money::new(amount, currency)).collect()
}

/// All changes, each under a name of its own.
fn changes() -> Vec<(String, Change)> {
    let mut changes = vec![("currencies".to_owned(), Change::SetCurrencies { currencies: currencies() })];
    let everywhere = region("everywhere", "Elsewhere", Area::EVERYWHERE, (false, [0, 0]));
    changes.push(("region everywhere".to_owned(), Change::PutRegion(everywhere)));
    for Region(code, title, included, rates) in REGIONS {
        let area = match code.split_once('-') {
            Some((country, part)) => Area::subdivision(country, part),
            None => Area::country(code),
        };
        let region = region(&code.to_lowercase(), title, area, (*included, *rates));
        changes.push((format!("region {code}"), Change::PutRegion(region)));
    }
    let default = Change::SetDefaultRegion { id: "de".to_owned() };
    changes.push(("default region".to_owned(), default));
    for method in [standard(), express()] {
        changes.push((format!("shipping {}", method.id), Change::PutShippingMethod(method)));
    }
    for (slug, promotion) in promotions() {
        let id = promotion_id(slug);
        let promotion = Box::new(promotion);
        changes.push((format!("promotion {slug}"), Change::CreatePromotion { id, promotion }));
    }
    changes
}

fn region(id: &str, title: &str, area: Area, (included, rates): (bool, [u32; 2])) -> TaxRegion {
    let classes = [TaxClass::standard(), REDUCED.parse().unwrap_or_default()];
    let rates = rates.map(|ppm| Rate::from_ppm(ppm).unwrap_or_default());
    TaxRegion {
        id: id.to_owned(),
        title: title.to_owned(),
        areas: vec![area],
        prices_include_tax: included,
        rates: classes.into_iter().zip(rates).collect(),
    }
}

fn zone(countries: &[&str], by: Measure, brackets: &[([u64; 3], Prices)]) -> ShippingZone {
    let areas = if countries.is_empty() {
        vec![Area::EVERYWHERE]
    } else {
        countries.iter().map(|code| Area::country(code)).collect()
    };
    let of = |(from, prices): &([u64; 3], Prices)| {
        let brackets = from.iter().copied().zip(amounts(*prices));
        brackets.map(|(from, price)| Bracket { from, price }).collect::<Vec<_>>()
    };
    let brackets = brackets.iter().flat_map(of).collect();
    // What is too heavy for one parcel goes in several.
    ShippingZone { areas, by, brackets, weight_max_g: None }
}

fn standard() -> ShippingMethod {
    let by_weight = [
        ([0; 3], [1_490, 1_690, 2_500]),
        ([2_000; 3], [2_490, 2_790, 4_200]),
        ([10_000; 3], [4_990, 5_590, 8_400]),
    ];
    ShippingMethod {
        id: "standard".to_owned(),
        title: "Standard".to_owned(),
        tax_class: TaxClass::standard(),
        zones: vec![
            zone(&["DE"], Measure::Price, &[([0; 3], [490, 590, 800]), ([5_000, 5_500, 8_000], [0; 3])]),
            zone(
                &EUROPE,
                Measure::Price,
                &[([0; 3], [990, 1_090, 1_600]), ([10_000, 11_000, 16_000], [0; 3])],
            ),
            zone(&[], Measure::Weight, &by_weight),
        ],
    }
}

fn express() -> ShippingMethod {
    let domestic = [([0; 3], [990, 1_090, 1_600]), ([5_000; 3], [1_490, 1_690, 2_500])];
    let abroad = [([0; 3], [1_990, 2_190, 3_200]), ([5_000; 3], [3_490, 3_790, 5_700])];
    ShippingMethod {
        id: "express".to_owned(),
        title: "Express".to_owned(),
        tax_class: TaxClass::standard(),
        zones: vec![
            zone(&["DE"], Measure::Weight, &domestic),
            zone(&EUROPE, Measure::Weight, &abroad),
            zone(&["US", "JP"], Measure::Weight, &[([0; 3], [3_990, 4_390, 6_500])]),
        ],
    }
}

fn promotion_id(slug: &str) -> PromotionId {
    derive_uuid(&[b"seed", b"promotion", slug.as_bytes()]).into()
}

fn promotions() -> [(&'static str, Promotion); 4] {
    let by_code = |title: &str, kind| Promotion {
        title: title.to_owned(),
        enabled: true,
        trigger: Trigger::Coupon,
        kind,
        selector: Selector::All,
        condition: Condition::default(),
        priority: 0,
        stacking: Stacking::Combine,
        window: Window::default(),
    };
    let group = || Stacking::OneOf("basket".to_owned());
    let books = Selector::Categories(vec!["books".to_owned()]);
    let welcome = by_code("10 % off your first order", Kind::Percentage { rate: Rate::percent(10) });
    let free = by_code("Free standard shipping", Kind::FreeShipping { methods: vec!["standard".to_owned()] });
    let spring = by_code("€5 off from €60", Kind::FixedPerOrder { amounts: amounts([500, 500, 800]) });
    let from_sixty = Condition { min_subtotal: amounts([6_000, 6_500, 9_600]), min_quantity: None };
    let third = Kind::BuyXGetY { buy: 2, get: 1, off: Rate::percent(50) };
    [
        ("welcome", Promotion { stacking: group(), ..welcome }),
        ("free-shipping", free),
        ("spring", Promotion { condition: from_sixty, stacking: group(), ..spring }),
        (
            "third-book",
            Promotion {
                trigger: Trigger::Automatic,
                selector: books,
                priority: 10,
                ..by_code("Every third book at half price", third)
            },
        ),
    ]
}

/// The price in dollars and yen that goes with one in euro cents: whole dollars less a cent, whole tens of yen.
pub(super) fn other_prices(price_cents: i64) -> Vec<Money> {
    let dollars = (price_cents * 11 / 10 + 99) / 100 * 100 - 1;
    let yen = (price_cents * 165 / 100 + 9) / 10 * 10;
    let prices = [price_cents, dollars.max(0), yen];
    amounts(prices).into_iter().filter(|price| price.currency != Currency::EUR).collect()
}

/// How things of a category are taxed, and what one weighs, packed, in grams.
pub(super) fn tax_and_weight(category: &str) -> (TaxClass, u32) {
    let reduced = || REDUCED.parse().unwrap_or_default();
    match category {
        "books" => (reduced(), 450),
        "plants" => (reduced(), 1_800),
        "furniture" => (TaxClass::standard(), 7_500),
        "audio" | "bags" => (TaxClass::standard(), 900),
        _ => (TaxClass::standard(), 1_200),
    }
}

#[cfg(test)]
mod tests {
    use amazoff_actors::pricebook::Pricebook;
    use amazoff_actors::{pricebook, pricing};
    use amazoff_supervisor::{CommandId, Context, Entity, EntityId, Principal, Timestamp};

    use super::*;

    fn filled() -> Pricebook {
        let context = Context {
            entity: EntityId::new(Pricebook::KIND, amazoff_actors::ids::PricebookId::shop().uuid()),
            now: Timestamp::default(),
            command_id: CommandId::derived(&[b"seed"]),
            principal: Principal::System,
        };
        changes().into_iter().fold(Pricebook::default(), |book, (subject, change)| {
            let command = pricebook::Command::Change { expected_version: None, change };
            let decision =
                book.decide(&command, &context).unwrap_or_else(|refusal| panic!("{subject}: {refusal}"));
            book.after(&decision.events)
        })
    }

    fn sent_to(country: &str) -> Option<pricing::Destination> {
        Some(pricing::Destination { country: country.to_owned(), subdivision: None, postal_code: None })
    }

    #[test]
    fn the_pricebook_accepts_every_change_and_charges_at_home_what_the_shop_always_did() {
        let book = filled();
        assert_eq!(book.currencies.len(), 3);
        for (cents, total) in [(1_999, 2_489), (5_000, 5_000)] {
            let basket = basket(Currency::EUR, cents, None);
            assert_eq!(pricing::quote(&basket, &book).unwrap().totals.total, Money::eur(total));
        }
    }

    #[test]
    fn every_region_and_currency_has_a_way_to_send_things() {
        let book = filled();
        for currency in currencies() {
            for country in ["DE", "AT", "FR", "US", "JP", "NZ"] {
                let quote = pricing::quote(&basket(currency, 2_000, sent_to(country)), &book).unwrap();
                assert!(quote.is_deliverable(), "{currency} to {country}");
                assert_eq!(
                    quote.region,
                    if country == "NZ" { "everywhere".into() } else { country.to_lowercase() }
                );
            }
        }
    }

    #[test]
    fn other_prices_look_like_prices() {
        let texts: Vec<_> = other_prices(1_999).iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["$21.99", "¥3300"]);
        assert_eq!(other_prices(0).iter().map(|price| price.amount).collect::<Vec<_>>(), [0, 0]);
    }

    fn basket(currency: Currency, cents: i64, destination: Option<pricing::Destination>) -> pricing::Basket {
        let id = uuid::Uuid::from_u128(1);
        let line = pricing::BasketLine {
            line: id.into(),
            variant: id.into(),
            product: id.into(),
            category: "lighting".to_owned(),
            brand: "Lux".to_owned(),
            tax_class: TaxClass::standard(),
            weight_g: 1_200,
            unit_price: Money::new(cents, currency),
            quantity: amazoff_actors::money::Quantity::ONE,
        };
        pricing::Basket {
            currency,
            lines: vec![line],
            destination,
            shipping_method: None,
            coupons: Vec::new(),
            at: Timestamp::default(),
        }
    }
}
