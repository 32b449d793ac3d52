-- CreateTable
CREATE TABLE "TicketNote" (
    "id" BIGSERIAL NOT NULL,
    "ticketId" UUID NOT NULL,
    "memberId" UUID,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "sealedAs" UUID NOT NULL,

    CONSTRAINT "TicketNote_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "TicketNote_ticketId_id_idx" ON "TicketNote"("ticketId", "id");

-- AddForeignKey
ALTER TABLE "TicketNote" ADD CONSTRAINT "TicketNote_ticketId_fkey" FOREIGN KEY ("ticketId") REFERENCES "Ticket"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TicketNote" ADD CONSTRAINT "TicketNote_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- The planner keeps no value of what was written.
ALTER TABLE "TicketNote" ALTER COLUMN "text" SET STATISTICS 0;
