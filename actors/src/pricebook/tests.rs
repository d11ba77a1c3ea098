mod golden;

use std::collections::BTreeMap;

use amazoff_supervisor::Timestamp;
use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{PricebookId, ProductId, PromotionId, VariantId};
use crate::money::{Currency, Money};
use crate::pricing::{Rate, Rounding, TaxClass};

const NOON: Timestamp = Timestamp::from_unix_ms(1_767_268_800_000);

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn change(change: Change) -> Command {
    Command::Change { expected_version: None, change }
}

fn promo(n: u128) -> PromotionId {
    PromotionId::from(Uuid::from_u128(n))
}

fn region(id: &str) -> TaxRegion {
    TaxRegion {
        id: id.to_owned(),
        title: "Germany".to_owned(),
        areas: vec![Area::country("DE")],
        prices_include_tax: true,
        rates: BTreeMap::from([(TaxClass::standard(), Rate::percent(19))]),
    }
}

fn method(id: &str) -> ShippingMethod {
    let brackets = vec![Bracket { from: 0, price: Money::eur(990) }];
    let zone = ShippingZone {
        areas: vec![Area::EVERYWHERE],
        by: Measure::Weight,
        brackets,
        weight_max_g: Some(31_500),
    };
    ShippingMethod {
        id: id.to_owned(),
        title: "Express".to_owned(),
        tax_class: TaxClass::standard(),
        zones: vec![zone],
    }
}

fn sale() -> Promotion {
    Promotion {
        title: "Summer sale".to_owned(),
        enabled: true,
        trigger: Trigger::Automatic,
        kind: Kind::Percentage { rate: Rate::percent(10) },
        selector: Selector::All,
        condition: Condition::default(),
        priority: 0,
        stacking: Stacking::Combine,
        window: Window::default(),
    }
}

fn create(n: u128, promotion: Promotion) -> Change {
    Change::CreatePromotion { id: promo(n), promotion: Box::new(promotion) }
}

fn refusal(wanted: Change) -> Rejection {
    Life::<Pricebook>::new(PricebookId::shop().uuid()).run(change(wanted)).unwrap_err()
}

#[test]
fn every_change_is_an_event_once_and_raises_the_version() {
    let currencies = vec![Currency::EUR, currency("USD")];
    given::<Pricebook>([])
        .when(change(Change::SetCurrencies { currencies: currencies.clone() }))
        .then_events([Event::CurrenciesSet { currencies: currencies.clone() }])
        .then_reply(Receipt { version: 1 })
        .when(change(Change::SetCurrencies { currencies }))
        .then_nothing_happens()
        .then_reply(Receipt { version: 1 })
        .when(change(Change::SetRounding { rounding: Rounding::HalfEven }))
        .then_events([Event::RoundingSet { rounding: Rounding::HalfEven }])
        .when(change(Change::SetCapture { policy: CapturePolicy::OnShipment }))
        .then_events([Event::CaptureSet { policy: CapturePolicy::OnShipment }])
        .then_reply(Receipt { version: 3 })
        .then_state(|book| {
            assert_eq!((book.version, book.default_currency()), (3, Currency::EUR));
            assert_eq!((book.rounding, book.capture), (Rounding::HalfEven, CapturePolicy::OnShipment));
        });
}

#[test]
fn a_change_of_an_older_version_is_refused() {
    let rounding = Rounding::HalfEven;
    let at = |version| Command::Change {
        expected_version: Some(version),
        change: Change::SetRounding { rounding: Rounding::HalfDown },
    };
    given::<Pricebook>([Event::RoundingSet { rounding }])
        .when(at(0))
        .then_rejects(Rejection::PricebookChanged { version: 1 })
        .when(at(1))
        .then_reply(Receipt { version: 2 });
}

#[test]
fn the_default_region_stays() {
    let remove = |id: &str| change(Change::RemoveRegion { id: id.to_owned() });
    let prefer = |id: &str| change(Change::SetDefaultRegion { id: id.to_owned() });
    given::<Pricebook>([])
        .when(remove("everywhere"))
        .then_rejects(Rejection::RegionIsDefault)
        .when(prefer("de"))
        .then_rejects(Rejection::RegionNotFound)
        .when(change(Change::PutRegion(region("de"))))
        .then_events([Event::RegionPut(region("de"))])
        .when(prefer("de"))
        .then_events([Event::DefaultRegionSet { id: "de".to_owned() }])
        .when(remove("de"))
        .then_rejects(Rejection::RegionIsDefault)
        .when(remove("everywhere"))
        .then_events([Event::RegionRemoved { id: "everywhere".to_owned() }])
        .when(remove("everywhere"))
        .then_rejects(Rejection::RegionNotFound)
        .then_state(|book| assert_eq!(book.region(None), Some(&region("de"))));
}

