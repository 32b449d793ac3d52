-- AlterTable
ALTER TABLE "Conversation" ADD COLUMN     "touchedOn" DATE;

-- CreateIndex
CREATE INDEX "Conversation_touchedOn_idx" ON "Conversation"("touchedOn");

-- A ticket's history is append-only. Of an anonymous report that is over the moments alone may be made coarser, to the day.
CREATE OR REPLACE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."ticketId" = OLD."ticketId" AND NEW."seq" = OLD."seq" AND NEW."type" = OLD."type" AND NEW."by" = OLD."by"
    AND NEW."memberId" IS NOT DISTINCT FROM OLD."memberId"
    AND NEW."at" <= OLD."at" AND NEW."at" > OLD."at" - interval '1 day' AND extract(second from NEW."at") = 0
    AND EXISTS (SELECT 1 FROM "Ticket" WHERE "id" = OLD."ticketId" AND "anonymous" AND "status" IN ('closed', 'withdrawn'))
  THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the history of a ticket is append-only';
END $$;
