//! `/ops/v1/tree`: the supervision tree, and what can be done to its nodes.

use amazoff_supervisor::tree::TreeError;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::acting::Actor;
use crate::idempotency::Submission;
use crate::json::Form;
use crate::openapi::TreeProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::redact::redacted;
use crate::reply::Reply;
use crate::views::ops::{DoneBody, TreeBody};

/// What carries the requests of operators, the one that would undo a halt included: listener, sessions, journal.
const NEEDED: [&str; 3] = ["edge", "shop/user", "persistence/lane-"];

/// A node of the tree.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeForm {
    /// Names from below the root, joined by `/`, such as `shop/cart`.
    #[schema(example = "shop/cart")]
    path: String,
}

impl Form for NodeForm {}

impl NodeForm {
    /// The path as the tree writes it: without empty names.
    fn node(&self) -> String {
        let names: Vec<_> = self.path.split('/').filter(|name| !name.is_empty()).collect();
        names.join("/")
    }
}

/// Shows the supervision tree of this node.
#[utoipa::path(get, path = "/ops/v1/tree", tag = "ops", responses((status = 200, body = TreeBody)))]
pub(crate) async fn show(State(platform): State<Platform>) -> Result<Json<TreeBody>, Problem> {
    let tree = platform.tree()?.snapshot();
    let tree = serde_json::to_value(tree).map_err(|error| Problem::bug(error.to_string()))?;
    let uptime_s = platform.uptime().as_secs();
    Ok(Json(TreeBody { node: platform.node.to_string(), uptime_s, tree: redacted(tree) }))
}

/// Stops a node in good order and starts it afresh, with the siblings that its strategy takes along; also one that waits,
/// is degraded or was halted. Answers at once: the tree shows how it goes.
#[utoipa::path(post, path = "/ops/v1/tree/restart", tag = "ops", request_body = NodeForm,
    responses((status = 200, body = DoneBody), TreeProblems))]
pub(crate) async fn restart(
    State(platform): State<Platform>,
    actor: Actor,
    Submission { form, key }: Submission<NodeForm>,
) -> Result<Reply<Value>, Problem> {
    let path = form.node();
    let act = move |operator: amazoff_supervisor::Operator| async move {
        operator.restart_node(&path).await?;
        Ok(DoneBody::new("tree-restart", path))
    };
    actor.act(&platform, &key, act).await
}

/// Stops a node and keeps it stopped until it is restarted. Its callers are refused meanwhile. What operators need to undo
/// this cannot be halted. For admins.
#[utoipa::path(post, path = "/ops/v1/tree/halt", tag = "ops", request_body = NodeForm,
    responses((status = 200, body = DoneBody), TreeProblems))]
pub(crate) async fn halt(
    State(platform): State<Platform>,
    actor: Actor,
    Submission { form, key }: Submission<NodeForm>,
) -> Result<Reply<Value>, Problem> {
    let path = form.node();
    if is_needed(&path) {
        return Err(Problem::node_needed());
    }
    let act = move |operator: amazoff_supervisor::Operator| async move {
        operator.halt_node(&path).await?;
        Ok(DoneBody::new("tree-halt", path))
    };
    actor.act(&platform, &key, act).await
}

/// Kills a node as a crash would, with everything below it; its supervisor does what its line says. For admins.
#[utoipa::path(post, path = "/ops/v1/tree/kill", tag = "ops", request_body = NodeForm,
    responses((status = 200, body = DoneBody), TreeProblems))]
pub(crate) async fn kill(
    State(platform): State<Platform>,
    actor: Actor,
    Submission { form, key }: Submission<NodeForm>,
) -> Result<Reply<Value>, Problem> {
    let path = form.node();
    if path.is_empty() {
        // Nothing would bring the root back: whoever wants the process to end sends it a signal.
        return Err(TreeError::Root.into());
    }
    let act = move |operator: amazoff_supervisor::Operator| async move {
        operator.kill_node(&path).await?;
        Ok(DoneBody::new("tree-kill", path))
    };
    actor.act(&platform, &key, act).await
}

/// Whether the node is needed itself, or has below it what is. The root is left to the tree, which refuses it.
fn is_needed(path: &str) -> bool {
    let above = |needed: &str| needed.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    let below = |needed: &str| {
        let rest = path.strip_prefix(needed);
        rest.is_some_and(|rest| needed.ends_with('-') || rest.is_empty() || rest.starts_with('/'))
    };
    NEEDED.into_iter().any(|needed| above(needed) || below(needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_operator_needs_is_known_with_what_is_above_and_below_it() {
        for needed in ["edge", "edge/http", "shop", "shop/user", "persistence", "persistence/lane-0"] {
            assert!(is_needed(needed), "{needed}");
        }
        for free in ["shop/cart", "shop/users", "edges", "compute", "persistence/outbox", "sho"] {
            assert!(!is_needed(free), "{free}");
        }
    }

    #[test]
    fn a_path_is_taken_as_the_tree_writes_it() {
        let node = |path: &str| NodeForm { path: path.to_owned() }.node();
        assert_eq!(node("/shop//cart/"), "shop/cart");
        assert_eq!(node("//"), "");
    }
}
