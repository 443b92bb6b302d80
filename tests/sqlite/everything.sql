-- SPDX-License-Identifier: MIT
-- At least one object of every kind, with every option that SQLite 3.40 knows.
CREATE TABLE plain (a, b TEXT, c INTEGER, d REAL, e BLOB, f NUMERIC, g VARCHAR(20), h "odd type (1, 2)");
CREATE TABLE keys (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	code TEXT NOT NULL ON CONFLICT REPLACE DEFAULT '' COLLATE NOCASE CONSTRAINT code_once UNIQUE ON CONFLICT IGNORE,
	amount REAL DEFAULT (1 + 2) CONSTRAINT positive CHECK (amount > 0), -- a remark, kept
	at TEXT DEFAULT CURRENT_TIMESTAMP,
	flag INTEGER DEFAULT TRUE CHECK (flag IN (0, 1)),
	raw BLOB DEFAULT x'00ff',
	negative INTEGER DEFAULT -1,
	parent INTEGER REFERENCES keys (id) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
	other INTEGER CONSTRAINT to_plain REFERENCES "without" MATCH FULL ON DELETE RESTRICT NOT DEFERRABLE,
	UNIQUE (code, at),
	CHECK (length(code) < 100),
	FOREIGN KEY (other) REFERENCES "without" (id) ON DELETE NO ACTION
);
CREATE TABLE "without" (id INTEGER, name TEXT, PRIMARY KEY (id DESC, name COLLATE RTRIM)) WITHOUT ROWID;
CREATE TABLE strict (a INT, b INTEGER, c REAL, d TEXT, e BLOB, f ANY) STRICT;
CREATE TABLE both (a INTEGER PRIMARY KEY, b TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE generated (
	a INTEGER,
	b INTEGER GENERATED ALWAYS AS (a * 2) STORED,
	c INTEGER AS (a + b) VIRTUAL,
	d TEXT AS (printf('%d;%s', a, 'it''s')) NOT NULL
);
CREATE TABLE made AS SELECT 1 AS one, 'x' AS "two words", NULL AS empty;
CREATE TABLE "quoted ""name""" ("a;b" TEXT, [c d] TEXT, `e``f` TEXT, "select" INTEGER, "ünïcödé" TEXT);
CREATE TABLE altered (a);
ALTER TABLE altered ADD COLUMN b TEXT DEFAULT 'it''s' NOT NULL;
ALTER TABLE altered RENAME COLUMN a TO "first one";
CREATE TABLE was_called (a, b);
ALTER TABLE was_called RENAME TO "is called";
CREATE TABLE blank ("" TEXT, " " TEXT);

CREATE INDEX plain_b ON plain (b);
CREATE UNIQUE INDEX plain_two ON plain (b COLLATE NOCASE DESC, c ASC) WHERE c IS NOT NULL;
CREATE INDEX plain_expression ON plain (lower(b), c + 1, json_extract(b, '$.x'));
CREATE INDEX IF NOT EXISTS "an index;" ON "quoted ""name""" ("a;b", [c d]);

CREATE VIEW names AS SELECT id, code AS "the code" FROM keys WHERE amount > 1;
CREATE VIEW listed (x, y) AS WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, i * i FROM n;
CREATE VIEW later AS SELECT * FROM names JOIN plain; -- what follows is not the view's
CREATE VIEW calls AS SELECT app_function(a) FROM plain;
CREATE VIEW broken AS SELECT gone FROM nowhere;

CREATE TRIGGER before_all BEFORE INSERT ON plain BEGIN SELECT RAISE(ABORT, 'it''s; no') WHERE NEW.a IS NULL; END;
CREATE TRIGGER after_some AFTER UPDATE OF b, c ON plain FOR EACH ROW WHEN OLD.b <> NEW.b BEGIN
	INSERT INTO keys (code) VALUES (NEW.b); -- END; is not the end
	UPDATE keys SET amount = CASE WHEN amount > 1 THEN 1 ELSE 2 END;
	DELETE FROM keys WHERE id = 0;
END;
CREATE TRIGGER on_view INSTEAD OF DELETE ON names BEGIN SELECT app_function(OLD.id); END;
CREATE TRIGGER "after;delete" AFTER DELETE ON "quoted ""name""" BEGIN SELECT 1; END;

CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize = 'porter unicode61', prefix = '2 3');
CREATE VIRTUAL TABLE contentless USING fts5(a, b, content='');
CREATE VIRTUAL TABLE outside USING fts5(b, content='plain', content_rowid='rowid');
CREATE VIRTUAL TABLE old_words USING fts4(a, b, tokenize=porter, notindexed=b);
CREATE VIRTUAL TABLE boxes USING rtree(id, x1, x2, +note TEXT);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('words', 'row');
CREATE TABLE words_notes (a);
ANALYZE;
