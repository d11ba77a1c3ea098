//! Pictures: named by the SHA-256 of their content, so each file proves itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use amazoff_supervisor::documents::Blobs;
use sha2::{Digest as _, Sha256};

use crate::BackupError;
use crate::codec::hex;
use crate::files::{digest, write_whole};
use crate::manifest::Media;

const FOLDER: &str = "media";
const INDEX: &str = "index.txt";
/// Digits of a name.
const DIGITS: usize = 64;

/// Notes what may be names of pictures in a text: whatever has the right number of hex digits.
pub(crate) fn names_in(text: &str, names: &mut BTreeSet<[u8; 32]>) {
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == DIGITS) {
        let mut name = [0; 32];
        let mut pairs = word.as_bytes().chunks(2).zip(&mut name);
        let whole = pairs.all(|(pair, byte)| {
            let parsed = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
            parsed.inspect(|parsed| *byte = *parsed).is_some()
        });
        if whole {
            names.insert(name);
        }
    }
}

/// Copies those of the names that are pictures.
pub(crate) async fn write(
    blobs: &dyn Blobs,
    names: &BTreeSet<[u8; 32]>,
    folder: &Path,
) -> Result<Media, BackupError> {
    let media = folder.join(FOLDER);
    std::fs::create_dir_all(&media).map_err(BackupError::file(&media))?;
    let (mut index, mut count) = (String::new(), 0);
    for name in names {
        let name = hex(name);
        // Other things have as many digits; the store knows which are its own.
        let Some(bytes) = blobs.get(&name).await? else { continue };
        let path = media.join(&name[..2]);
        std::fs::create_dir_all(&path).map_err(BackupError::file(&path))?;
        let path = path.join(&name);
        std::fs::write(&path, &bytes).map_err(BackupError::file(&path))?;
        std::fs::File::open(&path).and_then(|file| file.sync_all()).map_err(BackupError::file(&path))?;
        index.push_str(&name);
        index.push('\n');
        count += 1;
    }
    let path = media.join(INDEX);
    write_whole(&path, &index)?;
    Ok(Media { count, sha256: digest(&path)? })
}

/// The pictures of a backup: names and files.
pub(crate) fn listed(folder: &Path, media: &Media) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let path = folder.join(FOLDER).join(INDEX);
    if digest(&path)? != media.sha256 {
        return Err(BackupError::damaged(&path, "it is not what was written"));
    }
    let index = std::fs::read_to_string(&path).map_err(BackupError::file(&path))?;
    let place = |name: &str| {
        let whole = name.len() == DIGITS && name.bytes().all(|digit| digit.is_ascii_hexdigit());
        let file = whole.then(|| folder.join(FOLDER).join(&name[..2]).join(name));
        file.map(|file| (name.to_owned(), file)).ok_or_else(|| BackupError::damaged(&path, "a name is none"))
    };
    index.lines().map(place).collect()
}

/// A picture, checked against its name.
pub(crate) fn read(name: &str, path: &Path) -> Result<Vec<u8>, BackupError> {
    let bytes = std::fs::read(path).map_err(BackupError::file(path))?;
    if hex(&Sha256::digest(&bytes)) == name {
        return Ok(bytes);
    }
    Err(BackupError::damaged(path, "it is not what its name says"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let (a, b) = ("ab".repeat(32), "01".repeat(32));
        let mut names = BTreeSet::new();
        names_in(
            &format!("{{\"blob\":\"{a}\",\"x\":[\"{b}\"],\"y\":\"{a}f\",\"z\":\"{}\"}}", "gg".repeat(32)),
            &mut names,
        );
        assert_eq!(names, [[0xab; 32], [0x01; 32]].into());
    }
}
