// SPDX-License-Identifier: MIT
/* Changes of functions, procedures and aggregates: CREATE OR REPLACE, where it can do them. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/statements.h"

/* How long an argument is without its default; `ret_default` says whether there is one. */
static size_t
declaration_len(const char *argument, bool *ret_default)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, argument, strlen(argument));
	while (sfs_lexer_word(&lexer, &token)) {
		if (sfs_token_is(argument, &token, "DEFAULT")) {
			*ret_default = true;
			return token.offset - 1;
		}
	}
	*ret_default = false;
	return strlen(argument);
}

/* Neither names, modes and types of arguments may change, nor may a default go. */
static bool
arguments_fit(const char *from, const char *to)
{
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);

	pg_list_split(from, &old);
	pg_list_split(to, &new);
	if (old.len != new.len) {
		return false;
	}
	for (size_t i = 0; i < old.len; i++) {
		bool old_default, new_default;
		size_t old_len = declaration_len(old.items[i], &old_default);
		size_t new_len = declaration_len(new.items[i], &new_default);

		if (old_len != new_len || memcmp(old.items[i], new.items[i], old_len) != 0 ||
			(old_default && !new_default)) {
			return false;
		}
	}
	return true;
}

bool
pg_function_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	return !pg_differs(change, SFS_FUNCTION_ARGUMENTS) ||
	       arguments_fit(sfs_object_get(change->from, SFS_FUNCTION_ARGUMENTS),
		       sfs_object_get(change->to, SFS_FUNCTION_ARGUMENTS));
}

void
pg_function_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_function_write(&sql, change->to, true);
	sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}

/* The option of that name, "STYPE" of "SFUNC = f,\nSTYPE = bigint", NULL when there is none. */
static const char *
option_of(const struct pg_list *options, const char *name)
{
	size_t len = strlen(name);

	sfs_vec_foreach (item, options) {
		if (strncmp(*item, name, len) == 0 && strncmp(*item + len, " = ", 3) == 0) {
			return *item;
		}
	}
	return NULL;
}

/* What the result's type follows from has to stay. */
bool
pg_aggregate_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	static const char *const fixed[] = { "STYPE", "FINALFUNC" };
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);

	pg_list_split(sfs_object_get(change->from, SFS_AGGREGATE_DEFINITION), &old);
	pg_list_split(sfs_object_get(change->to, SFS_AGGREGATE_DEFINITION), &new);
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
		if (!sfs_streq(option_of(&old, fixed[i]), option_of(&new, fixed[i]))) {
			return false;
		}
	}
	return pg_list_has(&old, "HYPOTHETICAL") == pg_list_has(&new, "HYPOTHETICAL");
}

void
pg_aggregate_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_aggregate_write(&sql, change->to, true);
	sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}
