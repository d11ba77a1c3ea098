//! One of each page, for the tests.

use super::account::{AccountPage, InboxPage, LoginPage, RegisterPage};
use super::bank::BankPage;
use super::cart::{BagLine, CartPage};
use super::catalogue::{
    Card, Chip, Choice, Chosen, Crumb, FacetGroup, Filters, HomePage, ProductPage, SortChoice, StockLevel,
    VariantChoice,
};
use super::checkout::{CheckoutPage, Method, SavedAddress};
use super::design::DesignPage;
use super::order::{Moment, OrderPage, OrderRow, OrdersPage, Progress, Step, StepState};
use super::problem::{ErrorPage, ProblemPage};
use super::review::{Bar, Rating, Review, Reviews};
use super::{Field, Frame, Picture, Price, SummaryLine, Sums, markdown};

pub(crate) fn frame(title: &str) -> Frame {
    Frame { bag_count: 3, shopper: Some("Ada".to_owned()), ..Frame::default() }.titled(title)
}

pub(crate) fn picture(alt: &str) -> Picture {
    Picture {
        url: "/v1/media/00/card.jpg".to_owned(),
        webp: "/v1/media/00/thumb.webp 160w, /v1/media/00/card.webp 400w".to_owned(),
        jpeg: "/v1/media/00/thumb.jpg 160w, /v1/media/00/card.jpg 400w".to_owned(),
        sizes: "18rem",
        thumb: "/v1/media/00/thumb.jpg".to_owned(),
        alt: alt.to_owned(),
        width: 800,
        height: 800,
    }
}

pub(crate) fn sums() -> Sums {
    Sums {
        subtotal: Price::of("€83.50"),
        discount: Some(Price::of("€10.00")),
        shipping: Price::of("€0.00"),
        shipping_free: true,
        tax: Some(Price::of("€11.74")),
        tax_added: false,
        total: Price::of("€73.50"),
    }
}

pub(crate) fn lines() -> Vec<SummaryLine> {
    [("Tall enamel jug", "Cream, 1.5 l", 1, "€34.50"), ("Linen tea towel", "", 3, "€39.00")]
        .map(|(title, options, quantity, total)| SummaryLine {
            title: title.to_owned(),
            options: options.to_owned(),
            image: Some(picture(title)),
            quantity,
            total: Price::of(total),
        })
        .to_vec()
}

pub(crate) fn home() -> HomePage {
    let titles = [
        "Tall enamel jug",
        "Linen tea towel",
        "Walnut desk tray",
        "Beeswax candle, pair",
        "Canvas garden apron",
        "Brass pencil",
    ];
    HomePage {
        frame: frame("Things worth keeping"),
        heading: None,
        crumbs: vec![],
        filters: None,
        chips: ["All", "Kitchen", "Desk", "Garden", "Bath", "Play", "Travel", "Light", "Textiles"]
            .map(|label| Chip {
                href: format!("/?category={label}"),
                label: label.to_owned(),
                count: (label != "All").then_some(8),
                current: label == "All",
            })
            .to_vec(),
        sorts: [("Newest", true), ("Price, low first", false), ("Price, high first", false), ("Name", false)]
            .map(|(label, current)| SortChoice { href: "/?sort=x".to_owned(), label, current })
            .to_vec(),
        count: "64 products".to_owned(),
        cards: titles
            .map(|title| Card {
                href: "/products/x".to_owned(),
                title: title.to_owned(),
                brand: "Hus & Hand".to_owned(),
                image: Some(picture(title)),
                price: Price::of("€34.50"),
                from: title.starts_with('T'),
                rating: Some(rating()),
            })
            .to_vec(),
        more: Some("/?cursor=abc".to_owned()),
    }
}

pub(crate) fn list() -> HomePage {
    let choice =
        |label: &str, current| Choice { href: "/?x".to_owned(), label: label.to_owned(), count: 4, current };
    let filters = Filters {
        groups: vec![FacetGroup {
            label: "Brand".to_owned(),
            choices: vec![choice("Hus & Hand", true), choice("Form", false)],
            chosen: 1,
        }],
        chosen: vec![Chosen { label: "Brand: Hus & Hand".to_owned(), href: "/".to_owned() }],
        clear: "/?category=kitchen".to_owned(),
        min: "5".to_owned(),
        max: String::new(),
        hidden: vec![("category".to_owned(), "kitchen".to_owned())],
    };
    let crumbs = vec![Crumb { href: "/?category=kitchen".to_owned(), label: "Kitchen".to_owned() }];
    HomePage { heading: Some("Kitchen".to_owned()), crumbs, filters: Some(filters), ..home() }
}

