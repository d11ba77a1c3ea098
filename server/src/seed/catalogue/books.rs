//! Category: Books.

use super::{Category, Product, Variant};
use crate::seed::art::Motif;

pub(super) const CATEGORY: Category = Category { slug: "books", products: PRODUCTS };

const PRODUCTS: &[Product] = &[
    Product {
        slug: "the-salt-path-keeper",
        title: "The Salt Path Keeper",
        brand: "Elin Vasko",
        sku: "BOO-SALT",
        motif: Motif::Novel,
        description: "A lighthouse keeper's daughter returns to an island that is slowly giving itself back to the \
                      sea. A novel about tides, debts and the people who answer letters late.",
        variants: &[
            Variant { option: ("Format", "Hardcover"), price_cents: 2400, stock: 30 },
            Variant { option: ("Format", "Paperback"), price_cents: 1390, stock: 60 },
        ],
    },
    Product {
        slug: "murder-at-lantern-street",
        title: "Murder at Lantern Street",
        brand: "J. P. Ostrander",
        sku: "BOO-MURDER",
        motif: Motif::Mystery,
        description: "Eleven windows were lit that night, and twelve people say they saw him alive. Inspector Marais \
                      has until the snow melts. The first of her six cases.",
        variants: &[
            Variant { option: ("Format", "Paperback"), price_cents: 1250, stock: 70 },
            Variant { option: ("Format", "Hardcover"), price_cents: 2200, stock: 25 },
        ],
    },
    Product {
        slug: "one-pot-forty-evenings",
        title: "One Pot, Forty Evenings",
        brand: "Aylin Demir",
        sku: "BOO-POT",
        motif: Motif::Cookbook,
        description: "Forty suppers that ask for one pot, one board and about half an hour. Most are vegetarian, all \
                      can be doubled, and every recipe says what to do with the rest.",
        variants: &[Variant { option: ("Format", "Hardcover"), price_cents: 2990, stock: 40 }],
    },
    Product {
        slug: "a-field-guide-to-city-plants",
        title: "A Field Guide to City Plants",
        brand: "Marten Rooij",
        sku: "BOO-FIELD",
        motif: Motif::FieldGuide,
        description: "What grows between paving stones, and why it is happy there. Two hundred drawings, a key by \
                      leaf shape and room for notes. Fits a coat pocket.",
        variants: &[Variant { option: ("Format", "Flexicover"), price_cents: 1990, stock: 45 }],
    },
    Product {
        slug: "the-unfolded-world",
        title: "The Unfolded World",
        brand: "Ines Carvalho",
        sku: "BOO-ATLAS",
        motif: Motif::Atlas,
        description: "Ninety maps that each answer one question: where rivers turn back, where night is darkest, \
                      where trains wait for ferries. Printed on uncoated paper that lies flat.",
        variants: &[
            Variant { option: ("Format", "Hardcover"), price_cents: 3900, stock: 20 },
            Variant { option: ("Format", "Slipcase edition"), price_cents: 6800, stock: 6 },
        ],
    },
    Product {
        slug: "grids-and-how-to-leave-them",
        title: "Grids and How to Leave Them",
        brand: "Noor Haddad",
        sku: "BOO-GRIDS",
        motif: Motif::Design,
        description: "Twenty years of posters, taken apart and put back together. A book about order that is anything \
                      but dry, with exercises you can do with scissors.",
        variants: &[Variant { option: ("Format", "Paperback"), price_cents: 3200, stock: 28 }],
    },
    Product {
        slug: "small-hours",
        title: "Small Hours",
        brand: "Tomasz Wier",
        sku: "BOO-HOURS",
        motif: Motif::Poetry,
        description: "Poems written between four and six in the morning, about bakeries, fevers and the first tram. \
                      Short enough for a stop, long enough for the ride.",
        variants: &[Variant { option: ("Format", "Paperback"), price_cents: 1400, stock: 35 }],
    },
    Product {
        slug: "dot-grid-notebook-a5",
        title: "Dot-Grid Notebook A5",
        brand: "Papierwerk",
        sku: "BOO-NOTE",
        motif: Motif::Notebook,
        description: "Two hundred numbered pages of 100 g paper that takes fountain pens without ghosting. Lies flat, \
                      closes with a band, and the spine is sewn, not glued.",
        variants: &[
            Variant { option: ("Cover", "Violet"), price_cents: 1750, stock: 80 },
            Variant { option: ("Cover", "Sand"), price_cents: 1750, stock: 75 },
            Variant { option: ("Cover", "Forest"), price_cents: 1750, stock: 52 },
        ],
    },
    Product {
        slug: "the-winter-orchard",
        title: "The Winter Orchard",
        brand: "Elin Vasko",
        sku: "BOO-ORCHARD",
        motif: Motif::Novel,
        description: "Three sisters, one orchard and a frost that nobody forecast. The second novel by the author of \
                      The Salt Path Keeper can be read on its own.",
        variants: &[
            Variant { option: ("Format", "Hardcover"), price_cents: 2500, stock: 26 },
            Variant { option: ("Format", "E-book code"), price_cents: 1190, stock: 90 },
        ],
    },
];
