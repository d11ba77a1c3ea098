mod desk;
mod golden;

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::{Claim, ClaimChange, Entity, Timestamp, Version};
use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::ids::{ProductId, VariantId};
use crate::money::Money;
use crate::pricing::{PRICE_MAX, TaxClass, is_price};
use crate::rating::{Stars, Tally};

const NOON: Timestamp = Timestamp::from_unix_ms(1_767_268_800_000);

fn id() -> ProductId {
    ProductId::from(Uuid::from_u128(1))
}

fn variant_id(n: u128) -> VariantId {
    VariantId::from(Uuid::from_u128(n))
}

fn variant(n: u128, cents: i64) -> Variant {
    let options = BTreeMap::from([("Colour".to_owned(), "Navy Blue".to_owned())]);
    Variant::new(variant_id(n), format!("POT-{n}"), options, Money::eur(cents))
}

fn teapot() -> Create {
    Create {
        slug: "glass-teapot".to_owned(),
        title: "Glass Teapot".to_owned(),
        description: "Holds 1 l.".to_owned(),
        category: "home-kitchen".to_owned(),
        brand: "Théière".to_owned(),
        variants: vec![variant(1, 1999), variant(2, 2999)],
        media: vec![Media { blob: "ab".repeat(32), alt: "A teapot".to_owned(), width: 800, height: 600 }],
    }
}

fn created() -> Event {
    Event::Created { product: teapot(), at: NOON, skus_claimed: true }
}

fn receipt(status: Status) -> Receipt {
    Receipt { id: id(), slug: "glass-teapot".to_owned(), status }
}

fn dollars(cents: i64) -> Money {
    Money::new(cents, "USD".parse().unwrap())
}

fn prices(n: u128, prices: Vec<Money>) -> Command {
    Command::SetPrices { variant: variant_id(n), prices }
}

fn change(n: u128, cents: i64) -> Command {
    Command::ChangePrice { variant: variant_id(n), price: Money::eur(cents) }
}

#[test]
fn a_new_product_is_a_draft_and_claims_its_slug_and_article_numbers() {
    let claim = |namespace: &str, key: &str| Claim { namespace: namespace.to_owned(), key: key.to_owned() };
    let all = [claim("sku", "POT-1"), claim("sku", "POT-2"), claim("slug", "glass-teapot")];
    given::<Product>([])
        .entity(id())
        .when(Command::Create(teapot()))
        .at(NOON)
        .then_events([created()])
        .then_claims(all.clone().map(ClaimChange::Take))
        .then_reply(receipt(Status::Draft))
        .then_state(|product| assert!(!product.is_for_sale()))
        .when(Command::Create(teapot()))
        .then_nothing_happens()
        .when(Command::Create(Create { slug: "other".to_owned(), ..teapot() }))
        .then_rejects(Rejection::ProductExists);
    let refusals = all.map(|claim| Product::claim_taken(&claim));
    assert_eq!(refusals, [Rejection::SkuTaken, Rejection::SkuTaken, Rejection::SlugTaken]);
}

#[test]
fn a_product_lives_from_draft_to_archive() {
    given::<Product>([created()])
        .entity(id())
        .when(Command::Publish)
        .then_events([Event::Published])
        .then_reply(receipt(Status::Active))
        .then_state(|product| assert!(product.is_for_sale()))
        .when(Command::Publish)
        .then_nothing_happens()
        .when(Command::Archive)
        .then_events([Event::Archived])
        .then_state(|product| assert!(!product.is_for_sale()))
        .when(Command::Archive)
        .then_nothing_happens()
        .when(Command::Publish)
        .then_rejects(Rejection::ProductArchived)
        .when(change(1, 1))
        .then_rejects(Rejection::ProductArchived);
    for command in [Command::Publish, Command::Archive, change(1, 1)] {
        given::<Product>([]).when(command).then_rejects(Rejection::ProductNotFound);
    }
}

#[test]
fn programs_outside_are_told_of_what_is_for_sale_and_of_nothing_else() {
    let news = |news, version| Effect::Announce { news, slug: "glass-teapot".to_owned(), version, at: NOON };
    let (published, archived) = (vec![created(), Event::Published], Event::Archived);
    let told = |history: Vec<Event>, command| given::<Product>(history).entity(id()).when(command).at(NOON);
    told(vec![], Command::Create(teapot())).then_effects([]);
    told(vec![created()], change(1, 1500)).then_effects([]); // a draft is nobody's business
    told(vec![created()], Command::Archive).then_effects([]);
    told(vec![created()], Command::Publish).then_effects([news(ProductNews::Published, 2)]);
    told(published.clone(), change(1, 1500)).then_effects([news(ProductNews::Updated, 3)]);
    told(published.clone(), change(1, 1999)).then_effects([]); // it costs that already
    told(published.clone(), Command::Archive).then_effects([news(ProductNews::Archived, 3)]);
    told([published, vec![archived]].concat(), Command::Archive).then_effects([]);
}

