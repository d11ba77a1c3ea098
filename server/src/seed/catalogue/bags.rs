//! Category: Bags.

use super::{Category, Product, Variant};
use crate::seed::art::Motif;

pub(super) const CATEGORY: Category = Category { slug: "bags", products: PRODUCTS };

const PRODUCTS: &[Product] = &[
    Product {
        slug: "everyday-backpack-18-l",
        title: "Everyday Backpack 18 l",
        brand: "Wanderhof",
        sku: "BAG-BACKPACK",
        motif: Motif::Backpack,
        description: "A padded sleeve for a laptop, a pocket you can reach without taking it off and a lid that sheds \
                      rain. Woven from recycled bottles, lined in something bright.",
        variants: &[
            Variant { option: ("Colour", "Rose"), price_cents: 8900, stock: 26 },
            Variant { option: ("Colour", "Forest"), price_cents: 8900, stock: 31 },
            Variant { option: ("Colour", "Black"), price_cents: 8900, stock: 44 },
        ],
    },
    Product {
        slug: "canvas-market-tote",
        title: "Canvas Market Tote",
        brand: "Atelier Sève",
        sku: "BAG-TOTE",
        motif: Motif::Tote,
        description: "Heavy organic canvas dipped in colour to the waterline. Carries two melons or a week of library \
                      books, and folds flat into its own pocket.",
        variants: &[
            Variant { option: ("Colour", "Mustard"), price_cents: 2400, stock: 70 },
            Variant { option: ("Colour", "Navy"), price_cents: 2400, stock: 66 },
        ],
    },
    Product {
        slug: "courier-messenger",
        title: "Courier Messenger",
        brand: "Wanderhof",
        sku: "BAG-MESSENGER",
        motif: Motif::Messenger,
        description: "Two quick buckles, one wide strap and a flap that keeps the papers dry. The back panel is stiff \
                      enough to write on while standing.",
        variants: &[
            Variant { option: ("Colour", "Coral"), price_cents: 7400, stock: 18 },
            Variant { option: ("Colour", "Slate"), price_cents: 7400, stock: 23 },
        ],
    },
    Product {
        slug: "weekender-duffel",
        title: "Weekender Duffel",
        brand: "Lederhaus Ott",
        sku: "BAG-DUFFEL",
        motif: Motif::Duffel,
        description: "Two nights, one bag. Waxed canvas with bridle leather straps that darken where your hand is, \
                      and a base that stands on its own.",
        variants: &[
            Variant { option: ("Size", "35 l"), price_cents: 14900, stock: 14 },
            Variant { option: ("Size", "50 l"), price_cents: 17900, stock: 9 },
        ],
    },
    Product {
        slug: "cabin-trolley-38-l",
        title: "Cabin Trolley 38 l",
        brand: "Aerolite",
        sku: "BAG-TROLLEY",
        motif: Motif::Suitcase,
        description: "Fits the overhead bin of every European airline we could find. Four silent wheels, a TSA lock \
                      and a shell you can sit on at the gate.",
        variants: &[
            Variant { option: ("Colour", "Olive"), price_cents: 16900, stock: 20 },
            Variant { option: ("Colour", "Ivory"), price_cents: 16900, stock: 16 },
        ],
    },
    Product {
        slug: "toiletry-pouch",
        title: "Toiletry Pouch",
        brand: "Atelier Sève",
        sku: "BAG-POUCH",
        motif: Motif::Pouch,
        description: "Opens wide, stands up by itself and wipes clean inside. The two-tone outside is waxed cotton \
                      with a brass zip that will not bite.",
        variants: &[
            Variant { option: ("Colour", "Slate/Coral"), price_cents: 3200, stock: 40 },
            Variant { option: ("Colour", "Sand/Ink"), price_cents: 3200, stock: 36 },
        ],
    },
    Product {
        slug: "half-moon-crossbody",
        title: "Half-Moon Crossbody",
        brand: "Lederhaus Ott",
        sku: "BAG-CROSS",
        motif: Motif::Crossbody,
        description: "Room for a phone, keys, a slim book and nothing you do not need. Vegetable-tanned leather with \
                      a flap that closes by weight.",
        variants: &[
            Variant { option: ("Colour", "Honey"), price_cents: 11800, stock: 12 },
            Variant { option: ("Colour", "Black"), price_cents: 11800, stock: 19 },
        ],
    },
    Product {
        slug: "city-sling",
        title: "City Sling",
        brand: "Wanderhof",
        sku: "BAG-SLING",
        motif: Motif::Sling,
        description: "Worn in front on the tram and on the back on the bike. Two compartments, a key leash and a \
                      strap that adjusts with one hand.",
        variants: &[
            Variant { option: ("Colour", "Iris"), price_cents: 4600, stock: 34 },
            Variant { option: ("Colour", "Grey"), price_cents: 4600, stock: 37 },
        ],
    },
    Product {
        slug: "snap-wallet",
        title: "Snap Wallet",
        brand: "Lederhaus Ott",
        sku: "BAG-WALLET",
        motif: Motif::Wallet,
        description: "Eight cards, some notes and a coin pocket that does not bulge. Stitched with linen thread by \
                      two people in Offenbach, who sign the inside.",
        variants: &[
            Variant { option: ("Colour", "Slate"), price_cents: 5900, stock: 33 },
            Variant { option: ("Colour", "Cognac"), price_cents: 5900, stock: 29 },
        ],
    },
];
