// SPDX-License-Identifier: MIT
/*
 * New labels of an enum can not be used before they are committed, and a plan is one transaction:
 * an enum whose new labels are used by what else changes has to be made anew.
 */
#include <string.h>

#include "drivers/postgres/plan/planner.h"
#include "sql/lexer.h"

static void
new_labels(const struct pg_state *type, struct pg_list *ret)
{
	struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };

	pg_list_split(sfs_object_get(type->from, SFS_TYPE_LABELS), &old);
	pg_list_split(sfs_object_get(type->to, SFS_TYPE_LABELS), &new);
	sfs_vec_foreach (label, &new) {
		if (!pg_list_has(&old, *label)) {
			sfs_vec_push(ret, sfs_strdup(*label));
		}
	}
}

/* Whether one of the literals stands in the text. */
static bool
holds(const char *text, const struct pg_list *literals)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_word(&lexer, &token)) {
		if (token.type != SFS_TOKEN_STRING) {
			continue;
		}
		sfs_vec_foreach (literal, literals) {
			if (strlen(*literal) == token.len &&
				memcmp(*literal, text + token.offset, token.len) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* The server looks into everything that it is told of, but for the body of a function. */
static bool
is_read_later(const struct sfs_object *object, int attribute)
{
	return attribute < SFS_ATTR_COMMON || object->id.kind == SFS_TYPE ||
	       ((object->id.kind == SFS_FUNCTION || object->id.kind == SFS_PROCEDURE) &&
		       attribute == SFS_FUNCTION_BODY);
}

static bool
change_holds(const struct sfs_change *change, const struct pg_list *labels)
{
	uint64_t written = change->action == SFS_CREATE ? change->to->present : change->attributes;

	for (int i = 0; i < 64; i++) {
		const char *value = written & PG_BIT(i) ? sfs_object_get(change->to, i) : NULL;

		if (value && !is_read_later(change->to, i) && holds(value, labels)) {
			return true;
		}
	}
	return false;
}

bool
pg_uses_new_label(const struct pg_planner *planner, const struct pg_state *type)
{
	struct pg_list labels sfs_auto(pg_list) = { 0 };

	new_labels(type, &labels);
	if (!labels.len) {
		return false;
	}
	sfs_vec_foreach (change, &planner->diff->changes) {
		if (change->to && change->to != type->to && change_holds(change, &labels) &&
			(!planner->diff->to->graph ||
				pg_uses(planner->diff->to, change->to, type->to))) {
			return true;
		}
	}
	return false;
}

void
pg_rename_labels(struct sfs_plan *plan, const struct sfs_diff *diff)
{
	sfs_vec_foreach (label, &diff->labels) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		sfs_str_add(&sql, "ALTER TYPE ");
		pg_qualified(&sql, label->type->id.namespace, label->type->id.name);
		sfs_str_add(&sql, " RENAME VALUE ");
		pg_literal(&sql, label->from);
		sfs_str_add(&sql, " TO ");
		pg_literal(&sql, label->to);
		(void)sfs_plan_add(plan, label->type, sfs_str_text(&sql));
		if (label->was) {
			sfs_plan_hazard(plan, 60, SFS_WARN, label->type,
				"'%s' is '%s' from now on: programs that use the old label fail",
				label->was, label->to);
		}
	}
}
