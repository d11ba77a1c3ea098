use amazoff_supervisor::journal::JournalError;

use crate::world::World;

contract!(
    mongodb:
    bytes_come_back_under_the_hash_of_their_content,
    storing_the_same_again_changes_nothing,
    an_unknown_or_odd_name_has_no_bytes,
    blobs_are_listed_in_order_and_in_pages,
    what_is_derived_is_kept_beside_its_blob_and_replaced,
    an_odd_name_or_form_has_nothing_derived,
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

async fn blobs_are_listed_in_order_and_in_pages(world: World) {
    let mut names = Vec::new();
    for content in [b"a".as_slice(), b"bb", b"ccc", b"dddd"] {
        names.push((world.blobs.put(content).await.unwrap(), u64::try_from(content.len()).unwrap()));
    }
    world.blobs.put_derived(&names[0].0, "card-1.webp", b"small").await.unwrap();
    names.sort();
    let all = world.blobs.list(None, 10).await.unwrap();
    let listed: Vec<_> = all.iter().map(|blob| (blob.name.clone(), blob.bytes)).collect();
    assert_eq!(listed, names);
    assert!(all.iter().all(|blob| blob.stored_at.unix_ms() > 0), "{all:?}");
    let first = world.blobs.list(None, 3).await.unwrap();
    assert_eq!(first, all[..3]);
    let rest = world.blobs.list(Some(&first[2].name), 3).await.unwrap();
    assert_eq!(rest, all[3..]);
    assert!(world.blobs.list(Some(&names[3].0), 3).await.unwrap().is_empty());
    assert!(world.blobs.list(None, 0).await.unwrap().is_empty());
}

async fn what_is_derived_is_kept_beside_its_blob_and_replaced(world: World) {
    let name = world.blobs.put(b"abc").await.unwrap();
    assert_eq!(world.blobs.get_derived(&name, "card-1.webp").await.unwrap(), None);
    for content in [b"small".as_slice(), b"", b"another"] {
        world.blobs.put_derived(&name, "card-1.webp", content).await.unwrap();
        let kept = world.blobs.get_derived(&name, "card-1.webp").await.unwrap();
        assert_eq!(kept.as_deref(), Some(content));
    }
    assert_eq!(world.blobs.get_derived(&name, "card-1.jpg").await.unwrap(), None);
    assert_eq!(world.blobs.get(&name).await.unwrap(), Some(b"abc".to_vec()));
}

async fn an_odd_name_or_form_has_nothing_derived(world: World) {
    let name = world.blobs.put(b"abc").await.unwrap();
    let long = "a".repeat(41);
    for (name, form) in [
        ("../../etc/passwd", "card-1.webp"),
        (&name[..63], "card-1.webp"),
        (&name, ""),
        (&name, "../card"),
        (&name, ".hidden"),
        (&name, "Card"),
        (&name, &long),
    ] {
        let refused = world.blobs.put_derived(name, form, b"x").await;
        assert!(matches!(refused, Err(JournalError::Unavailable(_))), "{name} {form}: {refused:?}");
        assert_eq!(world.blobs.get_derived(name, form).await.unwrap(), None, "{name} {form}");
    }
}

#[tokio::test]
async fn what_is_derived_and_damaged_counts_as_missing() {
    let world = World::in_sqlite().await;
    let name = world.blobs.put(b"abc").await.unwrap();
    world.blobs.put_derived(&name, "card-1.webp", b"small").await.unwrap();
    let media = world.disk.as_ref().unwrap().folder.path().join("media");
    let file = media.join("derived").join(&name[..2]).join(format!("{name}.card-1.webp"));
    for damage in [b"".as_slice(), b"short", &[7; 40]] {
        std::fs::write(&file, damage).unwrap();
        assert_eq!(world.blobs.get_derived(&name, "card-1.webp").await.unwrap(), None);
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
