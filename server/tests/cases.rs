//! The cases: what shoppers and shopkeepers of other shops reported, and which tests keep it from happening here.
//!
//! A test names its cases in its doc comment, each with how it is tried: `/// T-C1 (a): …` by many callers at once, `(b)` with
//! a fault at every step, `(c)` with the real program killed; without a letter it is an example. A whole file does so in the
//! comment at its head. The table below says what is demanded of each case; `docs/cases.md` lists the tests, and
//! `CASES=write` writes it anew.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How a test tries a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Many callers at once.
    Callers,
    /// A fault at every step of the way.
    Faults,
    /// The real program, killed on the way.
    Kills,
    /// One way that it can go.
    Example,
}

impl Kind {
    const LETTERS: [(Self, &str); 3] = [(Self::Callers, "(a)"), (Self::Faults, "(b)"), (Self::Kills, "(c)")];

    fn title(self) -> &'static str {
        match self {
            Self::Callers => "(a) many at once",
            Self::Faults => "(b) a fault at every step",
            Self::Kills => "(c) the program is killed",
            Self::Example => "example",
        }
    }
}

/// A case that must have tests.
struct Case {
    id: &'static str,
    what: &'static str,
    /// How it must be tried.
    demands: &'static [Kind],
    /// Why it need not be tried in the other ways.
    spared: &'static str,
}

/// A case on the way from the cart to the money and back: tried in every way.
const fn bought(id: &'static str, what: &'static str) -> Case {
    Case { id, what, demands: &[Kind::Callers, Kind::Faults, Kind::Kills], spared: "" }
}

/// A case that the shoppers of the killed program do not come by.
const fn aside(id: &'static str, what: &'static str, spared: &'static str) -> Case {
    Case { id, what, demands: &[Kind::Callers, Kind::Faults], spared }
}

/// A case that is refused before anything is stored.
const fn refused(id: &'static str, what: &'static str, spared: &'static str) -> Case {
    Case { id, what, demands: &[Kind::Callers], spared }
}

/// A case that is arithmetic, or a rule of one entity alone.
const fn rule(id: &'static str, what: &'static str, spared: &'static str) -> Case {
    Case { id, what, demands: &[Kind::Example], spared }
}

const PURE: &str = "A pure function of basket and prices: it waits for nothing and stores nothing.";
const ONE_COMMIT: &str = "A rule of one entity: the commit that decides it is also all of it.";
const CLOCK: &str = "No (c): the real program's clock cannot be set in a test.";

