//! What is indexed, and how text becomes words.

use amazoff_actors::product::SearchDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer,
    TokenizerManager,
};
use tantivy::{TantivyDocument, doc};

/// The longest word that is indexed, in bytes.
const WORD_BYTES_MAX: usize = 40;
/// Between the name and the value of an attribute.
const BETWEEN: char = '\u{1f}';

const WORDS: &str = "words";
const STEMS: &str = "stems";

/// The fields of the index.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    pub(crate) title: Field,
    pub(crate) brand: Field,
    /// Every word, as it is.
    pub(crate) words: Field,
    /// Every word, without its ending.
    pub(crate) stems: Field,
    /// Attributes with their values, see [`attribute`].
    pub(crate) attribute: Field,
    pub(crate) price: Field,
    pub(crate) created_at: Field,
    pub(crate) name: Field,
    /// What lists show, as JSON.
    pub(crate) card: Field,
}

pub(crate) const ID: &str = "id";
pub(crate) const ATTRIBUTE: &str = "attribute";
pub(crate) const PRICE: &str = "price";
pub(crate) const CREATED_AT: &str = "created_at";
pub(crate) const NAME: &str = "name";

/// The schema. An index with another one is made anew.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let text = |tokenizer| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
        TextOptions::default().set_indexing_options(indexing.set_index_option(IndexRecordOption::WithFreqs))
    };
    let fields = Fields {
        id: schema.add_text_field(ID, STRING | FAST),
        title: schema.add_text_field("title", text(WORDS)),
        brand: schema.add_text_field("brand", text(WORDS)),
        words: schema.add_text_field("words", text(WORDS)),
        stems: schema.add_text_field("stems", text(STEMS)),
        attribute: schema.add_text_field(ATTRIBUTE, STRING | FAST),
        price: schema.add_i64_field(PRICE, FAST | INDEXED),
        created_at: schema.add_i64_field(CREATED_AT, FAST),
        name: schema.add_text_field(NAME, STRING | FAST),
        card: schema.add_bytes_field("card", STORED),
    };
    (schema.build(), fields)
}

fn words() -> TextAnalyzer {
    let words =
        TextAnalyzer::builder(SimpleTokenizer::default()).filter(RemoveLongFilter::limit(WORD_BYTES_MAX));
    words.filter(LowerCaser).filter(AsciiFoldingFilter).build()
}

fn stems() -> TextAnalyzer {
    let words =
        TextAnalyzer::builder(SimpleTokenizer::default()).filter(RemoveLongFilter::limit(WORD_BYTES_MAX));
    words.filter(LowerCaser).filter(AsciiFoldingFilter).filter(Stemmer::new(Language::English)).build()
}

/// How text becomes words, by the names in the schema.
pub(crate) fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(WORDS, words());
    tokenizers.register(STEMS, stems());
    tokenizers
}

/// The words of a text: as they are, and without their endings.
pub(crate) fn split(text: &str) -> Vec<(String, String)> {
    let of = |mut analyzer: TextAnalyzer| {
        let (mut found, mut stream) = (Vec::new(), analyzer.token_stream(text));
        stream.process(&mut |token| found.push(token.text.clone()));
        found
    };
    of(words()).into_iter().zip(of(stems())).collect()
}

/// An attribute's value as one term.
pub(crate) fn attribute(name: &str, value: &str) -> String {
    format!("{name}{BETWEEN}{value}")
}

/// The name and the value in such a term.
pub(crate) fn parts(attribute: &str) -> Option<(&str, &str)> {
    attribute.split_once(BETWEEN)
}

/// What is indexed of a product.
pub(crate) fn indexed(fields: &Fields, document: &SearchDocument) -> serde_json::Result<TantivyDocument> {
    let SearchDocument { card, category_name, description, skus, options, created_at } = document;
    let mut indexed = doc!(
        fields.id => card.id.to_string(),
        fields.title => card.title.as_str(),
        fields.brand => card.brand.as_str(),
        fields.price => card.price.amount,
        fields.created_at => *created_at,
        fields.name => card.title.to_lowercase(),
        fields.card => serde_json::to_vec(card)?,
    );
    for (name, value) in document.attributes() {
        indexed.add_text(fields.attribute, attribute(name, value));
    }
    let own = [&card.title, &card.brand, category_name, description];
    for text in own.into_iter().chain(skus).chain(options.values().flatten()) {
        indexed.add_text(fields.words, text);
        indexed.add_text(fields.stems, text);
    }
    Ok(indexed)
}
