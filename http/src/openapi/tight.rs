//! Makes the document as tight as the server: what holds for every route is said once, here, and not at each field.
//!
//! The judge from outside takes the document at its word: what it allows must not be refused as malformed, and what it
//! forbids must not be accepted.

use std::collections::BTreeSet;

use amazoff_actors::checkout::Phase;
use amazoff_actors::ids::{
    AddressId, ApiKeyId, CartId, EndpointId, LineId, MessageId, OrderId, PaymentId, ProductId, PromotionId,
    ReturnId, ReviewId, SessionId, ShipmentId, UserId, VariantId,
};
use amazoff_actors::media::Rendition;
use amazoff_actors::money::Currency;
use amazoff_actors::tree::DOMAINS;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use super::{rules, texts};
use crate::views::words;

const SCHEMAS: &str = "/components/schemas/";

/// Fields and parameters that carry an id, and how it begins.
const IDS: [(&str, &str); 18] = [
    ("address_id", AddressId::PREFIX),
    ("key_id", ApiKeyId::PREFIX),
    ("cart_id", CartId::PREFIX),
    ("target", CartId::PREFIX),
    ("merged_into", CartId::PREFIX),
    ("line_id", LineId::PREFIX),
    ("endpoint_id", EndpointId::PREFIX),
    ("message_id", MessageId::PREFIX),
    ("order_id", OrderId::PREFIX),
    ("payment_id", PaymentId::PREFIX),
    ("product_id", ProductId::PREFIX),
    ("promotion_id", PromotionId::PREFIX),
    ("return_id", ReturnId::PREFIX),
    ("review_id", ReviewId::PREFIX),
    ("session_id", SessionId::PREFIX),
    ("shipment_id", ShipmentId::PREFIX),
    ("user_id", UserId::PREFIX),
    ("variant_id", VariantId::PREFIX),
];

/// Tightens the whole document.
pub(super) fn tighten(document: &mut Value) {
    open_promotion(document);
    patch_of_promotion(document);
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        let codes: Vec<_> = Currency::all().map(Currency::code).collect();
        let currency = json!({"type": "string", "description": "A currency of ISO 4217.", "enum": codes});
        schemas.insert("Currency".to_owned(), currency);
        schemas.values_mut().for_each(fields);
    }
    for name in asked(document) {
        if let Some(schema) = document.pointer_mut(&format!("{SCHEMAS}{name}")) {
            close(schema);
            bound(schema);
        }
    }
    rules::apply(document);
    if let Some(Value::Object(paths)) = document.pointer_mut("/paths") {
        for (path, item) in paths {
            item.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(|of| parameters(path, of));
        }
    }
    bodies_that_may_be_left_out(document);
}

/// The pattern of an id.
fn id(prefix: &str) -> String {
    format!("^{prefix}[0-9a-f]{{32}}$")
}

