//! Tables for spreadsheets: `text/csv` for whoever accepts that.

use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::conditional::{Sharing, tagged};
use crate::problem::Problem;

/// How a spreadsheet knows a formula; a cell that begins so would be computed when the file is opened.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Answers with a view as JSON, or as rows for whoever accepts `text/csv`.
///
/// # Errors
/// A defect: the rows cannot be written.
pub(crate) fn answered<T: Serialize, const N: usize>(
    asked: &HeaderMap,
    view: &T,
    (name, columns): (&str, [&str; N]),
    rows: impl FnOnce(&T) -> Vec<[String; N]>,
) -> Result<Response, Problem> {
    let mut response = if wants_csv(asked) {
        let text = written(columns, rows(view))?;
        let file = format!("attachment; filename=\"{name}.csv\"");
        let kind = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CACHE_CONTROL, "private, no-cache")];
        (kind, [(CONTENT_DISPOSITION, file)], text).into_response()
    } else {
        tagged(asked, view, Sharing::Private)
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// Whether CSV is named among what is accepted.
fn wants_csv(asked: &HeaderMap) -> bool {
    let ranges = asked.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    ranges.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("text/csv"));
        named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn written<const N: usize>(columns: [&str; N], rows: Vec<[String; N]>) -> Result<Vec<u8>, Problem> {
    let bug = |error: csv::Error| Problem::bug(format!("a table cannot be written: {error}"));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns).map_err(bug)?;
    for row in rows {
        writer.write_record(row.map(harmless)).map_err(bug)?;
    }
    writer.into_inner().map_err(|error| Problem::bug(format!("a table cannot be written: {error}")))
}

/// A cell that no spreadsheet takes for a formula. Numbers stay numbers.
fn harmless(cell: String) -> String {
    let is_formula = cell.starts_with(FORMULAS) && cell.parse::<i64>().is_err();
    if is_formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_names_csv_gets_it() {
        let asked = |accept: &str| HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())]);
        for accept in ["text/csv", "application/json;q=0.5, Text/CSV; q=0.9", "text/csv;header=present"] {
            assert!(wants_csv(&asked(accept)), "{accept}");
        }
        for accept in ["*/*", "application/json", "text/*", "text/csv;q=0", "text/csvs"] {
            assert!(!wants_csv(&asked(accept)), "{accept}");
        }
        assert!(!wants_csv(&HeaderMap::new()));
    }

    #[test]
    fn a_cell_is_no_formula_and_does_not_end_its_row() {
        let rows = [["=1+1", "-5"], ["@SUM(A1)", "a,\"b\"\r\nc"], ["+49", "-2+3"]];
        let rows = rows.map(|row| row.map(str::to_owned)).to_vec();
        let text = String::from_utf8(written(["a", "b"], rows).unwrap()).unwrap();
        let wanted = "a,b\r\n'=1+1,-5\r\n'@SUM(A1),\"a,\"\"b\"\"\r\nc\"\r\n+49,'-2+3\r\n";
        assert_eq!(text, wanted);
    }
}
