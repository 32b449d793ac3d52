-- CreateTable
CREATE TABLE "BackupMade" (
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BackupMade_pkey" PRIMARY KEY ("at")
);
