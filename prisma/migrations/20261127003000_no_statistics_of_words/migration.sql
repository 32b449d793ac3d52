-- The planner keeps values of columns among its statistics, words of residents with them, and keeps them after the rows are gone.
-- Nothing is planned by what a text says. Setting the type anew, to what it is, throws away what was kept.
ALTER TABLE "TicketMessage" ALTER COLUMN "text" SET STATISTICS 0, ALTER COLUMN "text" TYPE TEXT;
ALTER TABLE "Inbound" ALTER COLUMN "payload" SET STATISTICS 0, ALTER COLUMN "payload" TYPE JSONB;
ALTER TABLE "Outbound" ALTER COLUMN "content" SET STATISTICS 0, ALTER COLUMN "content" TYPE JSONB,
  ALTER COLUMN "shown" SET STATISTICS 0, ALTER COLUMN "shown" TYPE JSONB;
ALTER TABLE "Conversation" ALTER COLUMN "state" SET STATISTICS 0, ALTER COLUMN "state" TYPE JSONB;
ALTER TABLE "BreakGlass" ALTER COLUMN "reason" SET STATISTICS 0, ALTER COLUMN "reason" TYPE TEXT;
