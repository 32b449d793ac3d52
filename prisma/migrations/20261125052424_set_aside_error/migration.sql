-- AlterTable
ALTER TABLE "Inbound" ADD COLUMN     "error" TEXT;
