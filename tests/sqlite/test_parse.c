// SPDX-License-Identifier: MIT
/* CREATE TABLE taken apart, with SQLite's own parser as the judge. */
#include <sqlite3.h>
#include <stdio.h>
#include <strings.h>

#include "drivers/sqlite/mention.h"
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/stored.h"
#include "unit/unit.h"

enum { RANDOM_TABLES = 4000, MUTATIONS = 20000 };

/* ---- texts by chance ---- */

struct maker {
	uint64_t random;
	struct sfs_str out;
	unsigned columns;
	bool key; /* there is a PRIMARY KEY already */
};

static unsigned
pick(struct maker *m, unsigned n)
{
	return (unsigned)(unit_random(&m->random) >> 33) % n;
}

static void
add(struct maker *m, const char *text)
{
	static const char *const spaces[] = { " ", "  ", "\n", "\t", " /* , ) */ ", " -- ( '\n" };

	sfs_str_add(&m->out, spaces[pick(m, 10) ? 0 : pick(m, UNIT_COUNT(spaces))]);
	sfs_str_add(&m->out, text);
}

#define ADD_ONE(m, ...)                                                                            \
	do {                                                                                       \
		static const char *const of_[] = { __VA_ARGS__ };                                  \
		add(m, of_[pick(m, UNIT_COUNT(of_))]);                                             \
	} while (0)

static void
add_column_name(struct maker *m, unsigned column)
{
	static const char *const quotes[] = { "c%u", "C%u", "\"c%u\"", "`c%u`", "[c%u]" };
	char name[16];

	(void)snprintf(name, sizeof name, "c%u", column);
	struct sfs_str quoted sfs_auto(str) = SFS_STR_INIT;
	const char *form = quotes[pick(m, UNIT_COUNT(quotes))];
	for (; *form; form++) {
		if (form[0] == '%') {
			sfs_str_addf(&quoted, "%u", column);
			form++;
		} else {
			sfs_str_addc(&quoted, *form);
		}
	}
	add(m, sfs_str_text(&quoted));
}

static void
add_conflict(struct maker *m)
{
	if (!pick(m, 6)) {
		ADD_ONE(m, "ON CONFLICT IGNORE", "on conflict replace", "ON CONFLICT ABORT");
	}
}

static void
add_expression(struct maker *m, unsigned depth)
{
	switch (pick(m, depth > 2 ? 3 : 7)) {
	case 0:
		add_column_name(m, pick(m, m->columns));
		break;
	case 1:
		ADD_ONE(m, "1", "-1", "1.5e3", "x'ab'", "'it''s'", "'(,)'", "NULL", "0x1F");
		break;
	case 2:
		ADD_ONE(m, "current_timestamp", "TRUE", "+ 2", "- - 3");
		break;
	case 3:
		add(m, "(");
		add_expression(m, depth + 1);
		add(m, ")");
		break;
	case 4:
		add_expression(m, depth + 1);
		ADD_ONE(m, "+", "||", "<>", "!=", "==", "IS NOT", "and", ">=", "<<");
		add_expression(m, depth + 1);
		break;
	case 5:
		ADD_ONE(m, "coalesce(", "MAX(", "ifnull (");
		add_expression(m, depth + 1);
		add(m, ",");
		add_expression(m, depth + 1);
		add(m, ")");
		break;
	default:
		add(m, "CASE WHEN");
		add_expression(m, depth + 1);
		add(m, "THEN");
		add_expression(m, depth + 1);
		add(m, "END");
	}
}

static void
add_references(struct maker *m)
{
	ADD_ONE(m, "REFERENCES p", "references \"p\"", "REFERENCES [P]");
	if (pick(m, 2)) {
		add(m, "(id)");
	}
	while (!pick(m, 3)) {
		ADD_ONE(m, "ON DELETE CASCADE", "on update set null", "ON DELETE NO ACTION",
			"ON UPDATE RESTRICT", "MATCH FULL", "ON DELETE SET DEFAULT");
	}
	if (!pick(m, 4)) {
		ADD_ONE(m, "DEFERRABLE", "NOT DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED",
			"deferrable initially immediate");
	}
}

