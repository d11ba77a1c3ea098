//! Countries by their names, and the places that the shop sells to.

use std::borrow::Cow;

use amazoff_actors::pricebook::Pricebook;
use rust_iso3166::CountryCode;

/// A place to send to, as a code with its name: a country (`DE`), or a part of one (`US-NY`).
type Place = (&'static str, Cow<'static, str>);

/// What a country is called, behind the part of it when one is named; their codes where ISO 3166 knows none like them.
pub(crate) fn name(country: &str, subdivision: Option<&str>) -> String {
    let called = rust_iso3166::from_alpha2(country).map_or(country, |known| known.name);
    let Some(code) = subdivision else { return called.to_owned() };
    let known = rust_iso3166::iso3166_2::from_code(&format!("{country}-{code}"));
    format!("{}, {called}", known.map_or(code, |part| part.name))
}

/// The places that the shop sells to, by name. A country is in the list with its parts where naming it alone is not enough for
/// the tax or the way there, and with those only that something is sent to.
pub(crate) fn sold_to(book: &Pricebook) -> Vec<Place> {
    let mut known: Vec<_> = rust_iso3166::ALL.iter().flat_map(|country| places(book, country)).collect();
    known.sort_by_cached_key(|(_, name)| plain(name));
    known
}

fn places(book: &Pricebook, country: &'static CountryCode) -> Vec<Place> {
    if book.is_sold_to(country.alpha2, None) {
        return vec![(country.alpha2, country.name.into())];
    }
    let parts = country.subdivisions().unwrap_or_default().iter();
    let sold = parts.filter(|part| book.is_sold_to(country.alpha2, split(part.code).1));
    sold.map(|part| (part.code, format!("{}: {}", country.name, part.name).into())).collect()
}

/// The place of the list that an address lies in.
pub(crate) fn place(book: &Pricebook, country: &str, subdivision: Option<&str>) -> String {
    match subdivision {
        Some(part) if !book.is_sold_to(country, None) => format!("{country}-{part}"),
        Some(_) | None => country.to_owned(),
    }
}

/// The country of a place, and the part of it when it is one.
pub(crate) fn split(place: &str) -> (&str, Option<&str>) {
    place.split_once('-').map_or((place, None), |(country, part)| (country, Some(part)))
}

/// A name as it is sorted: the few letters that are none of English stand where people look for them.
fn plain(name: &str) -> String {
    name.replace('Å', "A").replace('Ç', "C").replace('é', "e").replace('ô', "o")
}

#[cfg(test)]
mod tests {
    use amazoff_actors::pricebook::{Area, TaxRegion};

    use super::*;

    #[test]
    fn what_is_sold_to_follows_from_the_pricebook() {
        let all = sold_to(&Pricebook::default());
        assert_eq!(all.len(), rust_iso3166::ALL.len());
        let first: [Place; 3] = [("AF", "Afghanistan"), ("AX", "Åland Islands"), ("AL", "Albania")]
            .map(|(code, name)| (code, name.into()));
        assert_eq!(all[..3], first);
        let mut book = Pricebook::default();
        let us = book.regions.values().next().cloned().map(|region| TaxRegion {
            id: "us-ny".to_owned(),
            areas: vec![Area::subdivision("US", "NY")],
            ..region
        });
        book.regions.extend(us.map(|region| (region.id.clone(), region)));
        let sold = sold_to(&book);
        let states: Vec<_> = sold.iter().filter(|(code, _)| split(code).0 == "US").collect();
        assert_eq!(sold.len(), all.len() - 1 + states.len(), "nothing else has changed");
        assert!(states.iter().all(|(code, _)| code.starts_with("US-")), "its tax asks for more");
        assert!(states.contains(&&("US-NY", "United States of America: New York".into())));
        assert_eq!([place(&book, "US", Some("NY")), place(&book, "DE", Some("BE"))], ["US-NY", "DE"]);
        assert_eq!((split("US-NY"), split("DE")), (("US", Some("NY")), ("DE", None)));
        for method in book.shipping.values_mut() {
            method.zones.iter_mut().for_each(|zone| zone.areas = vec![Area::country("CH")]);
        }
        assert_eq!(sold_to(&book), [("CH", "Switzerland".into())]);
        for method in book.shipping.values_mut() {
            method.zones.iter_mut().for_each(|zone| zone.areas = vec![Area::subdivision("US", "NY")]);
        }
        assert_eq!(sold_to(&book), [("US-NY", "United States of America: New York".into())]);
        assert_eq!([name("CH", None), name("QQ", None)], ["Switzerland", "QQ"]);
        let parts = [name("US", Some("NY")), name("CH", Some("QQ"))];
        assert_eq!(parts, ["New York, United States of America", "QQ, Switzerland"]);
    }
}
