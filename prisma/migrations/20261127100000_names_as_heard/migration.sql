-- Places are found by what is heard of their names: letters that differ are counted.
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE INDEX "PlaceKey_heard" ON "PlaceKey" (length("key")) WHERE left("key", 1) = '~';
