use uuid::Uuid;

use crate::world::{NOW, World};

contract!(
    the_first_key_of_a_person_counts,
    an_erased_key_is_gone,
    an_erased_person_never_gets_a_key_again,
    any_key_is_one_that_is_there,
);

async fn the_first_key_of_a_person_counts(world: World) {
    let person = Uuid::now_v7();
    assert_eq!(world.keys.get(person).await.unwrap(), None);
    assert_eq!(world.keys.put_if_absent(person, b"first").await.unwrap(), Some(b"first".to_vec()));
    assert_eq!(world.keys.put_if_absent(person, b"second").await.unwrap(), Some(b"first".to_vec()));
    assert_eq!(world.keys.get(person).await.unwrap(), Some(b"first".to_vec()));
}

async fn an_erased_key_is_gone(world: World) {
    let (person, other) = (Uuid::now_v7(), Uuid::now_v7());
    world.keys.put_if_absent(person, b"key").await.unwrap();
    world.keys.put_if_absent(other, b"other").await.unwrap();
    world.keys.erase(person, NOW).await.unwrap();
    assert_eq!(world.keys.get(person).await.unwrap(), None);
    assert_eq!(world.keys.get(other).await.unwrap(), Some(b"other".to_vec()));
}

async fn an_erased_person_never_gets_a_key_again(world: World) {
    let (known, unknown) = (Uuid::now_v7(), Uuid::now_v7());
    world.keys.put_if_absent(known, b"key").await.unwrap();
    for person in [known, unknown] {
        for _ in 0..2 {
            world.keys.erase(person, NOW).await.unwrap();
        }
        assert_eq!(world.keys.put_if_absent(person, b"again").await.unwrap(), None);
        assert_eq!(world.keys.get(person).await.unwrap(), None);
    }
}

async fn any_key_is_one_that_is_there(world: World) {
    assert_eq!(world.keys.any().await.unwrap(), None);
    let (erased, person) = (Uuid::from_u128(1), Uuid::from_u128(2));
    world.keys.put_if_absent(erased, b"erased").await.unwrap();
    world.keys.erase(erased, NOW).await.unwrap();
    assert_eq!(world.keys.any().await.unwrap(), None);
    world.keys.put_if_absent(person, b"key").await.unwrap();
    assert_eq!(world.keys.any().await.unwrap(), Some((person, b"key".to_vec())));
}
