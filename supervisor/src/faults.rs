//! Fault points: deliberate failures for tests. Without the cargo feature `fault-points` none of them can fire.

#[cfg(feature = "fault-points")]
mod armed {
    use std::cell::{Cell, RefCell};
    use std::collections::HashMap;
    use std::rc::Rc;
    use std::sync::{Mutex, OnceLock, PoisonError};
    use std::time::Duration;

    use crate::ids::{CommandId, EntityId};
    use crate::journal::OutboxKey;

    thread_local! {
        static PLANTED: Cell<Option<&'static str>> = const { Cell::new(None) };
        static HOOK: RefCell<Option<Rc<Hook>>> = const { RefCell::new(None) };
    }

    fn planted_bug() -> Option<&'static str> {
        static BUG: OnceLock<Option<String>> = OnceLock::new();
        BUG.get_or_init(|| std::env::var("AMAZOFF_PLANTED_BUG").ok()).as_deref()
    }

    /// Whether the named defect is switched on, for this thread by [`plant`] or for the process by
    /// `AMAZOFF_PLANTED_BUG`: proof that the tests would notice it.
    pub fn planted(name: &str) -> bool {
        let here = PLANTED.try_with(Cell::get).ok().flatten();
        here.or_else(planted_bug) == Some(name)
    }

    /// Switches the named defect on for this thread, and any other off; `None` leaves it to the process again.
    pub fn plant(name: Option<&'static str>) {
        PLANTED.set(name);
    }

    /// A place where a test may interfere.
    #[derive(Clone, Copy, Debug)]
    pub enum Point<'a> {
        /// An entity is about to decide a command.
        Decide(&'a EntityId, CommandId),
        /// An effect is about to be delivered.
        Deliver(&'a OutboxKey),
    }

    /// What a test has happen at a point.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Action {
        /// A panic.
        Panic,
        /// The delivery runs twice, one after the other. Means nothing elsewhere.
        Twice,
        /// The delivery waits. Means nothing elsewhere.
        Delay(Duration),
    }

    /// Decides what happens at a point.
    pub type Hook = dyn Fn(Point<'_>) -> Option<Action>;

    /// Has the hook asked at every point that this thread passes; `None` takes it away.
    pub fn hook(hook: Option<Rc<Hook>>) {
        HOOK.set(hook);
    }

    fn ask(point: Point<'_>) -> Option<Action> {
        // The hook may arm, plant or hook again, so it is not borrowed while it runs.
        let hook = HOOK.try_with(|hook| hook.borrow().clone()).ok().flatten()?;
        hook(point)
    }

    #[derive(Hash, PartialEq, Eq)]
    struct Target {
        kind: String,
        id: Option<uuid::Uuid>,
    }

    fn panics() -> &'static Mutex<HashMap<Target, u32>> {
        static PANICS: OnceLock<Mutex<HashMap<Target, u32>>> = OnceLock::new();
        PANICS.get_or_init(Mutex::default)
    }

    /// Makes the next `times` commands of an entity (of any entity of the kind when `id` is `None`) panic.
    pub fn arm_panic(kind: &str, id: Option<uuid::Uuid>, times: u32) {
        let mut panics = panics().lock().unwrap_or_else(PoisonError::into_inner);
        panics.insert(Target { kind: kind.to_owned(), id }, times);
    }

    fn take(target: &Target) -> bool {
        let mut panics = panics().lock().unwrap_or_else(PoisonError::into_inner);
        match panics.get_mut(target) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            Some(_) | None => false,
        }
    }

    /// Panics when a panic is armed for this entity, or the hook says so.
    pub(crate) fn maybe_panic(entity: &EntityId, command_id: CommandId) {
        let kind = entity.kind.as_str().to_owned();
        let of_this = Target { kind: kind.clone(), id: Some(entity.id) };
        let armed = take(&of_this) || take(&Target { kind, id: None });
        let hooked = ask(Point::Decide(entity, command_id)) == Some(Action::Panic);
        assert!(!armed && !hooked, "injected panic in {entity}");
    }

    /// Runs what the hook wants before a delivery; whether it is to run twice.
    pub(crate) async fn before_delivery(key: &OutboxKey) -> bool {
        match ask(Point::Deliver(key)) {
            Some(Action::Panic) => panic!("injected panic in a delivery of {}", key.entity),
            Some(Action::Delay(pause)) => {
                tokio::time::sleep(pause).await;
                false
            }
            Some(Action::Twice) => true,
            None => false,
        }
    }
}

#[cfg(feature = "fault-points")]
pub use armed::{Action, Hook, Point, arm_panic, hook, plant, planted};

#[cfg(feature = "fault-points")]
pub(crate) use armed::{before_delivery, maybe_panic};

/// Whether the named defect is switched on; never, in this build.
#[cfg(not(feature = "fault-points"))]
pub fn planted(_name: &str) -> bool {
    false
}

#[cfg(not(feature = "fault-points"))]
pub(crate) fn maybe_panic(_entity: &crate::ids::EntityId, _command_id: crate::ids::CommandId) {}

#[cfg(not(feature = "fault-points"))]
pub(crate) async fn before_delivery(_key: &crate::journal::OutboxKey) -> bool {
    false
}
