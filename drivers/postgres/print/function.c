// SPDX-License-Identifier: MIT
/* The SQL that makes functions, procedures and aggregates. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/statements.h"
#include "drivers/postgres/text/fold.h"
#include "drivers/postgres/text/tidy.h"
#include "sql/quote.h"

/* An option word with its value, on the line that is being written. */
static void
add_word(struct sfs_str *line, const char *word, const char *value)
{
	if (value) {
		sfs_str_separate(line, " ");
		sfs_str_add(line, word);
		sfs_str_add(line, value);
	}
}

/* A word that stands for a boolean. */
static void
add_flag(struct sfs_str *line, const struct sfs_object *object, int attribute, const char *word)
{
	add_word(line, word, sfs_object_has(object, attribute) ? "" : NULL);
}

static void
add_options(struct sfs_str *sql, const struct sfs_object *object)
{
	struct sfs_str line sfs_auto(str) = SFS_STR_INIT;

	add_word(&line, "LANGUAGE ", sfs_object_get(object, SFS_FUNCTION_LANGUAGE));
	add_flag(&line, object, SFS_FUNCTION_WINDOW, "WINDOW");
	add_word(&line, "", sfs_object_get(object, SFS_FUNCTION_VOLATILITY));
	add_flag(&line, object, SFS_FUNCTION_STRICT, "STRICT");
	add_flag(&line, object, SFS_FUNCTION_LEAKPROOF, "LEAKPROOF");
	add_flag(&line, object, SFS_FUNCTION_SECURITY_DEFINER, "SECURITY DEFINER");
	add_word(&line, "PARALLEL ", sfs_object_get(object, SFS_FUNCTION_PARALLEL));
	add_word(&line, "COST ", sfs_object_get(object, SFS_FUNCTION_COST));
	add_word(&line, "ROWS ", sfs_object_get(object, SFS_FUNCTION_ROWS));
	add_word(&line, "SUPPORT ", sfs_object_get(object, SFS_FUNCTION_SUPPORT));
	add_word(&line, "TRANSFORM ", sfs_object_get(object, SFS_FUNCTION_TRANSFORMS));
	sfs_str_addf(sql, "\n    %s", sfs_str_text(&line));
}

static void
add_source(struct sfs_str *sql, const struct sfs_object *object)
{
	const char *language = sfs_object_get(object, SFS_FUNCTION_LANGUAGE);
	const char *body = sfs_object_get(object, SFS_FUNCTION_BODY);
	const char *sql_body = sfs_object_get(object, SFS_FUNCTION_SQL_BODY);
	const char *link = sfs_object_get(object, SFS_FUNCTION_LINK);

	if (sql_body) {
		sfs_str_addc(sql, '\n');
		pg_tidy(sql, sql_body, PG_TIDY_QUERY, 0);
	} else if (link || sfs_streq(language, "internal")) {
		sfs_str_add(sql, "\nAS ");
		if (link) {
			pg_literal(sql, link);
			sfs_str_add(sql, ", ");
		}
		pg_literal(sql, body ? body : "");
	} else {
		sfs_str_add(sql, "\nAS ");
		sfs_quote_dollar(sql, object->id.kind == SFS_PROCEDURE ? "procedure" : "function",
			body ? body : "");
	}
}

void
pg_function_write(struct sfs_str *sql, const struct sfs_object *object, bool replace)
{
	const char *arguments = sfs_object_get(object, SFS_FUNCTION_ARGUMENTS);
	const char *result = sfs_object_get(object, SFS_FUNCTION_RESULT);
	const char *configuration = sfs_object_get(object, SFS_FUNCTION_CONFIGURATION);
	sfs_auto(str) struct sfs_str head = SFS_STR_INIT;

	sfs_str_addf(&head, "CREATE %s%s ", replace ? "OR REPLACE " : "",
		object->id.kind == SFS_PROCEDURE ? "PROCEDURE" : "FUNCTION");
	pg_qualified(&head, object->id.namespace, object->id.name);
	sfs_str_addf(&head, "(%s)", arguments ? arguments : "");
	pg_fold(sql, sfs_str_text(&head), 0);
	if (result) {
		sfs_str_truncate(&head, 0);
		sfs_str_addf(&head, "RETURNS %s", result);
		sfs_str_add(sql, "\n    ");
		pg_fold(sql, sfs_str_text(&head), 1);
	}
	add_options(sql, object);
	if (configuration) {
		sfs_str_addc(sql, '\n');
		pg_indented(sql, configuration);
	}
	add_source(sql, object);
}

void
pg_print_function(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_function_write(&sql, object, false);
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

void
pg_indented(struct sfs_str *sql, const char *lines)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, lines, strlen(lines));
	sfs_str_add(sql, "    ");
	while (sfs_lexer_next(&lexer, &token)) {
		sfs_str_addn(sql, lines + token.offset, token.len);
		if (token.type == SFS_TOKEN_SPACE && lines[token.offset + token.len - 1] == '\n') {
			sfs_str_add(sql, "    ");
		}
	}
}

void
pg_aggregate_write(struct sfs_str *sql, const struct sfs_object *object, bool replace)
{
	const char *parallel = sfs_object_get(object, SFS_AGGREGATE_PARALLEL);

	sfs_str_addf(sql, "CREATE %sAGGREGATE ", replace ? "OR REPLACE " : "");
	pg_qualified(sql, object->id.namespace, object->id.name);
	sfs_str_addf(sql, "(%s) (\n", sfs_object_get(object, SFS_AGGREGATE_ARGUMENTS));
	pg_indented(sql, sfs_object_get(object, SFS_AGGREGATE_DEFINITION));
	if (parallel) {
		sfs_str_addf(sql, ",\n    PARALLEL = %s", parallel);
	}
	sfs_str_add(sql, "\n)");
}

void
pg_print_aggregate(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_aggregate_write(&sql, object, false);
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

/* The signature of an aggregate without arguments is empty, but stands as a star. */
void
pg_reference_aggregate(const struct sfs_object *object, struct sfs_str *out)
{
	pg_qualified(out, object->id.namespace, object->id.name);
	sfs_str_addf(out, "(%s)", *object->id.signature ? object->id.signature : "*");
}
