use std::collections::BTreeMap;

use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::product::{Create, Media, Product, Status};
use uuid::Uuid;

use super::csv::{self, Lines};
use super::lines::{self, Once, Wrong};
use super::record::{Record, VariantRecord};

fn variant(n: u128) -> VariantRecord {
    VariantRecord {
        id: Some(VariantId::from(Uuid::from_u128(n))),
        sku: format!("L-{n}"),
        options: BTreeMap::from([("size".to_owned(), "1 \"l\"".to_owned())]),
        price: Money::eur(1999),
        prices: vec![Money::new(2199, "USD".parse().unwrap()), Money::new(1799, "GBP".parse().unwrap())],
        tax_class: "reduced".parse().unwrap(),
        weight_g: 850,
        retired: n == 2,
    }
}

fn lamp(slug: &str) -> Record {
    Record {
        id: Some(Record::new_id(slug)),
        slug: slug.to_owned(),
        status: Status::Active,
        title: "Lamp, bright; \"very\"".to_owned(),
        description: "It shines.\n\nStill.".to_owned(),
        category: "lighting".to_owned(),
        brand: "Lux & Söhne".to_owned(),
        media: vec![Media { blob: "ab".repeat(32), alt: "A lamp".to_owned(), width: 8, height: 6 }],
        variants: vec![variant(1), variant(2)],
    }
}

fn all(read: impl Iterator<Item = lines::Read>) -> (Vec<(u64, Record)>, Vec<Wrong>) {
    let mut once = Once::default();
    let (mut good, mut wrong) = (Vec::new(), Vec::new());
    for read in read {
        match once.check(read) {
            Ok(read) => good.push(read),
            Err(error) => wrong.push(error),
        }
    }
    (good, wrong)
}

/// Where and as what lines are refused.
fn codes(wrong: &[Wrong]) -> Vec<(u64, &str, &str)> {
    wrong.iter().map(|wrong| (wrong.line, wrong.field.as_str(), wrong.code.as_str())).collect()
}

#[test]
fn what_is_written_as_lines_is_read_as_it_was() {
    let products = [lamp("lamp"), lamp("other-lamp")];
    let mut bytes = Vec::new();
    let mut written = Lines::begin(&mut bytes).unwrap();
    for product in &products {
        written.write(product).unwrap();
    }
    written.finish().unwrap();
    let (good, wrong) = all(csv::products(&bytes[..]));
    assert_eq!(wrong, []);
    assert_eq!(good.into_iter().map(|(_, record)| record).collect::<Vec<_>>(), products);
}

#[test]
fn what_is_written_as_objects_is_read_as_it_was() {
    let products = [lamp("lamp"), lamp("other-lamp")];
    let text: Vec<_> = products.iter().map(|product| serde_json::to_string(product).unwrap()).collect();
    let (good, wrong) = all(lines::products(format!("{}\n\n{}", text[0], text[1]).as_bytes()));
    assert_eq!(wrong, []);
    assert_eq!(good, [(1, products[0].clone()), (3, products[1].clone())]);
}

#[test]
fn the_least_that_a_line_says_is_enough() {
    let object = r#"{"slug": "lamp", "title": "Lamp", "category": "lighting", "brand": "Lux",
        "variants": [{"sku": "L-1", "price": {"amount": 5, "currency": "EUR"}}]}"#
        .replace('\n', " ");
    let (of_objects, wrong) = all(lines::products(object.as_bytes()));
    assert_eq!(wrong, []);
    let rows = "slug,title,category,brand,sku,price\nlamp,Lamp,lighting,Lux,L-1,5\n";
    let (of_rows, wrong) = all(csv::products(rows.as_bytes()));
    assert_eq!(wrong, []);
    assert_eq!(of_rows[0].1, of_objects[0].1);
    assert_eq!((of_rows[0].0, of_rows[0].1.status), (2, Status::Draft));
}

#[test]
fn a_line_that_is_wrong_is_named_and_the_others_are_read() {
    let good = serde_json::to_string(&lamp("lamp")).unwrap();
    let odd = good.replace("\"price\":{\"amount\":1999", "\"price\":{\"amount\":\"x\"");
    let unknown = good.replace("\"brand\"", "\"brnad\"");
    let text = [odd.as_str(), "{", &unknown, &good, &good].join("\n");
    let (read, wrong) = all(lines::products(text.as_bytes()));
    assert_eq!(read, [(4, lamp("lamp"))]);
    let codes = codes(&wrong);
    assert_eq!(codes[0], (1, "variants[0].price.amount", "unreadable"));
    assert_eq!((codes[1].0, codes[1].2), (2, "unreadable"));
    assert_eq!((codes[2].0, codes[2].2), (3, "unreadable"));
    assert_eq!(codes[3], (5, "id", "product-twice"));
}

#[test]
fn a_product_of_which_one_row_is_wrong_is_wrong_as_a_whole() {
    let rows = "slug,title,category,brand,sku,price,weight_g\n\
        lamp,Lamp,lighting,Lux,L-1,5,\n\
        lamp,,,,L-2,five,-1\n\
        lamp,Other,,,L-3,5,\n\
        pot,Pot,kitchen,Clay,P-1,7,3\n\
        ,,,,P-2,8,4\n";
    let (read, wrong) = all(csv::products(rows.as_bytes()));
    assert_eq!(codes(&wrong), [(3, "price", "unreadable"), (4, "title", "product-differs")]);
    let [(5, pot)] = &read[..] else { panic!("{read:?}") };
    assert_eq!((pot.slug.as_str(), pot.variants.len(), pot.variants[1].weight_g), ("pot", 2, 4));
}

#[test]
fn a_file_with_odd_columns_is_refused_at_its_first_line() {
    for (columns, field, code) in [
        ("slug,title,category,brand,sku,price,colour", "colour", "column-unknown"),
        ("slug,title,category,brand,sku,price,sku", "sku", "column-twice"),
        ("slug,title,category,brand,sku", "price", "column-missing"),
    ] {
        let (read, wrong) = all(csv::products(format!("{columns}\nx,x,x,x,x,5\n").as_bytes()));
        assert_eq!((read.len(), codes(&wrong)), (0, vec![(1, field, code)]));
    }
}

#[test]
fn an_article_number_means_the_variant_that_has_it() {
    let id = ProductId::from(Uuid::from_u128(1));
    let nameless = |sku: &str| VariantRecord { id: None, sku: sku.to_owned(), ..variant(1) };
    let record = |variants| Record { variants, ..lamp("lamp") };
    let new = || record(vec![nameless("L-1"), nameless("L-2")]);
    let sheet = new().sheet(id, &Product::default());
    assert_eq!(sheet, new().sheet(id, &Product::default()), "the same file makes the same ids");
    let Create { variants, .. } = sheet.product;
    assert_ne!(variants[0].id, variants[1].id);
    let mut now = Product { variants: variants.clone(), ..Product::default() };
    now.variants[0].sku = "L-9".to_owned();
    let again = record(vec![nameless("L-9"), nameless("L-1")]).sheet(id, &now).product.variants;
    assert_eq!(again[0].id, variants[0].id);
    assert!(variants.iter().all(|known| known.id != again[1].id), "a number of earlier days is not meant");
}
