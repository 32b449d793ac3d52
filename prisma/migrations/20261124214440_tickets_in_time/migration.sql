-- AlterTable
ALTER TABLE "Ticket" ADD COLUMN     "clockFrom" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "closedBy" TEXT,
ADD COLUMN     "firstResponseWorkSeconds" INTEGER,
ADD COLUMN     "resolutionWorkSeconds" INTEGER,
ADD COLUMN     "handBacks" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "offerDueAt" TIMESTAMPTZ(3),
ADD COLUMN     "offersRanOut" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "priority" TEXT NOT NULL DEFAULT 'ordinary',
ADD COLUMN     "satisfied" BOOLEAN,
ADD COLUMN     "timerAt" TIMESTAMPTZ(3),
ADD COLUMN     "timersFired" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "Follower" (
    "ticketId" UUID NOT NULL,
    "conversationId" UUID NOT NULL,
    "messageId" BIGINT,
    "joinedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Follower_pkey" PRIMARY KEY ("ticketId","conversationId")
);

-- CreateTable
CREATE TABLE "Shift" (
    "memberId" UUID NOT NULL,
    "weekday" INTEGER NOT NULL,
    "fromMinute" INTEGER NOT NULL,
    "untilMinute" INTEGER NOT NULL,

    CONSTRAINT "Shift_pkey" PRIMARY KEY ("memberId","weekday","fromMinute")
);

-- CreateTable
CREATE TABLE "Leave" (
    "memberId" UUID NOT NULL,
    "firstDay" DATE NOT NULL,
    "lastDay" DATE NOT NULL,

    CONSTRAINT "Leave_pkey" PRIMARY KEY ("memberId","firstDay")
);

-- CreateTable
CREATE TABLE "CalendarDay" (
    "day" TEXT NOT NULL,
    "periods" TEXT[],
    "note" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "CalendarDay_pkey" PRIMARY KEY ("day")
);

-- CreateTable
CREATE TABLE "DeadlineTarget" (
    "category" TEXT NOT NULL,
    "priority" TEXT NOT NULL,
    "firstResponseMinutes" INTEGER NOT NULL,
    "resolutionMinutes" INTEGER NOT NULL,
    "byTheClock" BOOLEAN NOT NULL,

    CONSTRAINT "DeadlineTarget_pkey" PRIMARY KEY ("category","priority")
);

-- CreateIndex
CREATE INDEX "Follower_conversationId_idx" ON "Follower"("conversationId");

-- AddForeignKey
ALTER TABLE "Follower" ADD CONSTRAINT "Follower_ticketId_fkey" FOREIGN KEY ("ticketId") REFERENCES "Ticket"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Follower" ADD CONSTRAINT "Follower_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Shift" ADD CONSTRAINT "Shift_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Leave" ADD CONSTRAINT "Leave_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The next moment at which the clock acts on a ticket: found among however many.
CREATE INDEX "Ticket_timer" ON "Ticket" ("timerAt") WHERE "timerAt" IS NOT NULL;
ALTER TABLE "Shift" ADD CONSTRAINT "a_shift_is_within_a_day" CHECK ("weekday" BETWEEN 1 AND 7 AND "fromMinute" >= 0 AND "untilMinute" <= 1440 AND "fromMinute" < "untilMinute");
ALTER TABLE "Leave" ADD CONSTRAINT "leave_ends_after_it_begins" CHECK ("firstDay" <= "lastDay");
ALTER TABLE "Ticket" ADD CONSTRAINT "priority_is_known" CHECK ("priority" IN ('ordinary', 'danger'));
