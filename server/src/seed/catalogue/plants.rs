//! Category: Plants.

use super::{Category, Product, Variant};
use crate::seed::art::Motif;

pub(super) const CATEGORY: Category = Category { slug: "plants", products: PRODUCTS };

const PRODUCTS: &[Product] = &[
    Product {
        slug: "monstera-deliciosa",
        title: "Monstera Deliciosa",
        brand: "Grünwerk",
        sku: "PLA-MONSTERA",
        motif: Motif::Monstera,
        description: "The Swiss cheese plant, grown slowly so that the leaves split early. Likes a bright corner and \
                      a drink once a week, and forgives you when you forget. Delivered in its pot.",
        variants: &[
            Variant { option: ("Size", "40 cm"), price_cents: 3400, stock: 18 },
            Variant { option: ("Size", "70 cm"), price_cents: 5900, stock: 9 },
        ],
    },
    Product {
        slug: "snake-plant",
        title: "Snake Plant",
        brand: "Grünwerk",
        sku: "PLA-SNAKE",
        motif: Motif::SnakePlant,
        description: "Upright, unbothered and happy in the bedroom. Sansevieria needs water every three weeks and \
                      tolerates radiators, holidays and north-facing windows.",
        variants: &[
            Variant { option: ("Size", "30 cm"), price_cents: 2200, stock: 30 },
            Variant { option: ("Size", "60 cm"), price_cents: 3900, stock: 14 },
        ],
    },
    Product {
        slug: "candelabra-cactus",
        title: "Candelabra Cactus",
        brand: "Wüstengarten",
        sku: "PLA-CACTUS",
        motif: Motif::Cactus,
        description: "A sculptural little cactus with arms and a sense of humour. Flowers in early summer when it \
                      spends the winter cool and dry.",
        variants: &[Variant { option: ("Size", "25 cm"), price_cents: 1950, stock: 26 }],
    },
    Product {
        slug: "boston-fern",
        title: "Boston Fern",
        brand: "Grünwerk",
        sku: "PLA-FERN",
        motif: Motif::Fern,
        description: "A fountain of fronds for bathrooms and shady shelves. Mist it now and then and it cleans the \
                      air in return. Safe for cats.",
        variants: &[
            Variant { option: ("Size", "Medium"), price_cents: 2100, stock: 24 },
            Variant { option: ("Size", "Large"), price_cents: 3200, stock: 12 },
        ],
    },
    Product {
        slug: "echeveria-rosette",
        title: "Echeveria Rosette",
        brand: "Wüstengarten",
        sku: "PLA-ECHEVERIA",
        motif: Motif::Succulent,
        description: "A perfect geometric rosette with blushing tips. The more sun it gets, the deeper its colour. \
                      One glass of water a month is plenty.",
        variants: &[Variant { option: ("Size", "12 cm"), price_cents: 1190, stock: 50 }],
    },
    Product {
        slug: "olive-tree",
        title: "Olive Tree",
        brand: "Casa Lumen",
        sku: "PLA-OLIVE",
        motif: Motif::OliveTree,
        description: "A standard olive from Andalusia, trained to a round crown. Spends the summer on the balcony and \
                      the winter in a cool stairwell, and really bears olives.",
        variants: &[
            Variant { option: ("Size", "80 cm"), price_cents: 6400, stock: 10 },
            Variant { option: ("Size", "120 cm"), price_cents: 10900, stock: 4 },
        ],
    },
    Product {
        slug: "trailing-pothos",
        title: "Trailing Pothos",
        brand: "Grünwerk",
        sku: "PLA-POTHOS",
        motif: Motif::Trailing,
        description: "The easiest climber there is: put it on a shelf and let it find its way down. Cuttings root in \
                      a glass of water, so one plant becomes five.",
        variants: &[
            Variant { option: ("Size", "Small"), price_cents: 1450, stock: 42 },
            Variant { option: ("Size", "Large"), price_cents: 2600, stock: 20 },
        ],
    },
    Product {
        slug: "moth-orchid",
        title: "Moth Orchid",
        brand: "Flora Hartmann",
        sku: "PLA-ORCHID",
        motif: Motif::Orchid,
        description: "Phalaenopsis with two stems and buds that open one after the other for three months. Rests, \
                      then flowers again if the pot stays bright.",
        variants: &[
            Variant { option: ("Colour", "Yellow"), price_cents: 2700, stock: 22 },
            Variant { option: ("Colour", "White"), price_cents: 2700, stock: 25 },
        ],
    },
    Product {
        slug: "queen-agave",
        title: "Queen Agave",
        brand: "Wüstengarten",
        sku: "PLA-AGAVE",
        motif: Motif::Succulent,
        description: "Broad leaves edged as if with a white pencil, each pressed into the next. Slow, symmetrical and \
                      content on a sunny sill for decades.",
        variants: &[Variant { option: ("Size", "15 cm"), price_cents: 2490, stock: 16 }],
    },
];
