-- AlterTable
ALTER TABLE "Place" ADD COLUMN     "entrance" TEXT;

-- CreateTable
CREATE TABLE "ReturnCode" (
    "conversationId" UUID NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "ReturnCode_pkey" PRIMARY KEY ("conversationId")
);

-- CreateIndex
CREATE UNIQUE INDEX "Place_entrance_key" ON "Place"("entrance");

-- CreateIndex
CREATE UNIQUE INDEX "ReturnCode_hash_key" ON "ReturnCode"("hash");

-- AddForeignKey
ALTER TABLE "ReturnCode" ADD CONSTRAINT "ReturnCode_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;
