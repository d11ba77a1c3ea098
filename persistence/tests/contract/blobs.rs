use amazoff_supervisor::journal::JournalError;

use crate::world::World;

contract!(
    mongodb:
    bytes_come_back_under_the_hash_of_their_content,
    storing_the_same_again_changes_nothing,
    an_unknown_or_odd_name_has_no_bytes,
);

async fn bytes_come_back_under_the_hash_of_their_content(world: World) {
    let name = world.blobs.put(b"abc").await.unwrap();
    assert_eq!(name, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(world.blobs.get(&name).await.unwrap(), Some(b"abc".to_vec()));
    let empty = world.blobs.put(b"").await.unwrap();
    assert_eq!(world.blobs.get(&empty).await.unwrap(), Some(Vec::new()));
}

async fn storing_the_same_again_changes_nothing(world: World) {
    let name = world.blobs.put(b"abc").await.unwrap();
    assert_eq!(world.blobs.put(b"abc").await.unwrap(), name);
    assert_eq!(world.blobs.get(&name).await.unwrap(), Some(b"abc".to_vec()));
}

async fn an_unknown_or_odd_name_has_no_bytes(world: World) {
    let name = world.blobs.put(b"abc").await.unwrap();
    for odd in
        [&"0".repeat(64), "", "../../etc/passwd", &name.to_uppercase(), &name[..63], &format!("{name}0")]
    {
        assert_eq!(world.blobs.get(odd).await.unwrap(), None, "{odd}");
    }
}

#[tokio::test]
async fn a_damaged_file_is_corrupt() {
    let world = World::in_sqlite().await;
    let name = world.blobs.put(b"abc").await.unwrap();
    let file = world.disk.as_ref().unwrap().folder.path().join("media").join(&name[..2]).join(&name);
    std::fs::write(file, b"abd").unwrap();
    assert!(matches!(world.blobs.get(&name).await, Err(JournalError::Corrupt { .. })));
}

#[tokio::test]
async fn no_unfinished_file_is_left() {
    let world = World::in_sqlite().await;
    let name = world.blobs.put(b"abc").await.unwrap();
    let folder = world.disk.as_ref().unwrap().folder.path().join("media").join(&name[..2]);
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, [name.as_str()]);
}
