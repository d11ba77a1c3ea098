//! What holds between the members of a request, and of lists within it.

use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::pricing::SHOP_CURRENCY;
use serde_json::{Value, json};

use super::texts::{READABLE, SLUG};

/// Adds the rules to the schemas that they are about.
pub(super) fn apply(document: &mut Value) {
    for (name, rule) in between() {
        let Some(schema) = document.pointer_mut(&format!("/components/schemas/{name}")) else { continue };
        if let (Some(schema), Some(rule)) = (schema.as_object_mut(), rule.as_object()) {
            schema.extend(rule.clone());
        }
    }
    for (pointer, rule) in within() {
        let Some(field) = document.pointer_mut(&format!("/components/schemas{pointer}")) else { continue };
        if let (Some(field), Some(rule)) = (field.as_object_mut(), rule.as_object()) {
            field.extend(rule.clone());
        }
    }
}

/// Where the rules stand, below the schemas.
#[cfg(test)]
pub(super) fn pointers() -> Vec<String> {
    let schemas = between().map(|(name, _)| format!("/{name}"));
    schemas.into_iter().chain(within().map(|(pointer, _)| pointer.to_owned())).collect()
}

/// Schemas, and what holds between their members. A member that is null counts as absent.
fn between() -> [(&'static str, Value); 6] {
    let there = |name: &str| json!({"required": [name], "properties": {name: {"not": {"type": "null"}}}});
    let only = |name: &str, other: &str| json!({"required": [name], "properties": {name: {"not": {"type": "null"}}, other: {"type": "null"}}});
    let absent = json!({"type": "null"});
    [
        (
            "CompleteCart",
            json!({"anyOf": [
                {"required": ["email", "name", "address"],
                    "properties": {"email": {"type": "string"}, "name": {"type": "string"}, "address": {"type": "object"}}},
                {"properties": {"email": absent, "name": absent, "address": absent}},
            ]}),
        ),
        ("RefundForm", json!({"oneOf": [only("lines", "amount"), only("amount", "lines")]})),
        (
            "ShipForm",
            json!({"anyOf": [
                {"required": ["shipment_id"], "properties": {"shipment_id": {"type": "string"}, "lines": {"maxItems": 0}}},
                {"required": ["lines"], "properties": {"shipment_id": absent, "lines": {"minItems": 1}}},
            ]}),
        ),
        (
            "WhatIfForm",
            json!({"anyOf": [
                {"required": ["command_id"],
                    "properties": {"command_id": {"type": "string"}, "command": absent, "principal": absent}},
                only("command", "command_id"),
            ]}),
        ),
        (
            "Area",
            json!({"anyOf": [there("country"), {"properties": {"subdivision": absent, "postal_prefix": absent}}]}),
        ),
        (
            "Rates",
            json!({
                "propertyNames": {"pattern": SLUG, "maxLength": 50},
                "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
                "maxProperties": 50,
            }),
        ),
    ]
}

/// Fields, and what their values and items are.
fn within() -> [(&'static str, Value); 12] {
    let name = json!({"type": "string", "pattern": READABLE, "maxLength": 200});
    let slug = json!({"type": "string", "pattern": SLUG, "maxLength": 50});
    let some = |items: Value| json!({"minItems": 1, "maxItems": 500, "items": items});
    let own = SHOP_CURRENCY.code();
    let options = json!({"propertyNames": name, "additionalProperties": name, "maxProperties": 10});
    let of = |prefix: &str| json!({"type": "string", "pattern": format!("^{prefix}[0-9a-f]{{32}}$")});
    [
        ("/OwnPrice/properties/currency", json!({"const": own})),
        ("/OtherPrice/properties/currency", json!({"not": {"const": own}})),
        ("/NewVariant/properties/options", options.clone()),
        ("/VariantPatch/properties/options", options),
        ("/PromotionSelector/oneOf/1/properties/categories", some(name.clone())),
        ("/PromotionSelector/oneOf/2/properties/brands", some(name)),
        ("/PromotionSelector/oneOf/3/properties/products", some(of(ProductId::PREFIX))),
        ("/PromotionSelector/oneOf/4/properties/variants", some(of(VariantId::PREFIX))),
        ("/PromotionStacking/oneOf/2/properties/one_of", slug.clone()),
        (
            "/PromotionKind/oneOf/5/properties/free_shipping/properties/methods",
            json!({"maxItems": 100, "items": slug}),
        ),
        ("/WhatIfForm/properties/command", json!({"type": ["object", "string", "null"]})),
        ("/CorrectionForm/properties/delta", json!({"not": {"const": 0}})),
    ]
}
