// SPDX-License-Identifier: MIT
/* GRANT on the columns of a table, told together. */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/grants.h"

static int
compare_grantees(const void *a, const void *b)
{
	const struct pg_grant *x = a, *y = b;
	size_t len = x->grantee_len < y->grantee_len ? x->grantee_len : y->grantee_len;
	int order = memcmp(x->grantee, y->grantee, len);

	return order ? order
		     : (x->grantee_len > y->grantee_len) - (x->grantee_len < y->grantee_len);
}

bool
pg_is_told_together(const struct sfs_object *column)
{
	static const struct pg_grant owner = { "@owner", 6, "", 0 };
	const char *acl = sfs_object_get(column, SFS_ATTR_ACL);
	struct pg_grant found;

	return column->id.kind == SFS_COLUMN && acl && !pg_grant_find(acl, &owner, &found);
}

/* Adds "SELECT (a, b)" for a letter: the columns on which the grantee has it, starred or not. */
static void
add_columns(const struct pg_parts *columns, const struct pg_grant *grantee, const char *word,
	char letter, bool starred, struct sfs_str *out)
{
	bool some = false;

	sfs_vec_foreach (column, columns) {
		struct pg_grant grant;

		if (!pg_is_told_together(*column) ||
			!pg_grant_find(sfs_object_get(*column, SFS_ATTR_ACL), grantee, &grant) ||
			pg_grant_has(&grant, letter) != 1 + starred) {
			continue;
		}
		if (some) {
			sfs_str_add(out, ", ");
		} else {
			sfs_str_separate(out, ", ");
			sfs_str_addf(out, "%s (", word);
		}
		pg_name(out, (*column)->id.name);
		some = true;
	}
	sfs_str_add(out, some ? ")" : "");
}

/* The grantees of all columns, each once, by name. */
static void
find_grantees(const struct pg_parts *columns, struct pg_grants *ret_grantees)
{
	sfs_vec_foreach (column, columns) {
		const char *lines =
			pg_is_told_together(*column) ? sfs_object_get(*column, SFS_ATTR_ACL) : NULL;
		struct pg_grant grant;

		while (pg_grant_next(&lines, &grant)) {
			size_t i = 0;

			while (i < ret_grantees->len &&
				!pg_grant_same_role(&ret_grantees->items[i], &grant)) {
				i++;
			}
			if (i == ret_grantees->len) {
				sfs_vec_push(ret_grantees, grant);
			}
		}
	}
	if (ret_grantees->len > 1) {
		qsort(ret_grantees->items, ret_grantees->len, sizeof *ret_grantees->items,
			compare_grantees);
	}
}

void
pg_write_column_grants(struct pg_writer *writer, const struct pg_parts *columns)
{
	struct pg_grants grantees = { 0 };
	struct pg_tolds tolds = { 0 };

	find_grantees(columns, &grantees);
	sfs_vec_foreach (grantee, &grantees) {
		for (int starred = 0; starred <= 1; starred++) {
			sfs_auto(str) struct sfs_str words = SFS_STR_INIT, all = SFS_STR_INIT;

			for (size_t p = 0; pg_privileges[p].letter; p++) {
				add_columns(columns, grantee, pg_privileges[p].word,
					pg_privileges[p].letter, starred, &words);
			}
			add_columns(columns, grantee, "ALL", 0, starred, &all);
			if (words.len) {
				pg_tell_grant(&tolds, columns->items[0], &words, starred, grantee);
			}
			if (all.len) {
				pg_tell_grant(&tolds, columns->items[0], &all, starred, grantee);
			}
		}
	}
	if (tolds.len) {
		pg_write_told(writer, columns->items[0], &tolds);
	}
	sfs_vec_finish(&grantees);
}

/* ---- system columns ---- */

static int
system_acl(const struct sfs_object *relation)
{
	return relation->id.kind == SFS_MATERIALIZED_VIEW ? (int)SFS_VIEW_SYSTEM_ACL
							  : (int)SFS_TABLE_SYSTEM_ACL;
}

static struct sfs_object *
add_system_column(struct sfs_arena *arena, const struct sfs_object *relation, const char *name,
	const char *acl)
{
	struct sfs_object *column = sfs_arena_alloc(arena, sizeof *column);

	*column = (struct sfs_object){ .id = { .kind = SFS_COLUMN,
					       .namespace = relation->id.namespace,
					       .relation = relation->id.name,
					       .name = name },
		.index = relation->index,
		.owner = (struct sfs_object *)relation,
		.present = PG_BIT(SFS_ATTR_ACL) };
	column->values = sfs_arena_alloc(arena, sizeof *column->values);
	column->values[0] = acl;
	return column;
}

void
pg_system_columns(
	struct sfs_arena *arena, const struct sfs_object *relation, struct pg_parts *columns)
{
	const char *line = sfs_object_get(relation, system_acl(relation));

	while (line && *line) {
		struct sfs_str acl sfs_auto(str) = SFS_STR_INIT;
		size_t len = strcspn(line, " ") + 1;
		const char *name = sfs_arena_strndup(arena, line, len - 1);

		for (const char *first = line; line && strncmp(line, first, len) == 0;) {
			size_t rest = strcspn(line, "\n");

			sfs_str_separate(&acl, "\n");
			sfs_str_addn(&acl, line + len, rest - len);
			line = line[rest] ? line + rest + 1 : NULL;
		}
		sfs_vec_push(columns, add_system_column(arena, relation, name,
					      sfs_arena_strndup(arena, acl.text, acl.len)));
	}
}

static const struct sfs_object *
same_column(const struct pg_parts *columns, const struct sfs_object *column)
{
	sfs_vec_foreach (other, columns) {
		if (strcmp((*other)->id.name, column->id.name) == 0) {
			return *other;
		}
	}
	return NULL;
}

void
pg_alter_system_grants(struct pg_writer *writer, const struct sfs_change *change)
{
	sfs_auto(pg_parts) struct pg_parts old = { 0 }, new = { 0 };

	if (!(change->attributes & PG_BIT(system_acl(change->to)))) {
		return;
	}
	pg_system_columns(writer->plan->arena, change->from, &old);
	pg_system_columns(writer->plan->arena, change->to, &new);
	sfs_vec_foreach (column, &new) {
		const struct sfs_object *before = same_column(&old, *column);

		pg_write_grants(writer, *column,
			before ? sfs_object_get(before, SFS_ATTR_ACL) : NULL,
			sfs_object_get(*column, SFS_ATTR_ACL));
	}
	sfs_vec_foreach (column, &old) {
		if (!same_column(&new, *column)) {
			pg_write_grants(writer,
				add_system_column(
					writer->plan->arena, change->to, (*column)->id.name, NULL),
				sfs_object_get(*column, SFS_ATTR_ACL), NULL);
		}
	}
}
