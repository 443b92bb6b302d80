// SPDX-License-Identifier: MIT
/* What changes of tables, columns, indexes and constraints risk. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/rows.h"
#include "sql/lexer.h"

const struct sfs_object *
pg_present_table(const struct pg_planner *planner, const struct pg_state *state)
{
	if (state->from) {
		const struct sfs_object *relation =
			pg_relation_of(planner->diff->from, state->from);

		return relation ? relation : state->from;
	}
	const struct sfs_object *relation = pg_relation_of(planner->diff->to, state->to);

	return relation ? planner->diff->origin[relation->index] : NULL;
}

/* Whether rows are in the way: false for a table that is made by this plan, too. */
static bool
rows_wait(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = pg_present_table(planner, state);

	return table && pg_has_rows(planner, table);
}

/* ---- tables and columns ---- */

void
pg_hazard_alter_table(struct pg_planner *planner, const struct pg_state *state)
{
	static const struct {
		int attribute;
		unsigned rule;
		enum sfs_severity on, off;
		const char *message_on, *message_off;
	} rows[] = {
		{ SFS_TABLE_ROW_SECURITY, 8, SFS_WARN, SFS_LOSS,
			"gets row security: roles without a policy see no rows",
			"loses its row security: every row becomes visible" },
		{ SFS_TABLE_FORCE_ROW_SECURITY, 8, SFS_WARN, SFS_LOSS,
			"applies its policies to its owner, too",
			"applies its policies to its owner no more" },
		{ SFS_TABLE_PERSISTENCE, 32, SFS_WARN, SFS_WARN,
			"becomes unlogged: rewritten now, and emptied after a crash",
			"becomes logged: it is rewritten" },
		{ SFS_TABLE_ACCESS_METHOD, 32, SFS_WARN, SFS_WARN, "is rewritten", "is rewritten" },
		{ SFS_TABLE_TABLESPACE, 32, SFS_WARN, SFS_WARN, "is moved while it is locked",
			"is moved while it is locked" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool on = sfs_object_has(state->to, rows[i].attribute);

		if (pg_state_differs(state, rows[i].attribute)) {
			sfs_plan_hazard(planner->plan, rows[i].rule, on ? rows[i].on : rows[i].off,
				state->to, "%s", on ? rows[i].message_on : rows[i].message_off);
		}
	}
}

/* H39: what the server would find when it looks at the rows, and what becomes of them. */
static void
attach(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *parent = pg_partition_parent(planner, state->to);
	int64_t homeless = parent ? pg_count_homeless(planner, state->from, parent) : -1, n;
	const char *bound = sfs_object_get(state->to, SFS_TABLE_PARTITION_BOUND);

	if (homeless > 0) {
		sfs_plan_hazard(planner->plan, 39, SFS_WARN, state->to,
			"is attached, and %lld of its rows fit neither %s nor another partition: "
			"the statement will fail",
			(long long)homeless, bound);
	} else if (pg_gives_rows_away(planner, state, &n)) {
		sfs_plan_hazard(planner->plan, 39, SFS_WARN, state->to,
			"is attached after %s moved to partitions that take them",
			n < 0 ? "the rows in the way"
			      : sfs_arena_printf(planner->arena, "%lld of its rows", (long long)n));
	} else {
		sfs_plan_hazard(planner->plan, 39, SFS_WARN, state->to,
			"is attached: its rows are checked against the bound while it is locked");
	}
}

void
pg_hazard_tie_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->made) {
		return;
	}
	if ((pg_state_differs(state, SFS_TABLE_PARTITION_OF) ||
		    pg_state_differs(state, SFS_TABLE_PARTITION_BOUND)) &&
		sfs_object_has(state->to, SFS_TABLE_PARTITION_OF)) {
		if (rows_wait(planner, state)) {
			attach(planner, state);
		}
	}
	if (pg_state_differs(state, SFS_TABLE_REPLICA_IDENTITY)) {
		sfs_plan_hazard(planner->plan, 67, SFS_INFO, state->to,
			"has another replica identity: subscribers see other old rows");
	}
}

void
pg_hazard_untie_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->made) {
		return;
	}
	if (sfs_object_has(state->from, SFS_TABLE_PARTITION_OF)) {
		sfs_plan_hazard(planner->plan, 21, SFS_WARN, state->from,
			"is detached: its rows leave the partitioned table");
	}
}

