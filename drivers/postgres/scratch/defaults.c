// SPDX-License-Identifier: MIT
/*
 * Default privileges while definitions are tried out. What a text says of an object that is there
 * is all of its privileges, so nothing may be added to it; a new object gets what the server will
 * give it when it is made in its own namespace.
 */
#include <string.h>

#include "drivers/postgres/kind.h"
#include "drivers/postgres/scratch/scratch.h"
#include "sql/quote.h"

/* The kinds of object that have default privileges, and what everybody has of them without any. */
static const struct {
	char type;
	const char *objects;
	const char *of_public;
} types[] = {
	{ 'r', "TABLES", NULL },
	{ 'S', "SEQUENCES", NULL },
	{ 'f', "ROUTINES", "EXECUTE" },
	{ 'T', "TYPES", "USAGE" },
};

static const char QUERY[] =
	"SELECT d.defaclobjtype, n.nspname, CASE WHEN g.grantee <> 0"
	" THEN pg_catalog.pg_get_userbyid(g.grantee) END, g.grantee, g.privilege_type,"
	" g.is_grantable, g.grantee = d.defaclrole"
	" FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n"
	" ON n.oid = d.defaclnamespace"
	" LEFT JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) g ON true"
	" WHERE pg_catalog.pg_get_userbyid(d.defaclrole) = current_user"
	" AND d.defaclobjtype IN ('r', 'S', 'f', 'T') ORDER BY 1, 2";

enum { TYPE, NAMESPACE, GRANTEE, GRANTEE_OID, PRIVILEGE, GRANTABLE, OF_OWNER };

void
pg_defaults_finish(struct pg_defaults *defaults)
{
	sfs_vec_finish(&defaults->existing);
	sfs_vec_finish(&defaults->fresh);
	sfs_map_destroy(defaults->paths);
	sfs_arena_destroy(defaults->arena);
	*defaults = (struct pg_defaults){ 0 };
}

struct maker {
	struct pg_defaults *defaults;
	const struct pg_places *places;
	const struct sfs_identity *ids;
	size_t n_ids;
	const PGresult *rows;
	int row;
};

static const char *
value(const struct maker *m, int column)
{
	return PQgetisnull(m->rows, m->row, column) ? NULL : PQgetvalue(m->rows, m->row, column);
}

static bool
is(const struct maker *m, int column)
{
	const char *text = value(m, column);

	return text && *text == 't';
}

static size_t
type_of(const struct maker *m)
{
	size_t i = 0;

	while (types[i].type != *PQgetvalue(m->rows, m->row, TYPE)) {
		i++;
	}
	return i;
}

/* "ALTER DEFAULT PRIVILEGES [IN SCHEMA x] GRANT ... ON TABLES TO y"; everybody when nobody is named. */
static const char *
statement(const struct maker *m, const char *place, const char *verb, const char *privilege,
	const char *preposition, const char *grantee)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_add(&sql, "ALTER DEFAULT PRIVILEGES ");
	if (place) {
		sfs_str_addf(&sql, "IN SCHEMA %s ", place);
	}
	sfs_str_addf(
		&sql, "%s %s ON %s %s ", verb, privilege, types[type_of(m)].objects, preposition);
	if (grantee) {
		pg_name(&sql, grantee);
	} else {
		sfs_str_add(&sql, "PUBLIC");
	}
	if (strcmp(verb, "GRANT") == 0 && is(m, GRANTABLE)) {
		sfs_str_add(&sql, " WITH GRANT OPTION");
	}
	return sfs_arena_strdup(m->defaults->arena, sfs_str_text(&sql));
}

/* Nothing but what the server gives by itself; and back. */
static void
add_global(struct maker *m)
{
	const char *of_public = types[type_of(m)].of_public;

	sfs_vec_push(&m->defaults->existing,
		statement(m, NULL, "REVOKE", "ALL", "FROM", value(m, GRANTEE)));
	if (of_public && !value(m, GRANTEE)) {
		/* Everybody's is everybody's again at the end. */
		return;
	}
	sfs_vec_push(&m->defaults->fresh,
		statement(m, NULL, "GRANT", value(m, PRIVILEGE), "TO", value(m, GRANTEE)));
}

