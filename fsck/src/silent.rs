//! Domains of which nothing else follows: their events are read and replayed, and that is all there is to check.

use amazoff_actors::category::Tree;
use amazoff_actors::desk::Desk;
use amazoff_actors::endpoint::Endpoint;
use amazoff_actors::inbox::Inbox;
use amazoff_actors::pricebook::Pricebook;
use uuid::Uuid;

use crate::facts::Facts;
use crate::histories::History;
use crate::tell::Told;

impl Told for Inbox {
    type Notes = ();
    fn tell(_history: &History<Self>, _id: Uuid, _facts: &mut Facts) {}
}

impl Told for Endpoint {
    type Notes = ();
    fn tell(_history: &History<Self>, _id: Uuid, _facts: &mut Facts) {}
}

impl Told for Pricebook {
    type Notes = ();
    fn tell(_history: &History<Self>, _id: Uuid, _facts: &mut Facts) {}
}

impl Told for Tree {
    type Notes = ();
    fn tell(_history: &History<Self>, _id: Uuid, _facts: &mut Facts) {}
}

impl Told for Desk {
    type Notes = ();
    fn tell(_history: &History<Self>, _id: Uuid, _facts: &mut Facts) {}
}
