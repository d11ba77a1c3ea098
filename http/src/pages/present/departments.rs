//! Where in the tree of categories a list is.

use amazoff_actors::category::Node;

use super::shown::Shown;
use crate::pages::markup::catalogue::{Chip, Crumb};

/// A place in the tree.
pub(in crate::pages) struct Place<'a> {
    nodes: &'a [Node],
    /// From the root down to the category that is shown; empty for the whole shop and for what is no category.
    path: Vec<&'a Node>,
}

impl<'a> Place<'a> {
    /// The place of a category in a tree.
    pub(in crate::pages) fn of(nodes: &'a [Node], slug: &str) -> Self {
        let mut path = Vec::new();
        let _ = find(nodes, slug, &mut path);
        Self { nodes, path }
    }
    /// The category's name.
    pub(in crate::pages) fn name(&self) -> Option<&str> {
        self.path.last().map(|node| node.title.as_str())
    }
    /// The category and all below it; what is no category is only itself.
    pub(in crate::pages) fn slugs(&self, slug: &str) -> Vec<String> {
        match self.path.last() {
            Some(node) => below(node),
            None => vec![slug.to_owned()],
        }
    }
    /// The way from the shop to the category; also to something in it.
    pub(in crate::pages) fn crumbs(&self) -> Vec<Crumb> {
        self.path.iter().map(|node| crumb(&node.slug, node.title.clone())).collect()
    }
    /// The categories to go to from here: those below, or else those beside. Going to one ends a search.
    pub(in crate::pages) fn chips(&self, shown: &Shown) -> Vec<Chip> {
        let here = self.path.last();
        let parent = match here {
            Some(node) if !node.children.is_empty() => here,
            _ => self.path.len().checked_sub(2).and_then(|at| self.path.get(at)),
        };
        let nodes = parent.map_or(self.nodes, |node| &node.children);
        let all = Chip {
            href: parent.map_or_else(|| "/".to_owned(), |node| shown.of_category(&node.slug).address("")),
            label: parent.map_or_else(|| "All".to_owned(), |node| format!("All of {}", node.title)),
            count: None,
            current: parent.map_or_else(|| shown.is_everything(), |node| node.slug == shown.category),
        };
        let one = |node: &Node| Chip {
            href: shown.of_category(&node.slug).address(""),
            label: node.title.clone(),
            count: Some(node.total),
            current: node.slug == shown.category,
        };
        std::iter::once(all).chain(nodes.iter().filter(|node| node.total > 0).map(one)).collect()
    }
    /// What is listed, in words; `None` for the whole shop.
    pub(in crate::pages) fn heading(&self, shown: &Shown) -> Option<String> {
        match (shown.q.as_str(), self.name()) {
            ("", None) if shown.category.is_empty() => shown.is_narrowed().then(|| "All products".to_owned()),
            ("", name) => Some(name.unwrap_or("Unknown department").to_owned()),
            (q, Some(name)) => Some(format!("“{q}” in {name}")),
            (q, None) => Some(format!("Search for “{q}”")),
        }
    }
}

/// A category on the way to something.
pub(in crate::pages) fn crumb(slug: &str, label: String) -> Crumb {
    Crumb { href: Shown::default().of_category(slug).address(""), label }
}

/// The name of a category.
pub(in crate::pages) fn name(nodes: &[Node], slug: &str) -> Option<String> {
    Place::of(nodes, slug).name().map(str::to_owned)
}

fn find<'a>(nodes: &'a [Node], slug: &str, path: &mut Vec<&'a Node>) -> bool {
    for node in nodes {
        path.push(node);
        if node.slug == slug || find(&node.children, slug, path) {
            return true;
        }
        path.pop();
    }
    false
}

fn below(node: &Node) -> Vec<String> {
    std::iter::once(node.slug.clone()).chain(node.children.iter().flat_map(below)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(slug: &str, total: u64, children: Vec<Node>) -> Node {
        Node { slug: slug.to_owned(), title: slug.to_uppercase(), count: 1, total, children }
    }

    fn tree() -> Vec<Node> {
        let home = node("home", 3, vec![node("lamps", 1, vec![]), node("rugs", 1, vec![])]);
        vec![home, node("desk", 1, vec![]), node("nothing", 0, vec![])]
    }

    fn chips(category: &str) -> Vec<(String, bool)> {
        let (shown, _) = Shown::read(vec![("category".to_owned(), category.to_owned())]);
        let chips = Place::of(&tree(), category).chips(&shown);
        chips.into_iter().map(|chip| (chip.label, chip.current)).collect()
    }

    fn labels(chips: &[(String, bool)]) -> Vec<&str> {
        chips.iter().map(|(label, _)| label.as_str()).collect()
    }

    #[test]
    fn a_category_leads_to_those_below_it_and_one_without_any_to_those_beside_it() {
        assert_eq!(labels(&chips("")), ["All", "HOME", "DESK"]);
        assert_eq!(labels(&chips("home")), ["All of HOME", "LAMPS", "RUGS"]);
        assert_eq!(labels(&chips("lamps")), ["All of HOME", "LAMPS", "RUGS"]);
        assert_eq!(labels(&chips("desk")), ["All", "HOME", "DESK"]);
    }

    #[test]
    fn exactly_one_is_current() {
        for category in ["", "home", "lamps", "desk"] {
            assert_eq!(chips(category).iter().filter(|(_, current)| *current).count(), 1, "{category}");
        }
    }

    #[test]
    fn a_category_has_all_that_those_below_it_have() {
        assert_eq!(Place::of(&tree(), "home").slugs("home"), ["home", "lamps", "rugs"]);
        assert_eq!(Place::of(&tree(), "moon").slugs("moon"), ["moon"]);
    }

    #[test]
    fn the_heading_says_what_is_listed() {
        let heading = |q: &str, category: &str| {
            let pairs =
                [("q", q), ("category", category)].map(|(name, value)| (name.to_owned(), value.to_owned()));
            let (shown, _) = Shown::read(pairs.to_vec());
            Place::of(&tree(), category).heading(&shown)
        };
        assert_eq!(heading("", ""), None);
        assert_eq!(heading("", "desk").as_deref(), Some("DESK"));
        assert_eq!(heading("pen", "desk").as_deref(), Some("“pen” in DESK"));
        assert_eq!(heading("pen", "").as_deref(), Some("Search for “pen”"));
        assert_eq!(heading("", "moon").as_deref(), Some("Unknown department"));
    }
}
