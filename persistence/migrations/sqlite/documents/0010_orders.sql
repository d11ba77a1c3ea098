-- Orders: by their number, and those of which a return waits.
CREATE INDEX document_number ON document (collection, json_extract(body, '$.number'), json_extract(body, '$.placed_at'), id)
    WHERE json_extract(body, '$.number') IS NOT NULL AND json_extract(body, '$.placed_at') IS NOT NULL;
CREATE INDEX document_return_status ON document (collection, json_extract(body, '$.return_status'), json_extract(body, '$.placed_at'), id)
    WHERE json_extract(body, '$.return_status') IS NOT NULL AND json_extract(body, '$.placed_at') IS NOT NULL;
