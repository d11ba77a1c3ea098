mod golden;

use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::product::CategoryCount;

fn category(title: &str, parent: Option<&str>, position: u32) -> Category {
    Category { title: title.to_owned(), parent: parent.map(str::to_owned), position }
}

fn put(slug: &str, category: Category) -> Command {
    let change = Change::Put { slug: slug.to_owned(), category };
    Command::Change { expected_version: None, change }
}

fn remove(slug: &str, products: u64) -> Command {
    let change = Change::Remove { slug: slug.to_owned(), products };
    Command::Change { expected_version: None, change }
}

fn was_put(slug: &str, category: Category) -> Event {
    Event::Put { slug: slug.to_owned(), category }
}

fn home() -> Event {
    was_put("home", category("Home", None, 1))
}

fn kitchen() -> Event {
    was_put("kitchen", category("Kitchen", Some("home"), 1))
}

#[test]
fn a_category_comes_moves_and_goes() {
    given::<Tree>([])
        .when(put("home", category("Home", None, 1)))
        .then_events([home()])
        .then_reply(Receipt { version: 1 })
        .when(put("home", category("Home", None, 1)))
        .then_nothing_happens()
        .when(put("kitchen", category("Kitchen", Some("home"), 1)))
        .then_events([kitchen()])
        .when(remove("home", 0))
        .then_rejects(Rejection::CategoryNotEmpty { children: 1, products: 0 })
        .when(put("kitchen", category("Kitchen", None, 2)))
        .then_events([was_put("kitchen", category("Kitchen", None, 2))])
        .when(remove("home", 3))
        .then_rejects(Rejection::CategoryNotEmpty { children: 0, products: 3 })
        .when(remove("home", 0))
        .then_events([Event::Removed { slug: "home".to_owned() }])
        .when(remove("home", 0))
        .then_rejects(Rejection::CategoryNotFound);
}

#[test]
fn who_works_from_an_old_page_changes_nothing() {
    let change = Change::Remove { slug: "home".to_owned(), products: 0 };
    given::<Tree>([home(), kitchen()])
        .when(Command::Change { expected_version: Some(1), change: change.clone() })
        .then_rejects(Rejection::CategoriesChanged { version: 2 })
        .when(Command::Change { expected_version: Some(2), change })
        .then_rejects(Rejection::CategoryNotEmpty { children: 1, products: 0 });
}

#[test]
fn what_breaks_a_rule_is_named() {
    let below = |parent: &str| category("X", Some(parent), 0);
    for (field, command) in [
        ("slug", put("A b", category("X", None, 0))),
        ("slug", put("", category("X", None, 0))),
        ("title", put("x", category(" ", None, 0))),
        ("title", put("x", category(&"x".repeat(201), None, 0))),
        ("parent", put("x", below("nowhere"))),
        ("parent", put("home", below("home"))),
        ("parent", put("home", below("kitchen"))),
    ] {
        let mut tree = Life::<Tree>::new(Uuid::from_u128(1));
        tree.happened([home(), kitchen()]);
        let refusal = tree.run(command).unwrap_err();
        assert!(
            matches!(&refusal, Rejection::CategoryInvalid { field: of, .. } if of == field),
            "{field}: {refusal}"
        );
    }
}

#[test]
fn five_stand_one_below_the_other_and_there_are_a_hundred() {
    let mut tree = Life::<Tree>::new(Uuid::from_u128(1));
    tree.run(put("l1", category("L", None, 0))).unwrap();
    for n in 2..=5 {
        tree.run(put(&format!("l{n}"), category("L", Some(&format!("l{}", n - 1)), 0))).unwrap();
    }
    let refusal = tree.run(put("l6", category("L", Some("l5"), 0))).unwrap_err();
    assert_eq!(refusal, Rejection::invalid("parent", "more than five would stand one below the other"));
    tree.run(put("top", category("Top", None, 0))).unwrap();
    tree.run(put("l1", category("L", Some("top"), 0))).expect_err("it takes four along");
    for n in 0..94 {
        tree.run(put(&format!("more-{n}"), category("More", None, 0))).unwrap();
    }
    let refusal = tree.run(put("one-more", category("More", None, 0))).unwrap_err();
    assert_eq!(refusal, Rejection::invalid("slug", "there are 100 categories already"));
    tree.run(put("top", category("Another", None, 0))).expect("one that is there");
}

#[test]
fn the_tree_is_in_order_and_counts_what_is_below() {
    let mut tree = Tree::default();
    for event in [
        home(),
        kitchen(),
        was_put("bath", category("Bath", Some("home"), 1)),
        was_put("attic", category("Attic", Some("home"), 0)),
        was_put("audio", category("Audio", None, 0)),
    ] {
        amazoff_supervisor::Entity::apply(&mut tree, &event);
    }
    let count = |slug: &str, count| CategoryCount { slug: slug.to_owned(), name: slug.to_owned(), count };
    let mut counts = [count("home", 2), count("kitchen", 3), count("tools", 4)];
    let nodes = tree.nodes(&counts);
    let seen: Vec<_> = nodes.iter().map(|node| (node.slug.as_str(), node.count, node.total)).collect();
    assert_eq!(seen, [("audio", 0, 0), ("home", 2, 5), ("tools", 4, 4)]);
    let below: Vec<_> = nodes[1].children.iter().map(|node| node.slug.as_str()).collect();
    assert_eq!(below, ["attic", "bath", "kitchen"]);
    tree.name(&mut counts);
    assert_eq!(counts.map(|count| count.name), ["Home", "Kitchen", "tools"]);
}

proptest! {
    #[test]
    fn any_sequence_of_commands_keeps_every_invariant(
        commands in proptest::collection::vec((0..6_u8, proptest::option::of(0..6_u8), 0..3_u8), 0..60),
    ) {
        let mut tree = Life::<Tree>::new(Uuid::from_u128(1));
        for (slug, parent, kind) in commands {
            let (slug, parent) = (format!("c{slug}"), parent.map(|parent| format!("c{parent}")));
            let _accepted_or_refused = match kind {
                0 => tree.run(remove(&slug, 0)),
                _ => tree.run(put(&slug, category("C", parent.as_deref(), 0))),
            };
            let now = tree.state();
            for slug in now.all.keys() {
                let above = std::iter::successors(Some(slug), |at| now.all[*at].parent.as_ref());
                prop_assert!(above.take(DEPTH_MAX + 1).count() <= DEPTH_MAX, "CAT-2");
            }
            let all = now.nodes(&[]);
            let mut waiting: Vec<_> = all.iter().collect();
            let mut shown = 0;
            while let Some(node) = waiting.pop() {
                shown += 1;
                waiting.extend(&node.children);
            }
            prop_assert_eq!(shown, now.all.len(), "everything is reached from the root");
        }
    }
}
