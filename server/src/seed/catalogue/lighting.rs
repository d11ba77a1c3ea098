//! Category: Lighting.

use super::{Category, Product, Variant};
use crate::seed::art::Motif;

pub(super) const CATEGORY: Category = Category { slug: "lighting", products: PRODUCTS };

const PRODUCTS: &[Product] = &[
    Product {
        slug: "linen-table-lamp",
        title: "Linen Table Lamp",
        brand: "Lumière du Nord",
        sku: "LIG-TABLE",
        motif: Motif::TableLamp,
        description: "A round ceramic foot under a tailored linen shade, made for the end of a sofa. The warm 2700 K \
                      bulb is included and can be dimmed at the cord.",
        variants: &[
            Variant { option: ("Shade", "Natural"), price_cents: 6900, stock: 22 },
            Variant { option: ("Shade", "Terracotta"), price_cents: 7200, stock: 14 },
        ],
    },
    Product {
        slug: "dome-pendant-45-cm",
        title: "Dome Pendant 45 cm",
        brand: "Studio Halden",
        sku: "LIG-DOME",
        motif: Motif::Pendant,
        description: "Spun aluminium, powder-coated outside and white within, so the table gets the light and the \
                      room gets the shape. Two metres of textile cable, brass ceiling cup.",
        variants: &[
            Variant { option: ("Colour", "Plum"), price_cents: 11900, stock: 12 },
            Variant { option: ("Colour", "Graphite"), price_cents: 11900, stock: 15 },
        ],
    },
    Product {
        slug: "tripod-floor-lamp",
        title: "Tripod Floor Lamp",
        brand: "Tischlerei Brandt",
        sku: "LIG-TRIPOD",
        motif: Motif::FloorLamp,
        description: "Three ash legs, one brass ring and a shade you can tilt with a finger. Stands as quietly in a \
                      reading corner as in a window. Assembles without tools.",
        variants: &[
            Variant { option: ("Shade", "Rose"), price_cents: 14900, stock: 9 },
            Variant { option: ("Shade", "Ecru"), price_cents: 14900, stock: 11 },
        ],
    },
    Product {
        slug: "counterweight-desk-lamp",
        title: "Counterweight Desk Lamp",
        brand: "Studio Halden",
        sku: "LIG-DESK",
        motif: Motif::DeskLamp,
        description: "Two joints and a weighted foot put the light exactly where the work is, and it stays there. \
                      Flicker-free LED with three colour temperatures.",
        variants: &[
            Variant { option: ("Colour", "Violet"), price_cents: 8450, stock: 20 },
            Variant { option: ("Colour", "Black"), price_cents: 8450, stock: 26 },
        ],
    },
    Product {
        slug: "garden-lantern",
        title: "Garden Lantern",
        brand: "Fjellvik",
        sku: "LIG-LANTERN",
        motif: Motif::Lantern,
        description: "Galvanised steel with real glass panes, at home on a balcony table in November. Takes pillar \
                      candles up to 8 cm; the roof lifts off for cleaning.",
        variants: &[
            Variant { option: ("Size", "Small"), price_cents: 3400, stock: 32 },
            Variant { option: ("Size", "Tall"), price_cents: 4900, stock: 18 },
        ],
    },
    Product {
        slug: "festoon-string-lights-18-bulbs",
        title: "Festoon String Lights, 18 Bulbs",
        brand: "Fjellvik",
        sku: "LIG-FESTOON",
        motif: Motif::StringLights,
        description: "Nine metres of warm little globes for a terrace, a ceiling or a wedding. Splash-proof to IP44, \
                      and one bulb going out never takes the others along.",
        variants: &[Variant { option: ("Colour", "Amber mix"), price_cents: 3990, stock: 40 }],
    },
    Product {
        slug: "scented-candle-cedar-and-fig",
        title: "Scented Candle, Cedar and Fig",
        brand: "Atelier Sève",
        sku: "LIG-CANDLE",
        motif: Motif::Candle,
        description: "Rapeseed and soy wax with cedar, green fig and a little smoke. Burns cleanly for fifty hours, \
                      and the glass becomes a tumbler afterwards.",
        variants: &[
            Variant { option: ("Size", "220 g"), price_cents: 2800, stock: 50 },
            Variant { option: ("Size", "400 g"), price_cents: 4200, stock: 24 },
        ],
    },
    Product {
        slug: "opal-globe-lamp",
        title: "Opal Globe Lamp",
        brand: "Lumière du Nord",
        sku: "LIG-GLOBE",
        motif: Motif::GlobeLamp,
        description: "A ball of mouth-blown opal glass on a stubby painted foot. On its lowest setting it is a night \
                      light; on its highest you can read by it.",
        variants: &[
            Variant { option: ("Size", "20 cm"), price_cents: 5800, stock: 19 },
            Variant { option: ("Size", "28 cm"), price_cents: 7900, stock: 10 },
        ],
    },
    Product {
        slug: "kitchen-pendant-30-cm",
        title: "Kitchen Pendant 30 cm",
        brand: "Studio Halden",
        sku: "LIG-PENDANT",
        motif: Motif::Pendant,
        description: "The little sister of the dome, made to hang in a row of three above a counter. The enamel is \
                      fired twice and wipes clean.",
        variants: &[
            Variant { option: ("Colour", "Sage"), price_cents: 7900, stock: 21 },
            Variant { option: ("Colour", "Cream"), price_cents: 7900, stock: 17 },
            Variant { option: ("Colour", "Ink"), price_cents: 7900, stock: 13 },
        ],
    },
];