/* A namespace that is tried out itself says by its text what its defaults are. */
static bool
is_made(const struct maker *m, const char *namespace)
{
	for (size_t i = 0; i < m->n_ids; i++) {
		if (m->ids[i].kind == SFS_NAMESPACE && sfs_streq(m->ids[i].name, namespace)) {
			return true;
		}
	}
	return false;
}

static void
add_local(struct maker *m)
{
	const char *place = pg_places_of(m->places, value(m, NAMESPACE));

	if (place && !is_made(m, value(m, NAMESPACE))) {
		sfs_vec_push(&m->defaults->existing,
			statement(m, place, "REVOKE", "ALL", "FROM", value(m, GRANTEE)));
		sfs_vec_push(&m->defaults->fresh,
			statement(m, place, "GRANT", value(m, PRIVILEGE), "TO", value(m, GRANTEE)));
	}
}

/* What everybody has by itself is missing from a global row when it was revoked. */
static void
add_public(struct maker *m, int first, int end)
{
	const char *of_public;
	bool revoked = true;

	for (m->row = first; m->row < end; m->row++) {
		revoked = revoked && !sfs_streq(value(m, GRANTEE_OID), "0");
	}
	m->row = first;
	of_public = types[type_of(m)].of_public;
	if (of_public) {
		sfs_vec_push(
			&m->defaults->existing, statement(m, NULL, "GRANT", of_public, "TO", NULL));
	}
	if (of_public && revoked) {
		sfs_vec_push(
			&m->defaults->fresh, statement(m, NULL, "REVOKE", of_public, "FROM", NULL));
	}
}

static void
make_statements(struct maker *m)
{
	int n = PQntuples(m->rows), end;

	for (int first = 0; first < n; first = end) {
		m->row = first;
		bool global = !value(m, NAMESPACE);

		for (end = first; end < n; end++) {
			m->row = end;
			if (*PQgetvalue(m->rows, end, TYPE) != *PQgetvalue(m->rows, first, TYPE) ||
				!value(m, NAMESPACE) != global) {
				break;
			}
			if (!value(m, PRIVILEGE) || is(m, OF_OWNER)) {
				continue;
			}
			if (global) {
				add_global(m);
			} else {
				add_local(m);
			}
		}
		if (global) {
			add_public(m, first, end);
		}
	}
}

/* Which of the sources define something that is not there yet. */
static int
find_fresh(struct pg_db *db, const struct sfs_evaluation *what, const struct sfs_identity *ids,
	struct pg_defaults *defaults, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *found = NULL;

	for (size_t i = 0; i < what->n_sources; i++) {
		sfs_str_add(&sql, i ? ", ("
				    : "SELECT pg_catalog.count(c.oid) + pg_catalog.count(p.oid)"
				      " + pg_catalog.count(t.oid) FROM (VALUES (");
		sfs_str_addf(&sql, "%zu, ", i);
		pg_literal(&sql, ids[i].namespace ? ids[i].namespace : "");
		sfs_str_add(&sql, ", ");
		pg_literal(&sql, ids[i].name);
		sfs_str_add(&sql, ")");
	}
	sfs_str_add(&sql,
		") v (i, namespace, name)"
		" LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = v.namespace"
		" LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = v.name"
		" LEFT JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = v.name"
		" LEFT JOIN pg_catalog.pg_type t ON t.typnamespace = n.oid AND t.typname = v.name"
		" GROUP BY v.i ORDER BY v.i");
	int r = pg_query(db, sql.text, 0, NULL, &found, err);
	for (size_t i = 0; !r && i < what->n_sources; i++) {
		if (*PQgetvalue(found, (int)i, 0) == '0') {
			sfs_map_set(defaults->paths, what->sources[i].path, defaults);
		}
	}
	return r;
}

int
pg_defaults_find(struct pg_db *db, const struct sfs_evaluation *what,
	const struct sfs_identity *ids, const struct pg_places *places,
	struct pg_defaults *defaults, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *rows = NULL;
	struct maker maker = {
		.defaults = defaults, .places = places, .ids = ids, .n_ids = what->n_sources
	};
	int r = pg_query(db, QUERY, 0, NULL, &rows, err);

	if (r || !PQntuples(rows)) {
		return r;
	}
	defaults->arena = sfs_arena_create();
	defaults->paths = sfs_map_create();
	maker.rows = rows;
	make_statements(&maker);
	if (what->literal) {
		return 0;
	}
	return find_fresh(db, what, ids, defaults, err);
}
