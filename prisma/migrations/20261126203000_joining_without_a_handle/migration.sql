-- AlterTable
ALTER TABLE "Follower" ADD COLUMN     "alias" TEXT,
ADD COLUMN     "id" UUID NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN     "objectedAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "TicketMessage" ADD COLUMN     "writerId" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "Follower_alias_key" ON "Follower"("alias");

-- CreateIndex
CREATE UNIQUE INDEX "Follower_id_key" ON "Follower"("id");

-- What who joined has written is theirs.
UPDATE "TicketMessage" m SET "writerId" = f."id" FROM "Follower" f WHERE f."messageId" = m."id";
