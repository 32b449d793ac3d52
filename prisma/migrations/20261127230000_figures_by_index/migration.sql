-- A prefecture's page reads thousands of counts that lie far apart in the table. An index that holds the
-- counts too is read instead, where the table has not changed since it was last vacuumed: past weeks.
CREATE UNIQUE INDEX "Figure_counted" ON "Figure" ("scope", "category", "week", "item") INCLUDE ("count");
ALTER TABLE "Figure" DROP CONSTRAINT "Figure_pkey";
ALTER TABLE "Figure" ADD CONSTRAINT "Figure_pkey" PRIMARY KEY USING INDEX "Figure_counted";
