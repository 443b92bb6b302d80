// SPDX-License-Identifier: MIT
/* Whether what is there keeps the rules that are new: duplicates, checks, rows that refer to none. */
#include <string.h>
#include <strings.h>

#include "drivers/sqlite/planner.h"
#include "sql/lexer.h"

/* ---- the rows as they will be ---- */

/* "c COLLATE x AS new": what a column of the new table has from the old one. */
static void
write_column(struct lite_planner *planner, const struct lite_pair *pair,
	const struct sfs_object *column, struct sfs_str *out)
{
	const struct sfs_object *origin = lite_column_origin(planner, pair, column);
	const char *computed = sfs_object_get(column, SFS_COLUMN_GENERATED);
	const char *value = sfs_object_get(column, SFS_COLUMN_DEFAULT);
	const char *collation = sfs_object_get(column, SFS_COLUMN_COLLATION);

	if (origin) {
		sfs_str_add(out, lite_quoted(planner, origin->id.name));
	} else if (computed) {
		sfs_str_addf(out, "(%s)", computed);
	} else {
		sfs_str_addf(out, "(%s)", value ? value : "NULL");
	}
	if (collation) {
		sfs_str_addf(out, " COLLATE %s", collation);
	}
	sfs_str_addf(out, " AS %s", lite_quoted(planner, column->id.name));
}

/* What stands behind FROM: the rows of the table under the names that its columns will have. */
static void
write_rows(struct lite_planner *planner, const struct sfs_object *table, struct sfs_str *out)
{
	const struct lite_pair *pair = lite_pair_of_to(planner, table);
	const struct sfs_object *column;
	const char *separator = "";

	if (!pair || !pair->from || pair->replaced) {
		sfs_str_addf(out, "main.%s", lite_quoted(planner, table->id.name));
		return;
	}
	sfs_str_add(out, "(SELECT ");
	sfs_parts_foreach (column, pair->to) {
		if (column->id.kind == SFS_COLUMN) {
			sfs_str_add(out, separator);
			write_column(planner, pair, column, out);
			separator = ", ";
		}
	}
	sfs_str_addf(out, " FROM main.%s)", lite_quoted(planner, pair->from->id.name));
}

/* ---- lists in parentheses ---- */

struct items SFS_VEC_OF(char *);

static void
items_finish(struct items *items)
{
	sfs_vec_foreach (item, items) {
		free(*item);
	}
	sfs_vec_finish(items);
}
SFS_DEFINE_AUTO_VALUE(items, struct items, items_finish)

static void
add_item(struct items *items, struct sfs_str *item)
{
	sfs_vec_push(items, sfs_strdup(sfs_str_text(item)));
	sfs_str_truncate(item, 0);
}

/*
 * The items of the first list in parentheses from the lexer on, or of all its text when `bare`;
 * without the order that they are sorted in.
 */
static void
read_items(struct sfs_lexer *lexer, bool bare, struct items *items)
{
	struct sfs_str item sfs_auto(str) = SFS_STR_INIT;
	struct sfs_token token;
	int depth = bare;

	while (sfs_lexer_next(lexer, &token)) {
		bool opens = sfs_token_is(lexer->text, &token, "(");

		depth -= sfs_token_is(lexer->text, &token, ")");
		if (!depth && !opens) {
			if (item.len) {
				break;
			}
			continue;
		}
		if (depth == 1 && sfs_token_is(lexer->text, &token, ",")) {
			add_item(items, &item);
		} else if (depth &&
			   !(depth == 1 && (sfs_token_is(lexer->text, &token, "ASC") ||
						   sfs_token_is(lexer->text, &token, "DESC")))) {
			sfs_str_addn(&item, lexer->text + token.offset, token.len);
		}
		depth += opens;
	}
	if (item.len) {
		add_item(items, &item);
	}
}

/* ---- unique ---- */

static void
tell_duplicates(struct lite_planner *planner, const struct sfs_object *part,
	const struct items *keys, const char *predicate)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int64_t n;

	sfs_str_add(&sql, "SELECT count(*) FROM (SELECT 1 FROM ");
	write_rows(planner, part->owner, &sql);
	sfs_str_addf(&sql, " WHERE (%s)", predicate ? predicate : "1");
	sfs_vec_foreach (key, keys) {
		sfs_str_addf(&sql, " AND (%s) IS NOT NULL", *key);
	}
	sfs_str_add(&sql, " GROUP BY ");
	sfs_vec_foreach (key, keys) {
		sfs_str_addf(&sql, "%s%s", key == keys->items ? "" : ", ", *key);
	}
	sfs_str_add(&sql, " HAVING count(*) > 1)");
	n = keys->len ? lite_measure(planner, sfs_str_text(&sql)) : LITE_UNKNOWN;
	if (n > 0) {
		sfs_plan_hazard(planner->plan, 50, SFS_WARN, part,
			"is unique, and %lld values stand in more than one row: it will fail",
			(long long)n);
	} else {
		sfs_plan_hazard(planner->plan, 50, n ? SFS_WARN : SFS_INFO, part,
			n ? "is unique: fails if there are duplicates"
			  : "is unique: there are no duplicates now");
	}
}

static void
measure_index(struct lite_planner *planner, const struct sfs_object *index)
{
	const char *text = sfs_object_get(index, SFS_INDEX_KEYS);
	struct items keys sfs_auto(items) = { 0 };
	struct sfs_lexer lexer;

	sfs_lexer_init(&lexer, SFS_SQLITE, text, strlen(text));
	read_items(&lexer, true, &keys);
	tell_duplicates(planner, index, &keys, sfs_object_get(index, SFS_INDEX_PREDICATE));
}

