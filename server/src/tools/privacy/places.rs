//! Files of a folder and all below it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::needles::Needles;
use super::{Hit, Report};

/// How much of a file is looked at at once.
const PIECE: usize = 256 * 1024;

/// Looks into every file below a folder but one. A file that is gone by the time it is opened holds nothing.
pub(super) fn files(
    folder: &Path,
    but: &Option<PathBuf>,
    needles: &Needles,
    report: &mut Report,
) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            files(&path, but, needles, report)?;
        } else if kind.is_file() && path.canonicalize().ok() != *but {
            match file(&path, needles, report) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                looked => looked?,
            }
        }
    }
    Ok(())
}

fn file(path: &Path, needles: &Needles, report: &mut Report) -> io::Result<()> {
    let open = File::open(path)?;
    report.files += 1;
    let place = path.display().to_string();
    // A name may be somebody's too.
    for (text, form) in needles.in_value(path.file_name().unwrap_or_default().as_encoded_bytes()) {
        report.hits.insert(Hit { place: place.clone(), at: "its name".to_owned(), text, form });
    }
    match path.extension().is_some_and(|extension| extension == "gz") {
        true => stream(MultiGzDecoder::new(open), &place, needles, report),
        false => stream(open, &place, needles, report),
    }
}

/// Looks at a stream piece by piece; what lies across two pieces is seen with the second one.
pub(super) fn stream(
    mut from: impl Read,
    place: &str,
    needles: &Needles,
    report: &mut Report,
) -> io::Result<()> {
    let mut window: Vec<u8> = Vec::with_capacity(PIECE + needles.overlap());
    let mut before = 0; // bytes of the stream that are not in the window any more
    loop {
        let kept = window.len();
        window.resize(kept + PIECE, 0);
        let mut read = 0;
        while read < PIECE {
            match from.read(&mut window[kept + read..])? {
                0 => break,
                more => read += more,
            }
        }
        window.truncate(kept + read);
        for (at, (text, form)) in needles.find(&window) {
            let at = format!("byte {}", before + at);
            report.hits.insert(Hit { place: place.to_owned(), at, text, form });
        }
        if read < PIECE {
            return Ok(());
        }
        let gone = window.len() - needles.overlap().min(window.len());
        window.drain(..gone);
        before += gone;
    }
}
