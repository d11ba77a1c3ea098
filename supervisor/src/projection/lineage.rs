//! The generations of a projection, stored as a document.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::documents::{DocumentPut, Documents};
use crate::ids::ShardId;
use crate::journal::JournalError;

/// The collection of lineages, by projection; also the name of their checkpoint.
const LINEAGES: &str = "projection-lineages";

/// One generation of a projection's documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Built {
    /// 0 for the first; part of the stored names.
    pub(crate) generation: u64,
    /// The version of the projection that built it.
    pub(crate) version: u32,
    /// Its collections by their logical names.
    pub(crate) collections: Vec<String>,
}

impl Built {
    /// What is stored under a name: the first generation has the plain names.
    pub(crate) fn stored_name(&self, name: &str) -> String {
        if self.generation == 0 { name.to_owned() } else { format!("{name}@{}", self.generation) }
    }
    /// The stored name of a collection; `None` when this generation has no such collection.
    pub(crate) fn physical(&self, collection: &str) -> Option<String> {
        self.collections.iter().any(|known| known == collection).then(|| self.stored_name(collection))
    }
}

/// Which generations there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lineage {
    /// Grows with every attempt to store it.
    revision: u64,
    /// Whom readers see.
    pub(crate) serving: Built,
    /// What is being built beside it.
    pub(crate) next: Option<Built>,
    /// What is to be removed.
    pub(crate) retired: Vec<Built>,
}

impl Lineage {
    pub(crate) fn first(serving: Built) -> Self {
        Self { revision: 0, serving, next: None, retired: Vec::new() }
    }

    /// A generation that was never used.
    pub(crate) fn unused(&self) -> u64 {
        let all = self.retired.iter().chain(&self.next).chain([&self.serving]);
        all.map(|built| built.generation).max().unwrap_or_default() + 1
    }

    /// The stored lineage of a projection; `None` before its first start.
    pub(crate) async fn load(
        documents: &dyn Documents,
        projection: &str,
    ) -> Result<Option<Self>, JournalError> {
        let Some(body) = documents.get(LINEAGES, projection).await? else { return Ok(None) };
        serde_json::from_value(body).map(Some).map_err(|error| corrupt(projection, &error))
    }

    /// Makes a change durable, and only then true.
    pub(crate) async fn change(
        &mut self,
        documents: &dyn Documents,
        projection: &str,
        change: impl FnOnce(&mut Self),
    ) -> Result<(), JournalError> {
        // An attempt with an unknown outcome may have been stored: the next one must be newer.
        self.revision += 1;
        let mut changed = self.clone();
        change(&mut changed);
        let body = serde_json::to_value(&changed).map_err(|error| corrupt(projection, &error))?;
        let put = DocumentPut {
            collection: LINEAGES.to_owned(),
            id: projection.to_owned(),
            source_seq: changed.revision,
            body: Some(body),
        };
        documents.write(LINEAGES, ShardId::of(Uuid::nil()), changed.revision, &[put]).await?;
        *self = changed;
        Ok(())
    }
}

/// Where the documents of a projection that readers see are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// The generation.
    pub generation: u64,
    /// What its checkpoints are kept under.
    pub name: String,
    built: Built,
}

impl Serving {
    /// Looks it up. Before the first start of a projection nothing is stored under any name.
    ///
    /// # Errors
    /// When the store is away, or what is stored cannot be read.
    pub async fn of(
        documents: &dyn Documents,
        projection: &str,
        collections: &[&str],
    ) -> Result<Self, JournalError> {
        let first = || Built {
            generation: 0,
            version: 0,
            collections: collections.iter().map(ToString::to_string).collect(),
        };
        let lineage = Lineage::load(documents, projection).await?;
        let built = lineage.map_or_else(first, |lineage| lineage.serving);
        Ok(Self { generation: built.generation, name: built.stored_name(projection), built })
    }

    /// The stored name of a collection; `None` when this generation has no such collection.
    pub fn collection(&self, name: &str) -> Option<String> {
        self.built.physical(name)
    }
}

fn corrupt(projection: &str, error: &serde_json::Error) -> JournalError {
    JournalError::Corrupt { entity: format!("projection {projection}"), reason: error.to_string() }
}
