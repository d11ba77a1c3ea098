//! Fault points: deliberate failures for tests. Without the cargo feature `fault-points` none of them can fire.

#[cfg(feature = "fault-points")]
mod armed {
    use std::collections::HashMap;
    use std::sync::{Mutex, OnceLock, PoisonError};

    use crate::ids::EntityId;

    fn planted_bug() -> Option<&'static str> {
        static BUG: OnceLock<Option<String>> = OnceLock::new();
        BUG.get_or_init(|| std::env::var("AMAZOFF_PLANTED_BUG").ok()).as_deref()
    }

    /// Whether the named defect is switched on (`AMAZOFF_PLANTED_BUG`): proof that the tests would notice it.
    pub fn planted(name: &str) -> bool {
        planted_bug() == Some(name)
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

    /// Panics when a panic is armed for this entity.
    pub(crate) fn maybe_panic(entity: &EntityId) {
        let kind = entity.kind.as_str().to_owned();
        let of_this = Target { kind: kind.clone(), id: Some(entity.id) };
        assert!(!take(&of_this) && !take(&Target { kind, id: None }), "injected panic in {entity}");
    }
}

#[cfg(feature = "fault-points")]
pub use armed::{arm_panic, planted};

#[cfg(feature = "fault-points")]
pub(crate) use armed::maybe_panic;

/// Whether the named defect is switched on; never, in this build.
#[cfg(not(feature = "fault-points"))]
pub fn planted(_name: &str) -> bool {
    false
}

#[cfg(not(feature = "fault-points"))]
pub(crate) fn maybe_panic(_entity: &crate::ids::EntityId) {}
