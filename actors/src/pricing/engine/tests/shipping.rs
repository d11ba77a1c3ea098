//! Ways to send, and what they cost.

use super::super::priced;
use super::*;

fn book() -> Pricebook {
    let mut book = plain();
    book.shipping.clear();
    let weights = [(0, eur(300)), (1000, eur(500)), (5000, eur(900))];
    put_method(&mut book, method("parcel", vec![Area::country("DE")], Measure::Weight, &weights));
    let values = [(0, eur(490)), (5000, eur(0))];
    put_method(&mut book, method("standard", vec![Area::EVERYWHERE], Measure::Price, &values));
    book
}

fn sent(method: Option<&str>, country: &str, lines: impl Into<Vec<BasketLine>>) -> Quote {
    let destination = to(country, None, None);
    let basket = Basket { destination, shipping_method: method.map(str::to_owned), ..basket(lines) };
    checked(&basket, &book())
}

#[test]
fn weight_decides_by_bracket() {
    for (pieces, cents) in [(1, 300), (2, 500), (9, 500), (10, 900), (99, 900)] {
        let quote = sent(Some("parcel"), "DE", [line(1, 1, pieces)]); // 500 g each
        assert_eq!(quote.shipping.price, eur(cents), "{pieces}");
    }
}

#[test]
fn value_after_discounts_decides_by_bracket() {
    let full = sent(Some("standard"), "FR", [line(1, 5000, 1)]);
    assert_eq!(full.shipping.price, eur(0));
    let mut book = book();
    book.promotions = with([promotion(Kind::FixedPerOrder { amounts: vec![eur(1)] })]).promotions;
    let quote = checked(&basket([line(1, 5000, 1)]), &book);
    let standard = priced(&basket([line(1, 5000, 1)]), &book).unwrap().options;
    assert_eq!(standard.iter().find(|way| way.method == "standard").unwrap().price, eur(490));
    assert_eq!(quote.totals.total, eur(4999 + 300), "the parcel is cheaper then");
}

#[test]
fn without_a_wish_it_is_the_cheapest_that_goes_there() {
    assert_eq!(sent(None, "DE", [line(1, 1000, 1)]).shipping.method.as_deref(), Some("parcel"));
    assert_eq!(sent(None, "DE", [line(1, 5000, 1)]).shipping.method.as_deref(), Some("standard"));
    assert_eq!(sent(None, "FR", [line(1, 1000, 1)]).shipping.method.as_deref(), Some("standard"));
}

#[test]
fn a_wish_that_cannot_be_met_is_replaced_and_said() {
    let destination = to("FR", None, None);
    let wished = Some("parcel".to_owned());
    let basket = Basket { destination, shipping_method: wished, ..basket([line(1, 1000, 1)]) };
    let answer = priced(&basket, &book()).unwrap();
    assert!(answer.method_unavailable);
    assert_eq!(answer.quote.shipping.method.as_deref(), Some("standard"));
    assert_eq!(answer.options.len(), 1);
}

#[test]
fn what_cannot_be_sent_is_not_deliverable() {
    let mut book = book();
    book.shipping.remove("standard");
    let basket = Basket { destination: to("FR", None, None), ..basket([line(1, 1000, 1)]) };
    let quote = checked(&basket, &book);
    assert!(!quote.is_deliverable());
    assert_eq!(quote.shipping, QuotedShipping::none(Currency::EUR));
    let yen = in_other_currency(Basket { destination: to("DE", None, None), ..basket }, "JPY");
    assert!(!checked(&yen, &book).is_deliverable(), "no bracket is in yen");
}

#[test]
fn what_is_too_heavy_is_not_sent_that_way() {
    let mut book = book();
    book.shipping.get_mut("parcel").unwrap().zones[0].weight_max_g = Some(31_500);
    let basket = |pieces| Basket { destination: to("DE", None, None), ..basket([line(1, 1, pieces)]) };
    assert_eq!(checked(&basket(63), &book).shipping.price, eur(490), "parcels are 9.00 by then");
    let ways = |pieces| priced(&basket(pieces), &book).unwrap().options.len();
    assert_eq!((ways(63), ways(64)), (2, 1));
}

#[test]
fn the_zone_that_names_the_destination_most_exactly_counts() {
    let mut book = book();
    let island = Area { postal_prefix: Some("27498".to_owned()), ..Area::country("DE") };
    let brackets = vec![Bracket { from: 0, price: eur(2000) }];
    let by = Measure::Weight;
    let zones = &mut book.shipping.get_mut("parcel").unwrap().zones;
    zones.push(ShippingZone { areas: vec![island], by, brackets, weight_max_g: None });
    book.shipping.remove("standard");
    let cost = |postal| {
        let destination = to("DE", None, Some(postal));
        checked(&Basket { destination, ..basket([line(1, 1000, 1)]) }, &book).shipping.price
    };
    assert_eq!((cost("27498"), cost("27499")), (eur(2000), eur(300)));
}

#[test]
fn without_a_destination_it_goes_where_the_default_region_begins() {
    let mut book = book();
    put_region(&mut book, region("fr", vec![Area::country("FR")], true, &[("standard", 200_000)]));
    book.default_region = "fr".to_owned();
    let quote = checked(&basket([line(1, 1000, 1)]), &book);
    assert_eq!(quote.shipping.method.as_deref(), Some("standard"), "parcels go to Germany only");
}
