//! Where values come from: the environment, then a file `.env` in the working folder, then the defaults.

use std::collections::BTreeMap;
use std::path::Path;

use super::ConfigError;
use super::databases::masked;
use super::table::{self, Variable};

/// What names our variables.
const PREFIX: &str = "AMAZOFF_";
/// Letters that may be wrong in a name for which another is proposed.
const SLIPS_MAX: usize = 3;

/// The values that were given, by name.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    environment: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
}

impl Sources {
    /// Reads the process environment and `.env`.
    ///
    /// # Errors
    /// When `.env` exists but cannot be read, when a value is not UTF-8, or when a variable is unknown.
    pub(crate) fn read() -> Result<Self, ConfigError> {
        let mut environment = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
            let Ok(value) = value.into_string() else {
                return Err(ConfigError::NotText { name: name.to_owned() });
            };
            environment.push((name.to_owned(), value));
        }
        Self::of(environment, read_file(Path::new(".env"))?)
    }

    /// Checks the names. A value that is empty counts as absent.
    ///
    /// # Errors
    /// When a variable is unknown.
    pub(super) fn of(
        environment: impl IntoIterator<Item = (String, String)>,
        file: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        Ok(Self { environment: checked(environment)?, file: checked(file)? })
    }

    /// The value that was given, if any; the environment wins.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.environment.get(name).or_else(|| self.file.get(name)).map(String::as_str)
    }

    /// The value in force: the given one or the default.
    pub(crate) fn value(&self, name: &str) -> &str {
        let default =
            || table::accepted().find(|variable| variable.name == name).map_or("", |found| found.default);
        self.given(name).unwrap_or_else(default)
    }

    /// One line per variable: value, origin and meaning; secrets redacted.
    pub(crate) fn describe(&self) -> String {
        table::accepted().map(|variable| self.describe_one(variable)).collect()
    }

    fn describe_one(&self, variable: &Variable) -> String {
        let origin =
            match (self.environment.contains_key(variable.name), self.file.contains_key(variable.name)) {
                (true, _) => "environment",
                (false, true) => ".env",
                (false, false) => "default",
            };
        let value = match self.given(variable.name) {
            Some(_) if variable.secret => "(hidden)".to_owned(),
            Some(value) => masked(value),
            None if variable.default.is_empty() => "(none)".to_owned(),
            None => variable.default.to_owned(),
        };
        format!("{:<27} {:<32} {:<11} {}\n", variable.name, value, origin, variable.meaning)
    }
}

fn checked(
    pairs: impl IntoIterator<Item = (String, String)>,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut kept = BTreeMap::new();
    for (name, value) in pairs.into_iter().filter(|(name, _)| name.starts_with(PREFIX)) {
        if !table::accepted().any(|variable| variable.name == name) {
            let advice = advice(&name);
            return Err(ConfigError::Unknown { name, advice });
        }
        if !value.is_empty() {
            kept.insert(name, value);
        }
    }
    Ok(kept)
}

/// What to do about a name that is not known.
fn advice(name: &str) -> String {
    let alike = table::accepted().map(|known| (strsim::damerau_levenshtein(known.name, name), known.name));
    match alike.min() {
        Some((changes, known)) if changes <= SLIPS_MAX => format!("did you mean {known}?"),
        Some(_) | None => "`amazoff config --example` shows those that there are".to_owned(),
    }
}

fn read_file(path: &Path) -> Result<Vec<(String, String)>, ConfigError> {
    match dotenvy::from_path_iter(path) {
        Ok(pairs) => pairs.collect::<Result<_, _>>().map_err(|error| refused(&error)),
        Err(error) if error.not_found() => Ok(Vec::new()),
        Err(error) => Err(refused(&error)),
    }
}

/// Says what is wrong with the file without repeating the line, which may hold a secret.
fn refused(error: &dotenvy::Error) -> ConfigError {
    let reason = match error {
        dotenvy::Error::LineParse(_, at) => format!("a line is not NAME=VALUE (near its character {at})"),
        other => other.to_string(),
    };
    ConfigError::File { reason }
}
