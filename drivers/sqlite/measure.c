// SPDX-License-Identifier: MIT
/* What a plan can lose, counted where there is a database to count in. */
#include <string.h>
#include <strings.h>

#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/schema.h"

#define UNKNOWN LITE_UNKNOWN

int64_t
lite_measure(const struct lite_planner *planner, const char *sql)
{
	int64_t n = UNKNOWN;

	if (!planner->db || lite_number(planner->db->conn, sql, 0, &n, NULL) < 0) {
		return UNKNOWN;
	}
	return n;
}

static int64_t __attribute__((format(printf, 2, 3)))
measuref(const struct lite_planner *planner, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *sql sfs_auto(free) = sfs_vasprintf(format, args);
	va_end(args);
	return lite_measure(planner, sql);
}

int64_t
lite_count_rows(const struct lite_planner *planner, const struct sfs_object *table)
{
	return measuref(
		planner, "SELECT count(*) FROM main.%s", lite_quoted(planner, table->id.name));
}

void
lite_measure_drop(struct lite_planner *planner, const struct sfs_object *table)
{
	int64_t rows = lite_count_rows(planner, table);

	if (rows == UNKNOWN) {
		sfs_plan_hazard(planner->plan, 1, SFS_LOSS, table,
			"the table is dropped with all rows that it may have");
	} else if (rows) {
		sfs_plan_hazard(planner->plan, 1, SFS_LOSS, table,
			"the table is dropped with %lld rows", (long long)rows);
	} else {
		sfs_plan_hazard(
			planner->plan, 1, SFS_INFO, table, "the table is dropped; it has no rows");
	}
}

/* ---- columns ---- */

static void
measure_column_drop(
	struct lite_planner *planner, const struct lite_pair *pair, const struct sfs_object *column)
{
	const char *table = lite_quoted(planner, pair->from->id.name);
	const char *name = lite_quoted(planner, column->id.name);

	if (sfs_object_has(column, SFS_COLUMN_GENERATED)) {
		sfs_plan_hazard(planner->plan, 2, SFS_INFO, column,
			"the column is dropped; its values are computed from others");
		return;
	}
	int64_t values =
		measuref(planner, "SELECT count(main.%s.%s) FROM main.%s", table, name, table);
	if (values == UNKNOWN) {
		sfs_plan_hazard(planner->plan, 2, SFS_LOSS, column,
			"the column is dropped with all values that it may have");
	} else if (values) {
		sfs_plan_hazard(planner->plan, 2, SFS_LOSS, column,
			"the column is dropped with values in %lld rows", (long long)values);
	} else {
		sfs_plan_hazard(planner->plan, 2, SFS_INFO, column,
			"the column is dropped; it has no values");
	}
}

enum affinity {
	AFFINITY_BLOB,
	AFFINITY_TEXT,
	AFFINITY_NUMERIC,
	AFFINITY_INTEGER,
	AFFINITY_REAL,
};

/* The rules of https://sqlite.org/datatype3.html section 3.1, in their order. */
static enum affinity
affinity_of(const char *type)
{
	static const struct {
		const char *part;
		enum affinity affinity;
	} rules[] = {
		{ "INT", AFFINITY_INTEGER },
		{ "CHAR", AFFINITY_TEXT },
		{ "CLOB", AFFINITY_TEXT },
		{ "TEXT", AFFINITY_TEXT },
		{ "BLOB", AFFINITY_BLOB },
		{ "REAL", AFFINITY_REAL },
		{ "FLOA", AFFINITY_REAL },
		{ "DOUB", AFFINITY_REAL },
	};

	for (size_t i = 0; type && i < sizeof rules / sizeof *rules; i++) {
		if (strstr(type, rules[i].part)) {
			return rules[i].affinity;
		}
	}
	return type ? AFFINITY_NUMERIC : AFFINITY_BLOB;
}

/*
 * Which values come out changed when they are copied into a column of another affinity, as SQL with
 * the column's name twelve times in it at most. `c = CAST(c AS NUMERIC)` holds for text that is a
 * number as a whole: only that is converted.
 */
static const char *
lossy_condition(struct lite_planner *planner, enum affinity affinity, const char *c)
{
	struct sfs_arena *arena = planner->plan->arena;
	const char *text = sfs_arena_printf(arena,
		"(typeof(%s) = 'text' AND CAST(%s AS NUMERIC) = %s AND "
		"CAST(CAST(%s AS NUMERIC) AS TEXT) <> %s)",
		c, c, c, c, c);

	switch (affinity) {
	case AFFINITY_NUMERIC:
	case AFFINITY_INTEGER:
		return text;
	case AFFINITY_REAL:
		return sfs_arena_printf(arena,
			"%s OR (typeof(%s) = 'integer' AND CAST(CAST(%s AS REAL) AS INTEGER) <> %s)",
			text, c, c, c);
	case AFFINITY_TEXT:
		return sfs_arena_printf(arena,
			"(typeof(%s) = 'real' AND CAST(CAST(%s AS TEXT) AS REAL) <> %s)", c, c, c);
	case AFFINITY_BLOB:
		break;
	}
	return NULL;
}