static void
add_clause(struct maker *m)
{
	if (!pick(m, 8)) {
		ADD_ONE(m, "CONSTRAINT a_name", "constraint \"other name\"");
	}
	switch (pick(m, 7)) {
	case 0:
		add(m, "NOT NULL");
		add_conflict(m);
		break;
	case 1:
		ADD_ONE(m, "DEFAULT 1", "default -1", "DEFAULT 'x,y'", "DEFAULT (1 + (2))",
			"DEFAULT current_date", "DEFAULT NULL", "DEFAULT word", "DEFAULT +1.5",
			"DEFAULT x'00'", "DEFAULT \"q\"", "DEFAULT true");
		break;
	case 2:
		add(m, "UNIQUE");
		add_conflict(m);
		break;
	case 3:
		add(m, "CHECK (");
		add_expression(m, 0);
		add(m, ")");
		break;
	case 4:
		add_references(m);
		break;
	case 5:
		ADD_ONE(m, "COLLATE NOCASE", "collate \"rtrim\"");
		break;
	default:
		if (!m->key) {
			m->key = true;
			ADD_ONE(m, "PRIMARY KEY", "primary key ASC", "PRIMARY KEY DESC");
			add_conflict(m);
		} else {
			add(m, "NULL");
		}
	}
}

static void
add_column(struct maker *m, unsigned column)
{
	add_column_name(m, column);
	ADD_ONE(m, "", "INTEGER", "text", "VARCHAR(10)", "decimal ( 10 , 2 )", "unsigned big int",
		"\"odd type\"", "long varchar", "REAL", "generated", "int (+1)");
	for (unsigned n = pick(m, 4); n; n--) {
		add_clause(m);
	}
	if (column && !pick(m, 6)) {
		ADD_ONE(m, "GENERATED ALWAYS AS (c0 || ')')", "AS (c0)",
			"generated always as ((c0) + 1) STORED", "AS (c0 * 2) VIRTUAL");
	}
}

static void
add_table_constraint(struct maker *m)
{
	if (!pick(m, 4)) {
		add(m, "CONSTRAINT named");
	}
	switch (pick(m, 4)) {
	case 0:
		add(m, "CHECK (");
		add_expression(m, 0);
		add(m, ")");
		break;
	case 1:
		add(m, "FOREIGN KEY (");
		add_column_name(m, pick(m, m->columns));
		add(m, ")");
		add_references(m);
		break;
	case 2:
		if (!m->key) {
			m->key = true;
			add(m, "PRIMARY KEY (");
			add_column_name(m, 0);
			ADD_ONE(m, "", "DESC", "COLLATE nocase ASC");
			add(m, ")");
			add_conflict(m);
			break;
		}
		/* fall through */
	default:
		add(m, "UNIQUE (");
		add_column_name(m, pick(m, m->columns));
		add(m, ", c0");
		add(m, ")");
		add_conflict(m);
	}
}

static void
make_table(struct maker *m)
{
	sfs_str_truncate(&m->out, 0);
	m->columns = 1 + pick(m, 5);
	m->key = false;
	add(m, "CREATE TABLE t (");
	for (unsigned i = 0; i < m->columns; i++) {
		sfs_str_add(&m->out, i ? "," : "");
		add_column(m, i);
	}
	for (unsigned n = pick(m, 4); n; n--) {
		sfs_str_add(&m->out, ",");
		add_table_constraint(m);
		if (!pick(m, 8)) {
			/* SQLite wants no comma here. */
			add_table_constraint(m);
		}
	}
	add(m, ")");
	if (m->key && !pick(m, 5)) {
		add(m, "WITHOUT ROWID");
	}
}

/* ---- what SQLite makes of them ---- */

static sqlite3 *
open_memory(void)
{
	sqlite3 *conn;

	assert_int_equal(sqlite3_open(":memory:", &conn), SQLITE_OK);
	return conn;
}

