use super::*;

fn open(folder: &std::path::Path) -> SearchIndex {
    SearchIndex::in_folder(folder, 1, 8)
}

#[tokio::test]
async fn an_index_knows_after_a_restart_what_it_has_and_how_far_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let lamp = product(1, "Lamp");
    open(folder.path()).write(SEARCH, shard(), 7, &[put(&lamp)]).await.unwrap();
    let index = open(folder.path());
    assert_eq!(index.checkpoints(SEARCH).await.unwrap(), [(shard(), 7)]);
    assert_eq!(titles(&found(&index, &asking("lamp")).await), ["Lamp"]);
    assert_eq!(titles(&found(&index, &asking("table")).await), [""; 0]);
}

#[tokio::test]
async fn events_without_products_are_passed_and_written_with_the_next_product() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    index.write(SEARCH, shard(), 9, &[]).await.unwrap();
    assert_eq!(index.checkpoints(SEARCH).await.unwrap(), [(shard(), 9)]);
    index.write(SEARCH, shard(), 12, &[put(&product(1, "Lamp"))]).await.unwrap();
    index.write(SEARCH, shard(), 20, &[]).await.unwrap();
    drop(index);
    // What was passed since then is looked at again.
    assert_eq!(open(folder.path()).checkpoints(SEARCH).await.unwrap(), [(shard(), 12)]);
}

#[tokio::test]
async fn what_cannot_be_opened_is_made_anew_from_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).write(SEARCH, shard(), 7, &[put(&product(1, "Lamp"))]).await.unwrap();
    for damage in ["{", r#"{"segments":[],"schema":[],"opstamp":0}"#] {
        std::fs::write(folder.path().join(SEARCH).join("meta.json"), damage).unwrap();
        let index = open(folder.path());
        assert_eq!(index.checkpoints(SEARCH).await.unwrap(), []);
        assert_eq!(found(&index, &asking("lamp")).await.total, 0);
        index.write(SEARCH, shard(), 7, &[put(&product(1, "Lamp"))]).await.unwrap();
        assert_eq!(found(&index, &asking("lamp")).await.total, 1);
    }
}

#[tokio::test]
async fn a_refused_product_changes_nothing_and_the_next_one_is_indexed() {
    let index = index_of(&[product(1, "Lamp")]).await;
    let broken = DocumentPut { body: Some(serde_json::json!({"card": 1})), ..put(&product(2, "Table")) };
    index.write(SEARCH, shard(), 5, &[put(&product(3, "Shelf")), broken]).await.unwrap_err();
    assert_eq!(index.checkpoints(SEARCH).await.unwrap(), [(shard(), 1)]);
    assert_eq!(found(&index, &asking("shelf")).await.total, 0);
    index.write(SEARCH, shard(), 5, &[put(&product(3, "Shelf"))]).await.unwrap();
    assert_eq!(found(&index, &asking("shelf")).await.total, 1);
}

#[tokio::test]
async fn generations_are_apart_and_one_that_is_dropped_is_gone_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    let next = format!("{SEARCH}@1");
    index.write(SEARCH, shard(), 1, &[put(&product(1, "Lamp"))]).await.unwrap();
    index.write(&next, shard(), 1, &[put(&product(2, "Table"))]).await.unwrap();
    let of_next = index.find(&next, &asking("lamp")).await.unwrap();
    assert_eq!(of_next.total, 0);
    assert_eq!(index.drop_collection(SEARCH, 500).await.unwrap(), 0);
    index.forget_checkpoints(SEARCH).await.unwrap();
    assert!(!folder.path().join(SEARCH).exists());
    assert_eq!(index.find(&next, &asking("table")).await.unwrap().total, 1);
    assert_eq!(
        index
            .count(&amazoff_supervisor::documents::Query { collection: next, ..Default::default() })
            .await
            .unwrap(),
        1
    );
}
