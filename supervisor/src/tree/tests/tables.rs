//! What is written about the tree is what it does: the tables of both texts against the code.

use super::super::policy::Consequence;
use super::super::{Exit, OnExhausted, Restart, Strategy, SupervisorSpec, Verdict};
use super::{Cue, Stage, quiet, start, status};

/// The module's own page and the one for users of the tree.
const TEXTS: [(&str, &str); 2] = [
    ("tree/mod.rs", include_str!("../mod.rs")),
    ("docs/supervision.md", include_str!("../../../../docs/supervision.md")),
];

/// The rows of the table whose header begins with `first`, cells trimmed and without code marks; the header is row 0.
fn table(text: &str, first: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(|line| line.trim_start_matches("//!").trim());
    lines
        .skip_while(|line| !line.starts_with(&format!("| {first}")))
        .take_while(|line| line.starts_with('|'))
        .filter(|line| !line.starts_with("|-"))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect())
        .collect()
}

/// How a child ended that "it ..." in the heading of a column.
fn exit(heading: &str) -> Exit {
    match heading {
        "finished" => Exit::Normal,
        "was asked to end" => Exit::Shutdown,
        "returned an error" | "panicked" | "was killed" => Exit::Abnormal(heading.to_owned()),
        "gave up" => Exit::GaveUp(heading.to_owned()),
        other => panic!("no such exit: {other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_table_of_policies_and_exits_is_true() {
    for (place, text) in TEXTS {
        let rows = table(text, "it is");
        assert_eq!((rows.len(), rows[0].len()), (5, 7), "{place}");
        for (row, restart) in
            rows[1..4].iter().zip([Restart::Permanent, Restart::Transient, Restart::Temporary])
        {
            assert_eq!(row[0], format!("{restart:?}"), "{place}");
            for (heading, cell) in rows[0].iter().zip(row).skip(1) {
                let again = if restart.again_after(&exit(heading)) { "yes" } else { "no" };
                assert_eq!(cell, again, "{place}: {restart:?}, {heading}");
            }
        }
        for (heading, cell) in rows[0].iter().zip(&rows[4]).skip(1) {
            let stage = Stage::new();
            let child = stage.player("a").restart(Restart::Temporary);
            let tree = start(SupervisorSpec::one_for_one("root").child(child)).await;
            stage.comes("a", 1).await;
            stage.cue(
                "a",
                match exit(heading) {
                    Exit::Normal => Cue::Finish,
                    Exit::Shutdown => Cue::Shutdown,
                    Exit::Abnormal(_) | Exit::GaveUp(_) => Cue::Fail,
                },
            );
            quiet().await;
            assert_eq!(serde_json::to_value(status(&tree, "a")).unwrap(), **cell, "{place}: {heading}");
            tree.stop().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_table_of_strategies_is_true() {
    for (place, text) in TEXTS {
        let rows = table(text, "strategy");
        assert_eq!(rows.len(), 4, "{place}");
        for (row, strategy) in
            rows[1..].iter().zip([Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne])
        {
            assert_eq!(row[0], format!("{strategy:?}"), "{place}");
            let stage = Stage::new();
            let players = ["a", "b", "c", "d"].map(|name| stage.player(name));
            let tree =
                start(players.into_iter().fold(SupervisorSpec::new("root", strategy), SupervisorSpec::child))
                    .await;
            stage.comes("d", 1).await;
            stage.take();
            stage.cue("b", Cue::Fail);
            quiet().await;
            let notes = stage.take();
            let said =
                |sign: char| -> Vec<&str> { notes.iter().filter_map(|it| it.strip_prefix(sign)).collect() };
            let written = |cell: &str| if cell == "-" { String::new() } else { cell.to_owned() };
            assert_eq!(said('-').join(" "), written(&row[1]), "{place}: {strategy:?}");
            assert_eq!(said('+').join(" "), written(&row[2]), "{place}: {strategy:?}");
            tree.stop().await;
        }
    }
}

#[test]
fn the_table_of_consequences_is_true() {
    for (place, text) in TEXTS {
        let rows = table(text, "the window");
        assert_eq!(rows.len(), 5, "{place}");
        for row in &rows[1..] {
            let verdict = match row[0].as_str() {
                "bears it" => Verdict::Restart,
                "is used up" => Verdict::Exceeded,
                other => panic!("{place}: {other}"),
            };
            let on_exhausted = [OnExhausted::Escalate, OnExhausted::Degrade]
                .into_iter()
                .find(|it| format!("{it:?}") == row[1])
                .unwrap();
            let begins = match verdict.leads_to(on_exhausted) {
                Consequence::Restart => "restart after",
                Consequence::GiveUp => "give up:",
                Consequence::Degrade => "degrade:",
            };
            assert!(row[2].starts_with(begins), "{place}: {row:?}");
        }
    }
}

#[test]
fn the_figures_that_are_written_are_the_defaults() {
    let (_, page) = TEXTS[1];
    let intensity = super::super::Intensity::default();
    let backoff = super::super::Backoff::default();
    for written in [
        format!("{} restarts within {} s", intensity.restarts_max, intensity.period.as_secs()),
        format!("{} ms, doubling up to {} s", backoff.first.as_millis(), backoff.max.as_secs()),
        format!("up to {} %", backoff.jitter_percent),
    ] {
        assert!(page.contains(&written), "docs/supervision.md lacks: {written}");
    }
}
