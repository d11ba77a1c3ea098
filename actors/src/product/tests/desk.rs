//! What the back office does with a product.

use super::super::*;
use super::*;

/// A product of older days, which claimed its slug alone.
fn of_old() -> Event {
    Event::Created { product: teapot(), at: NOON, skus_claimed: false }
}

fn claim(namespace: &str, key: &str) -> Claim {
    Claim { namespace: namespace.to_owned(), key: key.to_owned() }
}

fn revise(revision: Revision) -> Command {
    Command::Revise(revision)
}

fn to(slug: &str) -> Command {
    revise(Revision { slug: Some(slug.to_owned()), ..Revision::default() })
}

fn sku(n: u128, sku: &str) -> Command {
    let change = VariantChange { sku: Some(sku.to_owned()), ..VariantChange::default() };
    Command::ReviseVariant { variant: variant_id(n), change }
}

fn retire(n: u128) -> Command {
    Command::RetireVariant { variant: variant_id(n) }
}

fn sheet(product: Create, retired: &[u128], status: Status) -> Command {
    let retired = retired.iter().map(|n| variant_id(*n)).collect();
    Command::Put(Box::new(Sheet { product, retired, status }))
}

#[test]
fn what_is_said_of_a_product_changes_and_what_is_absent_stays() {
    let title = || Some("Teapot".to_owned());
    given::<Product>([created()])
        .when(revise(Revision { title: title(), ..Revision::default() }))
        .then_events([Event::Described {
            title: "Teapot".to_owned(),
            description: teapot().description,
            category: teapot().category,
            brand: teapot().brand,
        }])
        .then_claims([])
        .then_state(|product| assert_eq!((product.title.as_str(), product.version), ("Teapot", 2)))
        .when(revise(Revision { title: title(), ..Revision::default() }))
        .then_nothing_happens()
        .when(revise(Revision::from(&Create { title: "Teapot".to_owned(), ..teapot() })))
        .then_nothing_happens()
        .when(revise(Revision { media: Some(Vec::new()), ..Revision::default() }))
        .then_events([Event::MediaSet { media: Vec::new() }]);
    for (field, wrong) in [
        ("title", Revision { title: Some(" ".to_owned()), ..Revision::default() }),
        ("slug", Revision { slug: Some("A b".to_owned()), ..Revision::default() }),
        ("category", Revision { category: Some(String::new()), ..Revision::default() }),
        ("brand", Revision { brand: Some("x".repeat(201)), ..Revision::default() }),
        ("description", Revision { description: Some("x".repeat(10_001)), ..Revision::default() }),
        ("media", Revision { media: Some(vec![teapot().media[0].clone(); 21]), ..Revision::default() }),
        (
            "media",
            Revision {
                media: Some(vec![Media { width: 0, ..teapot().media[0].clone() }]),
                ..Revision::default()
            },
        ),
    ] {
        let mut product = Life::<Product>::new(id().uuid());
        product.happened([created()]);
        let refusal = product.run(revise(wrong)).unwrap_err();
        assert!(
            matches!(&refusal, Rejection::ProductInvalid { field: of, .. } if of == field),
            "{field}: {refusal}"
        );
    }
}

/// PROD-1.
#[test]
fn a_slug_stays_with_its_product_when_it_gets_another() {
    given::<Product>([created()])
        .when(to("clay-teapot"))
        .then_events([Event::SlugChanged { slug: "clay-teapot".to_owned() }])
        .then_claims([ClaimChange::Take(claim("slug", "clay-teapot"))])
        .then_state(|product| {
            assert!(product.is_called("glass-teapot") && product.is_called("clay-teapot"));
            assert!(!product.is_called("teapot"));
        })
        .when(to("glass-teapot"))
        .then_events([Event::SlugChanged { slug: "glass-teapot".to_owned() }])
        .then_claims([])
        .then_state(|product| {
            assert_eq!(product.slug, "glass-teapot");
            assert_eq!(product.former_slugs, ["clay-teapot".to_owned()].into());
        });
    let mut product = Life::<Product>::new(id().uuid());
    product.happened([created()]);
    for n in 0..50 {
        product.run(to(&format!("teapot-{n}"))).unwrap();
    }
    let refusal = product.run(to("one-more")).unwrap_err();
    assert_eq!(refusal, Rejection::invalid("slug", "it has had 50 names already"));
    product.run(to("teapot-7")).expect("one that it had");
}

/// PROD-2.
#[test]
fn an_article_number_is_claimed_and_free_once_it_was_replaced() {
    given::<Product>([created()])
        .when(sku(1, "POT-9"))
        .then_events([Event::VariantDescribed {
            variant: variant_id(1),
            sku: "POT-9".to_owned(),
            options: variant(1, 0).options,
        }])
        .then_claims([ClaimChange::Take(claim("sku", "POT-9")), ClaimChange::Release(claim("sku", "POT-1"))])
        .when(sku(1, "POT-2"))
        .then_rejects(Rejection::SkuTaken)
        .when(Command::AddVariant(Variant { sku: "POT-2".to_owned(), ..variant(3, 1) }))
        .then_rejects(Rejection::SkuTaken)
        .when(sku(3, "POT-3"))
        .then_rejects(Rejection::VariantNotFound);
}

#[test]
fn a_product_of_older_days_claims_its_article_numbers_when_they_are_touched() {
    let dearer = change(1, 2099);
    given::<Product>([of_old()])
        .when(dearer)
        .then_claims([])
        .when(Command::AddVariant(variant(3, 999)))
        .then_events([Event::VariantAdded { variant: variant(3, 999) }, Event::SkusClaimed])
        .then_claims(["POT-1", "POT-2", "POT-3"].map(|sku| ClaimChange::Take(claim("sku", sku))))
        .when(sku(3, "POT-4"))
        .then_claims([ClaimChange::Take(claim("sku", "POT-4")), ClaimChange::Release(claim("sku", "POT-3"))]);
}