static long
number(sqlite3 *conn, const char *sql)
{
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(conn, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	long n = (long)sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return n;
}

static size_t
count_of(const struct lite_table *table, enum lite_constraint_type type)
{
	size_t n = 0;

	sfs_vec_foreach (constraint, &table->constraints) {
		n += constraint->type == type;
	}
	return n;
}

/* Skips what does not count in a type; SQLite keeps comments that it was given. */
static const char *
pass_over(const char *text)
{
	for (;;) {
		if (*text == ' ' || *text == '"' || *text == '\n' || *text == '\t') {
			text++;
		} else if (strncmp(text, "/*", 2) == 0) {
			text = strstr(text, "*/") + 2;
		} else if (strncmp(text, "--", 2) == 0) {
			text += strcspn(text, "\n");
		} else {
			return text;
		}
	}
}

static bool
same_type(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = pass_over(a);
		b = pass_over(b);
		if ((*a | 32) != (*b | 32)) {
			return false;
		}
		if (!*a) {
			return true;
		}
	}
}

static void
compare_columns(sqlite3 *conn, const struct lite_table *table)
{
	sqlite3_stmt *statement;
	size_t at = 0;

	assert_int_equal(
		sqlite3_prepare_v2(conn, "PRAGMA table_xinfo(t)", -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		assert_true(at < table->columns.len);
		const struct lite_column *column = &table->columns.items[at++];
		const char *type = lite_table_text(table, column->type);
		int hidden = sqlite3_column_int(statement, 6);
		bool key = sqlite3_column_int(statement, 5) && table->without_rowid;

		assert_string_equal(lite_table_text(table, column->name),
			(const char *)sqlite3_column_text(statement, 1));
		if (!same_type(type ? type : "", (const char *)sqlite3_column_text(statement, 2))) {
			fail_msg("%s: %s, %s", table->text, type,
				(const char *)sqlite3_column_text(statement, 2));
		}
		assert_true(key || column->not_null == (sqlite3_column_int(statement, 3) != 0));
		assert_int_equal(
			column->value != 0, sqlite3_column_type(statement, 4) != SQLITE_NULL);
		assert_int_equal(column->generated != 0, hidden == 2 || hidden == 3);
		assert_int_equal(column->stored, hidden == 3);
	}
	assert_int_equal(at, table->columns.len);
	(void)sqlite3_finalize(statement);
}

static void
compare(sqlite3 *conn, const struct lite_table *table)
{
	static const char foreign_keys[] =
		"SELECT count(DISTINCT id) FROM pragma_foreign_key_list('t')";
	static const char primary_key[] =
		"SELECT count(*) > 0 FROM pragma_table_info('t') WHERE pk > 0";

	assert_int_equal(table->options, 0);
	compare_columns(conn, table);
	assert_int_equal(count_of(table, LITE_FOREIGN_KEY), number(conn, foreign_keys));
	assert_int_equal(count_of(table, LITE_PRIMARY_KEY), number(conn, primary_key));
	assert_int_equal(table->without_rowid,
		number(conn, "SELECT wr FROM pragma_table_list WHERE name = 't'"));
}

static bool
has_odd_key(const struct lite_table *table)
{
	sfs_vec_foreach (constraint, &table->constraints) {
		if (strstr(lite_table_text(table, constraint->definition), ") DESC")) {
			return true;
		}
	}
	return false;
}

/* The definitions of a table, written anew, make the same table again. */
static void
rewrite(const struct lite_table *table, struct sfs_str *out)
{
	sfs_str_add(out, "CREATE TABLE t (");
	sfs_vec_foreach (column, &table->columns) {
		const char *value = lite_table_text(table, column->value);
		const char *type = lite_table_text(table, column->type);
		const char *collation = lite_table_text(table, column->collation);
		const char *clauses = lite_table_text(table, column->clauses);
		const char *generated = lite_table_text(table, column->generated);

		sfs_str_addf(out, "%s\"%s\"", column == table->columns.items ? "" : ", ",
			lite_table_text(table, column->name));
		sfs_str_addf(out, type ? " \"%s\"" : "%s", type ? type : "");
		sfs_str_addf(out, collation ? " COLLATE \"%s\"" : "%s", collation ? collation : "");
		sfs_str_addf(out, " %s", clauses ? clauses : column->not_null ? "NOT NULL" : "");
		if (value) {
			sfs_str_addf(out, " DEFAULT (%s)", value);
		}
		if (generated) {
			sfs_str_addf(out, " AS (%s) %s", generated, column->stored ? "STORED" : "");
		}
	}
	sfs_vec_foreach (constraint, &table->constraints) {
		const char *text = lite_table_text(table, constraint->definition);

		sfs_str_addf(out, ", %s%s", text,
			constraint->deferred ? " DEFERRABLE INITIALLY DEFERRED" : "");
	}
	sfs_str_addf(out, ")%s", table->without_rowid ? " WITHOUT ROWID" : "");
}

static void
same_text(const struct lite_table *a, size_t x, const struct lite_table *b, size_t y)
{
	assert_int_equal(x != 0, y != 0);
	if (x) {
		assert_string_equal(lite_table_text(a, x), lite_table_text(b, y));
	}
}

/* Normalising what is normal already changes nothing. */
static void
compare_again(const struct lite_table *a, const struct lite_table *b)
{
	assert_int_equal(a->columns.len, b->columns.len);
	for (size_t i = 0; i < a->columns.len; i++) {
		same_text(a, a->columns.items[i].type, b, b->columns.items[i].type);
		same_text(a, a->columns.items[i].value, b, b->columns.items[i].value);
		same_text(a, a->columns.items[i].generated, b, b->columns.items[i].generated);
		same_text(a, a->columns.items[i].collation, b, b->columns.items[i].collation);
	}
	assert_int_equal(a->constraints.len, b->constraints.len);
	for (size_t i = 0; i < a->constraints.len; i++) {
		same_text(a, a->constraints.items[i].definition, b,
			b->constraints.items[i].definition);
		assert_int_equal(
			a->constraints.items[i].deferred, b->constraints.items[i].deferred);
	}
}

static void
test_random_tables(void **state)
{
	struct maker m = { .random = 42 };
	struct lite_table table sfs_auto(lite_table), again sfs_auto(lite_table);
	unsigned taken = 0;

	lite_table_init(&table);
	lite_table_init(&again);
	for (unsigned i = 0; i < RANDOM_TABLES; i++) {
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
		sqlite3 *conn = open_memory();

		make_table(&m);
		if (sqlite3_exec(conn, m.out.text, NULL, NULL, NULL) == SQLITE_OK) {
			taken++;
			lite_table_parse(&table, m.out.text);
			compare(conn, &table);
			if (has_odd_key(&table)) {
				/* It can not be written as a constraint of the table. */
				(void)sqlite3_close(conn);
				continue;
			}
			rewrite(&table, &text);
			(void)sqlite3_exec(conn, "DROP TABLE t", NULL, NULL, NULL);
			if (sqlite3_exec(conn, text.text, NULL, NULL, NULL) != SQLITE_OK) {
				fail_msg("%s\n%s\n%s", sqlite3_errmsg(conn), m.out.text, text.text);
			}
			lite_table_parse(&again, text.text);
			compare_again(&table, &again);
		}
		(void)sqlite3_close(conn);
	}
	assert_true(taken > RANDOM_TABLES / 3);
	sfs_str_finish(&m.out);
	(void)state;
}

static void
ignore(void *data, const char *name)
{
	*(size_t *)data += strlen(name);
}

/* Whatever the bytes are, nothing is read that is not there. */
static void
test_mutations(void **state)
{
	struct maker m = { .random = 7 };
	struct lite_table table sfs_auto(lite_table);
	struct lite_index index sfs_auto(lite_index) = { 0 };
	size_t sum = 0;

	lite_table_init(&table);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		struct sfs_str body sfs_auto(str) = SFS_STR_INIT;

		if (i % 20 == 0) {
			make_table(&m);
		}
		for (unsigned n = 1 + pick(&m, 3); n && m.out.len; n--) {
			static const char bytes[] = "()',\"`[]-/*; ax0.\n";

			m.out.text[pick(&m, (unsigned)m.out.len)] =
				bytes[pick(&m, sizeof bytes - 1)];
		}
		if (!pick(&m, 4)) {
			sfs_str_truncate(&m.out, pick(&m, (unsigned)m.out.len + 1));
		}
		lite_table_parse(&table, sfs_str_text(&m.out));
		lite_index_parse(&index, sfs_str_text(&m.out), "t");
		lite_body_normal(sfs_str_text(&m.out), true, &body);
		lite_mentions(sfs_str_text(&m.out), ignore, &sum);
	}
	sfs_str_finish(&m.out);
	(void)state;
}

