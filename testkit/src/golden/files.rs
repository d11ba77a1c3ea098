//! A folder of golden files.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

/// The name of a golden file: `<stem>.json`, or `<stem>.r<revision>.json` from the second revision on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) stem: String,
    /// From 1; 0 for whatever else lies in the folder, whose stem is its whole name.
    pub(super) revision: u32,
}

impl Name {
    fn parse(file: &str) -> Self {
        let stray = Self { stem: file.to_owned(), revision: 0 };
        let Some(stem) = file.strip_suffix(".json") else { return stray };
        let Some((stem, revision)) = stem.rsplit_once(".r") else {
            return Self { stem: stem.to_owned(), revision: 1 };
        };
        match revision.parse() {
            Ok(revision) if revision > 1 => Self { stem: stem.to_owned(), revision },
            Ok(_) | Err(_) => stray,
        }
    }
    /// Whether it is a revision of this sample.
    pub(super) fn is_of(&self, stem: &str) -> bool {
        self.revision > 0 && self.stem == stem
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision {
            0 => f.write_str(&self.stem),
            1 => write!(f, "{}.json", self.stem),
            revision => write!(f, "{}.r{revision}.json", self.stem),
        }
    }
}

/// A folder; one that does not exist is empty.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }
    /// The names of everything in it, in order.
    pub(super) fn entries(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten();
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
    /// Its files as golden files, in order.
    pub(super) fn names(&self) -> Vec<Name> {
        let mut names: Vec<Name> = self.entries().iter().map(|file| Name::parse(file)).collect();
        names.sort();
        names
    }
    /// Its files with their contents, in order.
    pub(super) fn contents(&self) -> impl Iterator<Item = (Name, Result<Value, String>)> {
        self.names().into_iter().filter_map(|name| self.read(&name).map(|content| (name, content)))
    }
    /// The content of a file; `None` when there is no such file.
    pub(super) fn read(&self, name: &Name) -> Option<Result<Value, String>> {
        let path = self.0.join(name.to_string());
        if !path.exists() {
            return None;
        }
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
        Some(
            text.and_then(|text| {
                serde_json::from_str(&text).map_err(|error| format!("is not JSON: {error}"))
            }),
        )
    }
    /// Writes a new file. One that exists is left as it is, and that is an error.
    pub(super) fn write(&self, name: &Name, content: &Value) -> Result<(), String> {
        let written = || {
            std::fs::create_dir_all(&self.0)?;
            let mut file = std::fs::File::create_new(self.0.join(name.to_string()))?;
            std::io::Write::write_all(&mut file, format!("{content:#}\n").as_bytes())
        };
        written().map_err(|error| {
            format!("{}: cannot be written: {error}", self.0.join(name.to_string()).display())
        })
    }
}
