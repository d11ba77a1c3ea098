//! One generation of the index: a writer, readers, and how far the journal was followed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use amazoff_actors::product::{ProductCard, SearchDocument};
use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::DocumentPut;
use moka::sync::Cache;
use serde::Deserialize as _;
use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::schema::{Schema, Value as _};
use tantivy::{
    DocAddress, DocId, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument,
    TantivyError, Term,
};

use crate::schema::{Fields, indexed, schema, tokenizers};

/// What the writer may hold before it writes a segment, in bytes; the least that tantivy takes.
const WRITER_BYTES: usize = 15_000_000;
/// Cards that are kept in memory, of some hundred bytes each.
const CARDS_MAX: u64 = 10_000;
/// Events without products that are passed in memory before it is written how far.
const UNSTORED_MAX: u64 = 100_000;

/// A generation, open.
pub(crate) struct Generation {
    pub(crate) fields: Fields,
    /// What is shown of products, as read from where they stand in a segment: segments never change.
    cards: Cache<(SegmentId, DocId), ProductCard>,
    reader: IndexReader,
    writer: Mutex<Writer>,
}

struct Writer {
    index: IndexWriter,
    /// By the number of the shard.
    checkpoints: BTreeMap<u16, u64>,
    unstored: u64,
}

impl Generation {
    /// Opens it, or begins it anew where it is not there, was damaged, or is another program's.
    ///
    /// # Errors
    /// When its folder cannot be used.
    pub(crate) fn open(folder: Option<&Path>) -> tantivy::Result<Self> {
        let (schema, fields) = schema();
        let Some(folder) = folder else { return Self::over(Index::create_in_ram(schema), fields) };
        match Self::reopen(folder, &schema).and_then(|index| Self::over(index, fields)) {
            Ok(known) => Ok(known),
            // Somebody else has it open, and it is theirs.
            Err(error @ TantivyError::LockFailure(..)) => Err(error),
            Err(error) => {
                if folder.exists() {
                    tracing::warn!(%error, "the search index cannot be used and is made anew");
                    std::fs::remove_dir_all(folder)?;
                }
                std::fs::create_dir_all(folder)?;
                let index =
                    Index::create(MmapDirectory::open(folder)?, schema, tantivy::IndexSettings::default())?;
                Self::over(index, fields)
            }
        }
    }

    fn reopen(folder: &Path, schema: &Schema) -> tantivy::Result<Index> {
        let index = Index::open_in_dir(folder)?;
        match index.schema() == *schema {
            true => Ok(index),
            false => Err(TantivyError::SchemaError("another program's".to_owned())),
        }
    }

    fn over(mut index: Index, fields: Fields) -> tantivy::Result<Self> {
        index.set_tokenizers(tokenizers());
        let checkpoints = match index.load_metas()?.payload {
            Some(payload) => serde_json::from_str(&payload)
                .map_err(|error| TantivyError::InvalidArgument(format!("its checkpoints: {error}")))?,
            None => BTreeMap::new(),
        };
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let index = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let cards = Cache::new(CARDS_MAX);
        Ok(Self { fields, cards, reader, writer: Mutex::new(Writer { index, checkpoints, unstored: 0 }) })
    }

    /// What is committed now.
    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// What is shown of a product.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn card(&self, searcher: &Searcher, at: DocAddress) -> tantivy::Result<ProductCard> {
        let key = (searcher.segment_reader(at.segment_ord).segment_id(), at.doc_id);
        if let Some(card) = self.cards.get(&key) {
            return Ok(card);
        }
        let document: TantivyDocument = searcher.doc(at)?;
        let card = document.get_first(self.fields.card).and_then(|card| card.as_bytes()).unwrap_or_default();
        let card: ProductCard = serde_json::from_slice(card)
            .map_err(|error| TantivyError::InternalError(format!("a card is unreadable: {error}")))?;
        self.cards.insert(key, card.clone());
        Ok(card)
    }

    /// How many products there are.
    pub(crate) fn len(&self) -> u64 {
        self.searcher().num_docs()
    }

    /// Up to where each shard has been followed.
    pub(crate) fn checkpoints(&self) -> Vec<(ShardId, u64)> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let known = writer.checkpoints.iter();
        known.filter_map(|(shard, seq)| ShardId::from_number(*shard).map(|shard| (shard, *seq))).collect()
    }

    /// Commits products and how far the journal was followed for them; then they are found. The projection gives each product
    /// as last published, so what comes later is never older.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub(crate) fn write(&self, shard: ShardId, seq: u64, puts: &[DocumentPut]) -> tantivy::Result<()> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let before = writer.checkpoints.insert(shard.number(), seq).unwrap_or_default();
        writer.unstored += seq.saturating_sub(before);
        if puts.is_empty() && writer.unstored < UNSTORED_MAX {
            return Ok(());
        }
        let written = self.commit(&mut writer, puts);
        if written.is_err() {
            writer.checkpoints.insert(shard.number(), before);
            writer.index.rollback()?;
        }
        written?;
        writer.unstored = 0;
        self.reader.reload()
    }

    fn commit(&self, writer: &mut Writer, puts: &[DocumentPut]) -> tantivy::Result<()> {
        for DocumentPut { id, body, .. } in puts {
            writer.index.delete_term(Term::from_field_text(self.fields.id, id));
            if let Some(body) = body {
                writer.index.add_document(self.read(body)?)?;
            }
        }
        let payload = serde_json::to_string(&writer.checkpoints).map_err(unreadable)?;
        let mut commit = writer.index.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit().map(drop)
    }

    fn read(&self, body: &serde_json::Value) -> tantivy::Result<TantivyDocument> {
        let document = SearchDocument::deserialize(body).map_err(unreadable)?;
        indexed(&self.fields, &document).map_err(unreadable)
    }
}

fn unreadable(error: serde_json::Error) -> TantivyError {
    TantivyError::InvalidArgument(format!("a product that cannot be indexed: {error}"))
}
