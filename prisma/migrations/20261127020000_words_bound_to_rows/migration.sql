-- Sealed words are bound to their row. A row's number is not known before it is written, so these rows have a name as well.
-- Two steps: what is there already gets its name when it is sealed anew, and the tables are not rewritten here.
ALTER TABLE "Outbound" ADD COLUMN "sealedAs" UUID;
ALTER TABLE "Outbound" ALTER COLUMN "sealedAs" SET DEFAULT gen_random_uuid();
ALTER TABLE "TicketMessage" ADD COLUMN "sealedAs" UUID;
ALTER TABLE "TicketMessage" ALTER COLUMN "sealedAs" SET DEFAULT gen_random_uuid();

-- The key of a file, sealed as words are. A file from before has none and is sealed with the key ring alone.
ALTER TABLE "Attachment" ADD COLUMN "fileKey" TEXT;

-- The form of sealed texts. Copies of the version before write form 1, and could not read form 2.
ALTER TABLE "Sealing" ADD COLUMN "form" INTEGER NOT NULL DEFAULT 1;

-- Whether a key is still the one of a chat's words. Until the end of the transaction that asks, an erasure of the chat waits.
-- The row itself is read after the lock is had, and so as the erasure has left it.
CREATE FUNCTION "isWordKey"("chat" UUID, "key" UUID) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended("chat"::text, 36));
  RETURN EXISTS (SELECT 1 FROM "Conversation" WHERE "id" = "chat" AND "wordKeyId" IS NOT DISTINCT FROM "key");
END $$;
