// SPDX-License-Identifier: MIT
/* Long lines, and where they are broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "drivers/postgres/text/fold.h"

#define LONG "a_name_of_some_length_that_goes_on"

struct example {
	unsigned indent;
	const char *text, *folded;
};

static const struct example examples[] = {
	{ 0, "WITH (fillfactor='70')", "WITH (fillfactor='70')" },
	{ 0, "", "" },
	/* A comma or a semicolon comes behind the line. */
	{ 0, "f(" LONG ", " LONG ", 1234567890, 123456789012)",
		"f(" LONG ", " LONG ", 1234567890, 123456789012)" },
	{ 0, "f(" LONG ", " LONG ", 1234567890, 1234567890123)",
		"f(\n    " LONG ",\n    " LONG ",\n    1234567890,\n    1234567890123\n)" },
	{ 2, "f(" LONG ", " LONG ", 1234567890, 123456)",
		"f(\n            " LONG ",\n            " LONG ",\n            1234567890,\n"
		"            123456\n        )" },
	{ 1, "CHECK (" LONG " > 1 AND (" LONG " IS NULL OR x = ANY (ARRAY[1, 2, 3])))",
		"CHECK (\n        " LONG " > 1\n        AND (" LONG
		" IS NULL OR x = ANY (ARRAY[1, 2, 3]))\n    )" },
	{ 0, "WHERE " LONG " IS NOT NULL AND " LONG " IS NOT NULL OR (a AND b)",
		"WHERE " LONG " IS NOT NULL\n    AND " LONG " IS NOT NULL\n    OR (a AND b)" },
	/* As many to a line as it takes. */
	{ 1, "CHECK (c = ANY (ARRAY['" LONG "'::text, '" LONG "'::text, 'x(,'::text, 'y'::text]))",
		"CHECK (c = ANY (ARRAY[\n        '" LONG "'::text, '" LONG
		"'::text,\n        'x(,'::text, 'y'::text\n    ]))" },
	{ 0, "FOR VALUES IN ('" LONG "', '" LONG "', '1', '2', '333333333')",
		"FOR VALUES IN (\n    '" LONG "', '" LONG "', '1', '2',\n    '333333333'\n)" },
	/* Within what is too long again. */
	{ 0, "CHECK ((" LONG " = 1 AND " LONG " = 2 AND " LONG " = 3) OR b)",
		"CHECK (\n    (\n        " LONG " = 1\n        AND " LONG " = 2\n        AND " LONG
		" = 3\n    )\n    OR b\n)" },
	/* Characters count, not bytes; what has lines, or nothing to break, stays. */
	{ 0, "f(ääääääääääääääääääääääääääääääääääääääää, " LONG ")",
		"f(ääääääääääääääääääääääääääääääääääääääää, " LONG ")" },
	{ 0, "f('" LONG LONG "\n" LONG "', a)", "f('" LONG LONG "\n" LONG "', a)" },
	{ 0, "f('" LONG LONG LONG "')", "f('" LONG LONG LONG "')" },
	{ 0, "f(" LONG LONG LONG ", a", "f(" LONG LONG LONG ", a" },
};

static void
test_lines(void **state)
{
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

		pg_fold(&out, examples[i].text, examples[i].indent);
		assert_string_equal(sfs_str_text(&out), examples[i].folded);
	}
	(void)state;
}

static void
write_constraint(struct sfs_str *out, const char *name, const char *definition, size_t column)
{
	struct pg_clauses clauses sfs_auto(pg_clauses) = { 0 };

	sfs_str_truncate(out, 0);
	sfs_str_addf(pg_clause(&clauses), "CONSTRAINT %s", name);
	pg_clauses_add(&clauses, definition);
	pg_clauses_write(out, &clauses, 2, column);
}

static void
test_clauses(void **state)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	write_constraint(&out, "k", "FOREIGN KEY (a) REFERENCES t(b) ON DELETE CASCADE", 4);
	assert_string_equal(
		out.text, "CONSTRAINT k FOREIGN KEY (a) REFERENCES t(b) ON DELETE CASCADE");
	write_constraint(&out, "k", "FOREIGN KEY (a) REFERENCES t(b) ON DELETE CASCADE", 70);
	assert_string_equal(out.text,
		"CONSTRAINT k\n        FOREIGN KEY (a) REFERENCES t(b) ON DELETE CASCADE");
	write_constraint(&out, LONG,
		"FOREIGN KEY (" LONG ") REFERENCES t(" LONG
		") MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (a)",
		4);
	assert_string_equal(out.text,
		"CONSTRAINT " LONG "\n        FOREIGN KEY (" LONG ")\n        REFERENCES t(" LONG
		")\n        MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (a)");
	/* Names and literals that read as clauses. */
	write_constraint(&out, LONG, "CHECK (\"where\" = ' ON ' AND " LONG " > 1)", 4);
	assert_string_equal(out.text,
		"CONSTRAINT " LONG "\n        CHECK (\"where\" = ' ON ' AND " LONG " > 1)");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_clauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
