-- CreateTable
CREATE TABLE "ImportDraft" (
    "id" UUID NOT NULL,
    "memberId" UUID NOT NULL,
    "content" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ImportDraft_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Ticket_category_openedAt_idx" ON "Ticket"("category", "openedAt");
