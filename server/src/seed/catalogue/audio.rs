//! Category: Audio.

use super::{Category, Product, Variant};
use crate::seed::art::Motif;

pub(super) const CATEGORY: Category = Category { slug: "audio", products: PRODUCTS };

const PRODUCTS: &[Product] = &[
    Product {
        slug: "studio-headphones-one",
        title: "Studio Headphones One",
        brand: "Klangraum",
        sku: "AUD-ONE",
        motif: Motif::Headphones,
        description: "Closed-back headphones that tell the truth: flat response, deep stage and pads you forget. \
                      Every part can be replaced with one screwdriver.",
        variants: &[
            Variant { option: ("Colour", "Slate"), price_cents: 18900, stock: 25 },
            Variant { option: ("Colour", "Sand"), price_cents: 18900, stock: 18 },
        ],
    },
    Product {
        slug: "bookshelf-speaker-pair",
        title: "Bookshelf Speaker, Pair",
        brand: "Klangraum",
        sku: "AUD-SPEAKER",
        motif: Motif::Speaker,
        description: "A 16 cm woofer and a silk dome in a walnut box, tuned for rooms with carpets and neighbours. \
                      Front-ported, so they may stand against the wall.",
        variants: &[
            Variant { option: ("Finish", "Walnut"), price_cents: 34900, stock: 8 },
            Variant { option: ("Finish", "White"), price_cents: 34900, stock: 10 },
        ],
    },
    Product {
        slug: "belt-drive-turntable",
        title: "Belt-Drive Turntable",
        brand: "Rille & Sohn",
        sku: "AUD-TURN",
        motif: Motif::Turntable,
        description: "A heavy platter, a straight arm and a cartridge already aligned. Lower the needle and that is \
                      all the setup there is. Built-in phono stage.",
        variants: &[Variant { option: ("Finish", "Oak"), price_cents: 27900, stock: 11 }],
    },
    Product {
        slug: "true-wireless-earbuds",
        title: "True Wireless Earbuds",
        brand: "Pico Audio",
        sku: "AUD-BUDS",
        motif: Motif::Earbuds,
        description: "Eight hours in the ear and twenty-four in the case. Noise cancelling for trains, transparency \
                      for station announcements, three sizes of tips.",
        variants: &[
            Variant { option: ("Colour", "Blue"), price_cents: 9900, stock: 48 },
            Variant { option: ("Colour", "White"), price_cents: 9900, stock: 55 },
        ],
    },
    Product {
        slug: "kitchen-radio",
        title: "Kitchen Radio",
        brand: "Pico Audio",
        sku: "AUD-RADIO",
        motif: Motif::Radio,
        description: "DAB+, FM and Bluetooth behind two knobs and a real dial. Runs twenty hours on its battery and \
                      looks good with flour on it.",
        variants: &[
            Variant { option: ("Colour", "Teal"), price_cents: 7900, stock: 30 },
            Variant { option: ("Colour", "Cream"), price_cents: 7900, stock: 28 },
        ],
    },
    Product {
        slug: "broadcast-microphone",
        title: "Broadcast Microphone",
        brand: "Klangraum",
        sku: "AUD-MIC",
        motif: Motif::Microphone,
        description: "A large-diaphragm condenser with a USB socket, so podcasts start with one cable. The cradle \
                      swallows desk knocks; the headphone jack has no delay.",
        variants: &[Variant { option: ("Colour", "Amber"), price_cents: 12900, stock: 17 }],
    },
    Product {
        slug: "compact-soundbar",
        title: "Compact Soundbar",
        brand: "Pico Audio",
        sku: "AUD-BAR",
        motif: Motif::Soundbar,
        description: "Makes film dialogue clear again and hides under the screen while doing so. One cable to the \
                      television, a night mode for thin walls.",
        variants: &[
            Variant { option: ("Size", "60 cm"), price_cents: 15900, stock: 14 },
            Variant { option: ("Size", "90 cm"), price_cents: 21900, stock: 9 },
        ],
    },
    Product {
        slug: "room-speaker-dot",
        title: "Room Speaker Dot",
        brand: "Pico Audio",
        sku: "AUD-DOT",
        motif: Motif::SmartSpeaker,
        description: "A small, round speaker that fills a kitchen and pairs with a second one for stereo. The \
                      microphone has a switch that cuts its power for real.",
        variants: &[
            Variant { option: ("Colour", "Raspberry"), price_cents: 6900, stock: 36 },
            Variant { option: ("Colour", "Chalk"), price_cents: 6900, stock: 41 },
        ],
    },
    Product {
        slug: "mixtape-cassette-player",
        title: "Mixtape Cassette Player",
        brand: "Rille & Sohn",
        sku: "AUD-TAPE",
        motif: Motif::Cassette,
        description: "A new cassette player with a quiet motor, USB charging and a record button. Comes with one \
                      blank tape and a pencil, in case.",
        variants: &[Variant { option: ("Colour", "Violet"), price_cents: 6400, stock: 21 }],
    },
];
