//! What a text may look like where it is stored.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::Serialize;

/// Shorter texts are found everywhere by chance.
const TEXT_CHARS_MIN: usize = 4;
const TEXT_BYTES_MAX: usize = 1_000;
const TEXTS_MAX: usize = 1_000;
/// A shorter part of a base64 text says nothing: it is found in ciphertext by chance.
const BASE64_CHARS_MIN: usize = 8;

/// How a text is written where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// As it is, whatever the case of its letters.
    Clear,
    /// With the escapes of JSON.
    Json,
    /// In base64, at any offset.
    Base64,
}

impl Form {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Json => "json",
            Self::Base64 => "base64",
        }
    }
}

/// The texts to look for, in all their forms.
pub(super) struct Needles {
    /// Whatever the case of ASCII letters; other letters have a needle for each case.
    letters: Search,
    /// Base64 has a case of its own.
    exact: Search,
}

/// Patterns, and what each of them stands for.
struct Search {
    automaton: AhoCorasick,
    meanings: Vec<BTreeSet<(usize, Form)>>,
    longest: usize,
}

impl Search {
    fn of(patterns: BTreeMap<Vec<u8>, BTreeSet<(usize, Form)>>, any_case: bool) -> Result<Self, String> {
        let longest = patterns.keys().map(Vec::len).max().unwrap_or_default();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(any_case)
            .build(patterns.keys())
            .map_err(|error| error.to_string())?;
        Ok(Self { automaton, meanings: patterns.into_values().collect(), longest })
    }

    fn find<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = (usize, (usize, Form))> + 'a {
        self.automaton.find_overlapping_iter(bytes).flat_map(|found| {
            let meanings = self.meanings.get(found.pattern().as_usize()).into_iter().flatten();
            meanings.map(move |meaning| (found.start(), *meaning))
        })
    }
}

impl Needles {
    /// The texts of lines; empty ones do not count, but have a number.
    ///
    /// # Errors
    /// When there is none, one is too short or too long, or there are too many.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut letters: BTreeMap<Vec<u8>, BTreeSet<(usize, Form)>> = BTreeMap::new();
        let mut exact = letters.clone();
        let mut texts = 0;
        for (at, text) in lines.enumerate().map(|(at, text)| (at + 1, text.trim())) {
            if text.is_empty() {
                continue;
            }
            if text.chars().count() < TEXT_CHARS_MIN || text.len() > TEXT_BYTES_MAX {
                return Err(format!(
                    "line {at}: a text has {TEXT_CHARS_MIN} characters to {TEXT_BYTES_MAX} bytes"
                ));
            }
            texts += 1;
            for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
                letters.entry(text.clone().into_bytes()).or_default().insert((at, Form::Clear));
                for escaped in escaped(&text).into_iter().filter(|escaped| *escaped != text) {
                    letters.entry(escaped.into_bytes()).or_default().insert((at, Form::Json));
                }
                for encoded in encoded(text.as_bytes()) {
                    exact.entry(encoded.into_bytes()).or_default().insert((at, Form::Base64));
                }
            }
        }
        match texts {
            0 => Err("there is no text to look for".to_owned()),
            1..=TEXTS_MAX => {
                Ok(Self { letters: Search::of(letters, true)?, exact: Search::of(exact, false)? })
            }
            _ => Err(format!("there are more than {TEXTS_MAX} texts to look for")),
        }
    }

    /// What is found in bytes, and where.
    pub(super) fn find<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = (usize, (usize, Form))> + 'a {
        self.letters.find(bytes).chain(self.exact.find(bytes))
    }

    /// What is found in a value.
    pub(super) fn in_value(&self, bytes: &[u8]) -> BTreeSet<(usize, Form)> {
        self.find(bytes).map(|(_, meaning)| meaning).collect()
    }

    /// How many bytes of one piece must be looked at again with the next one.
    pub(super) fn overlap(&self) -> usize {
        self.letters.longest.max(self.exact.longest).saturating_sub(1)
    }
}

/// As JSON writers write it: as little as they must, all that is not ASCII, and with slashes.
fn escaped(text: &str) -> [String; 3] {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let short = quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned();
    let mut ascii = String::new();
    for c in short.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    let slashes = short.replace('/', "\\/");
    [short, ascii, slashes]
}

/// What base64 makes of bytes wherever they stand in something longer: the characters that follow from them alone.
fn encoded(bytes: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for before in 0..3 {
        let padded = [vec![0; before], bytes.to_vec()].concat();
        let (from, to) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            let core = text.get(from..to).unwrap_or_default();
            if core.len() >= BASE64_CHARS_MIN {
                found.insert(core.to_owned());
            }
        }
    }
    found
}