/// Says what is known of fields by their names, in a schema and all below it.
fn fields(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                properties.iter_mut().for_each(|(name, field)| named(name, field));
            }
            members.values_mut().for_each(fields);
        }
        Value::Array(items) => items.iter_mut().for_each(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn named(name: &str, field: &mut Value) {
    let Some(field) = field.as_object_mut() else { return };
    texts::write_out(field);
    let is_text = field.get("type") == Some(&json!("string"));
    let may_be_null = field.get("type") == Some(&json!(["string", "null"]));
    if let Some((_, prefix)) = IDS.iter().find(|(known, _)| *known == name)
        && (is_text || may_be_null)
    {
        field.insert("pattern".to_owned(), id(prefix).into());
    }
    let currency = json!({"$ref": "#/components/schemas/Currency"});
    if name == "currency" && is_text {
        field.remove("type");
        field.insert("$ref".to_owned(), currency["$ref"].clone());
    } else if name == "currency" && may_be_null {
        field.remove("type");
        field.insert("oneOf".to_owned(), json!([currency, {"type": "null"}]));
    } else if name == "currencies"
        && let Some(items) = field.get_mut("items")
    {
        *items = currency;
        field.insert("uniqueItems".to_owned(), true.into());
    }
}

/// The schemas that requests are made of.
fn asked(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let paths = document["paths"].as_object().into_iter().flat_map(Map::values);
    for operation in paths.filter_map(Value::as_object).flat_map(Map::values) {
        follow(document, &operation["requestBody"], &mut found);
    }
    found
}

/// Collects the names of the schemas that a part of the document refers to.
fn follow(document: &Value, part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str);
            if let Some(name) = name.and_then(|text| text.strip_prefix("#/components/schemas/"))
                && found.insert(name.to_owned())
                && let Some(schema) = document.pointer(&format!("{SCHEMAS}{name}"))
            {
                follow(document, schema, found);
            }
            members.values().for_each(|member| follow(document, member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| follow(document, item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Forbids members that are not named: the readers in `json` refuse them.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") {
                members.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Gives every integer the bounds of its type: what is beyond them cannot be read.
fn bound(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let is_unsigned = members.contains_key("minimum");
            let bounds = match members.get("format").and_then(Value::as_str) {
                Some("int32") if is_unsigned => Some((json!(0), json!(u32::MAX))),
                Some("int32") => Some((json!(i32::MIN), json!(i32::MAX))),
                Some("int64") if is_unsigned => Some((json!(0), json!(u64::MAX))),
                Some("int64") => Some((json!(i64::MIN), json!(i64::MAX))),
                Some(_) | None => None,
            };
            if let Some((least, most)) = bounds {
                members.entry("minimum").or_insert(least);
                members.entry("maximum").or_insert(most);
            }
            members.values_mut().for_each(bound);
        }
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What the parameters of an operation may be.
fn parameters(path: &str, operation: &mut Value) {
    let Some(Value::Array(parameters)) = operation.get_mut("parameters") else { return };
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let Some(schema) = parameter.get_mut("schema") else { continue };
        if let Some((_, prefix)) = IDS.iter().find(|(known, _)| *known == name) {
            schema["pattern"] = id(prefix).into();
        }
        if let Some(said) = said_there(path, &name).or_else(|| said(&name))
            && let (Some(schema), Some(said)) = (schema.as_object_mut(), said.as_object())
        {
            // A route may allow less.
            let most = schema.get("maximum").and_then(Value::as_u64);
            schema.extend(said.clone());
            if let (Some(most), Some(usual)) = (most, said.get("maximum").and_then(Value::as_u64)) {
                schema.insert("maximum".to_owned(), most.min(usual).into());
            }
        }
        bound(schema);
    }
}

/// What is known of a parameter of one path.
fn said_there(path: &str, name: &str) -> Option<Value> {
    Some(match (path, name) {
        ("/v1/products/{product}/reviews", "sort") => json!({"enum": ["newest", "helpful"]}),
        ("/admin/v1/reviews", "status") => {
            json!({"enum": ["submitted", "published", "flagged", "rejected", "removed"]})
        }
        (path, "from" | "to") if path.starts_with("/admin/v1/reports/") => json!({"format": "date"}),
        ("/admin/v1/orders", "placed_from" | "placed_to") => json!({"format": "date"}),
        ("/admin/v1/orders", "number") => json!({"pattern": "^([Aa][Zz]-)?[0-9A-TV-Za-tv-z]{10}$"}),
        (path, "currency") if path.starts_with("/admin/v1/reports/") || path == "/admin/v1/orders" => {
            json!({"enum": Currency::all().map(Currency::code).collect::<Vec<_>>()})
        }
        ("/admin/v1/categories/{category}", "category") => json!({"pattern": texts::SLUG, "maxLength": 100}),
        ("/admin/v1/order-filters/{filter}", "filter") => json!({"pattern": texts::SLUG, "maxLength": 60}),
        ("/admin/v1/products", "status") => json!({"enum": ["draft", "active", "archived"]}),
        _ => return None,
    })
}

/// One of the words that a body may have, too.
fn one_of<T: PartialSchema>() -> Value {
    let schema = serde_json::to_value(T::schema()).unwrap_or_default();
    json!({"enum": schema.get("enum")})
}

/// What is known of a parameter by its name.
fn said(name: &str) -> Option<Value> {
    let entity = "^[a-z]+_[0-9a-f]{32}$";
    Some(match name {
        "limit" => json!({"minimum": 1, "maximum": 100}),
        "q" | "category" => json!({"maxLength": 200}),
        "sort" => json!({"enum": ["relevance", "newest", "price-asc", "price-desc", "name"]}),
        "facet.brand" => json!({"maxItems": 20, "items": {"type": "string", "maxLength": 200}}),
        "price.min" | "price.max" => json!({"minimum": 0}),
        "phase" => json!({"enum": Phase::NAMES}),
        "kind" => json!({"enum": DOMAINS}),
        "id" | "entity" => json!({"pattern": entity}),
        "rendition" => {
            json!({"enum": Rendition::all().map(|rendition| rendition.to_string()).collect::<Vec<_>>()})
        }
        "sha256" => json!({"pattern": "^[0-9a-f]{64}$"}),
        "correlation" | "command_id" => json!({"pattern": texts::UUID}),
        "report" => json!({"pattern": id("rec_")}),
        "region" | "method" => json!({"pattern": texts::SLUG, "maxLength": 50}),
        "status" => one_of::<words::OrderStatus>(),
        "payment_status" => one_of::<words::OrderPaymentStatus>(),
        "fulfillment_status" => one_of::<words::OrderFulfillmentStatus>(),
        "return_status" => one_of::<words::OrderReturnStatus>(),
        "If-Match" => json!({"pattern": "^(\\*|\"[0-9]+(\\.[0-9a-f]+)?\")$"}),
        "Idempotency-Key" => json!({"pattern": "^[!-~]([ -~]*[!-~])?$"}),
        "Consistency-Token" => json!({"pattern": "^[!-~]+$"}),
        _ => return None,
    })
}

/// A promotion with its id is written out: a closed form cannot be a part of something larger.
fn open_promotion(document: &mut Value) {
    let Some(form) = document.pointer("/components/schemas/PromotionForm").cloned() else { return };
    let Some(promotion) = document.pointer_mut("/components/schemas/Promotion") else { return };
    let own = promotion.pointer("/allOf/1/properties/id").cloned().unwrap_or_default();
    let described = promotion["description"].take();
    *promotion = form;
    promotion["description"] = described;
    promotion["properties"]["id"] = own;
    promotion["required"] = json!(["id", "title", "kind"]);
    if let Some(promotion) = promotion.as_object_mut() {
        promotion.remove("additionalProperties");
    }
}

/// What a promotion is changed with: any of its members.
fn patch_of_promotion(document: &mut Value) {
    let Some(mut form) = document.pointer("/components/schemas/PromotionForm").cloned() else { return };
    form["description"] = "Members of a promotion to replace, each as a whole.".into();
    if let Some(form) = form.as_object_mut() {
        form.remove("required");
    }
    document["components"]["schemas"]["PromotionPatch"] = form;
    let body = "/paths/~1admin~1v1~1promotions~1{promotion_id}/patch/requestBody/content/application~1json";
    if let Some(body) = document.pointer_mut(body) {
        body["schema"] = json!({"$ref": "#/components/schemas/PromotionPatch"});
    }
}

/// A body that needs no member may be left out: an empty one counts as `{}`.
fn bodies_that_may_be_left_out(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let Some(Value::Object(paths)) = document.pointer_mut("/paths") else { return };
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let Some(body) = operation.get_mut("requestBody") else { continue };
        let content = body["content"].as_object().into_iter().flat_map(Map::values).next();
        let reference = content.and_then(|content| content["schema"]["$ref"].as_str());
        let name = reference.and_then(|text| text.strip_prefix("#/components/schemas/"));
        let needs = |schema: &Value| {
            ["required", "oneOf", "anyOf"].into_iter().any(|member| schema.get(member).is_some())
        };
        if name.is_some_and(|name| !needs(&schemas[name])) {
            body["required"] = false.into();
        }
    }
}
