mod golden;

use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::order::{FulfillmentStatus, PaymentStatus, Status};

fn to_pack() -> OrderFilter {
    OrderFilter {
        title: "To pack".to_owned(),
        payment_status: Some(PaymentStatus::Paid),
        fulfillment_status: Some(FulfillmentStatus::Unfulfilled),
        ..OrderFilter::default()
    }
}

fn save(name: &str, filter: OrderFilter) -> Command {
    Command::Save { expected_version: None, name: name.to_owned(), filter }
}

fn dropped(name: &str) -> Command {
    Command::Drop { expected_version: None, name: name.to_owned() }
}

fn was_saved(name: &str, filter: OrderFilter) -> Event {
    Event::Saved { name: name.to_owned(), filter }
}

#[test]
fn a_filter_is_saved_changed_and_dropped() {
    let large = OrderFilter { total_min: Some(10_000), ..to_pack() };
    given::<Desk>([])
        .when(save("to-pack", to_pack()))
        .then_events([was_saved("to-pack", to_pack())])
        .then_reply(Receipt { version: 1 })
        .when(save("to-pack", to_pack()))
        .then_nothing_happens()
        .when(save("to-pack", large.clone()))
        .then_events([was_saved("to-pack", large)])
        .when(dropped("to-pack"))
        .then_events([Event::Dropped { name: "to-pack".to_owned() }])
        .when(dropped("to-pack"))
        .then_rejects(Rejection::OrderFilterNotFound);
}

#[test]
fn who_works_from_an_old_page_changes_nothing() {
    let stale = |command: Command| match command {
        Command::Save { name, filter, .. } => Command::Save { expected_version: Some(0), name, filter },
        Command::Drop { name, .. } => Command::Drop { expected_version: Some(0), name },
    };
    for command in [save("other", to_pack()), dropped("to-pack")] {
        given::<Desk>([was_saved("to-pack", to_pack())])
            .when(stale(command))
            .then_rejects(Rejection::OrderFiltersChanged { version: 1 });
    }
}

#[test]
fn what_breaks_a_rule_is_named() {
    let with = |change: fn(&mut OrderFilter)| {
        let mut filter = to_pack();
        change(&mut filter);
        filter
    };
    for (name, filter, field) in [
        ("To Pack", to_pack(), "name"),
        ("to--pack", to_pack(), "name"),
        ("", to_pack(), "name"),
        ("a", with(|filter| filter.title = " ".to_owned()), "title"),
        ("a", with(|filter| filter.title = "x".repeat(101)), "title"),
        ("a", with(|filter| filter.placed_within_days = Some(0)), "placed_within_days"),
        ("a", with(|filter| filter.placed_within_days = Some(WITHIN_DAYS_MAX + 1)), "placed_within_days"),
        ("a", with(|filter| filter.total_min = Some(-1)), "total_min"),
        ("a", with(|filter| (filter.total_min, filter.total_max) = (Some(5), Some(4))), "total_max"),
    ] {
        let refusal = Life::<Desk>::new(Uuid::from_u128(1)).run(save(name, filter)).unwrap_err();
        assert!(
            matches!(&refusal, Rejection::OrderFilterInvalid { field: of, .. } if of == field),
            "{field}: {refusal}"
        );
    }
}

#[test]
fn there_are_only_so_many() {
    let full = (0..FILTERS_MAX).map(|number| was_saved(&format!("f{number}"), to_pack()));
    given::<Desk>(full)
        .when(save("one-more", to_pack()))
        .then_rejects(Rejection::invalid("name", "there are 50 filters already"))
        .when(save("f0", OrderFilter { status: Some(Status::Completed), ..to_pack() }))
        .then_reply(Receipt { version: 51 });
}

proptest! {
    /// DESK-1 and DESK-3, whatever is asked for.
    #[test]
    fn every_kept_filter_has_a_good_name_and_there_are_not_too_many(
        asked in prop::collection::vec(("[a-z0-9-]{0,4}", any::<bool>()), 0..200),
    ) {
        let mut desk = Life::<Desk>::new(Uuid::from_u128(1));
        for (name, keeps) in asked {
            let _accepted_or_refused = desk.run(if keeps { save(&name, to_pack()) } else { dropped(&name) });
            let filters = &desk.state().filters;
            prop_assert!(filters.len() <= FILTERS_MAX);
            let is_good = |name: &String| !name.is_empty() && !name.starts_with('-') && !name.ends_with('-');
            prop_assert!(filters.keys().all(is_good));
        }
    }
}
