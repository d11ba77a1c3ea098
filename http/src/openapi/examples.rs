//! An example for every request body. Each is sent to a real shop by a test (`http/tests/api/examples.rs`), which puts the ids
//! of that shop in the place of those here.

use amazoff_actors::ids::{CartId, LineId, PromotionId, ShipmentId, VariantId};
use serde_json::{Map, Value, json};

/// What every id of the examples goes on with.
const HEX: &str = "0199d5a0c2f47c3e8a51b6d47e90f213";

/// Adds the examples to the document.
pub(super) fn add(document: &mut Value) {
    let Some(Value::Object(paths)) = document.pointer_mut("/paths") else { return };
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let content = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut);
        for body in content.into_iter().flat_map(Map::values_mut) {
            if let (Some(example), Some(body)) = (of(&name), body.as_object_mut()) {
                body.insert("example".to_owned(), example);
            }
        }
    }
}

fn id(prefix: &str) -> String {
    format!("{prefix}{HEX}")
}

/// The example of an operation's body.
fn of(operation: &str) -> Option<Value> {
    shopper(operation)
        .or_else(|| desk(operation))
        .or_else(|| office(operation))
        .or_else(|| shelf(operation))
        .or_else(|| operator(operation))
}

fn address() -> Value {
    json!({"line1": "Way 1", "city": "Berlin", "postal_code": "10115", "country": "DE"})
}

fn recipient() -> Value {
    json!({"email": "ann@example.org", "name": "Ann Other", "address": address()})
}

fn card() -> Value {
    json!({"provider": "sandbox", "token": "tok_ok"})
}

fn shopper(operation: &str) -> Option<Value> {
    Some(match operation {
        "auth_register" => {
            json!({"email": "ann@example.org", "password": "correct horse battery", "name": "Ann"})
        }
        "auth_login" => json!({"email": "ann@example.org", "password": "correct horse battery"}),
        "auth_refresh" => json!({"refresh_token": "rt_of-the-last-answer"}),
        "auth_step_up" => json!({"password": "correct horse battery"}),
        "me_api_keys_issue" => json!({"name": "night build", "roles": [], "access": "read", "days": 30}),
        "auth_verify_email" => json!({"token": "ml_of-the-mail"}),
        "auth_password_reset_ask_reset" => json!({"email": "ann@example.org"}),
        "auth_password_reset_confirm_reset" => {
            json!({"token": "ml_of-the-mail", "password": "wrong zebra staple"})
        }
        "me_rename" => json!({"name": "Ann Other"}),
        "me_addresses_add_address" => json!({"recipient": recipient(), "default": true}),
        "me_addresses_change_address" => json!({"recipient": recipient()}),
        "me_email_change_email" => json!({"email": "zoe@example.org"}),
        "me_password_change_password" => {
            json!({"old_password": "correct horse battery", "password": "wrong zebra staple"})
        }
        "me_consents_set_consents" => {
            json!({"consents": [{"text": "terms", "version": "2026-11", "given": true}]})
        }
        "carts_create" => json!({"currency": "EUR"}),
        "carts_lines_add_line" => json!({"variant_id": id(VariantId::PREFIX), "quantity": 1}),
        "carts_lines_change_line" => json!({"quantity": 2}),
        "carts_address_set_address" => recipient(),
        "carts_shipping_set_shipping" => json!({"method": "standard"}),
        "carts_merge" => json!({"target": id(CartId::PREFIX), "strategy": "sum_capped"}),
        "carts_complete" => json!({
            "expected_total": {"amount": 2489, "currency": "EUR"},
            "email": "ann@example.org",
            "name": "Ann Other",
            "address": address(),
            "payment": card(),
        }),
        "orders_payments_pay" => card(),
        "orders_cancel" | "orders_returns_cancel_cancel_return" => json!({}),
        "orders_returns_request_return" => json!({"lines": [pieces()], "reason": "unwanted"}),
        "products_reviews_submit" => json!({
            "rating": 5, "title": "Pours without a drop", "body": "Used every day since spring.", "author_name": "Ann O.",
        }),
        "me_notifications_read_mark_read" => json!({"upto": 1}),
        "me_notification_preferences_prefer" => json!({"email": {
            "order_placed": true, "order_paid": false, "payment_failed": true, "parcel_sent": true,
            "parcel_delivered": true, "order_refunded": true, "order_canceled": true,
        }}),
        "reviews_edit" => json!({"rating": 4, "title": "Pours almost without a drop"}),
        "reviews_votes_vote" => json!({}),
        "reviews_flags_flag" => json!({"reason": "off_topic"}),
        "payments_confirm" => json!({"result": "approve"}),
        _ => return None,
    })
}

fn pieces() -> Value {
    json!({"line_id": id(LineId::PREFIX), "quantity": 1})
}

