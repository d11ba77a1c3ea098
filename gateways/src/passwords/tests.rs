use amazoff_actors::user::passwords::{PasswordError, PasswordHasher};

use super::Argon2Pool;

fn pool() -> Argon2Pool {
    Argon2Pool::new(1, 8)
}

#[tokio::test]
async fn a_hash_verifies_its_password_and_no_other() {
    let pool = pool();
    let hash = pool.hash("correct horse").await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert!(pool.verify("correct horse", &hash).await.unwrap());
    assert!(!pool.verify("correct horsf", &hash).await.unwrap());
    assert!(!pool.verify("", &hash).await.unwrap());
}

#[tokio::test]
async fn the_same_password_gets_another_hash_each_time() {
    let pool = pool();
    assert_ne!(pool.hash("twice").await.unwrap(), pool.hash("twice").await.unwrap());
}

#[tokio::test]
async fn a_known_hash_of_another_implementation_verifies() {
    // From the reference implementation's test vectors: argon2id, m=65536, t=2, p=1, "password", "somesalt".
    let known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert!(pool().verify("password", known).await.unwrap());
}

#[tokio::test]
async fn what_is_no_hash_fails_and_costs_no_memory() {
    let pool = pool();
    for text in [
        "",
        "secret",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
        "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ] {
        assert!(matches!(pool.verify("secret", text).await, Err(PasswordError::Failed(_))), "{text}");
    }
    assert!(pool.verify("secret", &pool.hash("secret").await.unwrap()).await.unwrap());
}
