-- AlterTable
ALTER TABLE "Outbound" ADD COLUMN "asks" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "replaces" BIGINT,
ADD COLUMN "externalSealed" BYTEA,
ADD COLUMN "externalHash" BYTEA,
ADD COLUMN "setAsideAt" TIMESTAMPTZ(3),
ADD COLUMN "error" TEXT;

-- AlterTable
ALTER TABLE "TicketMessage" ADD COLUMN "source" BYTEA;

-- Few rows ask at a time: each turn looks for those of its chat.
CREATE INDEX "Outbound_asks" ON "Outbound" ("conversationId") WHERE "asks";

-- Counties and townships are typed too, and narrow the list down.
DROP MATERIALIZED VIEW "PlaceKey";
CREATE MATERIALIZED VIEW "PlaceKey" AS
  SELECT "key", array_agg("code" ORDER BY "kind" IN ('village', 'community', 'park') DESC, "code") AS "codes"
  FROM (
    SELECT DISTINCT "code", "kind", regexp_split_to_table(trim(BOTH '|' FROM "spellings"), '\|') AS "key"
    FROM "Place" WHERE "kind" <> 'prefecture'
  ) AS "keys"
  WHERE "key" <> ''
  GROUP BY "key";
CREATE UNIQUE INDEX "PlaceKey_key" ON "PlaceKey" ("key");
CREATE INDEX "PlaceKey_trgm" ON "PlaceKey" USING gin ("key" gin_trgm_ops);
