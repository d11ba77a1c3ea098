//! Bytes that can be read until a moment, so that a decoder which reads on and on comes to an end.

use std::io::{BufRead, Cursor, Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::time::Instant;

/// How much is given out between two looks at the clock.
const STEP_BYTES: usize = 16 * 1024;

/// Bytes and the moment from which on reading them fails.
pub(super) struct Watched {
    bytes: Cursor<Vec<u8>>,
    until: Instant,
}

impl Watched {
    pub(super) fn new(bytes: Vec<u8>, until: Instant) -> Self {
        Self { bytes: Cursor::new(bytes), until }
    }

    fn in_time(&self) -> Result<()> {
        if Instant::now() < self.until { Ok(()) } else { Err(Error::from(ErrorKind::TimedOut)) }
    }
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.in_time()?;
        self.bytes.read(into)
    }
}

impl BufRead for Watched {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        self.in_time()?;
        let bytes = self.bytes.fill_buf()?;
        Ok(&bytes[..bytes.len().min(STEP_BYTES)])
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.consume(amount);
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.bytes.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn bytes_are_read_until_the_moment_and_not_after_it() {
        let far = Instant::now() + Duration::from_secs(3600);
        let mut all = Vec::new();
        Watched::new(vec![7; 3 * STEP_BYTES], far).read_to_end(&mut all).unwrap();
        assert_eq!(all.len(), 3 * STEP_BYTES);
        let mut over = Watched::new(vec![7; 3], Instant::now());
        assert_eq!(over.read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut);
        assert_eq!(over.fill_buf().unwrap_err().kind(), ErrorKind::TimedOut);
    }
}
