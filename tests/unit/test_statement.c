// SPDX-License-Identifier: MIT
/* Where statements end: every case is a script and its statements, each between < and >. */
#include "sql/statement.h"
#include "unit.h"

struct split_case {
	const char *sql;
	const char *statements;
};

static void
run(enum sfs_dialect dialect, const struct split_case *cases, size_t n)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < n; i++) {
		struct sfs_statements found;

		sfs_statements_split(dialect, cases[i].sql, strlen(cases[i].sql), &found);
		sfs_vec_foreach (statement, &found) {
			sfs_str_addf(&out, "<%.*s>", (int)statement->len,
				cases[i].sql + statement->offset);
			assert_true(statement->end >= statement->offset + statement->len);
			assert_true(statement->end <= strlen(cases[i].sql));
		}
		sfs_vec_finish(&found);
		unit_expect(&out, cases[i].statements);
	}
}

static void
test_postgres(void **state)
{
	static const struct split_case cases[] = {
		{ "", "" },
		{ " -- nothing\n /* here */ ;; ", "" },
		{ "a;b", "<a><b>" },
		{ " a b ; -- c\n d ;", "<a b><d>" },
		{ "a 'x;y' \"p;q\" $$;$$ /*;*/ --;\n;b", "<a 'x;y' \"p;q\" $$;$$><b>" },
		{ "a;--> statement-breakpoint\nb;", "<a><b>" },
		{ "a\n--> statement-breakpoint\n;b", "<a><b>" },
		{ "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); b",
			"<CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)><b>" },
		{ "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; b",
			"<CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END>"
			"<b>" },
		{ "create or replace procedure p() begin atomic select case when a then case b "
		  "when 1 then 2 end else 3 end; delete from t; end; b",
			"<create or replace procedure p() begin atomic select case when a then "
			"case b when 1 then 2 end else 3 end; delete from t; end><b>" },
		{ "CREATE FUNCTION f() BEGIN ATOMIC SELECT t.end, 1 AS end; END; b",
			"<CREATE FUNCTION f() BEGIN ATOMIC SELECT t.end, 1 AS end; END><b>" },
		{ "BEGIN; CREATE FUNCTION f() AS 'x'; END; b",
			"<BEGIN><CREATE FUNCTION f() AS 'x'><END><b>" },
		{ "CREATE FUNCTION f() RETURN CASE WHEN a THEN b END; c",
			"<CREATE FUNCTION f() RETURN CASE WHEN a THEN b END><c>" },
		{ "CREATE FUNCTION begin(atomic int) AS $$;$$; c",
			"<CREATE FUNCTION begin(atomic int) AS $$;$$><c>" },
		{ "CREATE TABLE function (a int); begin; c",
			"<CREATE TABLE function (a int)><begin><c>" },
		{ "a); b", "<a)><b>" },
		{ "a 'b; c", "<a 'b; c>" },
		{ "a (b; c", "<a (b; c>" },
	};

	run(SFS_POSTGRES, cases, UNIT_COUNT(cases));
}

static void
test_sqlite(void **state)
{
	static const struct split_case cases[] = {
		{ "a;b;", "<a><b>" },
		{ "CREATE TRIGGER t AFTER INSERT ON u BEGIN SELECT 1; SELECT 2; END; b",
			"<CREATE TRIGGER t AFTER INSERT ON u BEGIN SELECT 1; SELECT 2; END><b>" },
		{ "create temp trigger t begin select case a when 1 then 2 end; end; b",
			"<create temp trigger t begin select case a when 1 then 2 end; end><b>" },
		{ "CREATE TEMPORARY TRIGGER IF NOT EXISTS t BEGIN SELECT 1;END;b",
			"<CREATE TEMPORARY TRIGGER IF NOT EXISTS t BEGIN SELECT 1;END><b>" },
		{ "CREATE TRIGGER t BEGIN SELECT 1; /* ; */ END -- x\n ; b",
			"<CREATE TRIGGER t BEGIN SELECT 1; /* ; */ END><b>" },
		{ "EXPLAIN QUERY PLAN CREATE TRIGGER t BEGIN SELECT 1; END; b",
			"<EXPLAIN QUERY PLAN CREATE TRIGGER t BEGIN SELECT 1; END><b>" },
		{ "CREATE TABLE trigger_log (a); CREATE TABLE [x;y] (`z;`); b",
			"<CREATE TABLE trigger_log (a)><CREATE TABLE [x;y] (`z;`)><b>" },
		{ "BEGIN; a; END; b", "<BEGIN><a><END><b>" },
		{ "CREATE TRIGGER t BEGIN SELECT 1; END",
			"<CREATE TRIGGER t BEGIN SELECT 1; END>" },
		{ "a;--> statement-breakpoint\nb", "<a><b>" },
	};

	run(SFS_SQLITE, cases, UNIT_COUNT(cases));
}

static void
test_head(void **state)
{
	static const char sql[] = "  create /* x */ Unique index i on t (a); (select 1)";
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;
	struct sfs_statements found;

	sfs_statements_split(SFS_POSTGRES, sql, strlen(sql), &found);
	assert_int_equal(found.len, 2);
	sfs_statement_head(SFS_POSTGRES, sql, &found.items[0], 3, &out);
	unit_expect(&out, "CREATE UNIQUE INDEX");
	sfs_statement_head(SFS_POSTGRES, sql, &found.items[0], 9, &out);
	unit_expect(&out, "CREATE UNIQUE INDEX I ON T");
	sfs_statement_head(SFS_POSTGRES, sql, &found.items[1], 2, &out);
	unit_expect(&out, "");
	sfs_vec_finish(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_postgres),
		cmocka_unit_test(test_sqlite),
		cmocka_unit_test(test_head),
	};

	return cmocka_run_group_tests_name("statement", tests, NULL, NULL);
}
