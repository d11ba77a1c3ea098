use amazoff_testkit::golden;

use super::*;

/// Promotions with every kind, selector, trigger and stacking.
fn promotions() -> Vec<Promotion> {
    let amounts = || vec![Money::eur(500), Money::new(800, currency("JPY"))];
    let (product, variant) = (ProductId::from(Uuid::from_u128(1)), VariantId::from(Uuid::from_u128(2)));
    let kinds = [
        Kind::Percentage { rate: Rate::percent(10) },
        Kind::OrderPercentage { rate: Rate::percent(10) },
        Kind::FixedPerPiece { amounts: amounts() },
        Kind::FixedPerOrder { amounts: amounts() },
        Kind::BuyXGetY { buy: 2, get: 1, off: Rate::WHOLE },
        Kind::FreeShipping { methods: vec!["standard".to_owned()] },
    ];
    let selectors = [
        Selector::All,
        Selector::Categories(vec!["lamps".to_owned()]),
        Selector::Brands(vec!["Lux".to_owned()]),
        Selector::Products(vec![product]),
        Selector::Variants(vec![variant]),
        Selector::All,
    ];
    let mut all: Vec<Promotion> = kinds
        .into_iter()
        .zip(selectors)
        .map(|(kind, selector)| Promotion { kind, selector, ..sale() })
        .collect();
    all[1].trigger = Trigger::Coupon;
    all[2].stacking = Stacking::Exclusive;
    all[3].stacking = Stacking::OneOf("season".to_owned());
    all[4].condition = Condition { min_subtotal: amounts(), min_quantity: Some(3) };
    all[5].window = Window { from: Some(NOON), until: Some(NOON.plus(std::time::Duration::from_secs(60))) };
    all
}

fn everywhere() -> TaxRegion {
    let prefix = Area { postal_prefix: Some("10".to_owned()), ..Area::country("DE") };
    TaxRegion { areas: vec![Area::EVERYWHERE, Area::subdivision("US", "NY"), prefix], ..region("de") }
}

fn by_price() -> ShippingMethod {
    let mut method = method("standard");
    method.zones[0].by = Measure::Price;
    method.zones[0].weight_max_g = None;
    method
}

fn changes() -> Vec<Change> {
    let mut changes = vec![
        Change::SetCurrencies { currencies: vec![Currency::EUR, currency("USD")] },
        Change::SetRounding { rounding: Rounding::HalfUp },
        Change::SetRounding { rounding: Rounding::HalfEven },
        Change::SetRounding { rounding: Rounding::HalfDown },
        Change::SetCapture { policy: CapturePolicy::OnPlacement },
        Change::SetCapture { policy: CapturePolicy::OnShipment },
        Change::PutRegion(everywhere()),
        Change::RemoveRegion { id: "de".to_owned() },
        Change::SetDefaultRegion { id: "de".to_owned() },
        Change::PutShippingMethod(method("express")),
        Change::PutShippingMethod(by_price()),
        Change::RemoveShippingMethod { id: "express".to_owned() },
        Change::ChangePromotion { id: promo(1), promotion: Box::new(sale()) },
    ];
    changes.extend((1..).zip(promotions()).map(|(n, promotion)| create(n, promotion)));
    changes
}

fn events() -> Vec<Event> {
    let mut events = vec![
        Event::CurrenciesSet { currencies: vec![Currency::EUR, currency("USD")] },
        Event::RoundingSet { rounding: Rounding::HalfUp },
        Event::RoundingSet { rounding: Rounding::HalfEven },
        Event::RoundingSet { rounding: Rounding::HalfDown },
        Event::CaptureSet { policy: CapturePolicy::OnPlacement },
        Event::CaptureSet { policy: CapturePolicy::OnShipment },
        Event::RegionPut(everywhere()),
        Event::DefaultRegionSet { id: "de".to_owned() },
        Event::RegionRemoved { id: "everywhere".to_owned() },
        Event::ShippingMethodPut(method("express")),
        Event::ShippingMethodPut(by_price()),
        Event::ShippingMethodRemoved { id: "express".to_owned() },
    ];
    events.extend((1..).map(promo).zip(promotions()).map(|(id, promotion)| {
        let promotion = Box::new(promotion);
        Event::PromotionCreated { id, promotion }
    }));
    events.push(Event::PromotionChanged { id: promo(1), promotion: Box::new(sale()) });
    events
}

#[test]
fn everything_that_a_pricebook_ever_stored_can_be_read() {
    let commands = changes().into_iter().map(change);
    let rounding = Rounding::HalfUp;
    let guarded = Command::Change { expected_version: Some(7), change: Change::SetRounding { rounding } };
    golden::<Pricebook>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events(events())
        .commands(commands.chain([guarded]))
        .replies([Receipt { version: 7 }])
        .rejections([
            Rejection::PricebookChanged { version: 7 },
            Rejection::PricebookInvalid { field: "title".to_owned(), reason: "it is empty".to_owned() },
            Rejection::RegionNotFound,
            Rejection::RegionIsDefault,
            Rejection::ShippingMethodNotFound,
            Rejection::PromotionNotFound,
            Rejection::PromotionExists,
        ])
        .check();
}
