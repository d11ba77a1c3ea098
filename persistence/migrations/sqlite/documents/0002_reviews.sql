-- Reviews: of a product by date and by votes, and a person's own.

CREATE INDEX document_product_shown ON document (collection, json_extract(body, '$.product'), json_extract(body, '$.shown_since'), id);
CREATE INDEX document_product_helpful ON document (collection, json_extract(body, '$.product'), json_extract(body, '$.helpful'), id);
CREATE INDEX document_author ON document (collection, json_extract(body, '$.author'), json_extract(body, '$.created_at'), id);
