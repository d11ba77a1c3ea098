//! Compressed files of lines, and their digests.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::BackupError;
use crate::codec::hex;

/// A compressed file that is written line by line.
pub(crate) struct Lines {
    path: PathBuf,
    out: GzEncoder<BufWriter<Digested>>,
    count: u64,
}

/// A file, and a digest of what was written to it.
struct Digested {
    file: File,
    hash: Sha256,
}

impl Write for Digested {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Lines {
    /// Begins a new file.
    pub(crate) fn begin(path: &Path) -> Result<Self, BackupError> {
        let file = File::create_new(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Taken(path.to_owned()),
            _ => BackupError::file(path)(error),
        })?;
        let out = BufWriter::new(Digested { file, hash: Sha256::new() });
        Ok(Self { path: path.to_owned(), out: GzEncoder::new(out, Compression::fast()), count: 0 })
    }

    /// Adds a line.
    pub(crate) fn add(&mut self, line: &str) -> Result<(), BackupError> {
        self.count += 1;
        let written = self.out.write_all(line.as_bytes()).and_then(|()| self.out.write_all(b"\n"));
        written.map_err(BackupError::file(&self.path))
    }

    /// Makes the file durable; its lines and digest.
    pub(crate) fn end(self) -> Result<(u64, String), BackupError> {
        let failed = BackupError::file(&self.path);
        let buffered = self.out.finish().map_err(&failed)?;
        let Digested { file, hash } = buffered.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(&failed)?;
        Ok((self.count, hex(&hash.finalize())))
    }
}

/// Follows a compressed file line by line.
pub(crate) struct LinesOf {
    path: PathBuf,
    lines: io::Lines<BufReader<MultiGzDecoder<BufReader<File>>>>,
}

impl LinesOf {
    /// Opens a file.
    pub(crate) fn open(path: &Path) -> Result<Self, BackupError> {
        let file = File::open(path).map_err(BackupError::file(path))?;
        let lines = BufReader::new(MultiGzDecoder::new(BufReader::new(file))).lines();
        Ok(Self { path: path.to_owned(), lines })
    }
}

impl Iterator for LinesOf {
    type Item = Result<String, BackupError>;
    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        Some(line.map_err(|error| BackupError::damaged(&self.path, error)))
    }
}

/// The digest of a file as it is.
pub(crate) fn digest(path: &Path) -> Result<String, BackupError> {
    let mut file = File::open(path).map_err(BackupError::file(path))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut buffer).map_err(BackupError::file(path))? {
            0 => return Ok(hex(&hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// Writes a small file so that it is there whole or not at all.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), BackupError> {
    let failed = BackupError::file(path);
    let unfinished = path.with_extension("tmp");
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    });
    written.map_err(failed)
}
