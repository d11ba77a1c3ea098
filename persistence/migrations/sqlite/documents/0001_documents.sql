-- What can be rebuilt from the journal: documents, and how far each projection has come.

CREATE TABLE document (
    collection TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    source_seq INTEGER NOT NULL,
    body       TEXT    CHECK (body IS NULL OR json_valid(body)),
    deleted    INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (collection, id),
    CHECK ((body IS NULL) = (deleted = 1))
) STRICT;

-- The shop's usual orders: catalogue by price, date and title, by category; a customer's orders by date.
CREATE INDEX document_price ON document (collection, json_extract(body, '$.price_amount'), id);
CREATE INDEX document_created ON document (collection, json_extract(body, '$.created_at'), id);
CREATE INDEX document_title ON document (collection, json_extract(body, '$.title'), id);
CREATE INDEX document_slug ON document (collection, json_extract(body, '$.slug'));
CREATE INDEX document_category ON document (collection, json_extract(body, '$.category'), json_extract(body, '$.created_at'), id);
CREATE INDEX document_user ON document (collection, json_extract(body, '$.user'), json_extract(body, '$.placed_at'), id);

CREATE TABLE checkpoint (
    projection TEXT    NOT NULL,
    shard_id   INTEGER NOT NULL,
    shard_seq  INTEGER NOT NULL,
    PRIMARY KEY (projection, shard_id)
) STRICT, WITHOUT ROWID;
