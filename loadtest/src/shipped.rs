//! Scenarios that come with the program.

/// Each by its name.
const SHIPPED: &[(&str, &str)] = &[
    ("browse", include_str!("../scenarios/browse.toml")),
    ("chaos", include_str!("../scenarios/chaos.toml")),
    ("flash-sale", include_str!("../scenarios/flash-sale.toml")),
    ("marketplace", include_str!("../scenarios/marketplace.toml")),
    ("order", include_str!("../scenarios/order.toml")),
    ("shop", include_str!("../scenarios/shop.toml")),
    ("smoke", include_str!("../scenarios/smoke.toml")),
    ("ws-soak", include_str!("../scenarios/ws-soak.toml")),
];

/// A scenario's text.
pub(crate) fn text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Their names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}