/// The cases that must have tests.
const CASES: [Case; 49] = [
    bought("T-C1", "a hundred additions of one thing at once add up"),
    bought("T-C2", "what is added while a checkout runs is in the order or still in a cart"),
    refused(
        "T-C3",
        "quantities that are none change nothing",
        "No (b) and (c): such a quantity cannot be read, so nothing is ever stored of it.",
    ),
    bought("T-C4", "what is paid is what the order costs, whatever another tab does"),
    aside(
        "T-C5",
        "merging carts loses nothing, doubles nothing, and happens once",
        "No (c): merging is not on the way of a checkout; (b) cuts the power around each of its commits.",
    ),
    aside(
        "T-C6",
        "a price that changed is told before anything is paid",
        "No (c): the catalogue of the killed program stands still; (b) cuts the power around each commit.",
    ),
    bought("T-C8", "a checkout that failed leaves an open cart"),
    rule("T-P1", "lines and shipping sum to the total, and that is what is paid", PURE),
    rule("T-P3", "a discount larger than the cart makes it free, never negative", PURE),
    aside(
        "T-P4",
        "canceling a line moves no discount to the others",
        "No (c): the shares are frozen with the order; nothing is computed anew after a kill.",
    ),
    bought("T-P5", "a coupon is used as often as it may be, also when many try at once"),
    rule(
        "T-K4",
        "a picture that is a bomb, a script, another file or too large is refused, and no picture tells where it was taken",
        "An upload is judged before anything is stored, and what is stored is named by its content.",
    ),
    aside(
        "T-R1",
        "a list of reviews never knows more than the number beside it",
        "No (c): the killed program's shoppers write no reviews; (b) cuts the power around each commit.",
    ),
    aside(
        "T-R2",
        "many reviews at once are counted exactly, and a person's many clicks are one",
        "No (c): the killed program's shoppers write no reviews; (b) cuts the power around each commit.",
    ),
    aside(
        "T-K1",
        "a price that was set is the one on the page, in open carts and, as soon as it is written, in search",
        "No (c): the catalogue of the killed program stands still; (b) cuts the power around each commit.",
    ),
    aside(
        "T-K2",
        "what is archived is found no more",
        "No (c): the catalogue of the killed program stands still; (b) cuts the power around each commit.",
    ),
    aside(
        "T-K3",
        "an order keeps name, price and picture of what was bought",
        "No (c): the catalogue of the killed program stands still; (b) cuts the power around each commit.",
    ),
    bought("T-O1", "one cart becomes one order, however often the button is pressed"),
    bought("T-O2", "message and returning shopper together settle a payment once"),
    bought("T-O4", "a purchase that is cut off after its money moved is finished by the shop itself"),
    aside("T-O5", "a shopper who leaves the bank's page gets the cart back, and the stock is free", CLOCK),
    bought("T-O6", "money that comes too late is given back once"),
    aside("T-O7", "a late word of expiry cancels no paid order", CLOCK),
    bought("T-O9", "a second payment settles the order"),
    aside("T-O10", "nothing is shipped on an authorization that has expired", CLOCK),
    bought("T-S1", "the last piece is sold once"),
    bought("T-S3", "whatever undoes a checkout frees its stock"),
    bought("T-S4", "canceling gives stock back once"),
    aside("T-S5", "a hold that is overdue while the shopper pays is honoured", CLOCK),
    aside("T-S6", "a clock that jumps frees no stock that is held", CLOCK),
    aside(
        "T-S7",
        "carts that want the same things in another order never wait for each other",
        "No (c): nothing that waits outlives a process.",
    ),
    bought("T-Y1", "an answer that got lost charges nobody twice"),
    bought("T-Y2", "a refund is made once, however often it is asked for"),
    bought("T-Y3", "refunds never exceed what was taken"),
    aside(
        "T-Y5",
        "messages that are repeated, reordered, forged, stale or huge do no harm",
        "No (c): a message that is not acknowledged is sent again, which (b) does around each commit.",
    ),
    aside(
        "T-Y7",
        "a message that never comes is not needed",
        "No (c): the killed program's shoppers settle every payment themselves.",
    ),
    aside(
        "T-Y8",
        "a provider that answers nonsense, late or not at all is asked again, never guessed",
        "No (c): the provider within the real program answers as it should.",
    ),
    bought("T-Y9", "a card that failed can be followed by another one"),
    aside(
        "T-Y10",
        "an amount that is not ours makes no order",
        "No (c): the provider within the real program answers as it should.",
    ),
    refused(
        "T-U1",
        "refreshes at once all succeed and stay one login",
        "No (b) and (c): a rotation is one commit of one entity, and whoever repeats it gets what it made.",
    ),
    rule("T-U2", "a copied login that comes back ends, and its person is told", ONE_COMMIT),
    rule("T-U4", "a role that is taken away is gone at once, on open streams too", ONE_COMMIT),
    Case {
        id: "T-U5",
        what: "whoever is erased is nowhere in clear, also after a restore",
        demands: &[Kind::Faults, Kind::Example],
        spared: "No (a) and (c): an erasure is one commit and effects behind it, of which (b) cuts the power around each.",
    },
    rule(
        "T-U6",
        "what is exported is all that erasing makes unreadable",
        "An export changes nothing, so there is nothing to cut.",
    ),
    rule(
        "T-N1",
        "a provider's message that comes five times writes one letter",
        "A letter is an effect of the commit that it tells of; effects are tried in every way for payments and stock.",
    ),
    rule(
        "T-N2",
        "a mail that is refused for now is tried again, one that is refused for good is not, and nobody waits",
        "Deliveries of effects are tried in every way for payments and stock.",
    ),
    rule(
        "T-N3",
        "whoever comes back to their notifications misses none and gets none twice, or is told to begin anew",
        ONE_COMMIT,
    ),
    rule(
        "T-N4",
        "a reader that stalls is let go, and others do not notice",
        "Nothing is stored of a reader, so there is nothing to cut or kill.",
    ),
    rule(
        "T-N5",
        "nobody gets what another person is told",
        "Whose topic it is follows from the session alone.",
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in a workspace").to_owned()
}

/// Rust files under version control.
fn sources() -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let names = String::from_utf8(listed.stdout).unwrap();
    let read = |name: &str| Some((name.to_owned(), std::fs::read_to_string(root().join(name)).ok()?));
    names.lines().filter_map(read).collect()
}

