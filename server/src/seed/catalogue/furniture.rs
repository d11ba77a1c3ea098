//! Category: Furniture.

use super::{Category, Product, Variant};
use crate::seed::art::Motif;

pub(super) const CATEGORY: Category = Category { slug: "furniture", products: PRODUCTS };

const PRODUCTS: &[Product] = &[
    Product {
        slug: "halden-lounge-chair",
        title: "Halden Lounge Chair",
        brand: "Studio Halden",
        sku: "FUR-LOUNGE",
        motif: Motif::LoungeChair,
        description: "A deep seat, a high back and arms at the right height for a cup. The frame is steam-bent oak, \
                      the wool cover comes off for cleaning. The oxblood one is the last of its run.",
        variants: &[
            Variant { option: ("Fabric", "Olive"), price_cents: 54900, stock: 7 },
            Variant { option: ("Fabric", "Sand"), price_cents: 54900, stock: 5 },
            Variant { option: ("Fabric", "Oxblood"), price_cents: 48900, stock: 1 },
        ],
    },
    Product {
        slug: "ladder-back-dining-chair",
        title: "Ladder-Back Dining Chair",
        brand: "Tischlerei Brandt",
        sku: "FUR-DINING",
        motif: Motif::DiningChair,
        description: "Solid beech with a woven feel and an upholstered seat that lasts through dessert. Stacks three \
                      high, weighs under five kilos.",
        variants: &[
            Variant { option: ("Seat", "Rose"), price_cents: 13900, stock: 32 },
            Variant { option: ("Seat", "Grey"), price_cents: 13900, stock: 40 },
        ],
    },
    Product {
        slug: "bar-stool-65-cm",
        title: "Bar Stool 65 cm",
        brand: "Tischlerei Brandt",
        sku: "FUR-STOOL",
        motif: Motif::Stool,
        description: "Four splayed legs, a brass rail for the feet and a domed seat you slide onto rather than climb. \
                      Felt pads included.",
        variants: &[
            Variant { option: ("Seat", "Terracotta"), price_cents: 11900, stock: 24 },
            Variant { option: ("Seat", "Black"), price_cents: 11900, stock: 22 },
        ],
    },
    Product {
        slug: "pebble-side-table",
        title: "Pebble Side Table",
        brand: "Ahorn & Co.",
        sku: "FUR-SIDE",
        motif: Motif::SideTable,
        description: "A tabletop shaped like something from a beach, on three turned legs. Big enough for books and a \
                      plant, small enough to carry to where the light is.",
        variants: &[
            Variant { option: ("Wood", "Ash"), price_cents: 9800, stock: 20 },
            Variant { option: ("Wood", "Walnut"), price_cents: 12800, stock: 11 },
        ],
    },
    Product {
        slug: "tall-bookshelf",
        title: "Tall Bookshelf",
        brand: "Ahorn & Co.",
        sku: "FUR-SHELF",
        motif: Motif::Bookshelf,
        description: "Three generous shelves in solid pine with a back panel that keeps it square. Fixes to the wall \
                      with one hidden bracket. Holds about ninety novels.",
        variants: &[
            Variant { option: ("Wood", "Pine"), price_cents: 18900, stock: 13 },
            Variant { option: ("Wood", "Oak"), price_cents: 25900, stock: 8 },
        ],
    },
    Product {
        slug: "hallway-bench",
        title: "Hallway Bench",
        brand: "Studio Halden",
        sku: "FUR-BENCH",
        motif: Motif::Bench,
        description: "For tying shoes, waiting for lifts and putting the post on. The quilted cushion is fixed with \
                      hidden straps and the rail underneath takes a row of boots.",
        variants: &[
            Variant { option: ("Length", "100 cm"), price_cents: 21900, stock: 9 },
            Variant { option: ("Length", "140 cm"), price_cents: 26900, stock: 6 },
        ],
    },
    Product {
        slug: "writing-desk-with-drawers",
        title: "Writing Desk with Drawers",
        brand: "Ahorn & Co.",
        sku: "FUR-DESK",
        motif: Motif::Desk,
        description: "A quiet desk with two drawers that close themselves and a channel for cables along the back. \
                      The top is linoleum, warm to the wrist.",
        variants: &[
            Variant { option: ("Colour", "Sage"), price_cents: 39900, stock: 8 },
            Variant { option: ("Colour", "White"), price_cents: 39900, stock: 10 },
        ],
    },
    Product {
        slug: "two-seat-sofa-vesper",
        title: "Two-Seat Sofa Vesper",
        brand: "Lumière du Nord",
        sku: "FUR-SOFA",
        motif: Motif::Sofa,
        description: "Rounded arms, feather-wrapped cushions and legs that let the vacuum through. The bouclé cover \
                      is rated for forty thousand rubs, so bring the dog.",
        variants: &[
            Variant { option: ("Fabric", "Plum"), price_cents: 119000, stock: 3 },
            Variant { option: ("Fabric", "Oat"), price_cents: 119000, stock: 4 },
            Variant { option: ("Fabric", "Teal"), price_cents: 124000, stock: 2 },
        ],
    },
    Product {
        slug: "arch-mirror-with-ledge",
        title: "Arch Mirror with Ledge",
        brand: "Casa Lumen",
        sku: "FUR-MIRROR",
        motif: Motif::Mirror,
        description: "A tall arch of 5 mm glass in a solid frame, with a ledge for keys and a small plant. Hangs \
                      flush and makes a narrow hall look like a room.",
        variants: &[Variant { option: ("Frame", "Oak"), price_cents: 17400, stock: 15 }],
    },
];
