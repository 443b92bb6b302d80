// SPDX-License-Identifier: MIT
/* Changes of foreign-data wrappers, servers and publications. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"

/* " HANDLER f" or " NO HANDLER". */
static void
add_function(
	struct sfs_str *clauses, const struct sfs_change *change, int attribute, const char *word)
{
	const char *function = sfs_object_get(change->to, attribute);

	if (pg_differs(change, attribute)) {
		sfs_str_addf(clauses, function ? " %s %s" : " NO %s", word, function);
	}
}

static void
add_options(struct sfs_str *clauses, const struct sfs_change *change, int attribute)
{
	pg_foreign_options_alter(clauses, " ", sfs_object_get(change->from, attribute),
		sfs_object_get(change->to, attribute));
}

static void
emit(struct pg_writer *writer, const struct sfs_object *object, const char *head,
	const struct sfs_str *clauses)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql, "ALTER %s ", head);
	pg_name(&sql, object->id.name);
	sfs_str_add(&sql, sfs_str_text(clauses));
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
}

void
pg_foreign_data_wrapper_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str clauses sfs_auto(str) = SFS_STR_INIT, options sfs_auto(str) = SFS_STR_INIT;

	add_function(&clauses, change, SFS_FOREIGN_DATA_WRAPPER_HANDLER, "HANDLER");
	add_function(&clauses, change, SFS_FOREIGN_DATA_WRAPPER_VALIDATOR, "VALIDATOR");
	add_options(&options, change, SFS_FOREIGN_DATA_WRAPPER_OPTIONS);
	sfs_str_add(&clauses, sfs_str_text(&options));
	emit(writer, change->to, "FOREIGN DATA WRAPPER", &clauses);
}

void
pg_server_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const char *version = sfs_object_get(change->to, SFS_SERVER_VERSION);
	struct sfs_str clauses sfs_auto(str) = SFS_STR_INIT, options sfs_auto(str) = SFS_STR_INIT;

	if (pg_differs(change, SFS_SERVER_VERSION)) {
		sfs_str_addf(&clauses, " VERSION %s", version ? version : "NULL");
	}
	add_options(&options, change, SFS_SERVER_OPTIONS);
	sfs_str_add(&clauses, sfs_str_text(&options));
	emit(writer, change->to, "SERVER", &clauses);
}

/* ---- publications ---- */

/* How long the name of a table is, without its columns and its filter. */
static size_t
table_len(const char *table)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t len = 0;

	sfs_lexer_init(&lexer, SFS_POSTGRES, table, strlen(table));
	while (sfs_lexer_word(&lexer, &token)) {
		if (table[token.offset] == '(' || sfs_token_is(table, &token, "WHERE")) {
			break;
		}
		len = token.offset + token.len;
	}
	return len;
}

/* "ADD TABLE a, b": what is in `list` and not in `but`; for DROP the names alone. */
static void
change_members(struct pg_writer *writer, const struct sfs_change *change, int attribute,
	const char *action, bool drop)
{
	struct pg_list list sfs_auto(pg_list), but sfs_auto(pg_list);
	struct sfs_str members sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;
	const char *from = sfs_object_get(change->from, attribute);
	const char *to = sfs_object_get(change->to, attribute);

	pg_list_split(drop ? from : to, &list);
	pg_list_split(drop ? to : from, &but);
	sfs_vec_foreach (item, &list) {
		if (!pg_list_has(&but, *item)) {
			sfs_str_separate(&members, ", ");
			sfs_str_addn(&members, *item, drop ? table_len(*item) : strlen(*item));
		}
	}
	if (members.len) {
		sfs_str_addf(&clauses, " %s %s", action, sfs_str_text(&members));
		emit(writer, change->to, "PUBLICATION", &clauses);
	}
}

/* Sets every option that differs: one that is not told any more to its default. */
static void
set_options(struct pg_writer *writer, const struct sfs_change *change)
{
	static const char *const defaults[] = { "publish = 'insert, update, delete, truncate'",
		"publish_generated_columns = none", "publish_via_partition_root = false" };
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);
	struct sfs_str clauses sfs_auto(str) = SFS_STR_INIT;

	pg_list_split(sfs_object_get(change->from, SFS_PUBLICATION_OPTIONS), &old);
	pg_list_split(sfs_object_get(change->to, SFS_PUBLICATION_OPTIONS), &new);
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
		const char *was = NULL, *is = NULL;
		size_t len = strcspn(defaults[i], "=") + 1;

		sfs_vec_foreach (option, &old) {
			was = strncmp(*option, defaults[i], len) == 0 ? *option : was;
		}
		sfs_vec_foreach (option, &new) {
			is = strncmp(*option, defaults[i], len) == 0 ? *option : is;
		}
		if (!sfs_streq(was, is)) {
			sfs_str_add(&clauses, clauses.len ? ", " : " SET (");
			sfs_str_add(&clauses, is ? is : defaults[i]);
		}
	}
	sfs_str_addc(&clauses, ')');
	emit(writer, change->to, "PUBLICATION", &clauses);
}

/* A changed filter is taken out and put in again: inside one transaction nobody sees it missing. */
void
pg_publication_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	change_members(writer, change, SFS_PUBLICATION_TABLES, "DROP TABLE", true);
	change_members(writer, change, SFS_PUBLICATION_SCHEMAS, "DROP TABLES IN SCHEMA", true);
	if (pg_differs(change, SFS_PUBLICATION_OPTIONS)) {
		set_options(writer, change);
	}
	change_members(writer, change, SFS_PUBLICATION_TABLES, "ADD TABLE", false);
	change_members(writer, change, SFS_PUBLICATION_SCHEMAS, "ADD TABLES IN SCHEMA", false);
}
