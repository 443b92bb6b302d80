// SPDX-License-Identifier: MIT
/* What is measured in the database; without one, or when it does not answer, the careful answer. */
#include <errno.h>
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/planner.h"

/* A failed question must not take the transaction with it that a plan is made in. */
static int
query_safely(struct pg_db *db, const char *question, PGresult **ret_result, struct sfs_error *err)
{
	int r;

	if (!db->in_transaction) {
		return pg_query(db, question, 0, NULL, ret_result, err);
	}
	r = pg_run(db, "SAVEPOINT schemafs_fact", NULL);
	if (r < 0) {
		return r;
	}
	r = pg_query(db, question, 0, NULL, ret_result, err);
	if (pg_run(db,
		    r < 0 ? "ROLLBACK TO SAVEPOINT schemafs_fact;"
			    " RELEASE SAVEPOINT schemafs_fact"
			  : "RELEASE SAVEPOINT schemafs_fact",
		    NULL) < 0) {
		return -EIO;
	}
	return r;
}

bool
pg_facts_begin(struct pg_planner *planner)
{
	/* A row that a policy hides is there: rather an error than "no". */
	if (planner->db && !planner->measuring) {
		planner->measuring = pg_run(planner->db, "SET row_security = off", NULL) == 0;
	}
	return planner->measuring;
}

bool
pg_facts_query(struct pg_planner *planner, const char *question, PGresult **ret_result)
{
	return pg_facts_try(planner, question, ret_result, NULL);
}

bool
pg_facts_try(struct pg_planner *planner, const char *question, PGresult **ret_result,
	struct sfs_error *err)
{
	return query_safely(planner->db, question, ret_result, err) == 0;
}

/* The answer is kept under the question itself. */
bool
pg_facts_ask(struct pg_planner *planner, const char *question)
{
	static char yes, no;
	void *known = sfs_map_get(planner->facts, question);
	PGresult *result sfs_auto(PQclear) = NULL;
	bool answer = true;

	if (!planner->db) {
		return true;
	}
	if (known) {
		return known == &yes;
	}
	if (!pg_facts_begin(planner)) {
		return true;
	}
	if (query_safely(planner->db, question, &result, NULL) == 0 && PQntuples(result) == 1) {
		answer = strcmp(PQgetvalue(result, 0, 0), "t") == 0;
	}
	sfs_map_set(
		planner->facts, sfs_arena_strdup(planner->arena, question), answer ? &yes : &no);
	return answer;
}

static bool
ask_rows(struct pg_planner *planner, const char *only, const struct sfs_object *relation,
	const char *column, const char *test)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql, "SELECT EXISTS (SELECT FROM %s", only);
	pg_qualified(&sql, relation->id.namespace, relation->id.name);
	if (column) {
		sfs_str_add(&sql, " WHERE ");
		pg_name(&sql, column);
		sfs_str_add(&sql, test);
	}
	sfs_str_add(&sql, " LIMIT 1)");
	return pg_facts_ask(planner, sfs_str_text(&sql));
}

bool
pg_is_larger(struct pg_planner *planner, const struct sfs_object *relation, int64_t bytes)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;

	pg_qualified(&name, relation->id.namespace, relation->id.name);
	sfs_str_add(&sql, "WITH RECURSIVE part (oid) AS (SELECT ");
	pg_literal(&sql, sfs_str_text(&name));
	sfs_str_addf(&sql,
		"::regclass::oid UNION ALL SELECT h.inhrelid FROM pg_inherits h"
		" JOIN part p ON h.inhparent = p.oid)"
		" SELECT coalesce(sum(pg_table_size(oid)), 0) > %lld FROM part",
		(long long)bytes);
	return pg_facts_ask(planner, sfs_str_text(&sql));
}

bool
pg_has_own_rows(struct pg_planner *planner, const struct sfs_object *relation)
{
	return ask_rows(
		planner, relation->id.kind == SFS_TABLE ? "ONLY " : "", relation, NULL, NULL);
}

bool
pg_has_rows(struct pg_planner *planner, const struct sfs_object *relation)
{
	return ask_rows(planner, "", relation, NULL, NULL);
}

bool
pg_has_values(struct pg_planner *planner, const struct sfs_object *column)
{
	return ask_rows(planner, "", column->owner, column->id.name, " IS NOT NULL");
}

bool
pg_has_nulls(struct pg_planner *planner, const struct sfs_object *column)
{
	return ask_rows(planner, "", column->owner, column->id.name, " IS NULL");
}

bool
pg_has_relations(struct pg_planner *planner)
{
	return pg_facts_ask(planner,
		"SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid >= 16384"
		" AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (SELECT FROM pg_depend d"
		" WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
		" AND d.deptype = 'e'))");
}

void
pg_facts_end(struct pg_planner *planner)
{
	struct sfs_error ignored sfs_auto(error) = SFS_ERROR_INIT;

	if (planner->measuring && pg_run(planner->db, "RESET row_security", &ignored) < 0) {
		return; /* whatever comes next will say so */
	}
}

bool
pg_was_called(struct pg_planner *planner, const struct sfs_object *sequence)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "SELECT is_called FROM ");
	pg_qualified(&sql, sequence->id.namespace, sequence->id.name);
	return pg_facts_ask(planner, sfs_str_text(&sql));
}

bool
pg_last_value(struct pg_planner *planner, const struct sfs_object *object, int64_t *ret_value)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;
	PGresult *result sfs_auto(PQclear) = NULL;
	const struct sfs_object *named = object->id.kind == SFS_COLUMN ? object->owner : object;

	if (!planner->db) {
		return false;
	}
	pg_qualified(&name, named->id.namespace, named->id.name);
	sfs_str_add(&sql, "SELECT pg_sequence_last_value(");
	if (named != object) {
		sfs_str_add(&sql, "pg_get_serial_sequence(");
		pg_literal(&sql, sfs_str_text(&name));
		sfs_str_add(&sql, ", ");
		pg_literal(&sql, object->id.name);
		sfs_str_add(&sql, ")");
	} else {
		pg_literal(&sql, sfs_str_text(&name));
	}
	sfs_str_add(&sql, "::regclass)");
	if (query_safely(planner->db, sfs_str_text(&sql), &result, NULL) < 0 ||
		PQntuples(result) != 1 || PQgetisnull(result, 0, 0)) {
		return false;
	}
	*ret_value = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	return true;
}

bool
pg_can_update(struct pg_planner *planner, const struct pg_state *extension)
{
	const char *from = sfs_object_get(extension->from, SFS_EXTENSION_VERSION);
	const char *to = sfs_object_get(extension->to, SFS_EXTENSION_VERSION);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (!from || !to) {
		return true;
	}
	sfs_str_add(&sql, "SELECT EXISTS (SELECT FROM pg_extension_update_paths(");
	pg_literal(&sql, extension->from->id.name);
	sfs_str_add(&sql, ") WHERE path IS NOT NULL AND source = ");
	pg_literal(&sql, from);
	sfs_str_add(&sql, " AND target = ");
	pg_literal(&sql, to);
	sfs_str_addc(&sql, ')');
	return pg_facts_ask(planner, sfs_str_text(&sql));
}