#[test]
fn a_price_changes_for_one_variant() {
    given::<Product>([created()])
        .when(change(1, 1500))
        .then_events([Event::PriceChanged { variant: variant_id(1), price: Money::eur(1500) }])
        .then_state(|product| {
            let prices: Vec<_> = product.variants.iter().map(|variant| variant.price.amount).collect();
            assert_eq!(prices, [1500, 2999]);
        })
        .when(change(1, 1500))
        .then_nothing_happens()
        .when(change(3, 1500))
        .then_rejects(Rejection::VariantNotFound);
    for cents in [-1, PRICE_MAX + 1] {
        let refusal = given::<Product>([created()]).when(change(1, cents));
        refusal.then_rejects(Rejection::invalid(
            "price",
            "it must be in the shop's currency, not negative and not absurdly high",
        ));
    }
}

#[test]
fn prices_in_other_currencies_are_beside_the_shops_own() {
    let variant = variant_id(1);
    given::<Product>([created()])
        .when(prices(1, vec![dollars(2199)]))
        .then_events([Event::PricesSet { variant, prices: vec![dollars(2199)] }])
        .then_state(|product| {
            let variant = product.variant(variant_id(1)).unwrap();
            assert_eq!(variant.price_in(crate::money::Currency::EUR), Some(Money::eur(1999)));
            assert_eq!(variant.price_in("USD".parse().unwrap()), Some(dollars(2199)));
            assert_eq!(variant.price_in("JPY".parse().unwrap()), None);
        })
        .when(prices(1, vec![dollars(2199)]))
        .then_nothing_happens()
        .when(prices(3, vec![]))
        .then_rejects(Rejection::VariantNotFound);
    for bad in
        [vec![Money::eur(1)], vec![dollars(1), dollars(2)], vec![dollars(-1)], vec![dollars(PRICE_MAX + 1)]]
    {
        let mut product = Life::<Product>::new(id().uuid());
        product.happened([created()]);
        let refusal = product.run(prices(1, bad)).unwrap_err();
        assert!(
            matches!(&refusal, Rejection::ProductInvalid { field, .. } if field == "prices"),
            "{refusal}"
        );
    }
}

#[test]
fn tax_class_and_weight_are_set_per_variant() {
    let variant = variant_id(2);
    let class = || "reduced".parse::<TaxClass>().unwrap();
    given::<Product>([created()])
        .when(Command::SetTaxClass { variant, tax_class: class() })
        .then_events([Event::TaxClassSet { variant, tax_class: class() }])
        .when(Command::SetTaxClass { variant, tax_class: class() })
        .then_nothing_happens()
        .when(Command::SetWeight { variant, weight_g: 850 })
        .then_events([Event::WeightSet { variant, weight_g: 850 }])
        .when(Command::SetWeight { variant, weight_g: 850 })
        .then_nothing_happens()
        .then_state(|product| {
            let of =
                |n| product.variant(variant_id(n)).map(|known| (known.tax_class.clone(), known.weight_g));
            assert_eq!(of(1), Some((TaxClass::standard(), 0)));
            assert_eq!(of(2), Some((class(), 850)));
        })
        .when(Command::SetWeight { variant, weight_g: 10_000_001 })
        .then_rejects(Rejection::invalid("weight_g", "it is more than ten tonnes"));
}

#[test]
fn a_variant_of_older_days_is_taxed_like_most_goods_and_weighs_nothing() {
    let json = json!({ "id": variant_id(1), "sku": "A", "options": {}, "price": Money::eur(5) });
    let read: Variant = serde_json::from_value(json).unwrap();
    assert_eq!(read, Variant::new(variant_id(1), "A".to_owned(), BTreeMap::new(), Money::eur(5)));
}