fn rating() -> Rating {
    Rating { average: "4.3".to_owned(), count: "3 reviews".to_owned() }
}

pub(crate) fn reviews() -> Reviews {
    let review = Review {
        id: "rev_1".to_owned(),
        stars: 4,
        title: "Pours well".to_owned(),
        paragraphs: vec!["It does not drip.".to_owned()],
        author: "Ada".to_owned(),
        verified: true,
        edited: false,
        helpful: 2,
        at: Moment { machine: "2026-11-23T07:30:00Z".to_owned(), words: "23 November 2026".to_owned() },
    };
    let bars = (1..=5).rev().map(|stars| Bar { stars, count: 1, all: 5, href: None }).collect();
    Reviews { rating: Some(rating()), bars, shown: vec![review], more: None, sorts: Vec::new(), whole: None }
}

pub(crate) fn product() -> ProductPage {
    let variant = |name: &str, price: &str, available: i64| {
        let (level, stock) = StockLevel::of(available);
        VariantChoice {
            id: format!("var_{name}"),
            label: name.to_owned(),
            price: Price::of(price),
            stock,
            level,
            quantity_max: 9,
            chosen: false,
        }
    };
    ProductPage {
        frame: frame("Tall enamel jug"),
        title: "Tall enamel jug".to_owned(),
        brand: "Hus & Hand".to_owned(),
        crumbs: vec![Crumb { href: "/?category=kitchen".to_owned(), label: "Kitchen".to_owned() }],
        structured: "{}".to_owned(),
        paragraphs: vec![
            "A jug for water, milk or the first tulips. Steel, enamelled twice, with a rim dipped by hand."
                .to_owned(),
            "It chips when it falls, and that is all it does.".to_owned(),
        ],
        pictures: vec![picture("A tall cream jug"), picture("The jug from above")],
        shared: None,
        variants: vec![
            variant("Cream, 1 l", "€29.00", 12),
            variant("Cream, 1.5 l", "€34.50", 3),
            variant("Blue, 1 l", "€29.00", 0),
        ],
        reviews: reviews(),
        together: home().cards.into_iter().skip(1).take(4).collect(),
        key: "key-of-the-product".to_owned(),
        slug: "tall-enamel-jug".to_owned(),
    }
}

pub(crate) fn cart() -> CartPage {
    CartPage {
        frame: frame("Your bag"),
        locked: false,
        lines: lines()
            .into_iter()
            .map(|line| BagLine {
                id: format!("line_{}", line.quantity),
                href: "/products/x".to_owned(),
                title: line.title,
                options: line.options,
                image: line.image,
                quantity: line.quantity,
                unit: Price::of("€13.00"),
                total: line.total,
                quantity_key: "key-of-the-quantity".to_owned(),
                remove_key: "key-of-the-removal".to_owned(),
            })
            .collect(),
        sums: Some(sums()),
        codes: vec![super::cart::Code {
            code: "SPRING".to_owned(),
            remove_key: "key-of-the-code".to_owned(),
        }],
        code_key: "key-of-another-code".to_owned(),
        warnings: vec!["The price changed from €12.00 to €13.00.".to_owned()],
        requirements: Vec::new(),
        paying: None,
    }
}

pub(crate) fn checkout() -> CheckoutPage {
    CheckoutPage {
        frame: frame("Checkout"),
        contact: vec![
            Field::email("email", "E-mail", "email").hinting("For the receipt."),
            Field::text("name", "Full name", "name"),
        ],
        address: vec![
            Field::text("line1", "Street and number", "address-line1"),
            Field::text("line2", "Flat, floor, company", "address-line2").optional(),
            Field::text("postal_code", "Postcode", "postal-code"),
            Field::text("city", "City", "address-level2"),
            Field::choice("country", "Country", "country", [("DE", "Germany"), ("FR", "France")])
                .filled("DE"),
        ],
        saved: vec![SavedAddress {
            href: "/checkout?address=adr_1".to_owned(),
            label: "Ada, 1 Long Lane, 9000 Ghent".to_owned(),
            current: true,
        }],
        methods: vec![Method {
            id: "standard".to_owned(),
            title: "Standard".to_owned(),
            price: Price::of("€4.90"),
            free: false,
            chosen: true,
        }],
        card: "tok_ok".to_owned(),
        lines: lines(),
        sums: sums(),
        expected_amount: 7350,
        expected_currency: "EUR".to_owned(),
        key: "key-of-the-checkout".to_owned(),
        guest: true,
    }
}

