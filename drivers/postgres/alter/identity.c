// SPDX-License-Identifier: MIT
/* Identity columns: the options of the sequence behind them, and its name. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "sql/lexer.h"

static const struct identity_option {
	const char *words; /* as it stands in the options */
	const char *reset; /* what brings the default back */
	bool bound;        /* whose default is another one when the sequence turns around */
} identity_options[] = {
	{ "INCREMENT BY", "SET INCREMENT BY 1", false },
	{ "MINVALUE", "SET NO MINVALUE", true },
	{ "MAXVALUE", "SET NO MAXVALUE", true },
	{ "CACHE", "SET CACHE 1", false },
	{ "CYCLE", "SET NO CYCLE", false },
};

/* The value of an option in "START WITH 5 CACHE 3": "" for a word alone, NULL when it is not there. */
static char *
option_value(const char *options, const char *words)
{
	const char *at = options;
	size_t len = strlen(words);

	while (at && *at) {
		if (strncmp(at, words, len) == 0 && (at[len] == ' ' || !at[len])) {
			const char *value = at[len] ? at + len + 1 : at + len;
			size_t n = strspn(value, "-0123456789");

			return sfs_strndup(value, n);
		}
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return NULL;
}

static bool
counts_down(const char *options)
{
	char *increment sfs_auto(free) = option_value(options, "INCREMENT BY");

	return increment && *increment == '-';
}

/* Where the sequence starts, said or by its bounds. */
static char *
identity_start(const char *options)
{
	char *start = option_value(options, "START WITH");
	bool down = counts_down(options);

	if (!start) {
		start = option_value(options, down ? "MAXVALUE" : "MINVALUE");
	}
	return start ? start : sfs_strdup(down ? "-1" : "1");
}

void
pg_identity_options(struct sfs_str *out, const char *from, const char *to, bool restart)
{
	char *old_start sfs_auto(free) = identity_start(from);
	char *new_start sfs_auto(free) = identity_start(to);
	bool turns = counts_down(from) != counts_down(to);

	for (size_t i = 0; i < sizeof identity_options / sizeof *identity_options; i++) {
		const struct identity_option *option = &identity_options[i];
		char *was sfs_auto(free) = option_value(from, option->words);
		char *is sfs_auto(free) = option_value(to, option->words);

		if (sfs_streq(was, is) && !(option->bound && turns)) {
			continue;
		}
		sfs_str_separate(out, " ");
		if (is) {
			sfs_str_addf(out, "SET %s%s%s", option->words, *is ? " " : "", is);
		} else {
			sfs_str_add(out, option->reset);
		}
	}
	if (strcmp(old_start, new_start) != 0) {
		sfs_str_separate(out, " ");
		sfs_str_addf(out, "SET START WITH %s", new_start);
	}
	if (restart) {
		sfs_str_separate(out, " ");
		sfs_str_add(out, "RESTART");
	}
}

void
pg_identity_sequence(struct sfs_str *out, const struct sfs_object *column)
{
	const char *options = sfs_object_get(column, SFS_COLUMN_IDENTITY_OPTIONS);
	struct sfs_lexer lexer;
	struct sfs_token token;

	if (!options || !sfs_starts_with(options, "SEQUENCE NAME ")) {
		char *name sfs_auto(free) =
			sfs_asprintf("%s_%s_seq", column->owner->id.name, column->id.name);

		pg_qualified(out, column->id.namespace, name);
		return;
	}
	options += strlen("SEQUENCE NAME ");
	sfs_lexer_init(&lexer, SFS_POSTGRES, options, strlen(options));
	while (sfs_lexer_next(&lexer, &token) && token.type != SFS_TOKEN_SPACE) {
		sfs_str_addn(out, options + token.offset, token.len);
	}
}

/* What stands after the last dot of a qualified name. */
static const char *
unqualified(const char *name)
{
	const char *last = name;
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, name, strlen(name));
	while (sfs_lexer_next(&lexer, &token)) {
		last = name[token.offset] == '.' ? name + token.offset + 1 : last;
	}
	return last;
}

/* The sequence behind an identity column has a name, and only that is not the column's. */
void
pg_identity_rename(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str old sfs_auto(str) = SFS_STR_INIT, new sfs_auto(str) = SFS_STR_INIT;

	if (!pg_differs(change, SFS_COLUMN_IDENTITY_OPTIONS) ||
		!sfs_object_has(change->from, SFS_COLUMN_IDENTITY) ||
		!sfs_object_has(change->to, SFS_COLUMN_IDENTITY)) {
		return;
	}
	pg_identity_sequence(&old, change->from);
	pg_identity_sequence(&new, change->to);
	if (strcmp(unqualified(sfs_str_text(&old)), unqualified(sfs_str_text(&new))) != 0) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		/* It went with its table when that was moved to another schema. */
		sfs_str_add(&sql, "ALTER SEQUENCE ");
		pg_name(&sql, change->to->id.namespace);
		sfs_str_addf(&sql, ".%s RENAME TO %s", unqualified(sfs_str_text(&old)),
			unqualified(sfs_str_text(&new)));
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
	}
}

void
pg_identity_persistence(struct pg_writer *writer, const struct sfs_change *change)
{
	const char *options = sfs_object_get(change->to, SFS_COLUMN_IDENTITY_OPTIONS);
	const char *before = sfs_object_get(change->from, SFS_COLUMN_IDENTITY_OPTIONS);
	static const char *const words[] = { "LOGGED", "UNLOGGED" };
	bool unlogged = sfs_object_has(change->to->owner, SFS_TABLE_PERSISTENCE), said = false;
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (!sfs_object_has(change->from, SFS_COLUMN_IDENTITY) ||
		!sfs_object_has(change->to, SFS_COLUMN_IDENTITY)) {
		return;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char *was sfs_auto(free) = option_value(before, words[i]);
		char *is sfs_auto(free) = option_value(options, words[i]);

		said |= !sfs_streq(was, is);
		unlogged = is ? i == 1 : unlogged;
	}
	if (said) {
		pg_identity_sequence(&name, change->to);
		(void)sfs_plan_addf(writer->plan, change->to, "ALTER SEQUENCE %s SET %s",
			sfs_str_text(&name), words[unlogged]);
	}
}

bool
pg_identity_is_renamed(const struct sfs_object *from, const struct sfs_object *to)
{
	struct sfs_str old sfs_auto(str) = SFS_STR_INIT, new sfs_auto(str) = SFS_STR_INIT;

	if (!sfs_object_has(from, SFS_COLUMN_IDENTITY) ||
		!sfs_object_has(to, SFS_COLUMN_IDENTITY)) {
		return false;
	}
	pg_identity_sequence(&old, from);
	pg_identity_sequence(&new, to);
	return strcmp(unqualified(sfs_str_text(&old)), unqualified(sfs_str_text(&new))) != 0;
}
