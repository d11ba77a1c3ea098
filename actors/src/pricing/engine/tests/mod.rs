mod coupons;
mod kinds;
mod properties;
mod shipping;
mod stacking;
mod taxes;

use std::collections::BTreeMap;

use amazoff_supervisor::Timestamp;
use uuid::Uuid;

use super::super::*;
use crate::ids::{LineId, ProductId, PromotionId, VariantId};
use crate::money::{Currency, Money, Quantity};
use crate::pricebook::*;

const NOON: Timestamp = Timestamp::from_unix_ms(1_767_268_800_000);

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn eur(cents: i64) -> Money {
    Money::eur(cents)
}

fn promo(n: u128) -> PromotionId {
    PromotionId::from(Uuid::from_u128(n))
}

/// The line of variant `n`: so many pieces at so many minor units.
fn line(n: u128, unit: i64, pieces: u32) -> BasketLine {
    let variant = VariantId::from(Uuid::from_u128(n));
    BasketLine {
        line: LineId::from(Uuid::from_u128(n)),
        variant,
        product: ProductId::from(Uuid::from_u128(n)),
        category: "lamps".to_owned(),
        brand: "Lux".to_owned(),
        tax_class: TaxClass::standard(),
        weight_g: 500,
        unit_price: eur(unit),
        quantity: Quantity::try_from(pieces).unwrap(),
    }
}

fn basket(lines: impl Into<Vec<BasketLine>>) -> Basket {
    Basket {
        currency: Currency::EUR,
        lines: lines.into(),
        destination: None,
        shipping_method: None,
        coupons: Vec::new(),
        at: NOON,
    }
}

/// The same basket in another currency, with the same minor units.
fn in_other_currency(mut basket: Basket, code: &str) -> Basket {
    basket.currency = currency(code);
    for line in &mut basket.lines {
        line.unit_price.currency = basket.currency;
    }
    basket
}

fn to(country: &str, subdivision: Option<&str>, postal_code: Option<&str>) -> Option<Destination> {
    Some(Destination {
        country: country.to_owned(),
        subdivision: subdivision.map(str::to_owned),
        postal_code: postal_code.map(str::to_owned),
    })
}

fn promotion(kind: Kind) -> Promotion {
    Promotion {
        title: "Sale".to_owned(),
        enabled: true,
        trigger: Trigger::Automatic,
        kind,
        selector: Selector::All,
        condition: Condition::default(),
        priority: 0,
        stacking: Stacking::Combine,
        window: Window::default(),
    }
}

fn region(id: &str, areas: Vec<Area>, prices_include_tax: bool, rates: &[(&str, u32)]) -> TaxRegion {
    let rates = rates.iter().map(|(class, ppm)| (class.parse().unwrap(), Rate::from_ppm(*ppm).unwrap()));
    TaxRegion { id: id.to_owned(), title: id.to_owned(), areas, prices_include_tax, rates: rates.collect() }
}

fn method(id: &str, areas: Vec<Area>, by: Measure, brackets: &[(u64, Money)]) -> ShippingMethod {
    let brackets = brackets.iter().map(|(from, price)| Bracket { from: *from, price: *price }).collect();
    ShippingMethod {
        id: id.to_owned(),
        title: id.to_owned(),
        tax_class: TaxClass::standard(),
        zones: vec![ShippingZone { areas, by, brackets, weight_max_g: None }],
    }
}

/// A book without tax and with shipping for nothing: what is left is the price of the goods.
fn plain() -> Pricebook {
    let mut book = Pricebook {
        currencies: ["EUR", "JPY", "BHD"].map(currency).to_vec(),
        default_region: "untaxed".to_owned(),
        regions: BTreeMap::new(),
        shipping: BTreeMap::new(),
        ..Pricebook::default()
    };
    put_region(&mut book, region("untaxed", vec![Area::EVERYWHERE], true, &[("standard", 0)]));
    let free = book.currencies.iter().map(|currency| (0, Money::zero(*currency))).collect::<Vec<_>>();
    put_method(&mut book, method("free", vec![Area::EVERYWHERE], Measure::Price, &free));
    book
}

fn put_region(book: &mut Pricebook, region: TaxRegion) {
    book.regions.insert(region.id.clone(), region);
}

fn put_method(book: &mut Pricebook, method: ShippingMethod) {
    book.shipping.insert(method.id.clone(), method);
}

/// The plain book with promotions 1, 2, ….
fn with(promotions: impl IntoIterator<Item = Promotion>) -> Pricebook {
    let promotions = (1..).map(promo).zip(promotions).collect();
    Pricebook { promotions, ..plain() }
}

/// Prices a basket and checks what must be true of every quote (PRICE-1, PRICE-2, PRICE-4).
#[track_caller]
fn checked(basket: &Basket, book: &Pricebook) -> Quote {
    let quote = quote(basket, book).unwrap();
    check(&quote);
    quote
}