pub(crate) fn order() -> OrderPage {
    let at =
        |words: &str| Some(Moment { machine: "2026-11-23T07:30:00Z".to_owned(), words: words.to_owned() });
    OrderPage {
        frame: frame("Order AZ-1042"),
        progress: Progress {
            id: "ord_1".to_owned(),
            number: "AZ-1042".to_owned(),
            version: 4,
            stage: "placed",
            headline: "Your order is placed".to_owned(),
            detail: "We have it, and your things are set aside. The payment is being collected.".to_owned(),
            action: None,
            moving: true,
            steps: vec![
                Step { label: "Card approved", state: StepState::Done, at: at("23 November, 07:30 UTC") },
                Step { label: "Placed", state: StepState::Done, at: at("23 November, 07:30 UTC") },
                Step { label: "Paid", state: StepState::Current, at: None },
            ],
        },
        lines: lines(),
        sums: sums(),
        contact: vec![
            "Ada Lovelace".to_owned(),
            "Lindenallee 4".to_owned(),
            "20259 Hamburg".to_owned(),
            "Germany".to_owned(),
        ],
    }
}

pub(crate) fn orders() -> OrdersPage {
    let row = |number: &str, state, class| OrderRow {
        href: "/orders/ord_1".to_owned(),
        number: number.to_owned(),
        state,
        class,
        summary: "Tall enamel jug and 2 more".to_owned(),
        total: Price::of("€73.50"),
        placed: Some(Moment {
            machine: "2026-11-23T07:30:00Z".to_owned(),
            words: "23 November 2026".to_owned(),
        }),
    };
    OrdersPage {
        frame: frame("Your orders"),
        orders: vec![
            row("AZ-1042", "Paid", "badge-good"),
            row("AZ-1041", "Placed", "badge-calm"),
            row("AZ-1040", "Canceled", "badge-bad"),
        ],
        more: Some("/orders?cursor=x".to_owned()),
    }
}

pub(crate) fn login() -> LoginPage {
    LoginPage {
        frame: frame("Log in"),
        fields: vec![
            Field::email("email", "E-mail", "username"),
            Field::password("password", "Password", "current-password"),
        ],
        next: "/checkout".to_owned(),
    }
}

pub(crate) fn register() -> RegisterPage {
    RegisterPage {
        frame: frame("Make an account"),
        fields: vec![
            Field::text("name", "Full name", "name"),
            Field::email("email", "E-mail", "username"),
            Field::password("password", "Password", "new-password").hinting("At least 8 characters."),
        ],
        next: "/".to_owned(),
        key: "key-of-the-account".to_owned(),
    }
}

pub(crate) fn account() -> AccountPage {
    AccountPage {
        frame: frame("Your account"),
        name: "Ada Lovelace".to_owned(),
        email: "ada@example.org".to_owned(),
        since: "23 November 2026".to_owned(),
        is_desk: true,
        is_ops: true,
    }
}

pub(crate) fn inbox() -> InboxPage {
    InboxPage { frame: frame("Inbox") }
}

pub(crate) fn design() -> DesignPage {
    DesignPage { frame: frame("Design") }
}

pub(crate) fn bank() -> BankPage {
    BankPage {
        payment: "pay_1".to_owned(),
        amount: Price::of("€73.50"),
        order: "AZ-1042".to_owned(),
        order_href: "/orders/ord_1".to_owned(),
        open: true,
        approve_key: "key-of-yes".to_owned(),
        decline_key: "key-of-no".to_owned(),
    }
}

pub(crate) fn error() -> ErrorPage {
    ErrorPage {
        frame: frame("Not found"),
        status: 404,
        heading: "There is nothing here".to_owned(),
        detail: "The address may be old, or it was never ours.".to_owned(),
        code: "not-found".to_owned(),
        request_id: "req-1".to_owned(),
    }
}

pub(crate) fn problem() -> ProblemPage {
    ProblemPage {
        frame: frame("cart-locked"),
        code: "cart-locked".to_owned(),
        blocks: markdown::blocks(
            "# Cart locked\n\nThe cart is **being paid**.\n\n## What to do\n\n- Wait.\n- Ask `GET /v1/carts/{id}` again.\n\n```\n409 Conflict\n```\n",
        ),
    }
}
