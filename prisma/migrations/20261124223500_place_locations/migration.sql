-- Where a village lies, so that a shared location finds it.
ALTER TABLE "Place" ADD COLUMN "latitude" DOUBLE PRECISION, ADD COLUMN "longitude" DOUBLE PRECISION;
