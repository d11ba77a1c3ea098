-- Reports: of a day and a currency, of a stage and a day, and what runs out.

CREATE INDEX document_day ON document (collection, json_extract(body, '$.day'), json_extract(body, '$.currency'), id);
CREATE INDEX document_stage_day ON document (collection, json_extract(body, '$.stage_day'));
CREATE INDEX document_available ON document (collection, json_extract(body, '$.available'), id);
