//! Category: Tools.

use super::{Category, Product, Variant};
use crate::seed::art::Motif;

pub(super) const CATEGORY: Category = Category { slug: "tools", products: PRODUCTS };

const PRODUCTS: &[Product] = &[
    Product {
        slug: "claw-hammer-16-oz",
        title: "Claw Hammer 16 oz",
        brand: "Werkbank",
        sku: "TOO-HAMMER",
        motif: Motif::Hammer,
        description: "Drop-forged head on a hickory handle, balanced so that the weight does the work. The grip is \
                      wound, not dipped, and can be wound again.",
        variants: &[
            Variant { option: ("Handle", "Hickory"), price_cents: 2990, stock: 40 },
            Variant { option: ("Handle", "Fibreglass"), price_cents: 3290, stock: 35 },
        ],
    },
    Product {
        slug: "precision-screwdriver",
        title: "Precision Screwdriver",
        brand: "Werkbank",
        sku: "TOO-DRIVER",
        motif: Motif::Screwdriver,
        description: "A tip that is ground, not stamped, so it bites instead of slipping. Six bits live in the \
                      handle, held by a magnet.",
        variants: &[
            Variant { option: ("Bits", "Slot/Phillips"), price_cents: 1850, stock: 60 },
            Variant { option: ("Bits", "Torx"), price_cents: 1950, stock: 44 },
        ],
    },
    Product {
        slug: "fine-cut-hand-saw",
        title: "Fine-Cut Hand Saw",
        brand: "Sägewerk Lund",
        sku: "TOO-SAW",
        motif: Motif::Saw,
        description: "Hardened teeth with three bevels cut on both strokes and leave an edge you hardly need to sand. \
                      The beech handle is shaped for an actual hand.",
        variants: &[
            Variant { option: ("Length", "40 cm"), price_cents: 3600, stock: 22 },
            Variant { option: ("Length", "55 cm"), price_cents: 4200, stock: 18 },
        ],
    },
    Product {
        slug: "no-4-smoothing-plane",
        title: "No. 4 Smoothing Plane",
        brand: "Sägewerk Lund",
        sku: "TOO-PLANE",
        motif: Motif::Plane,
        description: "Takes a shaving you can read a newspaper through. Cast body, brass adjuster and a blade that \
                      comes honed and ready.",
        variants: &[Variant { option: ("Finish", "Classic"), price_cents: 13400, stock: 9 }],
    },
    Product {
        slug: "needle-nose-pliers",
        title: "Needle-Nose Pliers",
        brand: "Werkbank",
        sku: "TOO-PLIERS",
        motif: Motif::Pliers,
        description: "Long jaws for tight places, a cutter near the joint for the rest. Two-component grips keep \
                      their hold when it rains.",
        variants: &[
            Variant { option: ("Length", "160 mm"), price_cents: 2190, stock: 50 },
            Variant { option: ("Length", "200 mm"), price_cents: 2490, stock: 38 },
        ],
    },
    Product {
        slug: "tape-measure-5-m",
        title: "Tape Measure 5 m",
        brand: "Messgut",
        sku: "TOO-TAPE",
        motif: Motif::Tape,
        description: "Reads from both sides, stands out two metres without folding and rolls back gently. The case is \
                      exactly 80 mm long, for inside corners.",
        variants: &[
            Variant { option: ("Colour", "Red"), price_cents: 1490, stock: 75 },
            Variant { option: ("Colour", "Blue"), price_cents: 1490, stock: 70 },
        ],
    },
    Product {
        slug: "steel-toolbox",
        title: "Steel Toolbox",
        brand: "Werkbank",
        sku: "TOO-BOX",
        motif: Motif::Toolbox,
        description: "Folded from one sheet and hinged along its whole length. The tray lifts out, the latches take a \
                      padlock, and it can be stood on.",
        variants: &[
            Variant { option: ("Size", "40 cm"), price_cents: 4900, stock: 20 },
            Variant { option: ("Size", "50 cm"), price_cents: 5900, stock: 15 },
        ],
    },
    Product {
        slug: "cordless-drill-18-v",
        title: "Cordless Drill 18 V",
        brand: "Messgut",
        sku: "TOO-DRILL",
        motif: Motif::Drill,
        description: "A brushless motor with two gears and a clutch that saves screws and wrists. One battery does a \
                      wardrobe; the kit has two.",
        variants: &[
            Variant { option: ("Kit", "One battery"), price_cents: 12900, stock: 18 },
            Variant { option: ("Kit", "Two batteries"), price_cents: 16900, stock: 12 },
        ],
    },
    Product {
        slug: "combination-wrench-set",
        title: "Combination Wrench Set",
        brand: "Sägewerk Lund",
        sku: "TOO-WRENCH",
        motif: Motif::Wrench,
        description: "Eight chrome-vanadium wrenches from 8 to 19 mm in a roll of waxed canvas. The rings are offset, \
                      so knuckles stay whole.",
        variants: &[
            Variant { option: ("Set", "8 pieces"), price_cents: 4600, stock: 26 },
            Variant { option: ("Set", "12 pieces"), price_cents: 6400, stock: 14 },
        ],
    },
];
