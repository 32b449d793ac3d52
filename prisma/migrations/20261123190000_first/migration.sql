-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "PlaceKind" AS ENUM ('prefecture', 'county', 'township', 'village', 'community', 'park');

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('member', 'lead', 'supervisor', 'administrator');

-- CreateEnum
CREATE TYPE "TicketStatus" AS ENUM ('open', 'assigned', 'accepted', 'resolved', 'closed', 'withdrawn');

-- CreateEnum
CREATE TYPE "OutboundStatus" AS ENUM ('queued', 'sent', 'undeliverable');

-- CreateTable
CREATE TABLE "Place" (
    "code" TEXT NOT NULL,
    "kind" "PlaceKind" NOT NULL,
    "parentCode" TEXT,
    "ancestors" TEXT[],
    "names" JSONB NOT NULL,
    "spellings" TEXT NOT NULL,
    "teamId" UUID,

    CONSTRAINT "Place_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "Team" (
    "id" UUID NOT NULL,
    "names" JSONB NOT NULL,
    "placeCode" TEXT NOT NULL,

    CONSTRAINT "Team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Member" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "teamId" UUID,
    "areaCode" TEXT,
    "reads" TEXT[],
    "skills" TEXT[],
    "onDuty" BOOLEAN NOT NULL DEFAULT true,
    "language" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Conversation" (
    "id" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "handleHash" BYTEA NOT NULL,
    "handleSealed" BYTEA NOT NULL,
    "memberId" UUID,
    "state" JSONB NOT NULL,
    "language" TEXT,
    "languageChosen" BOOLEAN NOT NULL DEFAULT false,
    "noticeSeenAt" TIMESTAMPTZ(3),
    "placeCode" TEXT,
    "unreachableAt" TIMESTAMPTZ(3),
    "deliveringUntil" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Inbound" (
    "id" BIGSERIAL NOT NULL,
    "channel" TEXT NOT NULL,
    "externalId" TEXT NOT NULL,
    "conversationId" UUID NOT NULL,
    "payload" JSONB NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "doneAt" TIMESTAMPTZ(3),
    "setAsideAt" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Inbound_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Outbound" (
    "id" BIGSERIAL NOT NULL,
    "conversationId" UUID NOT NULL,
    "content" JSONB NOT NULL,
    "shown" JSONB,
    "status" "OutboundStatus" NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "notBefore" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sentAt" TIMESTAMPTZ(3),

    CONSTRAINT "Outbound_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Ticket" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "status" "TicketStatus" NOT NULL,
    "category" TEXT NOT NULL,
    "placeCode" TEXT NOT NULL,
    "teamId" UUID,
    "assigneeId" UUID,
    "conversationId" UUID,
    "language" TEXT NOT NULL,
    "confidential" BOOLEAN NOT NULL DEFAULT false,
    "concerns" TEXT,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "assignedAt" TIMESTAMPTZ(3),
    "acceptedAt" TIMESTAMPTZ(3),
    "firstResponseAt" TIMESTAMPTZ(3),
    "resolvedAt" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),
    "firstResponseDueAt" TIMESTAMPTZ(3) NOT NULL,
    "resolutionDueAt" TIMESTAMPTZ(3) NOT NULL,
    "questionAt" TIMESTAMPTZ(3),
    "reopenedCount" INTEGER NOT NULL DEFAULT 0,
    "assignment" JSONB,

    CONSTRAINT "Ticket_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TicketEvent" (
    "ticketId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,
    "memberId" UUID,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "TicketEvent_pkey" PRIMARY KEY ("ticketId","seq")
);

