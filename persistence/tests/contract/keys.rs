use uuid::Uuid;

use crate::world::{NOW, World};

contract!(
    the_first_key_of_a_person_counts,
    an_erased_key_is_gone,
    an_erased_person_never_gets_a_key_again,
    some_keys_are_those_that_are_there,
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

async fn some_keys_are_those_that_are_there(world: World) {
    assert!(world.keys.some(2).await.unwrap().is_empty());
    let persons = [1, 2, 3, 4].map(Uuid::from_u128);
    for person in persons {
        world.keys.put_if_absent(person, person.as_bytes()).await.unwrap();
    }
    world.keys.erase(persons[0], NOW).await.unwrap();
    let some = world.keys.some(2).await.unwrap();
    assert!(some.len() == 2 && some.iter().all(|(person, key)| key == person.as_bytes()), "{some:?}");
    assert_eq!(world.keys.some(9).await.unwrap().len(), 3);
}