#[track_caller]
fn check(quote: &Quote) {
    let Totals { subtotal, discount, shipping, tax, total } = quote.totals;
    let lines = |of: fn(&QuotedLine) -> Money| quote.lines.iter().map(|line| of(line).amount).sum::<i64>();
    assert_eq!(lines(|line| line.total) + quote.shipping.total.amount, total.amount, "PRICE-1: {quote:#?}");
    assert_eq!(
        quote.steps.iter().map(|step| step.amount.amount).sum::<i64>(),
        total.amount,
        "PRICE-1, steps"
    );
    assert_eq!(lines(|line| line.subtotal), subtotal.amount);
    assert_eq!(lines(|line| line.discount), discount.amount);
    assert_eq!(quote.shipping.total, shipping);
    assert_eq!(lines(|line| line.tax) + quote.shipping.tax.amount, tax.amount);
    assert_eq!(quote.taxes.iter().map(|line| line.tax.amount).sum::<i64>(), tax.amount, "tax lines");
    assert!(0 <= discount.amount && discount.amount <= subtotal.amount, "PRICE-2: {discount} of {subtotal}");
    for line in &quote.lines {
        assert!(
            0 <= line.discount.amount && line.discount.amount <= line.subtotal.amount,
            "PRICE-2: {line:?}"
        );
        assert!(line.tax.amount >= 0 && line.total.amount >= 0, "PRICE-2: {line:?}");
        let left = line.subtotal.amount - line.discount.amount;
        let added = if line.tax_included { 0 } else { line.tax.amount };
        assert_eq!(line.total.amount, left + added, "PRICE-4: {line:?}");
    }
    let sent = &quote.shipping;
    assert!(0 <= sent.discount.amount && sent.discount.amount <= sent.price.amount, "PRICE-2: {sent:?}");
    for given in quote.discounts.iter().filter(|given| !given.shares.is_empty()) {
        let shares: i64 = given.shares.iter().map(|share| share.amount.amount).sum();
        assert_eq!(shares, given.amount.amount, "{given:?}");
        assert!(given.shares.iter().all(|share| share.amount.amount > 0), "{given:?}");
    }
    let given: i64 = quote.discounts.iter().map(|given| given.amount.amount).sum();
    assert_eq!(given, discount.amount + sent.discount.amount, "discounts");
    let gross: i64 = quote.taxes.iter().map(|line| line.net.amount + line.tax.amount).sum();
    assert_eq!(gross, total.amount, "PRICE-4: {:?}", quote.taxes);
}

fn totals_of(quote: &Quote) -> Vec<i64> {
    quote.lines.iter().map(|line| line.total.amount).collect()
}

#[test]
fn nothing_costs_nothing() {
    let quote = checked(&basket([]), &Pricebook::default());
    assert_eq!(quote.totals, Totals::zero(Currency::EUR));
    assert_eq!(quote.shipping.method, None);
    assert!(quote.is_deliverable() && quote.steps.is_empty());
}

#[test]
fn a_basket_that_the_shop_never_made_has_no_price() {
    let book = plain();
    let dollars = in_other_currency(basket([line(1, 5, 1)]), "USD");
    assert_eq!(quote(&dollars, &book), Err(QuoteError::CurrencyNotSold(currency("USD"))));
    let mut mixed = basket([line(1, 5, 1)]);
    mixed.lines[0].unit_price.currency = currency("JPY");
    assert!(matches!(quote(&mixed, &book), Err(QuoteError::Money(_))));
    let negative = line(1, -1, 1);
    assert_eq!(quote(&basket([negative.clone()]), &book), Err(QuoteError::NegativePrice(negative.variant)));
    let twice = basket([line(1, 5, 1), line(1, 5, 1)]);
    assert_eq!(quote(&twice, &book), Err(QuoteError::LineTwice(twice.lines[0].line)));
    let huge = basket([line(1, i64::MAX, 1), line(2, i64::MAX, 1)]);
    assert!(matches!(quote(&huge, &book), Err(QuoteError::Money(_))));
}

#[test]
fn the_steps_say_how_a_price_came_about() {
    let mut book = with([promotion(Kind::Percentage { rate: Rate::percent(10) })]);
    put_region(&mut book, region("untaxed", vec![Area::EVERYWHERE], true, &[("standard", 190_000)]));
    put_method(&mut book, method("free", vec![Area::EVERYWHERE], Measure::Price, &[(0, eur(490))]));
    let quote = checked(&basket([line(1, 1999, 3)]), &book);
    let told: Vec<String> =
        quote.steps.iter().map(|step| format!("{} → {}", step.step, step.amount)).collect();
    assert_eq!(
        told,
        [
            "3 × €19.99 → €59.97".to_owned(),
            format!("{} off €59.97 of this line → -€6.00", promo(1)), // 599.7 cents
            "€53.97 includes €8.62 of tax (19 %) → €0.00".to_owned(), // 5397 × 19 / 119 = 861.7
            "shipping: free → €4.90".to_owned(),
            "€4.90 includes €0.78 of tax (19 %) → €0.00".to_owned(), // 490 × 19 / 119 = 78.2
        ]
    );
    assert_eq!((quote.totals.total, quote.totals.tax), (eur(5887), eur(940)));
}
