//! The page: one table per course.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;

use super::course::Course;
use super::fault::Fault;
use super::run::Row;

const HEAD: &str = "# Fault matrix

Each course that money takes, with one fault at one step, on a paused clock (`testkit/world/tests/world/matrix`, which compares \
this page with what it sees; `MATRIX=write` writes it). A step is one transaction of the undisturbed course, named by the \
entity and the events that it stores. A cell says what the caller was told → what came of it once the shop had recovered by \
itself. In every run the books balance, nothing is left under way, and an undone purchase can be bought again.

`no answer`: the machine lost its power first. `bought`: one order, one capture, the stock allocated. `undone`: no money, no \
stock, an open cart. `done`: all of what was asked of the order, once. `nothing began`: the fault came before anything was \
stored.
";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/fault-matrix.md")
}

fn heading(course: Course) -> String {
    format!("## {}\n", course.title())
}

fn table(course: Course, rows: &[Row]) -> String {
    let mut text = heading(course);
    let titles: Vec<_> = Fault::ALL.iter().map(|fault| fault.title()).collect();
    let _ = write!(text, "\n| step | {} |\n|---{}|\n", titles.join(" | "), "|---".repeat(titles.len()));
    for row in rows {
        let _ = writeln!(text, "| {} | {} |", row.label, row.cells.join(" | "));
    }
    text
}

/// The page's text about one course.
fn section(page: &str, course: Course) -> Option<String> {
    let heading = heading(course);
    let at = page.find(&heading)?;
    let rest = &page[at + heading.len()..];
    let end = rest.find("\n## ").map_or(rest.len(), |end| end + 1);
    Some(format!("{heading}{}", &rest[..end]).trim_end().to_owned() + "\n")
}

/// Compares a course's rows with the page, or writes them.
pub(crate) fn check(course: Course, rows: &[Row]) {
    static WRITING: Mutex<()> = Mutex::new(());
    let cells = || rows.iter().flat_map(|row| &row.cells);
    assert!(cells().all(|cell| !cell.is_empty()), "a cell is empty");
    let ends: BTreeSet<_> = cells().filter_map(|cell| cell.split(" → ").nth(1)).collect();
    println!("{course:?}: {} steps, {} runs, ends: {ends:?}", rows.len() - 1, cells().count());
    let seen = table(course, rows);
    if std::env::var("MATRIX").is_ok_and(|what| what == "write") {
        let _alone = WRITING.lock();
        let page = std::fs::read_to_string(path()).unwrap_or_default();
        let sections = Course::ALL
            .iter()
            .filter_map(|other| if *other == course { Some(seen.clone()) } else { section(&page, *other) });
        let page: Vec<_> = std::iter::once(HEAD.to_owned()).chain(sections).collect();
        std::fs::write(path(), page.join("\n")).unwrap();
        return;
    }
    let page = std::fs::read_to_string(path()).unwrap();
    let written = section(&page, course).unwrap_or_default();
    for (seen, written) in seen.lines().zip(written.lines()) {
        assert_eq!(seen, written, "docs/fault-matrix.md differs; if that is meant: MATRIX=write");
    }
    assert_eq!(seen, written, "docs/fault-matrix.md differs; if that is meant: MATRIX=write");
}

/// Checks the page's form.
pub(crate) fn is_whole() {
    if std::env::var("MATRIX").is_ok() {
        return; // it is being written
    }
    let page = std::fs::read_to_string(path()).unwrap();
    assert!(page.starts_with(HEAD));
    for course in Course::ALL {
        let section = section(&page, course).unwrap_or_else(|| panic!("{course:?} has no table"));
        for row in section.lines().filter(|line| line.starts_with('|')) {
            let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
            assert_eq!(cells.len(), Fault::ALL.len() + 1, "{row}");
            assert!(cells.iter().all(|cell| !cell.is_empty()), "an empty cell: {row}");
        }
    }
}
