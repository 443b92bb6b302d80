// SPDX-License-Identifier: MIT
/* Default privileges: what the role that carries out a plan grants by making something. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"

static void
add(struct pg_planner *planner, const char *namespace, const char *name, const char *definition)
{
	/* Of another role: "role.tables". */
	if (!definition || strchr(name, '.')) {
		return;
	}
	sfs_vec_push(&planner->defaults, (struct pg_default_privileges){
						 .namespace = sfs_strdup(namespace),
						 .objects = sfs_strdup(name),
						 .definition = sfs_strdup(definition),
					 });
}

static const char *
value(const PGresult *result, int row, const char *column)
{
	int i = PQfnumber(result, column);

	return i < 0 || PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i);
}

/* A catalog that was read for one object has none of them: the database has them all. */
static bool
ask_database(struct pg_planner *planner)
{
	static const char *const everything[] = { NULL, NULL };
	PGresult *result sfs_auto(PQclear) = NULL;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (!planner->db) {
		return false;
	}
	pg_read_default_privileges(planner->db->version, &sql);
	if (pg_query(planner->db, sfs_str_text(&sql), 2, everything, &result, NULL) < 0) {
		return false;
	}
	for (int i = 0; i < PQntuples(result); i++) {
		add(planner, value(result, i, "namespace"), value(result, i, "name"),
			value(result, i, "definition"));
	}
	return true;
}

void
pg_defaults_load(struct pg_planner *planner)
{
	if (ask_database(planner)) {
		return;
	}
	sfs_vec_foreach (object, &planner->diff->from->objects) {
		if ((*object)->id.kind == SFS_DEFAULT_PRIVILEGES) {
			add(planner, (*object)->id.namespace, (*object)->id.name,
				sfs_object_get(*object, SFS_DEFAULT_PRIVILEGES_DEFINITION));
		}
	}
}

void
pg_defaults_edges(const struct pg_planner *planner, struct pg_nodes *nodes)
{
	static const enum pg_op changes[] = { PG_DROP, PG_CREATE, PG_ALTER };

	sfs_vec_foreach (privileges, &planner->states) {
		const struct pg_state *state = *privileges;
		const struct sfs_object *any = state->to ? state->to : state->from;

		if (any->id.kind != SFS_DEFAULT_PRIVILEGES) {
			continue;
		}
		sfs_vec_foreach (made, &planner->states) {
			const int *node = (*made)->node;

			for (size_t i = 0; *made != state && i < 3; i++) {
				pg_nodes_edge(
					nodes, node[PG_CREATE], state->node[changes[i]], true);
			}
		}
	}
}
