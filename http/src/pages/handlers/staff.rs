//! The back office and the ops console: a frame for modules that talk to the API as any program would. The API decides about
//! each call; the page itself is only shown to those whom it could serve.

use amazoff_actors::user::Role;
use axum::extract::Path;

use crate::access::{self, Access};
use crate::pages::markup::staff::{Place, StaffPage};
use crate::pages::page::Page;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// The back office, at any address within it.
pub(crate) async fn office(visit: Visit, within: Option<Path<String>>) -> Result<Page<StaffPage>, Problem> {
    show(visit, access::DESK, ("office", "Back office"), (OFFICE, within)).await
}

/// The ops console, at any address within it.
pub(crate) async fn console(visit: Visit, within: Option<Path<String>>) -> Result<Page<StaffPage>, Problem> {
    show(visit, access::OPS, ("console", "Ops console"), (CONSOLE, within)).await
}

/// Where one can go in the back office: the address and the name.
const OFFICE: &[(&str, &str)] = &[
    ("", "Overview"),
    ("orders", "Orders"),
    ("products", "Products"),
    ("stock", "Stock"),
    ("promotions", "Promotions"),
    ("reviews", "Reviews"),
    ("people", "People"),
    ("reports", "Reports"),
    ("prices", "Prices"),
];
/// What only administrators see of it.
const OFFICE_OF_ADMINS: &[(&str, &str)] = &[("webhooks", "Webhooks"), ("audit", "Audit trail")];
/// The same in the console.
const CONSOLE: &[(&str, &str)] = &[
    ("", "Overview"),
    ("tree", "Supervision"),
    ("entities", "Entities"),
    ("processes", "Processes"),
    ("trouble", "Trouble"),
    ("limits", "Limits"),
    ("audit", "Audit trail"),
];

async fn show(
    visit: Visit,
    asked: Access,
    (app, title): (&'static str, &'static str),
    (places, within): (&[(&'static str, &'static str)], Option<Path<String>>),
) -> Result<Page<StaffPage>, Problem> {
    access::check(&visit.platform, Some(asked), &visit.shopper).await?;
    let here = within.map(|Path(path)| path).unwrap_or_default();
    let here = here.split('/').next().unwrap_or_default();
    let roles = visit.shopper.logged_in()?.roles(&visit.platform).await?;
    let is_admin = roles.contains(&Role::Admin);
    let of_admins = if is_admin && asked == access::DESK { OFFICE_OF_ADMINS } else { &[] };
    let places = places.iter().chain(of_admins).map(|(path, name)| Place {
        href: if path.is_empty() { format!("/{app}") } else { format!("/{app}/{path}") },
        name,
        current: *path == here,
    });
    let places = places.collect();
    Ok(Page::ok(StaffPage { frame: visit.frame(title), app, title, places, is_admin }))
}
