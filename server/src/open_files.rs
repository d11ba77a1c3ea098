//! How many files the program may have open: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files beside the sockets: connections of requests, databases, the search index.
const OTHERS: u64 = 1_000;

/// Takes as many as the system allows; the usual limit of a shell, 1,024, is that of programs that use `select`. Returns how
/// many that is; `None` is no limit.
pub(crate) fn take_all_allowed() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "more open files are allowed, but could not be taken: {error}");
            current
        }
    }
}

/// Takes as many as the system allows, and warns when they are too few for that many sockets.
pub(crate) fn prepare_for(sockets: usize) {
    let files = take_all_allowed();
    if !are_enough(files, sockets) {
        tracing::warn!(
            files,
            sockets,
            "fewer files may be open than there may be sockets: raise `ulimit -Hn`"
        );
    }
}

/// Whether so many files are enough for that many sockets. "Any number" of sockets is as many as there are files.
fn are_enough(files: Option<u64>, sockets: usize) -> bool {
    let sockets = u64::try_from(sockets).unwrap_or(u64::MAX);
    sockets == u64::MAX || files.is_none_or(|files| sockets.saturating_add(OTHERS) <= files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_allowed_is_taken() {
        let allowed = take_all_allowed();
        assert_eq!(getrlimit(Resource::Nofile).current, allowed);
        assert_eq!(getrlimit(Resource::Nofile).maximum, allowed);
    }

    #[test]
    fn files_are_enough_for_the_sockets_and_the_rest() {
        assert!(are_enough(None, 1_000_000));
        assert!(are_enough(Some(11_000), 10_000));
        assert!(!are_enough(Some(10_999), 10_000));
        assert!(are_enough(Some(256), usize::MAX));
    }
}
