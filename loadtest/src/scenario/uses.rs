//! What the steps of a journey name: who uses a feeder gets a row of it, and nobody else takes one away.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Assert, Journey, Step};
use crate::template::{Shape, Template};

impl Journey {
    /// The feeders that its steps use, among all other names. Of `feeder.column` it is what stands before the dot.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let names = self.steps.iter().flat_map(Step::names);
        names.map(|name| name.split_once('.').map_or(name.clone(), |(of, _)| of.to_owned())).collect()
    }
}

impl Step {
    /// The path or the address that it asks.
    pub(crate) fn address(&self) -> Option<&str> {
        let requests = [&self.get, &self.post, &self.put, &self.patch, &self.delete].into_iter().flatten();
        let connect = self.socket.as_ref().and_then(|socket| socket.connect.as_ref());
        requests.chain(connect).next().map(String::as_str)
    }

    /// Every name in it; a template that cannot be read, which checking refuses, has none.
    fn names(&self) -> Vec<String> {
        let mut texts: Vec<&str> = self.address().into_iter().chain(self.body.as_deref()).collect();
        texts.extend(self.headers.values().chain(self.query.values()).map(String::as_str));
        texts.extend(self.command.iter().flatten().map(String::as_str));
        let templates = texts.into_iter().filter_map(|text| Template::parse(text).ok());
        let mut names: Vec<String> = templates
            .flat_map(|template| template.names().map(ToOwned::to_owned).collect::<Vec<_>>())
            .collect();
        let shapes = self.values().filter_map(|value| Shape::parse(value).ok());
        names.extend(
            shapes.flat_map(|shape| shape.names().into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()),
        );
        names.extend(self.when.iter().chain(&self.for_each).cloned());
        names
    }

    /// Every JSON value with templates in it.
    fn values(&self) -> impl Iterator<Item = &Value> {
        let (send, expect) = match &self.socket {
            Some(socket) => (socket.send.as_ref(), socket.expect.as_deref().unwrap_or_default()),
            None => (None, <&[Assert]>::default()),
        };
        let of_outcomes = self.outcomes.iter().flat_map(|outcome| &outcome.assert);
        let asserts = self.assert.iter().chain(of_outcomes).chain(expect);
        self.json.iter().chain(send).chain(asserts.filter_map(|assert| assert.equals.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_that_can_name_a_feeder_counts() {
        for step in [
            "get = '/{{f.x}}'",
            "patch = '/{{f.x}}'",
            "post = '/'\nbody = 'a {{f.x}}'",
            "post = '/'\njson = { a = [{ b = '{{f.x}}' }] }",
            "get = '/'\nheaders = { a = '{{f.x}}' }",
            "get = '/'\nquery = { a = '{{f.x}}' }",
            "command = ['echo', '{{f.x}}']",
            "socket = { connect = '/{{f.x}}' }",
            "socket = { send = { topic = '{{f.x}}' } }",
            "socket = { expect = [{ pointer = '/a', equals = '{{f.x}}' }] }",
            "get = '/'\nwhen = 'f.x'",
            "get = '/'\nfor_each = 'f.x'",
            "get = '/'\nassert = [{ pointer = '/a', equals = ['{{f.x}}'] }]",
            "get = '/'\noutcomes = [{ name = 'o', status = 200, assert = [{ pointer = '/a', equals = '{{f.x}}' }] }]",
        ] {
            let journey: Journey =
                toml::from_str(&format!("name = 'j'\n[[steps]]\nname = 's'\n{step}")).unwrap();
            assert_eq!(journey.names(), BTreeSet::from(["f".to_owned()]), "{step}");
        }
    }
}
