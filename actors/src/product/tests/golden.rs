use super::super::*;
use super::*;
use amazoff_testkit::golden;

fn lamp() -> Create {
    let picture = Media { blob: "ab".repeat(32), alt: "A lamp".to_owned(), width: 640, height: 480 };
    let sold = Variant { prices: vec![dollars(2199)], weight_g: 850, ..variant(1, 1999) };
    let plain = Variant { options: BTreeMap::new(), ..variant(2, 0) };
    Create { media: vec![picture], variants: vec![sold, plain], ..teapot() }
}

fn sheet(status: Status) -> Box<Sheet> {
    Box::new(Sheet { product: lamp(), retired: [variant_id(2)].into(), status })
}

fn receipt(status: Status) -> Receipt {
    Receipt { id: id(), slug: "glass-teapot".to_owned(), status }
}

#[test]
fn everything_that_a_product_ever_stored_can_be_read() {
    golden::<Product>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([
            Event::Created { product: lamp(), at: NOON, skus_claimed: true },
            Event::Published,
            Event::PriceChanged { variant: variant_id(1), price: Money::eur(2499) },
            Event::Archived,
            Event::PricesSet { variant: variant_id(1), prices: vec![dollars(2999)] },
            Event::TaxClassSet { variant: variant_id(1), tax_class: "reduced".parse().unwrap() },
            Event::WeightSet { variant: variant_id(1), weight_g: 850 },
            Event::Described {
                title: "Lamp".to_owned(),
                description: "It shines.".to_owned(),
                category: "lighting".to_owned(),
                brand: "Lux".to_owned(),
            },
            Event::SlugChanged { slug: "lamp".to_owned() },
            Event::MediaSet { media: lamp().media },
            Event::VariantAdded { variant: variant(3, 999) },
            Event::VariantDescribed {
                variant: variant_id(3),
                sku: "LAMP-3".to_owned(),
                options: variant(3, 0).options,
            },
            Event::VariantRetired { variant: variant_id(3) },
            Event::SkusClaimed,
        ])
        .commands([
            Command::Create(lamp()),
            Command::Publish,
            Command::Archive,
            Command::ChangePrice { variant: variant_id(1), price: Money::eur(2499) },
            Command::SetPrices { variant: variant_id(1), prices: vec![dollars(2999)] },
            Command::SetTaxClass { variant: variant_id(1), tax_class: "reduced".parse().unwrap() },
            Command::SetWeight { variant: variant_id(1), weight_g: 850 },
            Command::Revise(Revision::from(&lamp())),
            Command::Revise(Revision::default()),
            Command::AddVariant(variant(3, 999)),
            Command::ReviseVariant { variant: variant_id(1), change: (&lamp().variants[0]).into() },
            Command::ReviseVariant { variant: variant_id(1), change: VariantChange::default() },
            Command::RetireVariant { variant: variant_id(2) },
            Command::Put(sheet(Status::Absent)),
            Command::Put(sheet(Status::Draft)),
            Command::Put(sheet(Status::Active)),
            Command::Put(sheet(Status::Archived)),
            Command::IfVersion { version: 7, command: Box::new(Command::Publish) },
        ])
        .effects(
            [ProductNews::Published, ProductNews::Updated, ProductNews::Archived]
                .map(|news| Effect::Announce { news, slug: "lamp".to_owned(), version: 3, at: NOON }),
        )
        .replies([Status::Absent, Status::Draft, Status::Active, Status::Archived].map(receipt))
        .rejections([
            Rejection::ProductNotFound,
            Rejection::ProductExists,
            Rejection::ProductArchived,
            Rejection::SlugTaken,
            Rejection::VariantNotFound,
            Rejection::ProductInvalid { field: "slug".to_owned(), reason: "is empty".to_owned() },
            Rejection::SkuTaken,
            Rejection::VariantLast,
            Rejection::VariantIntroduced,
            Rejection::ProductChanged { version: 7 },
        ])
        .check();
}