#[test]
fn shipping_methods_come_change_and_go() {
    let mut cheaper = method("express");
    cheaper.zones[0].brackets[0].price = Money::eur(790);
    let remove = || change(Change::RemoveShippingMethod { id: "express".to_owned() });
    given::<Pricebook>([])
        .when(change(Change::PutShippingMethod(method("express"))))
        .then_events([Event::ShippingMethodPut(method("express"))])
        .when(change(Change::PutShippingMethod(method("express"))))
        .then_nothing_happens()
        .when(change(Change::PutShippingMethod(cheaper.clone())))
        .then_events([Event::ShippingMethodPut(cheaper)])
        .when(remove())
        .then_events([Event::ShippingMethodRemoved { id: "express".to_owned() }])
        .when(remove())
        .then_rejects(Rejection::ShippingMethodNotFound);
}

#[test]
fn a_promotion_keeps_its_id() {
    let other = Promotion { enabled: false, ..sale() };
    let alter =
        |n, promotion| change(Change::ChangePromotion { id: promo(n), promotion: Box::new(promotion) });
    given::<Pricebook>([])
        .when(alter(1, sale()))
        .then_rejects(Rejection::PromotionNotFound)
        .when(change(create(1, sale())))
        .then_events([Event::PromotionCreated { id: promo(1), promotion: Box::new(sale()) }])
        .when(change(create(1, sale())))
        .then_nothing_happens()
        .when(change(create(1, other.clone())))
        .then_rejects(Rejection::PromotionExists)
        .when(alter(1, other.clone()))
        .then_events([Event::PromotionChanged { id: promo(1), promotion: Box::new(other.clone()) }])
        .when(alter(1, other))
        .then_nothing_happens();
}

fn with_areas(areas: Vec<Area>) -> Change {
    Change::PutRegion(TaxRegion { areas, ..region("de") })
}

fn with_brackets(brackets: Vec<Bracket>) -> Change {
    let mut method = method("express");
    method.zones[0].brackets = brackets;
    Change::PutShippingMethod(method)
}

#[test]
fn what_breaks_a_rule_is_named() {
    let area = |country: Option<&str>, subdivision: Option<&str>, postal_prefix: Option<&str>| {
        let [country, subdivision, postal_prefix] =
            [country, subdivision, postal_prefix].map(|text| text.map(str::to_owned));
        with_areas(vec![Area { country, subdivision, postal_prefix }])
    };
    let bracket = |from, cents| Bracket { from, price: Money::eur(cents) };
    let kind = |kind| create(1, Promotion { kind, ..sale() });
    let amounts = |amounts: Vec<Money>| kind(Kind::FixedPerOrder { amounts });
    let buy = |buy, get, off| kind(Kind::BuyXGetY { buy, get, off });
    let selector = |selector| create(1, Promotion { selector, ..sale() });
    let window = Window { from: Some(NOON), until: Some(NOON) };
    let condition = Condition { min_subtotal: vec![Money::eur(1), Money::eur(2)], min_quantity: None };
    for (wanted, change) in [
        ("currencies", Change::SetCurrencies { currencies: vec![] }),
        ("currencies", Change::SetCurrencies { currencies: vec![Currency::EUR, Currency::EUR] }),
        ("id", Change::PutRegion(region("De"))),
        ("title", Change::PutRegion(TaxRegion { title: " ".to_owned(), ..region("de") })),
        ("rates", Change::PutRegion(TaxRegion { rates: BTreeMap::new(), ..region("de") })),
        ("areas", with_areas(vec![])),
        ("country", area(Some("de"), None, None)),
        ("country", area(Some("DEU"), None, None)),
        ("country", area(None, Some("NY"), None)),
        ("country", area(None, None, Some("10"))),
        ("subdivision", area(Some("US"), Some("ny"), None)),
        ("postal_prefix", area(Some("US"), None, Some(" "))),
        ("id", Change::PutShippingMethod(method("an express"))),
        ("zones", Change::PutShippingMethod(ShippingMethod { zones: vec![], ..method("express") })),
        ("brackets", with_brackets(vec![])),
        ("brackets", with_brackets(vec![bracket(0, 1), bracket(0, 2)])),
        ("price", with_brackets(vec![bracket(0, -1)])),
        ("title", create(1, Promotion { title: "x".repeat(201), ..sale() })),
        ("rate", kind(Kind::Percentage { rate: Rate::ZERO })),
        ("rate", kind(Kind::OrderPercentage { rate: Rate::ZERO })),
        ("amounts", amounts(vec![])),
        ("amounts", amounts(vec![Money::eur(1), Money::eur(2)])),
        ("amounts", amounts(vec![Money::eur(-1)])),
        ("amounts", kind(Kind::FixedPerPiece { amounts: vec![Money::eur(AMOUNT_MAX + 1)] })),
        ("buy", buy(0, 1, Rate::WHOLE)),
        ("get", buy(1, 0, Rate::WHOLE)),
        ("off", buy(1, 1, Rate::ZERO)),
        ("methods", kind(Kind::FreeShipping { methods: vec!["A".to_owned()] })),
        ("selector", selector(Selector::Categories(vec![]))),
        ("selector", selector(Selector::Products(vec![ProductId::from(Uuid::nil()); 501]))),
        ("stacking", create(1, Promotion { stacking: Stacking::OneOf(String::new()), ..sale() })),
        ("window", create(1, Promotion { window, ..sale() })),
        ("min_subtotal", create(1, Promotion { condition, ..sale() })),
    ] {
        let refusal = refusal(change.clone());
        assert!(
            matches!(&refusal, Rejection::PricebookInvalid { field, .. } if field == wanted),
            "{wanted}: {refusal} of {change:?}"
        );
    }
}

