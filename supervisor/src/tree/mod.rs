//! The supervision tree as data, run on ractor.
//!
//! A tree is declared with [`SupervisorSpec`] and [`ChildSpec`], checked, and run by [`TreeHandle::start`]. Each line is
//! a supervisor, a task (one future) or a domain (a [`CellHost`], whose cells come and go). Every node is a ractor actor
//! linked to its supervisor; none has a name, so several trees live in one process.
//!
//! **Is a child started again?**
//!
//! | it is \ it ended | finished | was asked to | panicked, failed, was killed, gave up |
//! |------------------|----------|--------------|----------------------------------------|
//! | `Permanent`      | yes      | yes          | yes                                    |
//! | `Transient`      | no       | no           | yes                                    |
//! | `Temporary`      | no       | no           | no                                     |
//!
//! **What does its restart take along?**
//!
//! | strategy     | stopped in reverse order, then started in order   |
//! |--------------|---------------------------------------------------|
//! | `OneForOne`  | the child                                         |
//! | `OneForAll`  | all children (a temporary one is not started again) |
//! | `RestForOne` | the child and those declared after it (likewise)  |
//!
//! **When is it too much?** Each restart counts in its supervisor's [`Window`] for `period`; a child that degrades has a
//! window of its own, so it cannot use up its siblings' restarts. A supervisor or domain that gave up counts as used up.
//!
//! | within the window | `on_exhausted` | what happens                                                                  |
//! |-------------------|----------------|-------------------------------------------------------------------------------|
//! | yes               | any            | restart after the child's backoff (status `backoff`)                          |
//! | no                | `Escalate`     | the supervisor stops its children in order and gives up; a root ends the tree |
//! | no                | `Degrade`      | restart for ever with growing backoff (status `degraded`); siblings notice nothing |
//!
//! A domain counts the failures of its cells in the same way: within its window a cell is brought back after a backoff of
//! its own, beyond it the domain is closed and gives up.
//!
//! Invariants:
//! - TREE-1: no wait (backoff, stop, start) happens inside a supervisor's handler.
//! - TREE-2: two incarnations of one child never overlap, also after a kill: the next one waits for the end of the last.
//! - TREE-3: whatever ends a domain supervisor, its host is told [`CellHost::closed`] before the next
//!   [`CellHost::opened`].
//! - TREE-4: looking at a tree asks no actor, so it answers while any of them is stuck.
//!
//! Deliberately absent: names in ractor's global registry, children added at run time (cells are a domain's business),
//! and killing code that never awaits, which no actor runtime can.

mod domain;
mod family;
mod handle;
mod host;
mod log;
mod node;
mod policy;
mod slot;
mod spec;
mod stopping;
mod supervisor;
mod task;
#[cfg(test)]
mod tests;
mod validate;
mod view;

pub use handle::{TreeError, TreeHandle};
pub use host::CellHost;
pub use log::{Decision, TreeEvent};
pub use policy::{Backoff, Exit, Intensity, OnExhausted, Restart, Strategy, Verdict, Window};
pub use spec::{CellsSpec, ChildSpec, Start, StatsFn, SupervisorSpec, TaskContext, TaskError, TaskFn};
pub use validate::SpecError;
pub use view::{Budget, Kind, Status, TreeView};