fn desk(operation: &str) -> Option<Value> {
    let parcel = id(ShipmentId::PREFIX);
    Some(match operation {
        "admin_orders_cancel" | "admin_orders_pack" => json!({"lines": [pieces()]}),
        "admin_orders_refunds_refund" => {
            json!({"amount": {"amount": 500, "currency": "EUR"}, "reason": "goodwill"})
        }
        "admin_orders_notes_note" => json!({"text": "Called: the parcel may stay with a neighbour."}),
        "admin_orders_unpack" | "admin_orders_deliver" => json!({"shipment_id": parcel}),
        "admin_orders_ship" => json!({
            "shipment_id": parcel,
            "tracking": {
                "carrier": "Parcel Post", "number": "PP123456789", "url": "https://post.example/PP123456789",
            },
        }),
        "admin_orders_returns_approve" | "admin_orders_returns_reject" => json!({}),
        "admin_orders_returns_receive" => {
            json!({"lines": [{"line_id": id(LineId::PREFIX), "quantity": 1, "resellable": true}]})
        }
        "admin_reviews_approve" => json!({"revision": 1}),
        "admin_reviews_reject" => json!({"revision": 2, "reason": "off_topic"}),
        "admin_reviews_remove" => json!({"reason": "fake"}),
        "admin_reviews_restore" => json!({}),
        "admin_stock_receive" => json!({"quantity": 12}),
        "admin_stock_adjust" => json!({"delta": -1, "reason": "damaged", "expected_on_hand": 112}),
        "admin_stock_backorders" => json!({"up_to": 5}),
        _ => return None,
    })
}

fn office(operation: &str) -> Option<Value> {
    Some(match operation {
        "admin_media_upload" => json!({"file": "the bytes of a JPEG, PNG or WebP"}),
        "admin_users_roles_set_roles" => json!({"roles": ["support"]}),
        "admin_users_erase" => json!({"reason": "requested"}),
        "admin_pricebook_currencies" => json!({"currencies": ["EUR", "USD"]}),
        "admin_pricebook_rounding" => json!({"rounding": "half_up"}),
        "admin_pricebook_capture" => json!({"capture": "on_placement"}),
        "admin_pricebook_default_region" => json!({"region": "de"}),
        "admin_pricebook_regions_put_region" => json!({
            "title": "Germany",
            "areas": [{"country": "DE"}],
            "prices_include_tax": true,
            "rates": {"standard": 190_000, "reduced": 70_000},
        }),
        "admin_pricebook_shipping_methods_put_method" => json!({
            "title": "Express",
            "tax_class": "standard",
            "zones": [{
                "areas": [{"country": "DE"}],
                "by": "price",
                "brackets": [{"from": 0, "price": {"amount": 990, "currency": "EUR"}}],
            }],
        }),
        "admin_promotions_create" => json!({
            "title": "Ten percent off",
            "trigger": "coupon",
            "kind": {"order_percentage": {"rate": 100_000}},
            "condition": {"min_subtotal": [{"amount": 2000, "currency": "EUR"}]},
        }),
        "admin_promotions_change" => json!({"enabled": false}),
        "admin_coupons_issue" => json!({
            "code": "WELCOME10",
            "promotion_id": id(PromotionId::PREFIX),
            "per_customer_limit": 1,
            "window": {"until": "2099-12-31T23:59:59Z"},
        }),
        "admin_webhook_endpoints_create" => {
            json!({"url": "https://hooks.example.org/shop", "events": ["order.placed", "order.paid"]})
        }
        "admin_quotes_price" => json!({
            "lines": [{"variant_id": id(VariantId::PREFIX), "quantity": 2}],
            "currency": "EUR",
            "destination": {"country": "DE", "postal_code": "10115"},
        }),
        _ => return None,
    })
}

fn variant(sku: &str) -> Value {
    json!({
        "sku": sku,
        "options": {"size": "1 l"},
        "price": {"amount": 1999, "currency": "EUR"},
        "prices": [{"amount": 2199, "currency": "USD"}],
        "tax_class": "standard",
        "weight_g": 850,
    })
}

fn shelf(operation: &str) -> Option<Value> {
    Some(match operation {
        "admin_products_create" => json!({
            "slug": "clay-teapot",
            "title": "Clay teapot",
            "description": "Keeps the tea warm.",
            "category": "home-kitchen",
            "brand": "Kettle & Co.",
            "variants": [variant("CLAY-1")],
        }),
        "admin_order_filters_put" => json!({
            "title": "To pack", "payment_status": "paid", "fulfillment_status": "unfulfilled", "placed_within_days": 30
        }),
        "admin_categories_put" => json!({"title": "Tea", "position": 3}),
        "admin_products_change" => json!({"title": "Clay teapot, glazed", "slug": "clay-teapot-glazed"}),
        "admin_products_media_set_media" => json!({"media": []}),
        "admin_products_publish" | "admin_products_archive" | "admin_products_variants_retire" => json!({}),
        "admin_products_variants_add_variant" => variant("CLAY-2"),
        "admin_products_variants_change_variant" => {
            json!({"price": {"amount": 1799, "currency": "EUR"}, "weight_g": 900})
        }
        _ => return None,
    })
}

fn operator(operation: &str) -> Option<Value> {
    Some(match operation {
        "ops_entities_what_if" => json!({"command": {"receive": {"quantity": 5}}, "at": 2}),
        "ops_limits_domains_change_domain" => json!({"queue_depth_max": 512}),
        "ops_limits_runtime_change_runtime" => json!({"loads_max": 32}),
        "ops_reconciliations_run" => json!({"window_s": 86_400}),
        "ops_tree_halt" | "ops_tree_kill" | "ops_tree_restart" => json!({"path": "shop/pricebook"}),
        _ => return None,
    })
}