/// Cases named in a line of a comment, each with the ways that follow it: `T-C1 (a)(b)`.
fn named(line: &str) -> Vec<(&str, Kind)> {
    let mut found = Vec::new();
    let starts = line.match_indices("T-").map(|(at, _)| at);
    for at in starts.filter(|at| !line[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-')) {
        let rest = &line[at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
        let (case, mut rest) = rest.split_at(end);
        if case.len() <= 3 {
            continue;
        }
        let kinds = found.len();
        while let Some((kind, letter)) =
            Kind::LETTERS.into_iter().find(|(_, letter)| rest.trim_start().starts_with(letter))
        {
            found.push((case, kind));
            rest = &rest.trim_start()[letter.len()..];
        }
        if found.len() == kinds {
            found.push((case, Kind::Example));
        }
    }
    found
}

/// Tests by case and how they try it.
type Found<'a> = BTreeMap<&'a str, BTreeSet<(Kind, String)>>;

/// The name of the test that a line makes: a function, or a line `name: …,` of a macro that makes functions.
fn test_of(line: &str, (is_test, makes): (bool, bool)) -> Option<&str> {
    let function = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ");
    let function = function.filter(|_| is_test).and_then(|rest| rest.split('(').next());
    let made = || {
        let (name, what) = line.split_once(": ").filter(|_| makes && !is_test)?;
        let is_name = name.contains('_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (is_name && what.ends_with(',')).then_some(name)
    };
    function.or_else(made)
}

/// The tests of a file by case: each with the doc comment above it.
fn tests_of<'a>(file: &str, text: &'a str, found: &mut Found<'a>) {
    let of_file: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("//!")).flat_map(named).collect();
    let makes = text.contains("fn $name()");
    let mut pending: Vec<(&str, Kind)> = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            pending.extend(named(comment));
        } else if line.starts_with("#[") {
            is_test |= line.contains("test");
        } else {
            if let Some(name) = test_of(line, (is_test, makes)) {
                for (case, kind) in pending.drain(..).chain(of_file.iter().copied()) {
                    found.entry(case).or_default().insert((kind, format!("`{name}` in `{file}`")));
                }
            }
            pending.clear();
            is_test = false;
        }
    }
}

const HEAD: &str = "# Cases

What shoppers and shopkeepers of other shops reported, and the tests that keep it from happening here. Made by \
`server/tests/cases.rs`; `CASES=write` writes it.

Each is tried (a) by many callers at once, (b) with a fault at every step of the way, mostly a cut of the power around every \
commit (`fail_each_step`) and the [fault matrix](fault-matrix.md), and on the way from the cart to the money and back also (c) \
by killing the real program under load. An *example* is one way that it can go.
";

/// What the page says of a case.
fn section(case: &Case, tests: &BTreeSet<(Kind, String)>) -> String {
    let mut text = format!("\n## {}: {}\n\n", case.id, case.what);
    if !case.spared.is_empty() {
        let _ = writeln!(text, "{}\n", case.spared);
    }
    text.push_str("| how | test |\n|---|---|\n");
    for (kind, test) in tests {
        let _ = writeln!(text, "| {} | {test} |", kind.title());
    }
    text
}

#[test]
fn every_case_is_tried_as_demanded_and_the_page_names_the_tests() {
    let sources = sources();
    let mut found = Found::new();
    for (file, text) in sources.iter().filter(|(file, _)| !file.ends_with("/cases.rs")) {
        tests_of(file, text, &mut found);
    }
    let mut page = HEAD.to_owned();
    let mut missing = Vec::new();
    for case in &CASES {
        let tests = found.get(case.id).cloned().unwrap_or_default();
        let lacks = |kind: &&Kind| !tests.iter().any(|(how, _)| how == *kind);
        missing.extend(case.demands.iter().filter(lacks).map(|kind| format!("{} {}", case.id, kind.title())));
        page.push_str(&section(case, &tests));
    }
    let path = root().join("docs/cases.md");
    if std::env::var("CASES").is_ok_and(|what| what == "write") {
        std::fs::write(&path, &page).unwrap();
    }
    let ours = |id: &str| {
        ["T-C", "T-K", "T-P", "T-R", "T-O", "T-S", "T-Y", "T-U", "T-N"]
            .iter()
            .any(|family| id.starts_with(family))
    };
    let unknown = found.keys().filter(|id| ours(id) && !CASES.iter().any(|case| case.id == **id));
    let unknown: Vec<_> = unknown.collect();
    assert!(unknown.is_empty(), "tests name {unknown:?}, which are no cases");
    assert!(missing.is_empty(), "nothing tries {missing:#?}");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "docs/cases.md differs from the tests; CASES=write writes it");
}

#[test]
fn a_comment_names_cases_with_how_they_are_tried() {
    let line = " T-S4 (b) and T-O6 (a)(c): as T-Y1, PRINT-C1, T-C and T-C2, (a) say";
    let wanted = [
        ("T-S4", Kind::Faults),
        ("T-O6", Kind::Callers),
        ("T-O6", Kind::Kills),
        ("T-Y1", Kind::Example),
        ("T-C2", Kind::Example),
    ];
    assert_eq!(named(line), wanted);
}

#[test]
fn tests_that_a_macro_makes_are_found() {
    let text = "macro_rules! courses { fn $name() }\n/// T-C1 (b).\nends_well: Buy,\nother_one: Sell,\n";
    let mut found = Found::new();
    tests_of("x.rs", text, &mut found);
    let wanted = BTreeSet::from([(Kind::Faults, "`ends_well` in `x.rs`".to_owned())]);
    assert_eq!(found, Found::from([("T-C1", wanted)]));
}
