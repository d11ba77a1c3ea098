//! Ports that no other test takes, also while their server is down.

use std::fs::{File, TryLockError};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::Error;

/// Below the range from which the kernel gives ports to clients, which otherwise take a stopped server's port.
const FIRST: u16 = 21_000;
const LAST: u16 = 22_999;

/// How many ports are tried before the range counts as full.
const TRIES: usize = 4 * 2_000;

/// A port of 127.0.0.1 that belongs to the holder until the value is dropped, whether something listens or not.
///
/// Holders in other processes are kept away by a locked file per port.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _lock: File,
}

impl Port {
    /// Takes a free port.
    ///
    /// # Errors
    /// When none is free, or the locked files cannot be made.
    pub fn lease() -> Result<Self, Error> {
        let folder = std::env::temp_dir().join("amazoff-ports");
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        for _ in 0..TRIES {
            let number = rand::random_range(FIRST..=LAST);
            let path = folder.join(number.to_string());
            let lock = File::options().create(true).append(true).open(&path).map_err(Error::file(&path))?;
            match lock.try_lock() {
                Ok(()) if TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() => {
                    return Ok(Self { number, _lock: lock });
                }
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => return Err(Error::File { path, source }),
            }
        }
        Err(Error::NoPort { first: FIRST, last: LAST })
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.number))
    }
}
