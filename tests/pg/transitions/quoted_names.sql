---- before
CREATE TABLE "we ird" ("a b" int PRIMARY KEY, "select" text, "Q""x" int DEFAULT 1); CREATE INDEX "i x" ON "we ird" ("select"); CREATE VIEW "V v" AS SELECT "a b", "select" FROM "we ird"; CREATE TYPE "E e" AS ENUM ('x y', 'it''s'); CREATE FUNCTION "F f"("p p" int) RETURNS int LANGUAGE sql AS 'SELECT 1'; INSERT INTO "we ird" VALUES (1, 'x', 2);
---- after
CREATE TYPE "E e" AS ENUM ('x y', 'it''s', 'new"one'); CREATE TABLE "we ird" ("a b" bigint PRIMARY KEY, "select" varchar(9), "Q""x" int DEFAULT 2, "%d" "E e" DEFAULT 'it''s'); CREATE INDEX "i x" ON "we ird" ("select" DESC); CREATE VIEW "V v" AS SELECT "a b", "select" FROM "we ird"; CREATE FUNCTION "F f"("q q" int) RETURNS int LANGUAGE sql AS 'SELECT 1';
---- rows
SELECT "a b", "select" FROM "we ird"
