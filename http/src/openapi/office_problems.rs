//! Which failures the routes of the back office and of operators can answer with.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::problems::{problem, problems};

problems! {
    /// Of saving a filter of orders.
    OrderFilterProblems {
        "404": "order-filter-not-found",
        "409": "request-in-flight",
        "412": "order-filters-changed (with `version`), precondition-invalid",
        "422": "validation-failed, order-filter-invalid (with `field`), idempotency-key-reused",
        "428": "precondition-required",
    }
    /// Of looking for a person.
    FindUserProblems { "400": "invalid-query, consistency-token-invalid" }
    /// Of a person, for the shop's people.
    UserProblems { "404": "user-not-found" }
    /// Of changing what a person may do.
    RightsProblems {
        "404": "user-not-found",
        "409": "own-rights, request-in-flight",
        "422": "validation-failed, idempotency-key-reused",
        "503": "audit-unavailable",
    }
    /// Of making an API key.
    NewApiKeyProblems {
        "401": "login-required, token-invalid",
        "403": "step-up-required, session-required, role-not-allowed",
        "409": "too-many-api-keys, request-in-flight",
        "422": "validation-failed, name-invalid, api-key-lifetime-invalid, idempotency-key-reused",
    }
    /// Of withdrawing an API key.
    ApiKeyProblems { "401": "login-required, token-invalid", "403": "session-required", "404": "api-key-not-found" }
    /// Of opening a socket.
    SocketProblems { "400": "websocket-expected, consistency-token-invalid", "401": "ticket-invalid", "403": "cross-origin-refused" }
    /// Of asking whether the shop is ready.
    ReadyProblems { "503": "not-ready" }
    /// Of looking at an entity.
    EntityProblems { "400": "invalid-query, consistency-token-invalid", "404": "entity-not-found" }
    /// Of looking at the past of an entity.
    PastProblems { "400": "invalid-query, consistency-token-invalid", "404": "entity-not-found, version-not-found" }
    /// Of looking into domains.
    DomainProblems { "400": "invalid-query, consistency-token-invalid", "404": "domain-not-found" }
    /// Of asking what a command would do.
    WhatIfProblems {
        "404": "entity-not-found, command-not-found, version-not-found",
        "422": "validation-failed, command-unreadable",
        "503": "what-if-too-slow, storage-unavailable, deadline-exceeded",
    }
    /// Of acting on a cell.
    CellProblems {
        "404": "entity-not-found",
        "409": "entity-not-idle, entity-not-active, request-in-flight",
        "503": "audit-unavailable, not-ready, deadline-exceeded",
    }
    /// Of acting on the supervision tree.
    TreeProblems {
        "404": "tree-node-not-found",
        "409": "tree-node-not-running, tree-node-is-root, tree-node-needed, request-in-flight",
        "503": "audit-unavailable, not-ready, deadline-exceeded",
    }
    /// Of following a process.
    CauseProblems { "400": "invalid-query, cursor-invalid, consistency-token-invalid", "404": "correlation-not-found", "503": "not-ready, deadline-exceeded" }
    /// Of deciding about a crashed command.
    QuarantineProblems {
        "404": "command-not-found",
        "409": "command-unreadable, request-in-flight",
        "503": "audit-unavailable, storage-unavailable, not-committed, overloaded, domain-degraded, not-ready, deadline-exceeded",
    }
    /// Of deciding about an effect.
    EffectProblems {
        "404": "effect-not-found",
        "409": "effect-not-dead, effect-in-flight, request-in-flight",
        "503": "audit-unavailable, storage-unavailable, not-ready, deadline-exceeded",
    }
    /// Of looking at running checkouts.
    ProcessProblems { "400": "invalid-query, consistency-token-invalid", "503": "storage-unavailable, not-ready, deadline-exceeded" }
    /// Of looking at projections.
    LagProblems { "503": "not-ready, deadline-exceeded" }
    /// Of building a projection anew.
    RebuildProblems {
        "404": "projection-unknown",
        "409": "rebuild-running, request-in-flight",
        "503": "audit-unavailable, storage-unavailable, not-ready, deadline-exceeded",
    }
    /// Of changing limits.
    LimitProblems {
        "404": "domain-not-found",
        "409": "request-in-flight",
        "422": "limits-invalid (with `errors`), validation-failed, idempotency-key-reused",
        "503": "audit-unavailable, not-ready, deadline-exceeded",
    }
    /// Of reading the audit trail.
    AuditProblems { "400": "invalid-query, consistency-token-invalid", "503": "not-ready, deadline-exceeded" }
    /// Of reports.
    ReportProblems {
        "400": "invalid-query, consistency-token-invalid",
        "422": "report-range-invalid, report-too-large",
    }
    /// Of the audit trail, page by page.
    TrailProblems {
        "400": "invalid-query, cursor-invalid, consistency-token-invalid",
        "503": "not-ready, deadline-exceeded",
    }
    /// Of checking everything.
    CheckProblems {
        "409": "request-in-flight",
        "422": "idempotency-key-reused",
        "503": "audit-unavailable, storage-unavailable (also while another check runs), not-ready, deadline-exceeded",
    }
    /// Of comparing payments with their providers.
    ReconcileProblems {
        "409": "request-in-flight",
        "422": "validation-failed, idempotency-key-reused",
        "503": "audit-unavailable, storage-unavailable, not-ready, deadline-exceeded",
    }
    /// Of lists of reports.
    ReconciliationsProblems { "400": "invalid-query, cursor-invalid, consistency-token-invalid", "503": "not-ready, deadline-exceeded" }
    /// Of a report.
    ReconciliationProblems { "404": "reconciliation-not-found", "503": "not-ready, deadline-exceeded" }
    /// Of changing the pricebook.
    PricebookProblems {
        "409": "request-in-flight",
        "412": "pricebook-changed (with `version`)",
        "422": "validation-failed, pricebook-invalid (with `field`), idempotency-key-reused",
    }
    /// Of changing what must be there in the pricebook.
    BookProblems {
        "404": "region-not-found, shipping-method-not-found",
        "409": "region-is-default, request-in-flight",
        "412": "pricebook-changed (with `version`)",
    }
    /// Of changing a promotion.
    PromotionProblems {
        "404": "promotion-not-found",
        "409": "request-in-flight",
        "412": "pricebook-changed (with `version`)",
        "422": "validation-failed, pricebook-invalid (with `field`), idempotency-key-reused",
    }
    /// Of issuing a code.
    IssueProblems {
        "404": "promotion-not-found",
        "409": "coupon-exists, coupon-withdrawn, request-in-flight",
        "422": "validation-failed, coupon-invalid (with `field`), idempotency-key-reused",
    }
    /// Of a code.
    CouponProblems { "404": "coupon-unknown", "409": "request-in-flight" }
    /// Of trying out a price.
    QuoteProblems { "422": "validation-failed, pricebook-invalid (with `field`)" }
    /// Of an endpoint.
    EndpointProblems { "404": "endpoint-not-found", "409": "request-in-flight" }
    /// Of making an endpoint.
    NewEndpointProblems { "409": "too-many-endpoints, request-in-flight", "422": "validation-failed, endpoint-url-refused, idempotency-key-reused" }
    /// Of sending to an endpoint.
    SendProblems { "404": "endpoint-not-found", "409": "endpoint-disabled, too-many-deliveries, request-in-flight" }
    /// Of sending a message once more.
    DeliveryProblems { "404": "endpoint-not-found, delivery-not-found", "409": "endpoint-disabled, request-in-flight" }
    /// Of following what happens.
    StreamProblems { "503": "overloaded (too many streams), not-ready" }
}
