use std::os::unix::fs::PermissionsExt;

use amazoff_databases::{Mongo, MongoOptions, mongod};
use amazoff_persistence::mongodb::MongoStore;
use amazoff_supervisor::documents::Query;
use amazoff_supervisor::journal::JournalError;
use bson::doc;

use super::{hasty, number, numbered, shard};

/// A server that wants a login, and the folder of its key file.
async fn locked() -> (Mongo, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("key"), "0123456789abcdef".repeat(8)).unwrap();
    std::fs::set_permissions(path("key"), PermissionsExt::from_mode(0o400)).unwrap();
    // Open to all at its first start, so that the user can be made.
    let program = format!(
        "#!/bin/sh\n[ ! -e {0}/locked ] || set -- \"$@\" --keyFile {0}/key\nexec {1} \"$@\"\n",
        folder.path().display(),
        mongod()
    );
    std::fs::write(path("mongod"), program).unwrap();
    std::fs::set_permissions(path("mongod"), PermissionsExt::from_mode(0o755)).unwrap();
    let options = MongoOptions { program: Some(path("mongod")), ..MongoOptions::default() };
    let server = Mongo::start(options).await.unwrap();
    // What `deploy/mongodb/user.js` gives.
    let user = doc! {
        "createUser": "amazoff", "pwd": "pass/word",
        "roles": [{ "role": "readWrite", "db": "amazoff" }],
    };
    server.access().run_command("amazoff", user).await.unwrap();
    server.stop().await.unwrap();
    std::fs::write(path("locked"), "").unwrap();
    server.restart().await.unwrap();
    (server, folder)
}

fn url(server: &Mongo, password: &str) -> String {
    format!("mongodb://amazoff:{password}@{}/amazoff?replicaSet=rs0", server.access().address())
}

#[tokio::test]
async fn a_user_who_may_read_and_write_one_database_is_enough() {
    let (server, _folder) = locked().await;
    let open = server.access().run_command("amazoff", doc! { "find": "media.files" }).await.unwrap_err();
    assert!(open.to_string().contains("requires authentication"), "{open}");
    let store = MongoStore::connect(&url(&server, "pass%2Fword"), hasty()).await.unwrap();
    let (documents, blobs) = (store.documents(), store.blobs());

    documents.write("test", shard(1), 1, &[numbered("a", 1), numbered("b", 2)]).await.unwrap();
    assert_eq!(number(&documents, "b").await, 2);
    let all = Query { collection: "products".to_owned(), ..Query::default() };
    assert_eq!(documents.count(&all).await.unwrap(), 2);
    assert_eq!(documents.checkpoints("test").await.unwrap(), [(shard(1), 1)]);
    let name = blobs.put(b"abc").await.unwrap();
    assert_eq!(blobs.get(&name).await.unwrap(), Some(b"abc".to_vec()));
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_repeated_in_the_message() {
    let (server, _folder) = locked().await;
    let reason = match MongoStore::connect(&url(&server, "letmein"), hasty()).await {
        Err(error) => error.to_string(),
        // Found out only by the first command: the server counts as away until somebody mends the URL.
        Ok(store) => match store.documents().get("products", "a").await {
            Err(error @ JournalError::Unavailable(_)) => error.to_string(),
            other => panic!("{other:?}"),
        },
    };
    assert!(!reason.contains("letmein"), "{reason}");
}
