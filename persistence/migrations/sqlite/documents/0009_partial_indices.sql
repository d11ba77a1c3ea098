-- An index holds only the documents that have its fields: most have those of one or two, and each index that takes a
-- document in is some pages more to write. Queries say that the field is there.

DROP INDEX document_price;
DROP INDEX document_created;
DROP INDEX document_title;
DROP INDEX document_slug;
DROP INDEX document_category;
DROP INDEX document_user;
DROP INDEX document_product_shown;
DROP INDEX document_product_helpful;
DROP INDEX document_author;
DROP INDEX document_product_at;
DROP INDEX document_at;
DROP INDEX document_day;
DROP INDEX document_stage_day;
DROP INDEX document_available;

-- Products: of a category, of a status, all. Orders: of a person, all. Carts and what else is held about
-- a person. Reviews: of a product, a person, to be looked at.
-- Baskets: of a product, all. Reports: of a day and currency, of a stage and day, what runs out. Processes: the oldest.
CREATE INDEX document_category ON document (collection, json_extract(body, '$.category'), json_extract(body, '$.created_at'), id)
    WHERE json_extract(body, '$.category') IS NOT NULL AND json_extract(body, '$.created_at') IS NOT NULL;
CREATE INDEX document_user ON document (collection, json_extract(body, '$.user'), json_extract(body, '$.placed_at'), id)
    WHERE json_extract(body, '$.user') IS NOT NULL AND json_extract(body, '$.placed_at') IS NOT NULL;
CREATE INDEX document_of_user ON document (collection, json_extract(body, '$.user'), id)
    WHERE json_extract(body, '$.user') IS NOT NULL;
CREATE INDEX document_product_shown ON document (collection, json_extract(body, '$.product'), json_extract(body, '$.shown_since'), id)
    WHERE json_extract(body, '$.product') IS NOT NULL AND json_extract(body, '$.shown_since') IS NOT NULL;
CREATE INDEX document_product_helpful ON document (collection, json_extract(body, '$.product'), json_extract(body, '$.helpful'), id)
    WHERE json_extract(body, '$.product') IS NOT NULL AND json_extract(body, '$.helpful') IS NOT NULL;
CREATE INDEX document_author ON document (collection, json_extract(body, '$.author'), json_extract(body, '$.created_at'), id)
    WHERE json_extract(body, '$.author') IS NOT NULL AND json_extract(body, '$.created_at') IS NOT NULL;
CREATE INDEX document_status_since ON document (collection, json_extract(body, '$.status'), json_extract(body, '$.since'), id)
    WHERE json_extract(body, '$.status') IS NOT NULL AND json_extract(body, '$.since') IS NOT NULL;
CREATE INDEX document_status_created ON document (collection, json_extract(body, '$.status'), json_extract(body, '$.created_at'), id)
    WHERE json_extract(body, '$.status') IS NOT NULL AND json_extract(body, '$.created_at') IS NOT NULL;
CREATE INDEX document_product_at ON document (collection, json_extract(body, '$.product'), json_extract(body, '$.at'), id)
    WHERE json_extract(body, '$.product') IS NOT NULL AND json_extract(body, '$.at') IS NOT NULL;
CREATE INDEX document_at ON document (collection, json_extract(body, '$.at'), id)
    WHERE json_extract(body, '$.at') IS NOT NULL;
CREATE INDEX document_day ON document (collection, json_extract(body, '$.day'), json_extract(body, '$.currency'), id)
    WHERE json_extract(body, '$.day') IS NOT NULL AND json_extract(body, '$.currency') IS NOT NULL;
CREATE INDEX document_stage_day ON document (collection, json_extract(body, '$.stage_day'), id)
    WHERE json_extract(body, '$.stage_day') IS NOT NULL;
CREATE INDEX document_available ON document (collection, json_extract(body, '$.available'), id)
    WHERE json_extract(body, '$.available') IS NOT NULL;
CREATE INDEX document_created ON document (collection, json_extract(body, '$.created_at'), id)
    WHERE json_extract(body, '$.created_at') IS NOT NULL;
CREATE INDEX document_placed ON document (collection, json_extract(body, '$.placed_at'), id)
    WHERE json_extract(body, '$.placed_at') IS NOT NULL;
CREATE INDEX document_started ON document (collection, json_extract(body, '$.started_at'), id)
    WHERE json_extract(body, '$.started_at') IS NOT NULL;
