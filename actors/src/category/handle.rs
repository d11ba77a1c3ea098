//! The way to the categories.

use std::sync::Arc;

use amazoff_supervisor::documents::{Documents, Query};
use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError, Version};
use tokio::sync::watch;

use super::{Category, Change, Command, Receipt, Rejection, Tree};
use crate::asking::{fingerprinted, not_read};
use crate::ids::CategoryTreeId;
use crate::product::{CategoryCount, PRODUCTS};

/// The shop's categories. Cheap to clone.
#[derive(Clone)]
pub struct Categories {
    directory: Directory<Tree>,
    documents: Arc<dyn Documents>,
}

/// A category in its place, with what is for sale in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name in links.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// How many products for sale name it.
    pub count: u64,
    /// How many name it or one below it.
    pub total: u64,
    /// The categories below it, in order.
    pub children: Vec<Self>,
}

/// What came of a change, or why nothing did.
type Answered = Result<Answer<Receipt>, AskError<Rejection>>;

impl Categories {
    /// The categories over their directory; products that name one are counted in `documents`.
    pub fn new(directory: Directory<Tree>, documents: Arc<dyn Documents>) -> Self {
        Self { directory, documents }
    }

    /// Tells of each change from now on: subscribe first, then read.
    pub fn watch(&self) -> watch::Receiver<Version> {
        self.directory.watch(CategoryTreeId::shop().uuid())
    }

    /// The tree as last committed; an empty one as long as nobody changed it.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn current(&self) -> Result<Arc<Committed<Tree>>, ReadError> {
        Ok(self.directory.read(CategoryTreeId::shop().uuid()).await?.unwrap_or_default())
    }

    /// Makes a category what it says, whether it was there or not.
    ///
    /// # Errors
    /// `category-invalid`, `categories-changed`.
    pub async fn put(
        &self,
        (slug, category): (String, Category),
        expected_version: Option<u64>,
        envelope: Envelope,
    ) -> Answered {
        self.change(Change::Put { slug, category }, expected_version, envelope).await
    }

    /// Takes a category away that nothing is in.
    ///
    /// # Errors
    /// `category-not-found`, `category-not-empty`, `categories-changed`.
    pub async fn remove(&self, slug: String, expected_version: Option<u64>, envelope: Envelope) -> Answered {
        let products = self.naming(&slug).await.map_err(not_read)?;
        let envelope = fingerprinted(envelope, &slug);
        self.change(Change::Remove { slug, products }, expected_version, envelope).await
    }

    /// How many products name a category, whatever their status.
    ///
    /// # Errors
    /// When the documents cannot be read.
    pub async fn naming(&self, slug: &str) -> Result<u64, ReadError> {
        let query = Query {
            collection: PRODUCTS.to_owned(),
            equals: vec![("category".to_owned(), slug.into())],
            ..Query::default()
        };
        Ok(self.documents.count(&query).await?)
    }

    async fn change(&self, change: Change, expected_version: Option<u64>, envelope: Envelope) -> Answered {
        let command = Command::Change { expected_version, change };
        self.directory.execute(CategoryTreeId::shop().uuid(), command, envelope).await
    }
}

impl Tree {
    /// The tree with what is for sale in it. Categories that products name and the tree does not have follow at its root.
    pub fn nodes(&self, counts: &[CategoryCount]) -> Vec<Node> {
        let mut nodes = self.nodes_below(None, counts);
        let unknown = counts.iter().filter(|count| !self.all.contains_key(&count.slug));
        nodes.extend(unknown.map(|CategoryCount { slug, name, count }| Node {
            slug: slug.clone(),
            title: name.clone(),
            count: *count,
            total: *count,
            children: Vec::new(),
        }));
        nodes
    }

    fn nodes_below(&self, parent: Option<&str>, counts: &[CategoryCount]) -> Vec<Node> {
        let node = |(slug, category): (&str, &Category)| {
            let children = self.nodes_below(Some(slug), counts);
            let count = counts.iter().find(|count| count.slug == slug).map_or(0, |count| count.count);
            let below = children.iter().fold(0_u64, |sum, child| sum.saturating_add(child.total));
            let total = count.saturating_add(below);
            Node { slug: slug.to_owned(), title: category.title.clone(), count, total, children }
        };
        self.below(parent).into_iter().map(node).collect()
    }

    /// Calls counted categories as the tree does.
    pub fn name(&self, counts: &mut [CategoryCount]) {
        for count in counts {
            if let Some(category) = self.all.get(&count.slug) {
                count.name.clone_from(&category.title);
            }
        }
    }
}
