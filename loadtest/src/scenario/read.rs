//! Reads a scenario: from a text to something that can be run, or to everything that is wrong with it.

use std::path::{Path, PathBuf};

use super::place::{line_column, locate};
use super::{Scenario, check};
use crate::error::{BadScenario, Finding, LoadError};
use crate::{limits, shipped};

/// How alike two words are before one is offered for the other.
const ALIKE: f64 = 0.75;

/// A scenario with the text that it was read from.
#[derive(Debug)]
pub(crate) struct Source {
    /// The file, or the name of a shipped scenario.
    pub name: String,
    /// Where its row files are; none for shipped ones.
    pub folder: Option<PathBuf>,
    /// The text.
    pub text: String,
}

/// Reads a text of at most [`limits::FILE_MAX`].
pub(crate) fn text_of(path: &Path) -> Result<String, LoadError> {
    let unreadable = |why: String| LoadError::Unreadable { what: path.display().to_string(), why };
    let length = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > limits::FILE_MAX {
        return Err(unreadable(format!("it has {length} bytes, more than {}", limits::FILE_MAX)));
    }
    std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))
}

/// Finds a scenario: a file, or the name of a shipped one.
pub(crate) fn find(name: &str) -> Result<Source, LoadError> {
    if let Some(text) = shipped::text(name) {
        return Ok(Source { name: name.to_owned(), folder: None, text: text.to_owned() });
    }
    let path = Path::new(name);
    if !path.exists() && path.extension().is_none() {
        let names = shipped::names().collect::<Vec<_>>();
        let why = match nearest(name, &names) {
            Some(near) => {
                format!("there is no file and no shipped scenario of this name; did you mean `{near}`?")
            }
            None => format!("there is no file of this name; shipped are {}", names.join(", ")),
        };
        return Err(LoadError::Unreadable { what: name.to_owned(), why });
    }
    let folder = path.parent().map(Path::to_owned);
    Ok(Source { name: name.to_owned(), folder, text: text_of(path)? })
}

/// Reads and checks a scenario.
pub(crate) fn read(source: &Source) -> Result<Scenario, BadScenario> {
    let bad = |findings| BadScenario { name: source.name.clone(), findings };
    let scenario: Scenario =
        toml::from_str(&source.text).map_err(|error| bad(vec![finding(&source.text, &error)]))?;
    let faults = check::check(&scenario);
    if faults.is_empty() {
        return Ok(scenario);
    }
    let place = |fault: check::Fault| Finding {
        at: locate(&source.text, &fault.path),
        message: fault.message,
        hint: fault.hint,
    };
    Err(bad(faults.into_iter().map(place).collect()))
}

fn finding(text: &str, error: &toml::de::Error) -> Finding {
    let at = error.span().map(|span| line_column(text, span.start));
    let message = error.message().trim().to_owned();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let hint = match quoted.as_slice() {
        [unknown, known @ ..] if message.starts_with("unknown ") => match nearest(unknown, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here are {}", known.join(", ")),
        },
        [_] if message.starts_with("missing field") => {
            "add it; `amazoff load schema` says what it may be".to_owned()
        }
        _ => String::new(),
    };
    // What is known stands in the hint where it helps; the message need not list it too.
    let message = match message.split_once(", expected ") {
        Some((what, _)) if what.starts_with("unknown ") => what.to_owned(),
        _ => message,
    };
    Finding { at, message, hint }
}

/// The known word that is most like another.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let alike = |known: &&'a str| (strsim::jaro_winkler(word, known), *known);
    let best = known.iter().map(alike).max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best.0 >= ALIKE).then_some(best.1)
}
