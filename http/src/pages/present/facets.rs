//! What a list can be narrowed by.

use amazoff_actors::category::Node;
use amazoff_actors::product::{BRAND, CATEGORY, Facet};

use super::departments;
use super::shown::Shown;
use crate::pages::markup::catalogue::{Choice, Chosen, FacetGroup, Filters};

/// Attributes that are offered at once: the ones that most products have.
const GROUPS_MAX: usize = 6;

/// What a list can be narrowed by, and what it is narrowed by.
pub(in crate::pages) fn filters(shown: &Shown, facets: &[Facet], nodes: &[Node]) -> Filters {
    let mut facets: Vec<&Facet> = facets.iter().filter(|facet| is_useful(shown, facet)).collect();
    let weight = |facet: &Facet| facet.values.iter().map(|value| value.count).max().unwrap_or(0);
    facets.sort_by_key(|facet| {
        let chosen = shown.facets.contains_key(&facet.name);
        (rank(&facet.name), std::cmp::Reverse((chosen, weight(facet))), facet.name.clone())
    });
    let hidden = shown.at_any_price().pairs();
    Filters {
        groups: facets.into_iter().take(GROUPS_MAX).map(|facet| group(shown, facet, nodes)).collect(),
        chosen: chosen(shown),
        clear: shown.whole().address(""),
        min: shown.min.clone(),
        max: shown.max.clone(),
        hidden,
    }
}

fn is_useful(shown: &Shown, facet: &Facet) -> bool {
    let wished = shown.facets.contains_key(&facet.name);
    let department = facet.name == CATEGORY && !shown.category.is_empty();
    !department && (wished || facet.values.len() > 1)
}

fn rank(name: &str) -> u8 {
    match name {
        CATEGORY => 0,
        BRAND => 1,
        _ => 2,
    }
}

fn group(shown: &Shown, facet: &Facet, nodes: &[Node]) -> FacetGroup {
    let wished = shown.facets.get(&facet.name);
    let choices = facet.values.iter().map(|value| {
        let is_category = facet.name == CATEGORY;
        let target = match is_category {
            true => Shown { category: value.value.clone(), ..shown.clone() },
            false => shown.toggled(&facet.name, &value.value),
        };
        let named = if is_category { departments::name(nodes, &value.value) } else { None };
        Choice {
            href: target.address(""),
            label: named.unwrap_or_else(|| value.value.clone()),
            count: value.count,
            current: wished.is_some_and(|values| values.contains(&value.value)),
        }
    });
    FacetGroup {
        label: label(&facet.name),
        choices: choices.collect(),
        chosen: wished.map_or(0, |values| values.len()),
    }
}

fn chosen(shown: &Shown) -> Vec<Chosen> {
    let wished = shown.facets.iter().flat_map(|(name, values)| {
        values.iter().map(move |value| Chosen {
            label: format!("{}: {value}", label(name)),
            href: shown.toggled(name, value).address(""),
        })
    });
    let price = match (shown.min.as_str(), shown.max.as_str()) {
        ("", "") => None,
        (min, "") => Some(format!("Price: from {min}")),
        ("", max) => Some(format!("Price: up to {max}")),
        (min, max) => Some(format!("Price: {min} to {max}")),
    };
    let price = price.map(|label| Chosen { label, href: shown.at_any_price().address("") });
    wished.chain(price).collect()
}

/// `brand` is shown as `Brand`.
fn label(name: &str) -> String {
    if name == CATEGORY {
        return "Department".to_owned();
    }
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use amazoff_actors::product::FacetValue;

    use super::*;

    fn facet(name: &str, values: &[(&str, u64)]) -> Facet {
        let value = |(value, count): &(&str, u64)| FacetValue { value: (*value).to_owned(), count: *count };
        Facet::of(name, values.iter().map(value).collect())
    }

    fn found() -> Vec<Facet> {
        vec![
            facet("Colour", &[("Red", 9), ("Sand", 2)]),
            facet("brand", &[("Hus", 3), ("Form", 1)]),
            facet("Size", &[("L", 1)]),
        ]
    }

    #[test]
    fn brands_come_first_and_what_has_one_value_is_no_choice() {
        let filters = filters(&Shown::default(), &found(), &[]);
        let labels: Vec<_> = filters.groups.iter().map(|group| group.label.as_str()).collect();
        assert_eq!(labels, ["Brand", "Colour"]);
    }

    #[test]
    fn what_is_chosen_is_marked_and_its_link_takes_it_away() {
        let shown = Shown::default().toggled("Colour", "Red");
        let filters = filters(&shown, &found(), &[]);
        let red = filters.groups.iter().flat_map(|group| &group.choices).find(|choice| choice.current);
        assert_eq!(red.map(|choice| (choice.label.as_str(), choice.href.as_str())), Some(("Red", "/")));
        assert_eq!(
            filters.chosen.iter().map(|chosen| chosen.label.as_str()).collect::<Vec<_>>(),
            ["Colour: Red"]
        );
    }
}
