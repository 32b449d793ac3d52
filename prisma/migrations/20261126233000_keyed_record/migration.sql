-- Appends to the record of who has read what, where it still ends as its writer believes. The seal is made by the service, with
-- a key that is not in the database (src/store/text-access.ts). Otherwise says how the record ends now. In one call: the lock
-- that puts entries in a row is held for no round trip. Each statement of a function sees what was committed before it.
CREATE FUNCTION "appendAccess"(expected BIGINT, ticket UUID, member UUID, "by" TEXT, moment TIMESTAMPTZ, "as" TEXT, sealed BYTEA)
RETURNS TABLE ("isAppended" BOOLEAN, "lastSeq" BIGINT, "lastSeal" BYTEA) LANGUAGE plpgsql AS $$
DECLARE
  seq_last BIGINT;
  seal_last BYTEA;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('text-access'));
  SELECT a."seq", a."seal" INTO seq_last, seal_last FROM "TextAccess" a ORDER BY a."seq" DESC LIMIT 1;
  IF coalesce(seq_last, 0) <> expected THEN
    RETURN QUERY SELECT false, coalesce(seq_last, 0::bigint), seal_last;
    RETURN;
  END IF;
  INSERT INTO "TextAccess" ("ticketId", "memberId", "role", "at", "how", "seal") VALUES (ticket, member, "by", moment, "as", sealed) RETURNING "TextAccess"."seq" INTO seq_last;
  RETURN QUERY SELECT true, seq_last, sealed;
END
$$;