/* ---- by hand ---- */

struct parse_case {
	const char *text;
	const char *constraints; /* definitions, joined by " | " */
};

static void
test_constraints(void **state)
{
	static const struct parse_case cases[] = {
		{ "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
			"PRIMARY KEY (a) AUTOINCREMENT" },
		{ "CREATE TABLE t (a, b, PRIMARY KEY (a ASC, B DESC) ON CONFLICT REPLACE)",
			"PRIMARY KEY (a, b desc) ON CONFLICT REPLACE" },
		{ "CREATE TABLE t (a REFERENCES \"P p\" (\"X\") ON UPDATE SET NULL ON DELETE NO ACTION)",
			"FOREIGN KEY (a) REFERENCES \"p p\" (x) ON UPDATE SET NULL" },
		{ "CREATE TABLE T (A, CHECK (\"t\".\"A\"   in(1,-2) AND \"x\"='Y'))",
			"CHECK (a in(1, -2) and x = 'Y')" },
		{ "CREATE TABLE t (a CHECK (a > 0) UNIQUE, UNIQUE (a) CHECK (1))",
			"CHECK (a > 0) | UNIQUE (a) | UNIQUE (a) | CHECK (1)" },
	};
	struct lite_table table sfs_auto(lite_table);
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	lite_table_init(&table);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		lite_table_parse(&table, cases[i].text);
		sfs_vec_foreach (constraint, &table.constraints) {
			sfs_str_separate(&out, " | ");
			sfs_str_add(&out, lite_table_text(&table, constraint->definition));
		}
		unit_expect(&out, cases[i].constraints);
	}
	(void)state;
}

