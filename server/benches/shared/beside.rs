//! A program that the shop is measured beside: this one, told by a variable to be it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A running one; killed when it is dropped.
pub(crate) struct Beside {
    child: Child,
    /// What it printed first: where it listens.
    pub(crate) address: String,
}

impl Beside {
    /// Starts this program with the variable, and waits for its address.
    pub(crate) fn start(variable: &str, value: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program).env(variable, value).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, address: line.trim().to_owned() }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
