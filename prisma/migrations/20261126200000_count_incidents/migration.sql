-- CreateTable
CREATE TABLE "Incident" (
    "what" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "Incident_pkey" PRIMARY KEY ("what","hour")
);
