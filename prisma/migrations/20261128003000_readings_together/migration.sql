-- Appends several entries to the record of who has read what, in their order, where it still ends as its writer believes: all or none of them.
-- The lock is held until the commit is on the disk, so one call for each would let a process note no more than some eighty a second.
CREATE FUNCTION "appendAccesses"(expected BIGINT, tickets UUID[], members UUID[], roles TEXT[], moments TIMESTAMPTZ[], ways TEXT[], seals BYTEA[])
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
  FOR nth IN 1 .. cardinality(tickets) LOOP
    INSERT INTO "TextAccess" ("ticketId", "memberId", "role", "at", "how", "seal")
      VALUES (tickets[nth], members[nth], roles[nth], moments[nth], ways[nth], seals[nth]) RETURNING "TextAccess"."seq" INTO seq_last;
  END LOOP;
  RETURN QUERY SELECT true, seq_last, seals[cardinality(seals)];
END
$$;

-- The copy before appends one at a time: by the same rule.
CREATE OR REPLACE FUNCTION "appendAccess"(expected BIGINT, ticket UUID, member UUID, "by" TEXT, moment TIMESTAMPTZ, "as" TEXT, sealed BYTEA)
RETURNS TABLE ("isAppended" BOOLEAN, "lastSeq" BIGINT, "lastSeal" BYTEA) LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT * FROM "appendAccesses"(expected, ARRAY[ticket], ARRAY[member], ARRAY["by"], ARRAY[moment], ARRAY["as"], ARRAY[sealed]);
END
$$;
