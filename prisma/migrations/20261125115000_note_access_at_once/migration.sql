-- Notes who is shown a text, sealed to the entry before it, in one call: the lock that puts entries in a row is held for no
-- round trip. The seal is as in store/text-access.ts. Each statement of a function sees what was committed before it.
CREATE FUNCTION "noteAccess"(ticket UUID, member UUID, role TEXT, at TIMESTAMPTZ, how TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  before BYTEA;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('text-access'));
  SELECT "seal" INTO before FROM "TextAccess" ORDER BY "seq" DESC LIMIT 1;
  INSERT INTO "TextAccess" ("ticketId", "memberId", "role", "at", "how", "seal") VALUES (ticket, member, role, at, how,
    sha256(coalesce(before, ''::bytea) || convert_to(concat_ws(E'\n', ticket, member, role, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), how), 'UTF8')));
END
$$;
