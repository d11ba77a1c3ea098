use super::super::*;
use super::*;
use amazoff_testkit::golden;

fn lamp() -> Create {
    let picture = Media { blob: "ab".repeat(32), alt: "A lamp".to_owned(), width: 640, height: 480 };
    let sold = Variant { prices: vec![dollars(2199)], weight_g: 850, ..variant(1, 1999) };
    let plain = Variant { options: BTreeMap::new(), ..variant(2, 0) };
    Create { media: vec![picture], variants: vec![sold, plain], ..teapot() }
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
            Event::PricesSet { variant: variant_id(1), prices: vec![dollars(2999)] },
            Event::TaxClassSet { variant: variant_id(1), tax_class: "reduced".parse().unwrap() },
            Event::WeightSet { variant: variant_id(1), weight_g: 850 },
        ])
        .commands([
            Command::Create(lamp()),
            Command::Publish,
            Command::Archive,
            Command::ChangePrice { variant: variant_id(1), price: Money::eur(2499) },
            Command::SetPrices { variant: variant_id(1), prices: vec![dollars(2999)] },
            Command::SetTaxClass { variant: variant_id(1), tax_class: "reduced".parse().unwrap() },
            Command::SetWeight { variant: variant_id(1), weight_g: 850 },
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