static void
measure_type(struct lite_planner *planner, const struct lite_pair *pair,
	const struct sfs_object *from, const struct sfs_object *to)
{
	enum affinity affinity = affinity_of(sfs_object_get(to, SFS_COLUMN_TYPE));
	const char *condition =
		lossy_condition(planner, affinity, lite_quoted(planner, from->id.name));

	if (!condition || affinity == affinity_of(sfs_object_get(from, SFS_COLUMN_TYPE))) {
		return;
	}
	int64_t rows = measuref(planner, "SELECT count(*) FROM main.%s WHERE %s",
		lite_quoted(planner, pair->from->id.name), condition);
	if (rows == UNKNOWN) {
		sfs_plan_hazard(planner->plan, 5, SFS_LOSS, to,
			"values may change when they are copied as %s",
			sfs_object_get(to, SFS_COLUMN_TYPE));
	} else if (rows) {
		sfs_plan_hazard(planner->plan, 5, SFS_LOSS, to,
			"values of %lld rows change when they are copied as %s", (long long)rows,
			sfs_object_get(to, SFS_COLUMN_TYPE));
	}
}

static void
measure_generated(struct lite_planner *planner, const struct lite_pair *pair,
	const struct sfs_object *from, const struct sfs_object *to)
{
	if (sfs_object_has(from, SFS_COLUMN_GENERATED) ||
		!sfs_object_has(to, SFS_COLUMN_GENERATED)) {
		return;
	}
	int64_t rows = measuref(planner, "SELECT count(%s) FROM main.%s",
		lite_quoted(planner, from->id.name), lite_quoted(planner, pair->from->id.name));
	if (rows) {
		sfs_plan_hazard(planner->plan, 5, SFS_LOSS, to,
			"the values that the column has give way to computed ones");
	}
}

static void
measure_columns(struct lite_planner *planner, const struct lite_pair *pair)
{
	const struct sfs_object *column;

	sfs_parts_foreach (column, pair->to) {
		if (column->id.kind != SFS_COLUMN) {
			continue;
		}
		const struct sfs_object *origin = lite_column_origin(planner, pair, column);
		if (origin) {
			measure_type(planner, pair, origin, column);
			measure_generated(planner, pair, origin, column);
		}
	}
	sfs_parts_foreach (column, pair->from) {
		bool kept = planner->diff->counterpart[column->index] ||
			    lite_part(pair->to, SFS_COLUMN, column->id.name);

		if (column->id.kind == SFS_COLUMN && !kept) {
			measure_column_drop(planner, pair, column);
		}
	}
}

static void
measure_constraints(struct lite_planner *planner, const struct lite_pair *pair)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, pair->from) {
		if (part->id.kind == SFS_CONSTRAINT && !planner->diff->counterpart[part->index] &&
			!lite_part(pair->to, SFS_CONSTRAINT, part->id.name)) {
			sfs_plan_hazard(
				planner->plan, 10, SFS_INFO, part, "the constraint is dropped");
		}
	}
}

/* ---- the whole ---- */

/*
 * SQLite locks the file and not a table: while a change is made nobody else writes, and unless there
 * is a write-ahead log nobody reads when it is committed.
 */
void
lite_tell_lock(struct lite_planner *planner)
{
	bool logged = planner->db && lite_is_logged(planner->db->conn);
	const char *lock = logged ? "RESERVED" : "EXCLUSIVE";

	sfs_vec_foreach (step, &planner->plan->steps) {
		step->lock = step->object ? lock : NULL;
	}
	sfs_vec_foreach (hazard, &planner->plan->hazards) {
		hazard->lock = lock;
	}
}

void
lite_measure_pair(struct lite_planner *planner, const struct lite_pair *pair)
{
	lite_measure_keys(planner, pair);
	if (!pair->touched) {
		return;
	}
	measure_columns(planner, pair);
	lite_measure_nulls(planner, pair);
	measure_constraints(planner, pair);
	if (pair->rebuilt) {
		int64_t rows = lite_count_rows(planner, pair->from);

		if (rows == UNKNOWN) {
			sfs_plan_hazard(planner->plan, 31, SFS_INFO, pair->to,
				"the table is made anew and its rows are copied");
		} else if (rows) {
			sfs_plan_hazard(planner->plan, 31, SFS_INFO, pair->to,
				"the table is made anew and its %lld rows are copied",
				(long long)rows);
		}
	}
}
