//! Where a server keeps its files, and who removes them.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::Error;

/// Where a server's files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// In memory (`/dev/shm`) when there is room, else on disk: quick, and enough for tests of what a server answers.
    #[default]
    Memory,
    /// On disk: for tests of crashes and for measurements.
    Disk,
}

/// File system in memory that Linux offers to everybody.
const MEMORY: &str = "/dev/shm";

/// Room that must be left in memory before a server goes there, in bytes.
const MEMORY_ROOM_BYTES: u64 = 2 << 30;

/// Longest path of a folder: a socket's whole path may have 107 bytes.
const PATH_BYTES_MAX: usize = 90;

impl Storage {
    fn parent(self) -> PathBuf {
        match self {
            Self::Memory if room(Path::new(MEMORY)) > MEMORY_ROOM_BYTES => PathBuf::from(MEMORY),
            Self::Memory | Self::Disk => {
                let usual = std::env::temp_dir();
                if usual.as_os_str().len() < PATH_BYTES_MAX - 20 { usual } else { PathBuf::from("/tmp") }
            }
        }
    }
}

/// Free bytes below a folder; none when it is not there.
fn room(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |found| found.f_bavail.saturating_mul(found.f_frsize))
}

/// A folder that is removed with the value, and by a watching child when this process ends in another way.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: TempDir,
    watch: Child,
    /// Closed by the kernel when this process ends, which is what the watching child waits for.
    _alive: Option<ChildStdin>,
}

/// Waits for the end of its input, then removes the folder as soon as the servers in it are gone.
const WATCH: &str =
    r#"read -r _; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" 2>/dev/null && exit 0; sleep 0.2; done"#;

impl Folder {
    /// Makes an empty folder with a short path.
    pub(crate) fn new(storage: Storage) -> Result<Self, Error> {
        let parent = storage.parent();
        let folder =
            tempfile::Builder::new().prefix("amz-").tempdir_in(&parent).map_err(Error::file(&parent))?;
        let mut watch = Command::new("sh")
            .args(["-c", WATCH, "watch"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(Error::program("sh"))?;
        let alive = watch.stdin.take();
        Ok(Self { folder, watch, _alive: alive })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The folder goes with the field; a watch that is gone already needs no end.
        drop(self.watch.kill());
        drop(self.watch.wait());
    }
}

/// Folder for what is made once and used again, below cargo's own.
pub(crate) fn cache() -> Result<PathBuf, Error> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    let target = if target.is_absolute() { target } else { workspace().join(target) };
    let folder = target.join("databases");
    std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    Ok(folder)
}

/// Folder of the workspace that this crate was built in.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}
