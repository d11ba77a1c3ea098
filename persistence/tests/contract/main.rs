//! The contract of the ports: what every adapter keeps. Each sentence is run against memory and against SQLite, those of
//! the journal and its tables also against MariaDB, those of documents and blobs against MongoDB.

/// Runs each sentence of a module against every adapter of its port.
macro_rules! contract {
    (mongodb: $($sentence:ident),+ $(,)?) => {
        contract!(embedded: $($sentence),+);
        mod mongodb {
            use crate::world::World;
            $(#[tokio::test]
            async fn $sentence() {
                super::$sentence(World::in_mongodb().await).await;
            })+
        }
    };
    (embedded: $($sentence:ident),+ $(,)?) => {
        mod memory {
            use crate::world::World;
            $(#[tokio::test(start_paused = true)]
            async fn $sentence() {
                super::$sentence(World::in_memory().await).await;
            })+
        }
        mod sqlite {
            use crate::world::World;
            $(#[tokio::test]
            async fn $sentence() {
                super::$sentence(World::in_sqlite().await).await;
            })+
        }
    };
    ($($sentence:ident),+ $(,)?) => {
        contract!(embedded: $($sentence),+);
        mod mariadb {
            use crate::world::World;
            $(#[tokio::test]
            async fn $sentence() {
                super::$sentence(World::in_mariadb().await).await;
            })+
        }
    };
}

#[cfg(test)]
mod append;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod blobs;
#[cfg(test)]
mod claims;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod fences;
#[cfg(test)]
mod in_mongodb;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod leases;
#[cfg(test)]
mod mariadb;
#[cfg(test)]
mod on_disk;
#[cfg(test)]
mod promotion;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod twins;
#[cfg(test)]
mod waiting;
#[cfg(test)]
mod world;
