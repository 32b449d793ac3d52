-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "reportsAMinute" INTEGER NOT NULL DEFAULT 600;

