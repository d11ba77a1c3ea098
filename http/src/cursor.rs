//! Page cursors: opaque and signed, so that a client can only hand back a position that this list gave out.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::auth::Auth;
use crate::problem::Problem;

/// Largest page.
pub(crate) const LIMIT_MAX: usize = 100;
/// Page size when none is asked for.
pub(crate) const LIMIT_DEFAULT: usize = 24;
const CURSOR_BYTES_MAX: usize = 2048;

impl Auth {
    /// The cursor of a position in a list; `scope` names the list with its filter and order.
    ///
    /// # Errors
    /// A defect: the position is not JSON.
    pub(crate) fn cursor(&self, scope: &str, position: &impl Serialize) -> Result<String, Problem> {
        let text = serde_json::to_string(position).map_err(|error| Problem::bug(error.to_string()))?;
        Ok(self.sign(scope, &text))
    }

    /// The position that a cursor stands for.
    ///
    /// # Errors
    /// When it was not given out for this list.
    pub(crate) fn position<P: DeserializeOwned>(&self, scope: &str, cursor: &str) -> Result<P, Problem> {
        let text = (cursor.len() <= CURSOR_BYTES_MAX).then(|| self.unsign(scope, cursor)).flatten();
        text.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(Problem::cursor_invalid)
    }
}
