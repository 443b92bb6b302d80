// SPDX-License-Identifier: MIT
/* Views and triggers must work on after an edit of something else. */
#include "drivers/sqlite/planner.h"

static bool
works(const struct lite_planner *planner, const char *sql)
{
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;

	return planner->db &&
	       sqlite3_prepare_v2(planner->db->conn, sql, -1, &statement, NULL) == SQLITE_OK;
}

static bool
takes_columns(const struct lite_planner *planner)
{
	sfs_vec_foreach (pair, &planner->pairs) {
		const struct sfs_object *part;

		if (!pair->from || !pair->to) {
			continue;
		}
		sfs_parts_foreach (part, pair->from) {
			if (part->id.kind == SFS_COLUMN &&
				!planner->diff->counterpart[part->index]) {
				return true;
			}
		}
	}
	return false;
}

static int
emit_check(struct lite_planner *planner, const char *sql, struct sfs_error *err)
{
	/* Without an object: it is no change. */
	int r = lite_emit(planner, NULL, sql, err);

	planner->plan->steps.items[planner->plan->steps.len - 1].check = true;
	return r;
}

static int
check_view(struct lite_planner *planner, const struct sfs_object *view, struct sfs_error *err)
{
	char *sql sfs_auto(free) =
		sfs_asprintf("SELECT * FROM %s LIMIT 0", lite_quoted(planner, view->id.name));

	return works(planner, sql) ? emit_check(planner, sql, err) : 0;
}

/* Compiling a statement compiles the triggers that it fires; EXPLAIN runs nothing. */
static int
check_trigger(struct lite_planner *planner, const struct sfs_object *trigger, struct sfs_error *err)
{
	const char *relation = lite_quoted(planner, trigger->id.relation);
	char *sql[] = {
		sfs_asprintf("EXPLAIN INSERT INTO %s DEFAULT VALUES", relation),
		sfs_asprintf("EXPLAIN DELETE FROM %s", relation),
	};
	int r = 0;

	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		if (r == 0 && works(planner, sql[i])) {
			r = emit_check(planner, sql[i], err);
		}
		free(sql[i]);
	}
	return r;
}

int
lite_check_programs(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	/* What was put aside for a rename is made anew as it was: nothing followed the new name in it. */
	if (!planner->partial || (!takes_columns(planner) && !planner->asides.len)) {
		return 0;
	}
	for (size_t i = 0; r == 0 && i < planner->diff->to->objects.len; i++) {
		const struct sfs_object *object = planner->diff->to->objects.items[i];

		if (object->id.kind == SFS_VIEW) {
			r = check_view(planner, object, err);
		} else if (object->id.kind == SFS_TRIGGER) {
			r = check_trigger(planner, object, err);
		}
	}
	return r;
}
