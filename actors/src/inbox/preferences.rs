//! Which letters a person wants.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::order::NewsKind;

/// Which kinds of letters a person does not want; all are sent at first. Letters about the account are not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    muted: BTreeSet<NewsKind>,
}

impl Preferences {
    /// With no letters of these kinds.
    pub fn without(muted: impl IntoIterator<Item = NewsKind>) -> Self {
        Self { muted: muted.into_iter().collect() }
    }

    /// Whether letters of a kind are not wanted.
    pub fn is_muted(&self, kind: NewsKind) -> bool {
        self.muted.contains(&kind)
    }

    /// The same without letters of one kind more.
    #[must_use]
    pub(super) fn and_without(&self, kind: NewsKind) -> Self {
        Self::without(self.muted.iter().copied().chain([kind]))
    }
}
