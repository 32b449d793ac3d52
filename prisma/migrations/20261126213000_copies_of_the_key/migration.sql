-- CreateTable
CREATE TABLE "KeyCopy" (
    "mark" BYTEA NOT NULL,
    "confirmedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "KeyCopy_pkey" PRIMARY KEY ("mark")
);
