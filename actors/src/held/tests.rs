//! T-U6: what is exported is all that erasing makes unreadable.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use amazoff_supervisor::journal::{JournalError, KeyTable, WrappedKey};
use amazoff_supervisor::{MasterKey, Timestamp, Vault};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use uuid::Uuid;

use super::history::opened;
use super::*;

/// One person's key.
#[derive(Default)]
struct OneKey(Mutex<Option<Vec<u8>>>);

impl KeyTable for OneKey {
    fn put_if_absent<'a>(
        &'a self,
        _: Uuid,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        let mut key = self.0.lock().unwrap();
        let key = key.get_or_insert_with(|| wrapped.to_vec()).clone();
        async { Ok(Some(key)) }.boxed()
    }
    fn some(&self, _: u32) -> BoxFuture<'_, Result<Vec<WrappedKey>, JournalError>> {
        let key = self.0.lock().unwrap().clone();
        async { Ok(key.map(|key| (PERSON, key)).into_iter().collect()) }.boxed()
    }
    fn get(&self, _: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>> {
        let key = self.0.lock().unwrap().clone();
        async { Ok(key) }.boxed()
    }
    fn erase(&self, _: Uuid, _: Timestamp) -> BoxFuture<'_, Result<(), JournalError>> {
        *self.0.lock().unwrap() = None;
        async { Ok(()) }.boxed()
    }
}

const PERSON: Uuid = Uuid::from_u128(3);

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Every golden sample of an event: its kind and its JSON.
fn events() -> Vec<(String, Value)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"));
    let mut events = Vec::new();
    for file in files(root) {
        let mut parts = file.strip_prefix(root).unwrap().iter().map(|part| part.to_str().unwrap());
        let (kind, folder) = (parts.next().unwrap(), parts.next().unwrap());
        if folder.starts_with('v') {
            let text = std::fs::read_to_string(&file).unwrap();
            events.push((kind.to_owned(), serde_json::from_str(&text).unwrap()));
        }
    }
    assert!(events.len() > 50, "{}", events.len());
    events
}

/// Puts another value into every box; how many there were.
fn replace(value: &mut Value, boxed: &Value) -> usize {
    match value {
        Value::Object(members) if members.contains_key("box") => {
            *value = boxed.clone();
            1
        }
        Value::Object(members) => members.values_mut().map(|member| replace(member, boxed)).sum(),
        Value::Array(items) => items.iter_mut().map(|item| replace(item, boxed)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Whoever seals something in the events of another kind must say where it is found.
#[test]
fn the_kinds_whose_events_are_exported_are_those_that_hold_sealed_values() {
    let holds = |event: &Value| replace(&mut event.clone(), &Value::Null) > 0;
    let sealing: BTreeSet<String> =
        events().into_iter().filter(|(_, event)| holds(event)).map(|(kind, _)| kind).collect();
    assert_eq!(sealing, HISTORY_KINDS.map(str::to_owned).into());
}

/// Walks all golden samples: a sealed value, in whatever field it is, is opened for its person, and for nobody after the
/// erasure.
#[tokio::test]
async fn every_sealed_value_of_every_event_is_exported_until_it_is_erased() {
    let vault = Vault::new(MasterKey::new([7; 32]), Arc::<OneKey>::default());
    let canary = json!({"canary": "Ann Canary"});
    let boxed = serde_json::to_value(vault.seal(PERSON, &canary).await.unwrap()).unwrap();
    let persons: BTreeSet<Uuid> = [PERSON].into();
    let mut samples = Vec::new();
    for (kind, mut event) in events() {
        let boxes = replace(&mut event, &boxed);
        if boxes == 0 {
            continue;
        }
        let mut found = false;
        let shown = opened(event.clone(), &persons, &vault, &mut found).await.unwrap().to_string();
        let told = shown.matches("Ann Canary").count() + shown.matches("\"withheld\"").count();
        assert!(found && told == boxes && !shown.contains("\"box\""), "{kind}: {shown}");
        let mut found = false;
        let others = [Uuid::from_u128(4)].into();
        let masked = opened(event.clone(), &others, &vault, &mut found).await.unwrap().to_string();
        assert!(!found && !masked.contains("Canary"), "{kind}: {masked}");
        samples.push(event);
    }
    assert!(samples.len() >= 10, "{}", samples.len());
    vault.erase(PERSON, Timestamp::from_unix_ms(1)).await.unwrap();
    for event in samples {
        let mut found = false;
        let shown = opened(event, &persons, &vault, &mut found).await.unwrap().to_string();
        assert!(found && !shown.contains("Canary"), "{shown}");
    }
}
