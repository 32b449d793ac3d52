-- AlterTable
ALTER TABLE "Ticket" ADD COLUMN     "anonymous" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "concernedIds" UUID[] DEFAULT ARRAY[]::UUID[];

-- AlterTable
ALTER TABLE "Attachment" ADD COLUMN     "sealed" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "BreakGlass" (
    "id" UUID NOT NULL,
    "ticketId" UUID NOT NULL,
    "memberId" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BreakGlass_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FigureExport" (
    "id" BIGSERIAL NOT NULL,
    "memberId" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "format" TEXT NOT NULL,
    "asked" JSONB NOT NULL,

    CONSTRAINT "FigureExport_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "BreakGlass_ticketId_memberId_idx" ON "BreakGlass"("ticketId", "memberId");

-- CreateIndex
CREATE INDEX "BreakGlass_at_idx" ON "BreakGlass"("at");

-- CreateIndex
CREATE INDEX "FigureExport_at_idx" ON "FigureExport"("at");

-- Whom a complaint names never has it (protection P07); an anonymous report that is over is tied to no chat (protection P03).
ALTER TABLE "Ticket" ADD CONSTRAINT "concerned_never_assigned" CHECK ("assigneeId" IS NULL OR NOT ("assigneeId" = ANY ("concernedIds")));
ALTER TABLE "Ticket" ADD CONSTRAINT "anonymous_is_untied" CHECK (NOT ("anonymous" AND "status" IN ('closed', 'withdrawn') AND "conversationId" IS NOT NULL));

-- Append-only: what was opened out of turn, and what was taken out, stays noted.
CREATE TRIGGER "BreakGlass_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "BreakGlass" FOR EACH STATEMENT EXECUTE FUNCTION "refuseChange"();
CREATE TRIGGER "FigureExport_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "FigureExport" FOR EACH STATEMENT EXECUTE FUNCTION "refuseChange"();
