use super::super::*;
use super::*;
use amazoff_testkit::golden;

#[test]
fn everything_that_the_categories_ever_stored_can_be_read() {
    let expected = |change| Command::Change { expected_version: Some(7), change };
    golden::<Tree>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([home(), kitchen(), Event::Removed { slug: "kitchen".to_owned() }])
        .commands([
            put("home", category("Home", None, 1)),
            expected(Change::Put {
                slug: "kitchen".to_owned(),
                category: category("Kitchen", Some("home"), 1),
            }),
            remove("kitchen", 3),
        ])
        .replies([Receipt { version: 1 }])
        .rejections([
            Rejection::CategoryNotFound,
            Rejection::CategoryNotEmpty { children: 1, products: 2 },
            Rejection::CategoriesChanged { version: 7 },
            Rejection::CategoryInvalid { field: "title".to_owned(), reason: "it is empty".to_owned() },
        ])
        .check();
}
