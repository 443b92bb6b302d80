// SPDX-License-Identifier: MIT
/* What depends on what one edit takes away. */
#include <errno.h>
#include <string.h>

#include "catalog/graph.h"
#include "drivers/sqlite/planner.h"

/* ---- before: drops are RESTRICT ---- */

static bool
is_relation(enum sfs_kind kind)
{
	return kind == SFS_TABLE || kind == SFS_VIEW;
}

/* An object that stays as it is although it needs what goes. */
static bool
is_left(const struct lite_planner *planner, const struct sfs_object *dropped,
	const struct sfs_object *user)
{
	const struct sfs_object *filed = sfs_object_filed(user);

	return filed != dropped && planner->diff->counterpart[user->index] &&
	       !planner->change_from[user->index] && !planner->change_from[filed->index];
}

static int
check_drop(
	const struct lite_planner *planner, const struct sfs_object *dropped, struct sfs_error *err)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, dropped);
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < users.len; i++) {
		if (is_left(planner, dropped, users.items[i])) {
			sfs_str_separate(&names, ", ");
			sfs_identity_describe(&sfs_object_filed(users.items[i])->id, &names);
		}
	}
	if (!names.len) {
		return 0;
	}
	sfs_identity_describe(&dropped->id, &name);
	int r = sfs_error_set(err, EBUSY, "%s is in use", sfs_str_text(&name));
	sfs_error_detail(err, "needed by %s", sfs_str_text(&names));
	sfs_error_hint(err, "remove or change these first");
	return r;
}

int
lite_check_dependants(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	if (!planner->partial) {
		/* Whoever states the whole schema states what becomes of them. */
		return 0;
	}
	for (size_t i = 0; r == 0 && i < planner->diff->changes.len; i++) {
		const struct sfs_change *change = &planner->diff->changes.items[i];
		bool goes = change->action == SFS_DROP && is_relation(change->from->id.kind);

		if (goes && change->from->id.kind == SFS_TABLE) {
			goes = !lite_pair_of_from(planner, change->from)->to;
		}
		if (goes) {
			r = check_drop(planner, change->from, err);
		}
	}
	return r;
}

/* ---- after: views and triggers still resolve ---- */

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
check_view(struct lite_planner *planner, const struct sfs_object *view, struct sfs_error *err)
{
	char *sql sfs_auto(free) =
		sfs_asprintf("SELECT * FROM %s LIMIT 0", lite_quoted(planner, view->id.name));

	/* Without an object: it is no change. */
	return works(planner, sql) ? lite_emit(planner, NULL, sql, err) : 0;
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
			r = lite_emit(planner, NULL, sql[i], err);
		}
		free(sql[i]);
	}
	return r;
}

int
lite_check_programs(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	if (!planner->partial || !takes_columns(planner)) {
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
