//! Category: Kitchen.

use super::{Category, Product, Variant};
use crate::seed::art::Motif;

pub(super) const CATEGORY: Category = Category { slug: "kitchen", products: PRODUCTS };

const PRODUCTS: &[Product] = &[
    Product {
        slug: "hearthside-stoneware-mug",
        title: "Hearthside Stoneware Mug",
        brand: "Mora & Field",
        sku: "KIT-MUG",
        motif: Motif::Mug,
        description: "A generous 380 ml mug, thrown in stoneware and dipped by hand, so no two glaze lines are alike. \
                      The handle takes three fingers and the walls keep coffee warm through a long chapter. \
                      Dishwasher and microwave safe.",
        variants: &[
            Variant { option: ("Glaze", "Plum"), price_cents: 1690, stock: 60 },
            Variant { option: ("Glaze", "Oat"), price_cents: 1690, stock: 48 },
            Variant { option: ("Glaze", "Moss"), price_cents: 1690, stock: 35 },
        ],
    },
    Product {
        slug: "gooseneck-pour-over-kettle-1-0-l",
        title: "Gooseneck Pour-Over Kettle 1.0 l",
        brand: "Brewhaus",
        sku: "KIT-KETTLE",
        motif: Motif::Kettle,
        description: "The narrow spout pours a stream you can steer, which is most of what good filter coffee needs. \
                      Brushed steel body, cork-lined lid knob and a base for gas, ceramic and induction hobs.",
        variants: &[
            Variant { option: ("Finish", "Slate"), price_cents: 5400, stock: 24 },
            Variant { option: ("Finish", "Steel"), price_cents: 4900, stock: 30 },
        ],
    },
    Product {
        slug: "cast-iron-skillet",
        title: "Cast-Iron Skillet",
        brand: "Ironleaf",
        sku: "KIT-SKILLET",
        motif: Motif::Pan,
        description: "Pre-seasoned with flaxseed oil and milled smooth, it fries eggs without drama from the first \
                      week. Goes from hob to oven to table and gets better every year. The beech sleeve keeps the \
                      handle cool.",
        variants: &[
            Variant { option: ("Size", "24 cm"), price_cents: 4490, stock: 28 },
            Variant { option: ("Size", "28 cm"), price_cents: 5290, stock: 22 },
            Variant { option: ("Size", "32 cm"), price_cents: 6490, stock: 12 },
        ],
    },
    Product {
        slug: "chefs-knife-20-cm",
        title: "Chef's Knife 20 cm",
        brand: "Nordklinge",
        sku: "KIT-KNIFE",
        motif: Motif::Knife,
        description: "A forged blade of X50CrMoV15 steel, hardened to 57 HRC and ground thin behind the edge. \
                      Balanced at the bolster, it chops onions all evening without tiring the wrist.",
        variants: &[
            Variant { option: ("Handle", "Walnut"), price_cents: 8900, stock: 16 },
            Variant { option: ("Handle", "Black"), price_cents: 7900, stock: 20 },
        ],
    },
    Product {
        slug: "oak-chopping-board",
        title: "Oak Chopping Board",
        brand: "Tischlerei Brandt",
        sku: "KIT-BOARD",
        motif: Motif::Board,
        description: "End pieces of European oak, oiled three times and finished with beeswax. One side has a juice \
                      groove, the other is flat enough to serve cheese on. Hangs by its own handle.",
        variants: &[
            Variant { option: ("Size", "Small"), price_cents: 2900, stock: 40 },
            Variant { option: ("Size", "Large"), price_cents: 4200, stock: 26 },
        ],
    },
    Product {
        slug: "round-belly-teapot-0-9-l",
        title: "Round-Belly Teapot 0.9 l",
        brand: "Mora & Field",
        sku: "KIT-TEAPOT",
        motif: Motif::Teapot,
        description: "Four proper cups and a spout that stops when you stop. The removable steel infuser is fine \
                      enough for rooibos, and the wave line is scratched through the glaze by hand.",
        variants: &[
            Variant { option: ("Glaze", "Olive"), price_cents: 3850, stock: 25 },
            Variant { option: ("Glaze", "Ink"), price_cents: 3850, stock: 18 },
        ],
    },
    Product {
        slug: "big-salad-bowl",
        title: "Big Salad Bowl",
        brand: "Casa Lumen",
        sku: "KIT-BOWL",
        motif: Motif::Bowl,
        description: "Wide enough to toss a salad for six without losing a leaf. Glazed earthenware in a sunny coral \
                      with one calm line around its waist. Stacks with the smaller sizes.",
        variants: &[
            Variant { option: ("Size", "22 cm"), price_cents: 2400, stock: 30 },
            Variant { option: ("Size", "28 cm"), price_cents: 3400, stock: 24 },
        ],
    },
    Product {
        slug: "cork-top-storage-jars-set-of-3",
        title: "Cork-Top Storage Jars, Set of 3",
        brand: "Brewhaus",
        sku: "KIT-JARS",
        motif: Motif::Jars,
        description: "Three sizes of borosilicate glass with airtight cork lids, for lentils, coffee beans and the \
                      good sugar. Comes with writable labels that survive the dishwasher.",
        variants: &[Variant { option: ("Set", "Classic"), price_cents: 3190, stock: 45 }],
    },
    Product {
        slug: "stovetop-espresso-maker",
        title: "Stovetop Espresso Maker",
        brand: "Torrefà",
        sku: "KIT-MOKA",
        motif: Motif::Moka,
        description: "Eight sides, one valve and a century of mornings behind it. Makes strong coffee in five minutes \
                      on any flame. The coloured ring is silicone and can be replaced.",
        variants: &[
            Variant { option: ("Size", "3 cups"), price_cents: 2790, stock: 38 },
            Variant { option: ("Size", "6 cups"), price_cents: 3490, stock: 33 },
        ],
    },
];