bool
pg_says_not_null(const struct sfs_object *check, const struct sfs_object *column)
{
	static const char *const words[] = { "IS", "NOT", "NULL" };
	const char *text = sfs_object_get(check, SFS_CONSTRAINT_DEFINITION);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t n = 0, n_words = sizeof words / sizeof *words;

	if (check->id.kind != SFS_CONSTRAINT || column->id.kind != SFS_COLUMN || !text ||
		!sfs_streq(sfs_object_get(check, SFS_CONSTRAINT_TYPE), "CHECK") ||
		sfs_object_has(check, SFS_CONSTRAINT_NOT_VALID) ||
		sfs_object_has(check, SFS_CONSTRAINT_UNCHECKED) ||
		sfs_object_has(check, SFS_CONSTRAINT_NO_INHERIT) ||
		sfs_object_has(check, SFS_CONSTRAINT_NOT_ENFORCED)) {
		return false;
	}
	pg_name(&name, column->id.name);
	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	(void)sfs_lexer_word(&lexer, &token); /* CHECK */
	while (sfs_lexer_word(&lexer, &token)) {
		if (sfs_token_is(text, &token, "(") || sfs_token_is(text, &token, ")")) {
			continue;
		}
		if (n > n_words || (n && !sfs_token_is(text, &token, words[n - 1])) ||
			(!n && (token.len != name.len ||
				       memcmp(text + token.offset, name.text, name.len) != 0))) {
			return false;
		}
		n++;
	}
	return n == n_words + 1;
}

/* Whether a check says it of all rows there are: then the server does not look at them again. */
static bool
is_proven(const struct sfs_object *column)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, column->owner) {
		if (pg_says_not_null(part, column)) {
			return true;
		}
	}
	return false;
}

bool
pg_not_null_checks(const struct pg_state *column)
{
	const char *old = sfs_object_get(column->from, SFS_COLUMN_NOT_NULL);
	const char *new = sfs_object_get(column->to, SFS_COLUMN_NOT_NULL);

	return new && !sfs_ends_with(new, "NOT VALID") &&
	       (!old || sfs_ends_with(old, "NOT VALID")) &&
	       (column->retyped || !is_proven(column->from));
}

void
pg_hazard_alter_column(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->to->owner->id.kind != SFS_TABLE || !state->from) {
		return;
	}
	if (pg_state_differs(state, SFS_COLUMN_TYPE) &&
		!sfs_streq(sfs_object_get(state->to, SFS_COLUMN_GENERATED_KIND), "VIRTUAL")) {
		pg_hazard_retype_column(planner, state);
	}
	if (pg_state_differs(state, SFS_COLUMN_GENERATED) &&
		sfs_streq(sfs_object_get(state->to, SFS_COLUMN_GENERATED_KIND), "STORED") &&
		rows_wait(planner, state)) {
		sfs_plan_hazard(planner->plan, 32, SFS_WARN, state->to,
			"is computed anew for each row: the table is rewritten");
	}
	if (pg_state_differs(state, SFS_COLUMN_NOT_NULL) && pg_not_null_checks(state) &&
		rows_wait(planner, state)) {
		bool fails = pg_has_nulls(planner, state->from);

		if (fails) {
			sfs_plan_hazard(planner->plan, 51, SFS_WARN, state->to,
				"becomes NOT NULL and is NULL in %s: the statement will fail",
				pg_tell_values(planner, state->from, true));
		} else {
			sfs_plan_hazard(planner->plan, 29, SFS_WARN, state->to,
				"becomes NOT NULL: all rows are checked while the table is locked");
		}
	}
}

void
pg_hazard_create_column(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *to = state->to;
	bool filled = sfs_object_has(to, SFS_COLUMN_DEFAULT) ||
		      sfs_object_has(to, SFS_COLUMN_IDENTITY) ||
		      sfs_object_has(to, SFS_COLUMN_GENERATED);

	if (to->owner->id.kind != SFS_TABLE || !rows_wait(planner, state)) {
		return;
	}
	if (sfs_object_has(to, SFS_COLUMN_NOT_NULL) && !filled) {
		sfs_plan_hazard(planner->plan, 30, SFS_WARN, to,
			"is NOT NULL without a default, and there are %s: the statement will fail",
			pg_tell_rows(planner, pg_present_table(planner, state)));
	}
	if (sfs_object_has(to, SFS_COLUMN_IDENTITY) || sfs_object_has(to, SFS_COLUMN_SERIAL) ||
		sfs_streq(sfs_object_get(to, SFS_COLUMN_GENERATED_KIND), "STORED") ||
		pg_is_volatile(planner, sfs_object_get(to, SFS_COLUMN_DEFAULT))) {
		sfs_plan_hazard(planner->plan, 31, SFS_WARN, to,
			"gets a value for each row: the table is rewritten");
	}
}

/* ---- indexes and constraints ---- */

static void
tell_duplicates(struct pg_planner *planner, const struct pg_state *state, const char *keys,
	const char *predicate, bool nulls_too)
{
	int64_t n = pg_count_duplicates(
		planner, pg_present_table(planner, state), keys, predicate, nulls_too);

	if (n > 0) {
		sfs_plan_hazard(planner->plan, 50, SFS_WARN, state->to,
			"is unique, and %lld values stand in more than one row: the statement will "
			"fail",
			(long long)n);
	} else {
		sfs_plan_hazard(planner->plan, 50, n ? SFS_WARN : SFS_INFO, state->to,
			n ? "is unique: fails if there are duplicates"
			  : "is unique: there are no duplicates now");
	}
}

