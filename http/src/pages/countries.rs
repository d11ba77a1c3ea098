//! Countries by their names.

use amazoff_actors::pricebook::Pricebook;

/// What a country is called; its code where ISO 3166-1 knows none like it.
pub(crate) fn name(code: &str) -> &str {
    rust_iso3166::from_alpha2(code).map_or(code, |country| country.name)
}

/// The countries that the shop sells to, as codes with names, by name.
pub(crate) fn sold_to(book: &Pricebook) -> Vec<(&'static str, &'static str)> {
    let all = rust_iso3166::ALL.iter().filter(|country| book.is_sold_to(country.alpha2));
    let mut known: Vec<_> = all.map(|country| (country.alpha2, country.name)).collect();
    known.sort_by_key(|(_, name)| plain(name));
    known
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
        assert_eq!(all[..3], [("AF", "Afghanistan"), ("AX", "Åland Islands"), ("AL", "Albania")]);
        let mut book = Pricebook::default();
        let us = book.regions.values().next().cloned().map(|region| TaxRegion {
            id: "us-ny".to_owned(),
            areas: vec![Area::subdivision("US", "NY")],
            ..region
        });
        book.regions.extend(us.map(|region| (region.id.clone(), region)));
        let sold = sold_to(&book);
        assert!(
            sold.len() == all.len() - 1 && !sold.iter().any(|(code, _)| *code == "US"),
            "its tax asks for more"
        );
        for method in book.shipping.values_mut() {
            method.zones.iter_mut().for_each(|zone| zone.areas = vec![Area::country("CH")]);
        }
        assert_eq!(sold_to(&book), [("CH", "Switzerland")]);
        assert_eq!((name("CH"), name("QQ")), ("Switzerland", "QQ"));
    }
}
