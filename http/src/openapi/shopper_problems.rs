//! Which failures the routes of shoppers and visitors can answer with.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::problems::{problem, problems};

problems! {
    /// Of reading and shrinking a cart.
    CartProblems { "404": "cart-not-found", "409": "cart-locked, cart-completed, cart-merged, cart-abandoned" }
    /// Of opening a cart.
    NewCartProblems { "409": "currency-mismatch, request-in-flight" }
    /// Of one's own cart.
    OwnCartProblems { "404": "cart-not-found" }
    /// Of saying where a cart goes.
    AddressProblems {
        "404": "cart-not-found",
        "409": "cart-locked, cart-completed, cart-merged, cart-abandoned, request-in-flight",
        "422": "validation-failed, idempotency-key-reused",
    }
    /// Of saying how a cart is sent.
    ShippingProblems {
        "404": "cart-not-found",
        "409": "shipping-unavailable, cart-locked, cart-completed, cart-merged, cart-abandoned, request-in-flight",
        "422": "validation-failed, idempotency-key-reused",
    }
    /// Of entering a code.
    CodeProblems {
        "404": "cart-not-found, coupon-unknown",
        "409": "coupon-expired, coupon-withdrawn, coupon-exhausted, cart-locked, cart-completed, cart-merged, cart-abandoned",
        "422": "too-many-coupons",
    }
    /// Of moving a cart into another.
    MergeProblems {
        "404": "cart-not-found",
        "409": "currency-mismatch, cart-locked, cart-completed, cart-merged, cart-abandoned, request-in-flight",
        "422": "validation-failed, merge-into-itself, too-many-lines, total-too-large, idempotency-key-reused",
    }
    /// Of changing a cart's lines.
    LineProblems {
        "404": "cart-not-found, line-not-found",
        "409": "cart-locked, cart-completed, cart-merged, cart-abandoned, insufficient-stock (with `available`), product-not-available, request-in-flight",
        "422": "validation-failed, quantity-out-of-range, too-many-lines, idempotency-key-reused",
    }
    /// Of completing a cart.
    CheckoutProblems {
        "404": "cart-not-found",
        "409": "cart-changed (with `current_total`), cart-locked, cart-completed, insufficient-stock (with `variant_id` and `available`), product-not-available, payment-expired, order-closed, cart-over, coupon-unknown (with `coupon`), coupon-expired, coupon-withdrawn, coupon-exhausted, coupon-used-by-customer, too-many-attempts, request-in-flight",
        "422": "validation-failed, cart-empty, address-missing, shipping-unavailable, total-too-large, payment-failed (with `decline_code`), idempotency-key-reused",
        "503": "checkout-step-failed, overloaded, domain-degraded, storage-unavailable",
    }
    /// Of lists.
    ListProblems { "400": "invalid-query, cursor-invalid, consistency-token-invalid" }
    /// Of a product.
    ProductProblems { "404": "product-not-found" }
    /// Of what goes well with a product.
    ProductRecommendationProblems {
        "400": "invalid-query, consistency-token-invalid",
        "404": "product-not-found",
    }
    /// Of what goes well with a cart.
    CartRecommendationProblems { "400": "invalid-query, consistency-token-invalid", "404": "cart-not-found" }
    /// Of a product's reviews.
    ReviewListProblems { "400": "invalid-query, cursor-invalid, consistency-token-invalid", "404": "product-not-found" }
    /// Of reviewing a product.
    NewReviewProblems {
        "401": "login-required, token-invalid",
        "404": "product-not-found",
        "409": "review-exists, review-removed, review-too-many-revisions, request-in-flight",
        "422": "validation-failed, review-invalid (with `field`), idempotency-key-reused",
    }
    /// Of changing one's own review.
    ReviewChangeProblems {
        "401": "login-required, token-invalid",
        "404": "review-not-found",
        "409": "review-removed, review-changed (with `revision`), review-too-many-revisions, request-in-flight",
        "422": "validation-failed, review-invalid (with `field`), idempotency-key-reused",
    }
    /// Of taking one's own review back.
    ReviewProblems { "401": "login-required, token-invalid", "404": "review-not-found", "409": "review-removed, request-in-flight" }
    /// Of what is said of another's review.
    VoiceProblems {
        "401": "login-required, token-invalid",
        "403": "review-own",
        "404": "review-not-found",
        "409": "review-too-many-votes, request-in-flight",
        "422": "validation-failed, idempotency-key-reused",
    }
    /// Of deciding about a review.
    JudgementProblems {
        "404": "review-not-found",
        "409": "review-changed (with `revision`), review-not-open (with `state`), request-in-flight",
        "422": "validation-failed, idempotency-key-reused",
    }
    /// Of an image.
    MediaProblems { "404": "media-not-found" }
    /// Of uploading an image.
    UploadProblems {
        "409": "request-in-flight",
        "413": "payload-too-large, image-too-large (with `limit`)",
        "422": "validation-failed, image-invalid (with `reason`), idempotency-key-reused",
        "503": "audit-unavailable, overloaded, storage-unavailable, domain-degraded, not-ready, deadline-exceeded",
    }
    /// Of an order.
    OrderProblems { "404": "order-not-found" }
    /// Of what a shopper asks of an order after it was placed.
    ShopperProblems {
        "404": "order-not-found, order-line-unknown, return-unknown",
        "409": "order-already-packed, order-payment-under-way, order-not-placed, order-too-many-returns, quantity-not-open (with `line_id` and `left`), return-not-open (with `state`), request-in-flight",
        "422": "validation-failed, nothing-chosen, idempotency-key-reused",
    }
    /// Of paying what is still owed for an order.
    PayProblems {
        "404": "order-not-found",
        "409": "order-nothing-owed, order-payment-under-way, order-too-many-payments, order-not-placed, payment-expired, request-in-flight",
        "422": "validation-failed, payment-failed (with `decline_code`), idempotency-key-reused",
    }
    /// Of what the shop's people ask of an order.
    DeskProblems {
        "404": "order-not-found, order-line-unknown, shipment-unknown, return-unknown",
        "409": "order-not-placed, order-not-covered, order-already-packed, order-payment-under-way, quantity-not-open (with `line_id` and `left`), shipment-differs, shipment-not-sent, shipment-sent, return-not-open (with `state`), refund-exceeds-captured (with `refundable`), request-in-flight",
        "412": "order-changed (with `version`), precondition-invalid",
        "422": "validation-failed, nothing-chosen, currency-mismatch, idempotency-key-reused",
        "428": "precondition-required",
    }
    /// Of looking at a stock.
    StockPageProblems { "400": "invalid-query, consistency-token-invalid", "404": "unknown-variant" }
    /// Of changing a stock.
    StockProblems {
        "404": "unknown-variant",
        "409": "insufficient-stock (with `available`), request-in-flight",
        "412": "stock-changed (with `on_hand`)",
        "422": "validation-failed, quantity-out-of-range, idempotency-key-reused",
    }
    /// Of a payment.
    PaymentProblems { "404": "payment-not-found" }
    /// Of answering the bank's question.
    ConfirmProblems { "404": "payment-not-found", "409": "payment-nothing-to-confirm, request-in-flight" }
    /// Of a payment provider's message.
    WebhookProblems {
        "401": "webhook-not-believed",
        "404": "provider-not-found",
        "413": "payload-too-large",
        "422": "webhook-malformed",
        "503": "overloaded, webhook-not-taken, deadline-exceeded",
    }
    /// Of registering.
    RegisterProblems {
        "409": "email-taken",
        "422": "validation-failed, email-invalid, name-invalid, password-too-short, password-too-long, password-too-common, idempotency-key-reused",
    }
    /// Of logging in.
    LoginProblems { "401": "invalid-credentials", "403": "account-deactivated" }
    /// Of renewing a session.
    RefreshProblems { "401": "token-invalid, session-unknown, refresh-token-reused" }
    /// Of showing the password again.
    StepUpProblems { "401": "login-required, token-invalid, invalid-credentials", "403": "session-required" }
    /// Of using a session.
    SessionProblems { "401": "login-required, token-invalid" }
    /// Of what only the person's own session may do.
    OwnSessionProblems { "401": "login-required, token-invalid", "403": "session-required" }
    /// Of ending a session.
    EndSessionProblems { "401": "login-required, token-invalid", "403": "session-required", "404": "session-not-found" }
    /// Of one's notifications.
    NotificationsProblems { "400": "invalid-query, consistency-token-invalid", "401": "login-required, token-invalid" }
    /// Of marking them as read.
    ReadMarkProblems { "409": "notification-not-arrived (with `newest`), request-in-flight" }
    /// Of saying which letters one gets.
    PreferencesProblems { "409": "request-in-flight" }
    /// Of wanting no more letters of a kind.
    UnsubscribeProblems { "404": "unsubscribe-token-unknown" }
    /// Of being called something else.
    RenameProblems {
        "401": "login-required, token-invalid",
        "409": "request-in-flight",
        "422": "validation-failed, name-invalid, idempotency-key-reused",
    }
    /// Of keeping an address.
    NewAddressProblems {
        "401": "login-required, token-invalid",
        "409": "too-many-addresses, request-in-flight",
        "422": "validation-failed, idempotency-key-reused",
    }
    /// Of a kept address.
    SavedAddressProblems {
        "401": "login-required, token-invalid",
        "404": "address-not-found",
        "409": "request-in-flight",
        "422": "validation-failed, idempotency-key-reused",
    }
    /// Of following a link from a mail.
    LinkProblems { "403": "account-deactivated", "409": "email-taken", "422": "validation-failed, link-invalid" }
    /// Of taking another password with a link from a mail.
    ResetProblems {
        "403": "account-deactivated",
        "422": "validation-failed, link-invalid, password-too-short, password-too-long, password-too-common",
    }
    /// Of taking another password.
    PasswordProblems {
        "401": "login-required, token-invalid, invalid-credentials",
        "403": "session-required",
        "422": "validation-failed, password-too-short, password-too-long, password-too-common",
    }
    /// Of naming another e-mail address.
    EmailProblems {
        "401": "login-required, token-invalid",
        "403": "step-up-required, session-required",
        "409": "email-taken",
        "422": "validation-failed, email-invalid",
    }
    /// Of being erased.
    ErasureProblems {
        "401": "login-required, token-invalid",
        "403": "step-up-required, session-required",
        "409": "own-rights",
    }
    /// Of asking for what is held.
    AskExportProblems {
        "401": "login-required, token-invalid",
        "403": "step-up-required, session-required",
        "429": "too-many-exports, rate-limited",
    }
    /// Of downloading what is held.
    ArchiveProblems {
        "401": "login-required, token-invalid",
        "403": "step-up-required, session-required",
        "404": "export-not-found",
    }
    /// Of agreeing to something.
    ConsentProblems {
        "401": "login-required, token-invalid",
        "409": "request-in-flight",
        "422": "validation-failed, consent-invalid, idempotency-key-reused",
    }
}