void
pg_hazard_create_index(struct pg_planner *planner, const struct pg_state *state)
{
	if (rows_wait(planner, state)) {
		sfs_plan_hazard(planner->plan, 20, SFS_WARN, state->to,
			"is built while writers of the table wait");
	}
	if (sfs_object_has(state->to, SFS_INDEX_UNIQUE) && rows_wait(planner, state)) {
		tell_duplicates(planner, state, sfs_object_get(state->to, SFS_INDEX_KEYS),
			sfs_object_get(state->to, SFS_INDEX_PREDICATE),
			sfs_object_has(state->to, SFS_INDEX_NULLS_NOT_DISTINCT));
	}
}

/* Whether the columns are the first of one that the server can search by. */
static bool
is_covered(const struct sfs_object *key)
{
	const char *columns = sfs_object_get(key, SFS_CONSTRAINT_COLUMNS);
	size_t len = columns ? strlen(columns) : 0;
	const struct sfs_object *part;

	sfs_parts_foreach (part, key->owner) {
		const char *keys =
			part->id.kind == SFS_INDEX ? sfs_object_get(part, SFS_INDEX_KEYS)
			: part->id.kind == SFS_CONSTRAINT &&
					!sfs_streq(sfs_object_get(part, SFS_CONSTRAINT_TYPE),
						"FOREIGN KEY") &&
					!sfs_streq(
						sfs_object_get(part, SFS_CONSTRAINT_TYPE), "CHECK")
				? sfs_object_get(part, SFS_CONSTRAINT_COLUMNS)
				: NULL;

		if (len && keys && strncmp(keys, columns, len) == 0 && strchr(", ", keys[len])) {
			return true;
		}
	}
	return false;
}

/* "UNIQUE NULLS NOT DISTINCT (a)" */
static bool
takes_nulls_as_equal(const char *definition)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, definition, strlen(definition));
	while (sfs_lexer_word(&lexer, &token) && !sfs_token_is(definition, &token, "(")) {
		if (sfs_token_is(definition, &token, "NULLS")) {
			return true;
		}
	}
	return false;
}

static void
tell_violations(struct pg_planner *planner, const struct pg_state *state)
{
	int64_t n = pg_count_violations(planner, pg_present_table(planner, state), state->to);

	if (n > 0) {
		sfs_plan_hazard(planner->plan, 53, SFS_WARN, state->to,
			"does not hold for %lld rows: the statement will fail", (long long)n);
	}
}

void
pg_hazard_alter_constraint(struct pg_planner *planner, const struct pg_state *state)
{
	bool enforces = pg_state_differs(state, SFS_CONSTRAINT_NOT_ENFORCED);
	bool checks = enforces || pg_state_differs(state, SFS_CONSTRAINT_NOT_VALID);

	if (!checks || sfs_object_has(state->to, SFS_CONSTRAINT_NOT_ENFORCED)) {
		if (enforces) {
			sfs_plan_hazard(planner->plan, 10, SFS_WARN, state->to,
				"is not enforced any more: what it kept out is not kept out");
		}
		return;
	}
	if (rows_wait(planner, state)) {
		tell_violations(planner, state);
		if (enforces) {
			sfs_plan_hazard(planner->plan, 26, SFS_WARN, state->to,
				"checks all rows while writers of both tables wait");
		}
	}
}

void
pg_hazard_create_constraint(struct pg_planner *planner, const struct pg_state *state)
{
	static const struct {
		const char *type, *message;
		unsigned rule;
	} rows[] = {
		{ "PRIMARY KEY", "builds an index while the table is locked", 24 },
		{ "UNIQUE", "builds an index while the table is locked; fails on duplicates", 24 },
		{ "EXCLUDE", "builds an index while the table is locked; fails on conflicts", 25 },
		{ "FOREIGN KEY", "checks all rows while writers of both tables wait", 26 },
		{ "CHECK", "checks all rows while the table is locked", 28 },
	};
	const char *type = sfs_object_get(state->to, SFS_CONSTRAINT_TYPE);

	if (!state->gone && sfs_streq(type, "FOREIGN KEY") && !is_covered(state->to)) {
		sfs_plan_hazard(planner->plan, 27, SFS_INFO, state->to,
			"has no index on its columns: a DELETE in the table referred to reads all rows");
	}
	if (sfs_object_has(state->to, SFS_CONSTRAINT_NOT_VALID) ||
		sfs_object_has(state->to, SFS_CONSTRAINT_UNCHECKED) || !rows_wait(planner, state)) {
		return;
	}
	if (sfs_streq(type, "UNIQUE") || sfs_streq(type, "PRIMARY KEY")) {
		const char *definition = sfs_object_get(state->to, SFS_CONSTRAINT_DEFINITION);

		tell_duplicates(planner, state, sfs_object_get(state->to, SFS_CONSTRAINT_COLUMNS),
			NULL, takes_nulls_as_equal(definition));
	}
	tell_violations(planner, state);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (sfs_streq(type, rows[i].type)) {
			sfs_plan_hazard(planner->plan, rows[i].rule, SFS_WARN, state->to, "%s",
				rows[i].message);
		}
	}
}
