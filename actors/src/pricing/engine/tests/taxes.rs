//! Tax, included and added.

use super::*;

/// Germany includes 19 % and 7 %, New York adds 8.875 %, the rest of the United States adds nothing.
fn book() -> Pricebook {
    let mut book = plain();
    book.currencies.push(currency("USD"));
    let germany = &[("standard", 190_000), ("reduced", 70_000)];
    put_region(&mut book, region("de", vec![Area::country("DE"), Area::country("AT")], true, germany));
    put_region(&mut book, region("us", vec![Area::country("US")], false, &[("standard", 0)]));
    put_region(
        &mut book,
        region("us-ny", vec![Area::subdivision("US", "NY")], false, &[("standard", 88_750)]),
    );
    book.default_region = "de".to_owned();
    book
}

fn reduced(line: BasketLine) -> BasketLine {
    BasketLine { tax_class: "reduced".parse().unwrap(), ..line }
}

#[test]
fn tax_that_is_included_is_taken_out_of_the_price() {
    let quote = checked(&basket([line(1, 1999, 1), reduced(line(2, 1000, 1))]), &book());
    assert_eq!(quote.totals.total, eur(2999));
    assert_eq!(quote.lines[0].tax, eur(319)); // 1999 × 19 / 119 = 319.17
    assert_eq!(quote.lines[1].tax, eur(65)); // 1000 × 7 / 107 = 65.42
    let nets: Vec<_> = quote.taxes.iter().map(|tax| (tax.class.as_str(), tax.net, tax.tax)).collect();
    assert_eq!(nets, [("reduced", eur(935), eur(65)), ("standard", eur(1680), eur(319))]);
}

#[test]
fn tax_that_is_added_raises_the_total() {
    let mut basket = basket([line(1, 1999, 1), reduced(line(2, 1000, 2))]);
    basket.destination = to("US", Some("NY"), Some("10001"));
    let quote = checked(&basket, &book());
    assert_eq!(quote.region, "us-ny");
    assert_eq!(quote.lines[0].total, eur(1999 + 177)); // 177.41
    assert_eq!(quote.lines[1].total, eur(2000 + 178)); // 177.5; reduced is not named there, so it is standard
    assert_eq!(quote.totals.total, eur(1999 + 177 + 2000 + 178));
    assert!(quote.lines.iter().all(|line| !line.tax_included));
}

#[test]
fn tax_is_due_on_what_discounts_leave() {
    let promotions = with([promotion(Kind::Percentage { rate: Rate::percent(50) })]).promotions;
    let quote = checked(&basket([line(1, 2380, 1)]), &Pricebook { promotions, ..book() });
    assert_eq!((quote.lines[0].total, quote.lines[0].tax), (eur(1190), eur(190)));
}

#[test]
fn shipping_is_taxed_by_its_own_class() {
    let mut book = book();
    let mut sent = method("free", vec![Area::EVERYWHERE], Measure::Price, &[(0, eur(500))]);
    sent.tax_class = "reduced".parse().unwrap();
    put_method(&mut book, sent);
    let included = checked(&basket([line(1, 1000, 1)]), &book);
    assert_eq!((included.shipping.total, included.shipping.tax), (eur(500), eur(33))); // 32.71
    let mut basket = basket([line(1, 1000, 1)]);
    basket.destination = to("US", Some("NY"), None);
    let added = checked(&basket, &book);
    assert_eq!((added.shipping.total, added.shipping.tax), (eur(544), eur(44))); // 44.375
}

#[test]
fn the_region_that_names_a_destination_most_exactly_counts() {
    let mut book = book();
    let jungholz = Area { postal_prefix: Some("66 91".to_owned()), ..Area::country("AT") };
    put_region(&mut book, region("jungholz", vec![jungholz], true, &[("standard", 190_000)]));
    for (destination, wanted) in [
        (None, "de"),
        (to("DE", None, None), "de"),
        (to("AT", None, Some("6600")), "de"),
        (to("AT", None, Some("66-91")), "jungholz"),
        (to("DE", None, Some("6691")), "de"),
        (to("US", None, None), "us"),
        (to("US", Some("CA"), None), "us"),
        (to("US", Some("NY"), None), "us-ny"),
        (to("FR", None, None), "untaxed"), // everywhere, but the default region is not needed
    ] {
        let basket = Basket { destination: destination.clone(), ..basket([line(1, 100, 1)]) };
        assert_eq!(checked(&basket, &book).region, wanted, "{destination:?}");
    }
    book.regions.remove("untaxed");
    let nowhere = Basket { destination: to("FR", None, None), ..basket([line(1, 100, 1)]) };
    assert_eq!(checked(&nowhere, &book).region, "de", "the default one");
}

#[test]
fn yen_and_dinars_are_taxed_in_their_own_minor_units() {
    let mut book = book();
    book.rounding = Rounding::HalfEven;
    put_region(&mut book, region("de", vec![Area::country("JP")], false, &[("standard", 100_000)]));
    let yen = checked(&in_other_currency(basket([line(1, 1985, 1)]), "JPY"), &book);
    assert_eq!(yen.totals.total.amount, 1985 + 198); // 198.5, a half goes to the even one
    let dinars = checked(&in_other_currency(basket([line(1, 1_234_555, 1)]), "BHD"), &book);
    assert_eq!(dinars.totals.tax.amount, 123_456); // 123,455.5
}
