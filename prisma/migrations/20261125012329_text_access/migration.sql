-- CreateTable
CREATE TABLE "TextAccess" (
    "seq" BIGSERIAL NOT NULL,
    "ticketId" UUID NOT NULL,
    "memberId" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "how" TEXT NOT NULL,
    "seal" BYTEA NOT NULL,

    CONSTRAINT "TextAccess_pkey" PRIMARY KEY ("seq")
);

-- CreateIndex
CREATE INDEX "TextAccess_ticketId_seq_idx" ON "TextAccess"("ticketId", "seq");

-- Append-only: what was seen stays seen.
CREATE FUNCTION "refuseChange"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the record of who has read what can only grow' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "TextAccess_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "TextAccess" FOR EACH STATEMENT EXECUTE FUNCTION "refuseChange"();