static void
collect(void *data, const char *name)
{
	sfs_str_separate(data, " ");
	sfs_str_add(data, name);
}

static void
test_mentions(void **state)
{
	static const struct parse_case cases[] = {
		{ "CREATE VIEW v AS SELECT a, b FROM T AS x, main.\"u u\" y JOIN w ON x.a = y.b, z",
			"t u u w z" },
		{ "CREATE VIEW v AS SELECT (SELECT max(a), b FROM t), c FROM (SELECT 1, d FROM e) WHERE a IN f",
			"t e f" },
		{ "CREATE VIEW v AS SELECT * FROM (a, b) JOIN generate_series(1, 2) ORDER BY c, d",
			"a b" },
		{ "CREATE TRIGGER g AFTER UPDATE OF a, b ON t BEGIN UPDATE OR IGNORE u SET a = 1, b = 2; "
		  "INSERT OR REPLACE INTO w VALUES (1, 2); DELETE FROM x WHERE y; END",
			"u w x" },
	};
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		lite_mentions(cases[i].text, collect, &out);
		unit_expect(&out, cases[i].constraints);
	}
	(void)state;
}

/* What strcasestr() finds, by chance of few letters in long names and short ones. */
static void
test_needle(void **state)
{
	static const char letters[] = "aAbB_[\xe4";
	uint64_t random = UINT64_C(7);
	char name[400], text[1200];

	for (int round = 0; round < 20000; round++) {
		struct lite_needle needle;
		size_t len = (unit_random(&random) >> 33) % (round % 100 ? 6 : 400);
		size_t n = (unit_random(&random) >> 33) % sizeof text;

		for (size_t i = 0; i < n; i++) {
			text[i] = letters[(unit_random(&random) >> 33) % 7];
		}
		text[n] = '\0';
		if (round % 2 && n > len) {
			memcpy(name, text + n - len, len);
		}
		for (size_t i = 0; i < len; i++) {
			char c = round % 2 && n > len ? name[i]
						      : letters[(unit_random(&random) >> 33) % 7];

			name[i] = c == 'A' || c == 'B' ? (char)(c | 32) : c;
		}
		name[len] = '\0';
		lite_needle_init(&needle, name);
		assert_int_equal(lite_needle_in(&needle, text), strcasestr(text, name) != NULL);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constraints),
		cmocka_unit_test(test_mentions),
		cmocka_unit_test(test_random_tables),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_needle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
