//! `/admin/v1/products/{product_id}/variants`: sizes and colours of a product.

use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::product::{Command, Product, VariantChange};
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::shelf::Clerk;
use crate::idempotency::Submission;
use crate::json::Exactly;
use crate::openapi::VariantProblems;
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::desk::Nothing;
use crate::views::products::{DeskProductBody, NewVariant, VariantPatch};

/// Sells one more variant of a product. Its stock is empty. For admins.
#[utoipa::path(post, path = "/admin/v1/products/{product_id}/variants", tag = "admin", request_body = NewVariant,
    params(("product_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskProductBody), VariantProblems))]
pub(crate) async fn add_variant(
    State(platform): State<Platform>,
    clerk: Clerk,
    Id(id): Id<ProductId>,
    Submission { form, key }: Submission<Exactly<NewVariant>>,
) -> Result<Response, Problem> {
    let command_id = clerk.envelope(&platform, &key).command_id;
    let variant = form.get()?.under(Product::variant_id_of(command_id, 0));
    let told = ("variant-add", json!({ "variant": variant }));
    clerk.changes(&platform, (id, Command::AddVariant(variant)), told, &key).await
}

/// Says something else of a variant, such as its price. For admins.
#[utoipa::path(patch, path = "/admin/v1/products/{product_id}/variants/{variant_id}", tag = "admin",
    request_body = VariantPatch,
    params(("product_id" = String, Path), ("variant_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskProductBody), VariantProblems))]
pub(crate) async fn change_variant(
    State(platform): State<Platform>,
    clerk: Clerk,
    Id(id): Id<ProductId>,
    Id(variant): Id<VariantId>,
    Submission { form, key }: Submission<Exactly<VariantPatch>>,
) -> Result<Response, Problem> {
    let change = VariantChange::from(form.get()?);
    let told = ("variant-change", json!({ "variant_id": variant, "change": change }));
    clerk.changes(&platform, (id, Command::ReviseVariant { variant, change }), told, &key).await
}

/// Takes a variant off sale for good. Orders of it stay as they are; carts cannot buy it any more. For admins.
#[utoipa::path(post, path = "/admin/v1/products/{product_id}/variants/{variant_id}/retire", tag = "admin",
    request_body = Nothing,
    params(("product_id" = String, Path), ("variant_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskProductBody), VariantProblems))]
pub(crate) async fn retire(
    State(platform): State<Platform>,
    clerk: Clerk,
    Id(id): Id<ProductId>,
    Id(variant): Id<VariantId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Response, Problem> {
    let told = ("variant-retire", json!({ "variant_id": variant }));
    clerk.changes(&platform, (id, Command::RetireVariant { variant }), told, &key).await
}