#[test]
fn one_more_variant_is_sold_and_the_same_again_is_the_same() {
    given::<Product>([created()])
        .when(Command::AddVariant(variant(3, 999)))
        .then_events([Event::VariantAdded { variant: variant(3, 999) }])
        .then_claims([ClaimChange::Take(claim("sku", "POT-3"))])
        .when(Command::AddVariant(variant(3, 999)))
        .then_nothing_happens()
        .when(Command::AddVariant(variant(3, 998)))
        .then_rejects(Rejection::VariantIntroduced);
}

#[test]
fn all_that_changes_of_a_variant_is_one_decision() {
    let next = Variant {
        sku: "POT-8".to_owned(),
        options: BTreeMap::new(),
        prices: vec![dollars(5)],
        tax_class: "reduced".parse().unwrap(),
        weight_g: 7,
        ..variant(1, 4)
    };
    let change = || Command::ReviseVariant { variant: variant_id(1), change: (&next).into() };
    let variant = variant_id(1);
    given::<Product>([created()])
        .when(change())
        .then_events([
            Event::VariantDescribed { variant, sku: "POT-8".to_owned(), options: BTreeMap::new() },
            Event::PriceChanged { variant, price: Money::eur(4) },
            Event::PricesSet { variant, prices: vec![dollars(5)] },
            Event::TaxClassSet { variant, tax_class: "reduced".parse().unwrap() },
            Event::WeightSet { variant, weight_g: 7 },
        ])
        .then_state(|product| assert_eq!(product.variant(variant), Some(&next)))
        .when(change())
        .then_nothing_happens();
}

/// PROD-4, PROD-5.
#[test]
fn a_retired_variant_is_not_sold_but_stays() {
    given::<Product>([created(), Event::Published])
        .when(retire(1))
        .then_events([Event::VariantRetired { variant: variant_id(1) }])
        .then_claims([])
        .then_state(|product| {
            assert!(product.sold(variant_id(1)).is_none());
            assert!(product.variant(variant_id(1)).is_some());
            assert!(product.sold(variant_id(2)).is_some());
            let document = SearchDocument::of(id(), product, Tally::default()).unwrap();
            assert_eq!((document.card.price, document.skus), (Money::eur(2999), vec!["POT-2".to_owned()]));
        })
        .when(retire(1))
        .then_nothing_happens()
        .when(retire(2))
        .then_rejects(Rejection::VariantLast)
        .when(retire(3))
        .then_rejects(Rejection::VariantNotFound);
    let draft = after(&[created()]);
    assert!(draft.sold(variant_id(1)).is_none(), "a draft sells nothing");
}

#[test]
fn who_works_from_an_old_page_changes_nothing() {
    let from = |version, command| Command::IfVersion { version, command: Box::new(command) };
    given::<Product>([created()])
        .when(from(1, Command::Publish))
        .then_events([Event::Published])
        .when(from(1, change(1, 5)))
        .then_rejects(Rejection::ProductChanged { version: 2 })
        .when(from(2, Command::Publish))
        .then_nothing_happens();
    given::<Product>([]).when(from(0, Command::Publish)).then_rejects(Rejection::ProductNotFound);
}

#[test]
fn an_archived_product_stays_as_it_is() {
    for command in [
        to("other"),
        revise(Revision::default()),
        Command::AddVariant(variant(3, 1)),
        sku(1, "POT-9"),
        retire(1),
        sheet(Create { title: "Other".to_owned(), ..teapot() }, &[], Status::Archived),
        sheet(teapot(), &[], Status::Active),
    ] {
        given::<Product>([created(), Event::Archived]).when(command).then_rejects(Rejection::ProductArchived);
    }
    given::<Product>([created(), Event::Archived])
        .when(sheet(teapot(), &[], Status::Archived))
        .then_nothing_happens();
}

#[test]
fn a_sheet_makes_a_product_what_it_says_in_one_decision() {
    let whole = || Create {
        title: "Teapot".to_owned(),
        slug: "teapot".to_owned(),
        variants: vec![variant(2, 5), variant(3, 6)],
        ..teapot()
    };
    given::<Product>([])
        .entity(id())
        .when(sheet(teapot(), &[2], Status::Active))
        .at(NOON)
        .then_events([created(), Event::VariantRetired { variant: variant_id(2) }, Event::Published])
        .then_reply(receipt(Status::Active))
        .when(sheet(teapot(), &[2], Status::Active))
        .then_nothing_happens()
        .when(sheet(teapot(), &[], Status::Active))
        .then_rejects(Rejection::invalid("retired", "a variant that was retired does not come back"))
        .when(sheet(teapot(), &[2], Status::Draft))
        .then_rejects(Rejection::invalid("status", "what was on sale can only be archived"))
        .when(sheet(teapot(), &[2], Status::Absent))
        .then_rejects(Rejection::invalid("status", "it must be draft, active or archived"))
        .when(sheet(whole(), &[2], Status::Active))
        .then_state(|product| {
            assert_eq!((product.slug.as_str(), product.title.as_str()), ("teapot", "Teapot"));
            let prices: Vec<_> = product.variants.iter().map(|variant| variant.price.amount).collect();
            assert_eq!(prices, [1999, 5, 6], "the variant that is not named stays");
        })
        .when(sheet(Create { brand: " ".to_owned(), ..whole() }, &[2], Status::Active))
        .then_rejects(Rejection::invalid("brand", "it is empty"))
        .when(sheet(whole(), &[2], Status::Archived))
        .then_events([Event::Archived]);
}
