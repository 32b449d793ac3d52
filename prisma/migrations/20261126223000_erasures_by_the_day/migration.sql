-- Who began anew on the day of an erasure has a chat of the day after it: the record of the erasure knows the day alone.
UPDATE "Conversation" c SET "createdAt" = date_trunc('day', e."at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 day'
FROM "Erasure" e WHERE e."hash" = c."handleHash" AND c."createdAt" >= e."at"
  AND c."createdAt" < date_trunc('day', e."at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 day';

-- A moment would join an erasure to what happened to tickets in it.
INSERT INTO "Erasure" ("hash", "at") SELECT DISTINCT "hash", date_trunc('day', "at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM "Erasure" ON CONFLICT DO NOTHING;
DELETE FROM "Erasure" WHERE "at" <> date_trunc('day', "at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
