//! The supervision tree as data, run on ractor.
//!
//! A tree is declared with [`SupervisorSpec`] and [`ChildSpec`], checked, and run by [`TreeHandle::start`]. Each line is
//! a supervisor, a task (one future) or a domain (a [`CellHost`], whose cells come and go). Every node is a ractor actor
//! linked to its supervisor; none has a name, so several trees live in one process.
//!
//! **Is a child started again?**
//!
//! | it is \ it | finished | was asked to end | returned an error | panicked | was killed | gave up |
//! |-------------|----------|------------------|-------------------|----------|------------|---------|
//! | `Permanent` | yes      | yes              | yes               | yes      | yes        | yes     |
//! | `Transient` | no       | no               | yes               | yes      | yes        | yes     |
//! | `Temporary` | no       | no               | no                | no       | no         | no      |
//! | else it is  | stopped  | stopped          | failed            | failed   | failed     | failed  |
//!
//! A task that cannot begin has returned an error, a domain that cannot open has panicked; only a supervisor or a domain
//! gives up. A task was asked to end if its token was cancelled before it ended well.
//!
//! **What does its restart take along?** Of the children a, b, c and d, b is started again:
//!
//! | strategy     | stopped, in this order | then started, in this order |
//! |--------------|------------------------|-----------------------------|
//! | `OneForOne`  | -                      | b                           |
//! | `OneForAll`  | d c a                  | a b c d                     |
//! | `RestForOne` | d c                    | b c d                       |
//!
//! A temporary child that was stopped so is not started again; a transient one that had finished is. A halted child
//! ([`TreeHandle::halt`]) is not: only an operator brings it back.
//!
//! **When is it too much?** Each restart that a failure or an end has called for counts once, however many go along, in
//! its supervisor's [`Window`] for `period`; a child that degrades has a window of its own, so it cannot use up its
//! siblings' restarts. A child that gave up counts as used up. What operators ask for counts nothing.
//!
//! | the window | `on_exhausted` | what happens |
//! |------------|----------------|--------------|
//! | bears it   | `Escalate`     | restart after the child's backoff (status `backoff`) |
//! | bears it   | `Degrade`      | restart after the child's backoff (status `backoff`) |
//! | is used up | `Escalate`     | give up: the supervisor stops its children in order and ends; a root ends the tree |
//! | is used up | `Degrade`      | degrade: restart for ever with growing backoff (status `degraded`); siblings notice nothing |
//!
//! A domain counts the failures of its cells in the same way: within its window a cell is brought back at once the first
//! time and after a backoff of its own from the second on, beyond it the domain is closed and gives up.
//!
//! **What may take time?** A task's future may do so from its first line: it runs in an actor of its own. Only
//! [`CellHost::opened`] and [`CellHost::closed`] run inside the supervisor and must return at once.
//!
//! Invariants:
//! - TREE-1: no wait (backoff, stop, start) happens inside a supervisor's handler.
//! - TREE-2: two incarnations of one child never overlap, also after a kill: the next one waits for the end of the last.
//! - TREE-3: whatever ends a domain supervisor, its host is told [`CellHost::closed`] before the next
//!   [`CellHost::opened`].
//! - TREE-4: looking at a tree asks no actor, so it answers while any of them is stuck.
//!
//! Deliberately absent: names in ractor's global registry, children added at run time (cells are a domain's business),
//! children whose end ends their supervisor, changing lines at run time, and killing code that never awaits, which no
//! actor runtime can. `docs/supervision.md` says why, and compares with OTP.

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