#[test]
fn what_breaks_a_rule_is_named() {
    let dollars = Money::new(1, "USD".parse().unwrap());
    let long = "x".repeat(10_001);
    let cases = [
        ("slug", Create { slug: "Glass Teapot".to_owned(), ..teapot() }),
        ("slug", Create { slug: "glass--teapot".to_owned(), ..teapot() }),
        ("slug", Create { slug: String::new(), ..teapot() }),
        ("category", Create { category: "Home & Kitchen".to_owned(), ..teapot() }),
        ("title", Create { title: " ".to_owned(), ..teapot() }),
        ("brand", Create { brand: "x".repeat(201), ..teapot() }),
        ("description", Create { description: long, ..teapot() }),
        ("variants", Create { variants: vec![], ..teapot() }),
        ("variants", Create { variants: vec![variant(1, 1), variant(1, 1)], ..teapot() }),
        ("price", Create { variants: vec![variant(1, -1)], ..teapot() }),
        ("price", Create { variants: vec![Variant { price: dollars, ..variant(1, 1) }], ..teapot() }),
        (
            "blob",
            Create {
                media: vec![Media { blob: "teapot.png".to_owned(), ..teapot().media[0].clone() }],
                ..teapot()
            },
        ),
        ("media", Create { media: vec![teapot().media[0].clone(); 21], ..teapot() }),
    ];
    for (wanted, new) in cases {
        let refusal = Life::<Product>::new(id().uuid()).run(Command::Create(new)).unwrap_err();
        assert!(
            matches!(&refusal, Rejection::ProductInvalid { field, .. } if field == wanted),
            "{wanted}: {refusal}"
        );
    }
}

fn after(events: &[Event]) -> Product {
    Product::default().after(events)
}

#[test]
fn a_document_says_what_a_search_needs() {
    let product = after(&[created(), Event::Published]);
    let puts = projection::documents(id(), &product, Version(2)).unwrap();
    let [found, category] = &puts[..] else { panic!("{puts:?}") };
    assert_eq!((found.collection.as_str(), found.source_seq), (PRODUCTS, 2));
    assert_eq!(found.id, id().to_string());
    let body = found.body.as_ref().unwrap();
    assert_eq!(body["status"], "active");
    assert_eq!((&body["price_amount"], &body["price_max_amount"]), (&json!(1999), &json!(2999)));
    assert_eq!(body["created_at"], NOON.unix_ms());
    for word in ["glass", "théière", "kitchen", "holds", "pot-2", "navy"] {
        assert!(body["search"].as_str().unwrap().contains(word), "{word}");
    }
    assert_eq!(category.collection, CATEGORIES);
    assert_eq!(category.body, Some(json!({ "slug": "home-kitchen", "name": "Home kitchen" })));
}

#[test]
fn what_is_indexed_has_a_card_and_all_that_is_counted() {
    let product = after(&[created()]);
    let rating = Tally::default().moved(None, Stars::try_from(4).ok()).unwrap();
    let document = SearchDocument::of(id(), &product, rating).unwrap();
    let card = &document.card;
    assert_eq!((card.id, card.slug.as_str()), (id(), "glass-teapot"));
    assert_eq!((card.price, card.price_max), (Money::eur(1999), Money::eur(2999)));
    assert_eq!(card.rating, rating);
    assert_eq!(card.image, Some("ab".repeat(32)));
    let attributes: Vec<_> = document.attributes().collect();
    assert!(attributes.contains(&(CATEGORY, "home-kitchen")), "{attributes:?}");
    assert!(attributes.contains(&(BRAND, product.brand.as_str())), "{attributes:?}");
    let count = |name: &str| attributes.iter().filter(|(known, _)| *known == name).count();
    assert_eq!((count(BRAND), count(CATEGORY)), (1, 1));
}

#[test]
fn only_what_is_for_sale_is_indexed() {
    for (events, indexed) in [
        (vec![created()], false),
        (vec![created(), Event::Published], true),
        (vec![created(), Event::Published, Event::Archived], false),
    ] {
        let rated = (Tally::default(), Version(2));
        let put = SearchProjection::document(id(), (&after(&events), Version(3)), rated).unwrap();
        assert_eq!((put.body.is_some(), put.source_seq), (indexed, 5), "{events:?}");
    }
}

#[test]
fn an_option_that_is_called_as_an_attribute_of_the_shop_is_not_counted() {
    let mut product = after(&[created()]);
    product.variants[0].options = [("brand".to_owned(), "Forged".to_owned())].into();
    let document = SearchDocument::of(id(), &product, Tally::default()).unwrap();
    assert!(document.attributes().all(|(_, value)| value != "Forged"));
}

