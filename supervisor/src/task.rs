//! Tasks that cannot fail in silence.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// Spawns a future on the current runtime. A panic inside is logged with the task's name, once, and the handle still
/// reports it; the task runs in the caller's tracing span.
///
/// For work that ends by itself and that nobody needs to restart; what must live on belongs in the tree.
pub fn spawn_guarded<F>(name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    spawn_guarded_on(&Handle::current(), name, future)
}

/// The same on another runtime.
pub(crate) fn spawn_guarded_on<F>(runtime: &Handle, name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    // Combinators, not an async block: that would keep room for the future twice, before and while it runs.
    let guarded = AssertUnwindSafe(future).catch_unwind().map(move |ended| {
        ended.unwrap_or_else(|panic| {
            let cause = panic_text(panic.as_ref());
            tracing::error!(task = name, %cause, "task {name} panicked: {cause}");
            std::panic::resume_unwind(panic)
        })
    });
    runtime.spawn(guarded.in_current_span())
}

/// The text of a caught panic.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&'static str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panicked without a text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::spawn_guarded;

    #[tokio::test]
    async fn the_handle_carries_the_output() {
        assert_eq!(spawn_guarded("adder", async { 1 + 1 }).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn the_handle_still_reports_a_panic() {
        let ended = spawn_guarded("bomb", async { panic!("boom {}", 1) }).await;
        let panic = ended.unwrap_err().into_panic();
        assert_eq!(super::panic_text(panic.as_ref()), "boom 1");
    }
}
