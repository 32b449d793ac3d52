-- CreateTable
CREATE TABLE "FigureDelta" (
    "id" BIGSERIAL NOT NULL,
    "placeCode" TEXT NOT NULL,
    "teamId" UUID,
    "category" TEXT NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "items" INTEGER[],
    "sign" INTEGER NOT NULL,

    CONSTRAINT "FigureDelta_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Figure" (
    "scope" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "week" DATE NOT NULL,
    "item" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "Figure_pkey" PRIMARY KEY ("scope","category","week","item")
);

-- CreateTable
CREATE TABLE "FigureZone" (
    "zone" TEXT NOT NULL,

    CONSTRAINT "FigureZone_pkey" PRIMARY KEY ("zone")
);

-- CreateIndex
CREATE INDEX "Ticket_teamId_openedAt_idx" ON "Ticket"("teamId", "openedAt");

-- CreateIndex
CREATE INDEX "Ticket_openedAt_idx" ON "Ticket"("openedAt");

-- What is late now is looked up, not counted: it changes with the clock.
CREATE INDEX "Ticket_unanswered_idx" ON "Ticket" ("firstResponseDueAt") WHERE "firstResponseAt" IS NULL AND "status" <> 'withdrawn' AND NOT "confidential";
CREATE INDEX "Ticket_unsolved_idx" ON "Ticket" ("resolutionDueAt") WHERE "resolvedAt" IS NULL AND "status" <> 'withdrawn' AND NOT "confidential";

-- Working seconds as minutes of two digits: 7, 42, 130, 2400. What the histograms are made of.
CREATE FUNCTION "inTwoDigits"(seconds INTEGER) RETURNS INTEGER LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN seconds < 6000 THEN round(seconds / 60.0)::int
    ELSE round(round(seconds / 60.0), 1 - floor(log(round(seconds / 60.0)))::int)::int END
$$;

-- What one ticket counts as: kinds of ten million and a value (src/store/figures.ts). A complaint about staff, and what was taken back, count as nothing.
CREATE FUNCTION "itemsOf"(t "Ticket") RETURNS INTEGER[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN t."confidential" OR t."status" = 'withdrawn' THEN '{}'::int[] ELSE array_remove(ARRAY[
    10000000,
    CASE WHEN t."firstResponseAt" IS NOT NULL THEN 20000000 END,
    CASE WHEN t."firstResponseAt" <= t."firstResponseDueAt" THEN 30000000 END,
    CASE WHEN t."resolvedAt" IS NOT NULL THEN 40000000 END,
    CASE WHEN t."resolvedAt" <= t."resolutionDueAt" THEN 50000000 END,
    CASE WHEN t."satisfied" IS NOT NULL THEN 60000000 END,
    CASE WHEN t."satisfied" THEN 70000000 END,
    CASE WHEN t."status" = 'closed' THEN 80000000 END,
    CASE WHEN t."status" = 'closed' AND (t."closedBy" = 'timer' OR t."satisfied" IS FALSE) THEN 90000000 END,
    CASE WHEN t."reopenedCount" > 0 THEN 100000000 END,
    110000000 + "inTwoDigits"(t."firstResponseWorkSeconds"),
    120000000 + "inTwoDigits"(t."resolutionWorkSeconds")
  ], NULL) END
$$;

CREATE FUNCTION "noteFigures"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before INTEGER[] := CASE WHEN TG_OP = 'INSERT' THEN '{}'::int[] ELSE "itemsOf"(OLD) END;
  after INTEGER[] := CASE WHEN TG_OP = 'DELETE' THEN '{}'::int[] ELSE "itemsOf"(NEW) END;
BEGIN
  IF TG_OP = 'UPDATE' AND before = after AND NEW."placeCode" = OLD."placeCode" AND NEW."teamId" IS NOT DISTINCT FROM OLD."teamId" AND NEW."category" = OLD."category" THEN
    RETURN NULL;
  END IF;
  IF before <> '{}' THEN
    INSERT INTO "FigureDelta" ("placeCode", "teamId", "category", "openedAt", "items", "sign") VALUES (OLD."placeCode", OLD."teamId", OLD."category", OLD."openedAt", before, -1);
  END IF;
  IF after <> '{}' THEN
    INSERT INTO "FigureDelta" ("placeCode", "teamId", "category", "openedAt", "items", "sign") VALUES (NEW."placeCode", NEW."teamId", NEW."category", NEW."openedAt", after, 1);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER "Ticket_figures" AFTER INSERT OR DELETE OR UPDATE ON "Ticket" FOR EACH ROW EXECUTE FUNCTION "noteFigures"();

INSERT INTO "FigureDelta" ("placeCode", "teamId", "category", "openedAt", "items", "sign")
SELECT "placeCode", "teamId", "category", "openedAt", "itemsOf"("Ticket"), 1 FROM "Ticket" WHERE "itemsOf"("Ticket") <> '{}';