#[test]
fn a_list_is_in_the_order_that_its_words_ask_for() {
    let query = |q: &str, sort| ListQuery { q: Some(q.to_owned()), sort, ..ListQuery::default() };
    assert_eq!(query("teapot", None).sorting(), Sorting::Relevance);
    assert_eq!(query("teapot", Some(Sorting::Name)).sorting(), Sorting::Name);
    for blank in ["", "  ", "!?"] {
        assert_eq!(query(blank, None).sorting(), Sorting::Newest);
        assert_eq!(query(blank, Some(Sorting::Relevance)).sorting(), Sorting::Newest);
    }
    assert_eq!(query("  Blue  TEA-pot ", None).words(), ["blue", "tea", "pot"]);
}

#[test]
fn a_sorting_is_written_in_kebab_case() {
    for (text, sorting) in [
        ("relevance", Sorting::Relevance),
        ("newest", Sorting::Newest),
        ("price-asc", Sorting::PriceAsc),
        ("price-desc", Sorting::PriceDesc),
        ("name", Sorting::Name),
    ] {
        assert_eq!(serde_json::from_value::<Sorting>(json!(text)).unwrap(), sorting);
    }
}

fn any_command() -> impl Strategy<Value = Command> {
    let creation = proptest::collection::vec((0..4_u128, -2..5_i64), 0..4).prop_map(|variants| {
        let variants = variants.into_iter().map(|(n, cents)| variant(n, cents)).collect();
        Command::Create(Create { variants, ..teapot() })
    });
    prop_oneof![
        2 => creation,
        2 => Just(Command::Publish),
        1 => Just(Command::Archive),
        4 => (0..4_u128, -2..PRICE_MAX + 2).prop_map(|(n, cents)| change(n, cents)),
        2 => (0..4_u128, proptest::collection::vec(-1..9_i64, 0..3))
            .prop_map(|(n, cents)| prices(n, cents.into_iter().map(dollars).collect())),
        2 => (0..4_u128, -2..5_i64).prop_map(|(n, cents)| Command::AddVariant(variant(n, cents))),
        2 => (0..4_u128, 0..4_u128).prop_map(|(n, sku)| Command::ReviseVariant {
            variant: variant_id(n),
            change: VariantChange { sku: Some(format!("POT-{sku}")), ..VariantChange::default() },
        }),
        2 => (0..4_u128).prop_map(|n| Command::RetireVariant { variant: variant_id(n) }),
        2 => (0..4_u8).prop_map(|n| Command::Revise(Revision {
            slug: Some(format!("teapot-{n}")),
            ..Revision::default()
        })),
        2 => (0..4_u128, 0..4_u128, 0..4_usize).prop_map(|(n, retired, status)| Command::Put(Box::new(Sheet {
            product: Create { variants: vec![variant(n, 5), variant(n + 1, 6)], ..teapot() },
            retired: [variant_id(retired)].into(),
            status: [Status::Absent, Status::Draft, Status::Active, Status::Archived][status],
        }))),
    ]
}

proptest! {
    #[test]
    fn any_sequence_of_commands_keeps_every_invariant(
        commands in proptest::collection::vec(any_command(), 0..50),
    ) {
        let mut product = Life::<Product>::new(id().uuid());
        for command in commands {
            let before = product.state().clone();
            let _accepted_or_refused = product.run(command);
            let now = product.state();
            let ids: BTreeSet<_> = now.variants.iter().map(|variant| variant.id).collect();
            prop_assert_eq!(ids.len(), now.variants.len(), "PROD-2");
            prop_assert!((now.status == Status::Absent) == now.variants.is_empty(), "PROD-2");
            prop_assert!(now.variants.iter().all(|variant| is_price(variant.price)), "PROD-3");
            let other = |variant: &Variant| variant.prices.len() <= 1 && variant.prices.iter().all(|price| price.amount >= 0);
            prop_assert!(now.variants.iter().all(other), "PROD-3");
            let skus: BTreeSet<_> = now.variants.iter().map(|variant| &variant.sku).collect();
            prop_assert_eq!(skus.len(), now.variants.len(), "PROD-2");
            prop_assert!(before.former_slugs.iter().chain([&before.slug]).all(|slug| slug.is_empty() || now.is_called(slug)), "PROD-1");
            prop_assert!(before.retired.iter().all(|id| now.retired.contains(id)), "PROD-5");
            prop_assert!(now.status == Status::Absent || now.offered().next().is_some(), "PROD-5");
            prop_assert!(now.status == Status::Absent || now.keys().len() == 1 + now.former_slugs.len() + skus.len(), "PROD-1, PROD-2");
            if before.status == Status::Archived {
                prop_assert_eq!(&before, now);
            }
        }
    }
}
