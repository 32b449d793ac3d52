-- AlterTable
ALTER TABLE "TicketMessage" ADD COLUMN     "numbersShown" BOOLEAN NOT NULL DEFAULT false;