-- CreateTable
CREATE TABLE "TicketMessage" (
    "id" BIGSERIAL NOT NULL,
    "ticketId" UUID NOT NULL,
    "by" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "TicketMessage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Attachment" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "contentType" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "messageId" BIGINT,

    CONSTRAINT "Attachment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Card" (
    "conversationId" UUID NOT NULL,
    "ticketId" UUID NOT NULL,
    "externalId" TEXT NOT NULL,
    "shownHash" TEXT NOT NULL,

    CONSTRAINT "Card_pkey" PRIMARY KEY ("conversationId","ticketId")
);

-- CreateTable
CREATE TABLE "StaffToken" (
    "hash" BYTEA NOT NULL,
    "purpose" TEXT NOT NULL,
    "memberId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "StaffToken_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "StaffSession" (
    "hash" BYTEA NOT NULL,
    "memberId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "StaffSession_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE INDEX "Place_parentCode_idx" ON "Place"("parentCode");

-- CreateIndex
CREATE INDEX "Place_teamId_idx" ON "Place"("teamId");

-- CreateIndex
CREATE INDEX "Team_placeCode_idx" ON "Team"("placeCode");

-- CreateIndex
CREATE INDEX "Member_teamId_idx" ON "Member"("teamId");

-- CreateIndex
CREATE INDEX "Member_areaCode_idx" ON "Member"("areaCode");

-- CreateIndex
CREATE INDEX "Conversation_memberId_idx" ON "Conversation"("memberId");

-- CreateIndex
CREATE UNIQUE INDEX "Conversation_channel_handleHash_key" ON "Conversation"("channel", "handleHash");

-- CreateIndex
CREATE INDEX "Inbound_conversationId_id_idx" ON "Inbound"("conversationId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Inbound_channel_externalId_key" ON "Inbound"("channel", "externalId");

-- CreateIndex
CREATE INDEX "Outbound_conversationId_id_idx" ON "Outbound"("conversationId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Ticket_code_key" ON "Ticket"("code");

-- CreateIndex
CREATE INDEX "Ticket_assigneeId_status_idx" ON "Ticket"("assigneeId", "status");

-- CreateIndex
CREATE INDEX "Ticket_teamId_status_idx" ON "Ticket"("teamId", "status");

-- CreateIndex
CREATE INDEX "Ticket_conversationId_idx" ON "Ticket"("conversationId");

-- CreateIndex
CREATE INDEX "Ticket_placeCode_openedAt_idx" ON "Ticket"("placeCode", "openedAt");

-- CreateIndex
CREATE INDEX "Ticket_status_resolvedAt_idx" ON "Ticket"("status", "resolvedAt");

-- CreateIndex
CREATE INDEX "TicketMessage_ticketId_id_idx" ON "TicketMessage"("ticketId", "id");

-- CreateIndex
CREATE INDEX "Attachment_messageId_idx" ON "Attachment"("messageId");

-- CreateIndex
CREATE INDEX "StaffToken_memberId_idx" ON "StaffToken"("memberId");

-- CreateIndex
CREATE INDEX "StaffSession_memberId_idx" ON "StaffSession"("memberId");

-- AddForeignKey
ALTER TABLE "Place" ADD CONSTRAINT "Place_parentCode_fkey" FOREIGN KEY ("parentCode") REFERENCES "Place"("code") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Place" ADD CONSTRAINT "Place_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Team" ADD CONSTRAINT "Team_placeCode_fkey" FOREIGN KEY ("placeCode") REFERENCES "Place"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Member" ADD CONSTRAINT "Member_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Member" ADD CONSTRAINT "Member_areaCode_fkey" FOREIGN KEY ("areaCode") REFERENCES "Place"("code") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Conversation" ADD CONSTRAINT "Conversation_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Inbound" ADD CONSTRAINT "Inbound_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Outbound" ADD CONSTRAINT "Outbound_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Ticket" ADD CONSTRAINT "Ticket_placeCode_fkey" FOREIGN KEY ("placeCode") REFERENCES "Place"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Ticket" ADD CONSTRAINT "Ticket_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Ticket" ADD CONSTRAINT "Ticket_assigneeId_fkey" FOREIGN KEY ("assigneeId") REFERENCES "Member"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Ticket" ADD CONSTRAINT "Ticket_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TicketEvent" ADD CONSTRAINT "TicketEvent_ticketId_fkey" FOREIGN KEY ("ticketId") REFERENCES "Ticket"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TicketMessage" ADD CONSTRAINT "TicketMessage_ticketId_fkey" FOREIGN KEY ("ticketId") REFERENCES "Ticket"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attachment" ADD CONSTRAINT "Attachment_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "TicketMessage"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Card" ADD CONSTRAINT "Card_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Card" ADD CONSTRAINT "Card_ticketId_fkey" FOREIGN KEY ("ticketId") REFERENCES "Ticket"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StaffToken" ADD CONSTRAINT "StaffToken_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StaffSession" ADD CONSTRAINT "StaffSession_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

-- Finding a village by a typed name, with small misspellings (pg_trgm: PostgreSQL's own).
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "Place_spellings_trgm" ON "Place" USING gin ("spellings" gin_trgm_ops);
CREATE INDEX "Place_ancestors" ON "Place" USING gin ("ancestors");

-- The work that waits: small indexes over what is not done.
CREATE INDEX "Inbound_waiting" ON "Inbound" ("conversationId", "id") WHERE "doneAt" IS NULL AND "setAsideAt" IS NULL;
CREATE INDEX "Outbound_waiting" ON "Outbound" ("conversationId", "id") WHERE "status" = 'queued';
CREATE INDEX "Ticket_unassigned" ON "Ticket" ("openedAt") WHERE "status" = 'open';

-- A complaint about staff never goes to the team (design section 2.4, protection P07).
ALTER TABLE "Ticket" ADD CONSTRAINT "complaint_skips_the_team"
  CHECK ("category" <> 'complaint_staff' OR ("confidential" AND "teamId" IS NULL));
ALTER TABLE "Ticket" ADD CONSTRAINT "assigned_has_an_assignee"
  CHECK ("status" NOT IN ('assigned', 'accepted') OR "assigneeId" IS NOT NULL);

-- A ticket's history is append-only.
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the history of a ticket is append-only'; END $$;
CREATE TRIGGER "TicketEvent_append_only" BEFORE UPDATE ON "TicketEvent"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