fn any_change() -> impl Strategy<Value = Change> {
    let ids = || prop_oneof![Just("everywhere"), Just("de"), Just("us"), Just("No")].prop_map(str::to_owned);
    let currencies = proptest::collection::vec(prop_oneof![Just("EUR"), Just("USD"), Just("JPY")], 0..4);
    prop_oneof![
        currencies.prop_map(|codes| Change::SetCurrencies {
            currencies: codes.into_iter().map(currency).collect()
        }),
        ids().prop_map(|id| Change::PutRegion(region(&id))),
        ids().prop_map(|id| Change::PutRegion(TaxRegion { rates: BTreeMap::new(), ..region(&id) })),
        ids().prop_map(|id| Change::RemoveRegion { id }),
        ids().prop_map(|id| Change::SetDefaultRegion { id }),
        ids().prop_map(|id| Change::PutShippingMethod(method(&id))),
        ids().prop_map(|id| Change::RemoveShippingMethod { id }),
        (0..3_u128, -1..3_i64).prop_map(|(n, cents)| {
            create(n, Promotion { kind: Kind::FixedPerOrder { amounts: vec![Money::eur(cents)] }, ..sale() })
        }),
        (0..3_u128).prop_map(|n| Change::ChangePromotion { id: promo(n), promotion: Box::new(sale()) }),
    ]
}

proptest! {
    #[test]
    fn any_sequence_of_changes_keeps_every_invariant(
        changes in proptest::collection::vec(any_change(), 0..40),
    ) {
        let mut book = Life::<Pricebook>::new(PricebookId::shop().uuid());
        for wanted in changes {
            let before = book.state().clone();
            let answer = book.run(change(wanted));
            let now = book.state();
            let codes: std::collections::BTreeSet<_> = now.currencies.iter().map(|currency| currency.code()).collect();
            prop_assert!(!codes.is_empty() && codes.len() == now.currencies.len(), "BOOK-1");
            prop_assert!(now.regions.contains_key(&now.default_region), "BOOK-2");
            prop_assert!(now.regions.values().all(|region| region.rates.contains_key(&TaxClass::standard())), "BOOK-2");
            prop_assert!(before.promotions.keys().all(|id| now.promotions.contains_key(id)), "BOOK-4");
            for promotion in now.promotions.values() {
                if let Kind::FixedPerOrder { amounts } = &promotion.kind {
                    prop_assert!(amounts.iter().all(|amount| amount.amount >= 0), "BOOK-3");
                }
            }
            prop_assert_eq!(now.version, u64::try_from(book.events().len()).unwrap());
            if let Ok(decision) = answer {
                prop_assert_eq!(decision.reply.version, now.version);
            }
        }
    }
}
