-- AlterTable
ALTER TABLE "Conversation" ADD COLUMN     "forgottenAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "Erasure" (
    "hash" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Erasure_pkey" PRIMARY KEY ("hash","at")
);
