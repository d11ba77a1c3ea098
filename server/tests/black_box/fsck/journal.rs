//! `amazoff journal`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{checked, errors, tool};
use crate::common::Setup;
use crate::fsck::damage;
use crate::fsck::shop::Shop;

fn json_lines(output: &std::process::Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_shows_tails_exports_and_verifies_without_personal_data() {
    let setup = Setup::default();
    Shop::filled(&setup).await;

    let (code, report) = checked(&tool(&setup, &["journal", "verify", "--json"]));
    assert_eq!((code, errors(&report).len()), (Some(0), 0), "{report:#}");

    let exported = json_lines(&tool(&setup, &["journal", "export"]));
    assert_eq!(Some(exported.len()), report["events"].as_u64().and_then(|events| events.try_into().ok()));
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &exported {
        *kinds.entry(event["kind"].as_str().unwrap()).or_default() += 1;
    }
    let orders = json_lines(&tool(&setup, &["journal", "export", "--kind", "order"]));
    assert_eq!(orders.len(), kinds["order"]);
    for event in &exported {
        let text = event.to_string();
        assert!(!text.contains("\"data\":") && !text.contains("tok_ok"), "not masked: {text}");
    }

    // One that was bought: of others only a draft is left.
    let placed = orders.iter().find(|event| !event["event"]["placed"].is_null()).expect("a placed order");
    let id = format!("ord_{}", placed["id"].as_str().unwrap());
    let shown = json_lines(&tool(&setup, &["journal", "show", "order", &id, "--json"])).remove(0);
    let events = shown["events"].as_array().unwrap();
    assert_eq!(shown["version"].as_u64(), Some(u64::try_from(events.len()).unwrap()));
    assert_eq!(shown["state"]["axes"]["status"], "placed", "{shown:#}");
    let first =
        json_lines(&tool(&setup, &["journal", "show", "order", &id, "--at", "1", "--json"])).remove(0);
    assert_eq!((&first["version"], &first["state"]["axes"]["status"]), (&1.into(), &Value::from("draft")));
    for wrong in [["order", "ord_nonsense"], ["order", "00000000000000000000000000000001"], ["pet", &id]] {
        assert_eq!(
            tool(&setup, &["journal", "show", wrong[0], wrong[1]]).status.code(),
            Some(1),
            "{wrong:?}"
        );
    }

    let shard = placed["shard_id"].to_string();
    let tail = json_lines(&tool(&setup, &["journal", "tail", "--shard", &shard, "--after", "0", "--json"]));
    assert!(tail.iter().zip(1..).all(|(event, number)| event["shard_seq"] == number), "{tail:?}");
    let newest = tool(&setup, &["journal", "tail", "--lines", "5"]);
    assert_eq!(String::from_utf8_lossy(&newest.stdout).lines().count(), 5);

    damage::truth(&setup.data(), "DELETE FROM journal WHERE kind = 'order' AND seq = 2").await;
    let (code, report) = checked(&tool(&setup, &["journal", "verify", "--json"]));
    assert_eq!(code, Some(3));
    assert!(
        errors(&report).is_superset(&["entity-gap".to_owned(), "shard-gap".to_owned()].into()),
        "{report:#}"
    );
}
