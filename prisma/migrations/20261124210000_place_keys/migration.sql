-- Every spelling and sound of a place's name once, with the places that it may mean: a name that many share is looked at once.
CREATE MATERIALIZED VIEW "PlaceKey" AS
  SELECT "key", array_agg("code" ORDER BY "code") AS "codes"
  FROM (
    SELECT DISTINCT "code", regexp_split_to_table(trim(BOTH '|' FROM "spellings"), '\|') AS "key"
    FROM "Place" WHERE "kind" IN ('village', 'community', 'park')
  ) AS "keys"
  WHERE "key" <> ''
  GROUP BY "key";
CREATE UNIQUE INDEX "PlaceKey_key" ON "PlaceKey" ("key");
CREATE INDEX "PlaceKey_trgm" ON "PlaceKey" USING gin ("key" gin_trgm_ops);
DROP INDEX "Place_spellings_trgm";
