// SPDX-License-Identifier: MIT
/* Changes of operators and of the members of their families. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"

static bool
is_estimator(const char *option)
{
	return sfs_starts_with(option, "RESTRICT = ") || sfs_starts_with(option, "JOIN = ");
}

static bool
only_estimators_missing(const struct pg_list *from, const struct pg_list *to)
{
	sfs_vec_foreach (option, from) {
		if (!pg_list_has(to, *option) && !is_estimator(*option)) {
			return false;
		}
	}
	return true;
}

/* Every supported server can change the estimators in place, and nothing else. */
bool
pg_operator_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);

	pg_list_split(sfs_object_get(change->from, SFS_OPERATOR_DEFINITION), &old);
	pg_list_split(sfs_object_get(change->to, SFS_OPERATOR_DEFINITION), &new);
	return only_estimators_missing(&old, &new) && only_estimators_missing(&new, &old);
}

static const char *
estimator(const struct pg_list *options, const char *name)
{
	sfs_vec_foreach (option, options) {
		if (sfs_starts_with(*option, name)) {
			return *option + strlen(name);
		}
	}
	return "NONE";
}

void
pg_operator_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct pg_list options sfs_auto(pg_list);
	struct sfs_str reference sfs_auto(str) = SFS_STR_INIT;

	pg_list_split(sfs_object_get(change->to, SFS_OPERATOR_DEFINITION), &options);
	pg_write_reference(change->to, &reference);
	sfs_plan_addf(writer->plan, change->to, "ALTER %s SET (RESTRICT = %s, JOIN = %s)",
		sfs_str_text(&reference), estimator(&options, "RESTRICT = "),
		estimator(&options, "JOIN = "));
}

/* ---- families ---- */

/*
 * A member without what it does: "OPERATOR 1 <(integer,bigint)" goes as
 * "OPERATOR 1 (integer,bigint)", "FUNCTION 1 (integer, bigint) f(...)" as what stands before f.
 */
static void
add_slot(struct sfs_str *out, const char *member)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	int words = 0, depth = 0;

	sfs_lexer_init(&lexer, SFS_POSTGRES, member, strlen(member));
	while (sfs_lexer_next(&lexer, &token)) {
		char c = token.len == 1 ? member[token.offset] : 0;

		words += depth == 0 && token.type == SFS_TOKEN_SPACE;
		sfs_str_add(out, words == 2 && c == '(' && depth == 0 ? " " : "");
		depth += c == '(';
		if (words < 2 || depth) {
			sfs_str_addn(out, member + token.offset, token.len);
		}
		depth -= c == ')';
		if (c == ')' && depth == 0) {
			break;
		}
	}
}

static void
change_members(struct pg_writer *writer, const struct sfs_change *change, const char *action,
	const char *list, const char *but)
{
	struct pg_list members sfs_auto(pg_list), others sfs_auto(pg_list);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT, reference sfs_auto(str) = SFS_STR_INIT;
	bool drop = strcmp(action, "DROP") == 0;

	pg_list_split(list, &members);
	pg_list_split(but, &others);
	sfs_vec_foreach (member, &members) {
		if (pg_list_has(&others, *member)) {
			continue;
		}
		sfs_str_separate(&text, ",\n    ");
		if (drop) {
			add_slot(&text, *member);
		} else {
			sfs_str_add(&text, *member);
		}
	}
	if (text.len) {
		pg_write_reference(change->to, &reference);
		sfs_plan_addf(writer->plan, change->to, "ALTER %s %s\n    %s",
			sfs_str_text(&reference), action, sfs_str_text(&text));
	}
}

void
pg_operator_family_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const char *from = sfs_object_get(change->from, SFS_OPERATOR_FAMILY_MEMBERS);
	const char *to = sfs_object_get(change->to, SFS_OPERATOR_FAMILY_MEMBERS);

	change_members(writer, change, "DROP", from, to);
	change_members(writer, change, "ADD", to, from);
}
