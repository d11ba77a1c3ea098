-- Baskets: of a product by date, and all by date.

CREATE INDEX document_product_at ON document (collection, json_extract(body, '$.product'), json_extract(body, '$.at'), id);
CREATE INDEX document_at ON document (collection, json_extract(body, '$.at'), id);
