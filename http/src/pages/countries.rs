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
    use super::*;

    #[test]
    fn the_first_pricebook_sells_everywhere_and_names_are_in_order() {
        let all = sold_to(&Pricebook::default());
        assert_eq!(all.len(), rust_iso3166::ALL.len());
        assert_eq!(all[..3], [("AF", "Afghanistan"), ("AX", "Åland Islands"), ("AL", "Albania")]);
        assert_eq!((name("CH"), name("QQ")), ("Switzerland", "QQ"));
    }
}