/* ---- checks and foreign keys ---- */

static void
tell_violations(struct lite_planner *planner, const struct sfs_object *part, int64_t n)
{
	if (n > 0) {
		sfs_plan_hazard(planner->plan, 53, SFS_WARN, part,
			"does not hold for %lld rows: it will fail", (long long)n);
	} else if (n == LITE_UNKNOWN) {
		sfs_plan_hazard(planner->plan, 53, SFS_WARN, part,
			"fails if it does not hold for all rows");
	}
}

static void
measure_check(struct lite_planner *planner, const struct sfs_object *check)
{
	const char *text = sfs_object_get(check, SFS_CONSTRAINT_DEFINITION) + strlen("CHECK");
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "SELECT count(*) FROM ");
	write_rows(planner, check->owner, &sql);
	sfs_str_addf(&sql, " WHERE NOT (%s)", text);
	tell_violations(planner, check, lite_measure(planner, sfs_str_text(&sql)));
}

/* The columns that a foreign key means when it names none. */
static void
read_primary_key(const struct sfs_object *table, struct items *keys)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		const char *columns = sfs_object_get(part, SFS_CONSTRAINT_COLUMNS);
		struct sfs_lexer lexer;

		if (part->id.kind == SFS_CONSTRAINT && columns &&
			strcmp(sfs_object_get(part, SFS_CONSTRAINT_TYPE), "PRIMARY KEY") == 0) {
			sfs_lexer_init(&lexer, SFS_SQLITE, columns, strlen(columns));
			read_items(&lexer, true, keys);
		}
	}
}

static const struct sfs_object *
table_by_name(const struct sfs_catalog *catalog, const char *name)
{
	sfs_vec_foreach (item, &catalog->objects) {
		if ((*item)->id.kind == SFS_TABLE && strcasecmp((*item)->id.name, name) == 0) {
			return *item;
		}
	}
	return NULL;
}

/* A key to a table that does not exist is SQLite's to allow. */
static void
measure_foreign_key(struct lite_planner *planner, const struct sfs_object *key)
{
	const char *text = sfs_object_get(key, SFS_CONSTRAINT_DEFINITION);
	const char *name = sfs_object_get(key, SFS_CONSTRAINT_REFERENCES);
	const struct sfs_object *parent = name ? table_by_name(planner->diff->to, name) : NULL;
	struct items own sfs_auto(items) = { 0 }, theirs sfs_auto(items) = { 0 };
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	int64_t n = LITE_UNKNOWN;

	if (!parent) {
		return;
	}
	sfs_lexer_init(&lexer, SFS_SQLITE, text, strlen(text));
	read_items(&lexer, false, &own);
	read_items(&lexer, false, &theirs);
	if (theirs.len != own.len) {
		items_finish(&theirs);
		read_primary_key(parent, &theirs);
	}
	sfs_str_add(&sql, "SELECT count(*) FROM ");
	write_rows(planner, key->owner, &sql);
	sfs_str_add(&sql, " AS child WHERE 1");
	for (size_t i = 0; i < own.len; i++) {
		sfs_str_addf(&sql, " AND child.%s IS NOT NULL", own.items[i]);
	}
	if (planner->diff->origin[parent->index] || lite_pair_of_to(planner, parent) == NULL) {
		sfs_str_add(&sql, " AND NOT EXISTS (SELECT 1 FROM ");
		write_rows(planner, parent, &sql);
		sfs_str_add(&sql, " AS parent WHERE 1");
		for (size_t i = 0; i < own.len && i < theirs.len; i++) {
			sfs_str_addf(
				&sql, " AND parent.%s = child.%s", theirs.items[i], own.items[i]);
		}
		sfs_str_addc(&sql, ')');
	}
	if (own.len && own.len == theirs.len) {
		n = lite_measure(planner, sfs_str_text(&sql));
	}
	tell_violations(planner, key, n);
}

static void
measure_constraint(struct lite_planner *planner, const struct sfs_object *part)
{
	const char *type = sfs_object_get(part, SFS_CONSTRAINT_TYPE);
	const char *text = sfs_object_get(part, SFS_CONSTRAINT_DEFINITION);
	struct items keys sfs_auto(items) = { 0 };
	struct sfs_lexer lexer;

	if (strcmp(type, "CHECK") == 0) {
		measure_check(planner, part);
	} else if (strcmp(type, "FOREIGN KEY") == 0) {
		measure_foreign_key(planner, part);
	} else {
		sfs_lexer_init(&lexer, SFS_SQLITE, text, strlen(text));
		read_items(&lexer, false, &keys);
		tell_duplicates(planner, part, &keys, NULL);
	}
}

static bool
can_be_broken(const struct sfs_object *part)
{
	return part->id.kind == SFS_CONSTRAINT ||
	       (part->id.kind == SFS_INDEX && sfs_object_has(part, SFS_INDEX_UNIQUE));
}

/* The first question to a database has SQLite read the whole schema: none is asked without need. */
void
lite_measure_keys(struct lite_planner *planner, const struct lite_pair *pair)
{
	const struct sfs_object *part;
	int64_t rows = LITE_UNKNOWN;

	sfs_parts_foreach (part, pair->to) {
		const struct sfs_change *change = planner->change_to[part->index];

		if (!change || change->action == SFS_DROP || !can_be_broken(part)) {
			continue;
		}
		rows = rows == LITE_UNKNOWN ? lite_count_rows(planner, pair->from) : rows;
		if (rows == 0) {
			return;
		}
		if (part->id.kind == SFS_INDEX) {
			measure_index(planner, part);
		} else {
			measure_constraint(planner, part);
		}
	}
}
