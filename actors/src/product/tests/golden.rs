use super::super::*;
use super::*;
use amazoff_testkit::golden;

fn lamp() -> Create {
    let picture = Media { blob: "ab".repeat(32), alt: "A lamp".to_owned(), width: 640, height: 480 };
    let plain = Variant { options: BTreeMap::new(), ..variant(2, 0) };
    Create { media: vec![picture], variants: vec![variant(1, 1999), plain], ..teapot() }
}

fn receipt(status: Status) -> Receipt {
    Receipt { id: id(), slug: "glass-teapot".to_owned(), status }
}

#[test]
fn everything_that_a_product_ever_stored_can_be_read() {
    golden::<Product>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([
            Event::Created { product: lamp(), at: NOON },
            Event::Published,
            Event::PriceChanged { variant: variant_id(1), price: Money::eur(2499) },
            Event::Archived,
        ])
        .commands([
            Command::Create(lamp()),
            Command::Publish,
            Command::Archive,
            Command::ChangePrice { variant: variant_id(1), price: Money::eur(2499) },
        ])
        .replies([Status::Absent, Status::Draft, Status::Active, Status::Archived].map(receipt))
        .rejections([
            Rejection::ProductNotFound,
            Rejection::ProductExists,
            Rejection::ProductArchived,
            Rejection::SlugTaken,
            Rejection::VariantNotFound,
            Rejection::ProductInvalid { field: "slug".to_owned(), reason: "is empty".to_owned() },
        ])
        .check();
}
