// SPDX-License-Identifier: MIT
/* Who needs whom: pg_depend's rows as edges between objects of the catalog. */
#include <stdlib.h>

#include "base/alloc.h"
#include "drivers/postgres/read/read.h"

/*
 * Things that have no object of their own stand for one that has: a row type for its table, an
 * array type for its element's, a default for its column, a rule for its view, an index for its
 * constraint, a member for its operator family.
 * They are those that depend on it internally or automatically.
 */
struct stand_in {
	uint64_t tag, for_tag;
};
struct stand_ins SFS_VEC_OF(struct stand_in);

static int
compare(const void *a, const void *b)
{
	uint64_t x = ((const struct stand_in *)a)->tag, y = ((const struct stand_in *)b)->tag;

	return x < y ? -1 : x > y;
}

static uint64_t
field(const PGresult *result, int row, int column)
{
	return strtoull(PQgetvalue(result, row, column), NULL, 10);
}

static uint64_t
tag_at(const PGresult *result, int row, int column)
{
	return PG_TAG(field(result, row, column), field(result, row, column + 1),
		field(result, row, column + 2));
}

static struct sfs_object *
resolve(const struct sfs_catalog *catalog, const struct stand_ins *stand_ins, uint64_t tag)
{
	/* An array of a table's row type takes two steps; more than four are none of ours. */
	for (int steps = 0; steps < 5; steps++) {
		struct sfs_object *object = sfs_catalog_by_tag(catalog, tag);
		struct stand_in key = { .tag = tag };

		if (object) {
			return object;
		}
		const struct stand_in *found =
			stand_ins->len ? bsearch(&key, stand_ins->items, stand_ins->len, sizeof key,
						 compare)
				       : NULL;
		if (found) {
			tag = found->for_tag;
		} else if (tag & 0xffff) {
			tag &= ~(uint64_t)0xffff; /* a column that is no object: its relation */
		} else {
			return NULL;
		}
	}
	return NULL;
}

static void
add_edges(struct sfs_catalog *catalog, const PGresult *result)
{
	struct stand_ins stand_ins = { 0 };

	for (int row = 0; row < PQntuples(result); row++) {
		if (*PQgetvalue(result, row, 6) == 't') {
			struct stand_in stand_in = { tag_at(result, row, 0),
				tag_at(result, row, 3) };

			sfs_vec_push(&stand_ins, stand_in);
		}
	}
	if (stand_ins.len) {
		qsort(stand_ins.items, stand_ins.len, sizeof *stand_ins.items, compare);
	}
	for (int row = 0; row < PQntuples(result); row++) {
		struct sfs_object *user = resolve(catalog, &stand_ins, tag_at(result, row, 0));
		struct sfs_object *used = resolve(catalog, &stand_ins, tag_at(result, row, 3));

		if (user && used) {
			sfs_graph_add(catalog, user, used);
		}
	}
	sfs_vec_finish(&stand_ins);
}

/* Everything with a file is in a namespace, which the server says only where it is not obvious. */
static void
add_namespaces(struct sfs_catalog *catalog)
{
	sfs_vec_foreach (item, &catalog->objects) {
		struct sfs_object *object = *item;
		struct sfs_identity id = { .kind = SFS_NAMESPACE,
			.namespace = object->id.namespace,
			.name = object->id.namespace };

		if (object->owner || !id.name || object->id.kind == SFS_NAMESPACE) {
			continue;
		}
		struct sfs_object *namespace = sfs_catalog_find(catalog, &id);

		if (namespace) {
			sfs_graph_add(catalog, object, namespace);
		}
	}
}

/*
 * FirstNormalObjectId is 16384. What is in a namespace is said elsewhere; extensions stand for
 * their members.
 */
#define COLUMNS                                                                                    \
	"d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid,"                 \
	" d.deptype IN ('i', 'e') OR d.deptype = 'a' AND (d.classid = 'pg_attrdef'::regclass"      \
	" OR d.refclassid IN ('pg_publication'::regclass, 'pg_opfamily'::regclass))"
#define CONDITION                                                                                       \
	"d.refobjid >= 16384 AND d.objid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'e', 'P', 'S', 'x')" \
	" AND (d.refclassid <> 'pg_namespace'::regclass"                                                \
	" OR d.classid = 'pg_extension'::regclass"                                                      \
	" OR d.classid = to_regclass('pg_catalog.pg_publication_namespace'))"

/*
 * A partition's trigger depends on that of its parent, and so on up; those in between that are as their
 * parent's are no objects.
 */
#define TRIGGERS_ABOVE(start)                                                                      \
	" UNION ALL SELECT 'pg_trigger'::regclass, above.id, 0, 'pg_trigger'::regclass,"           \
	" above.parent, 0, false FROM (WITH RECURSIVE up (id, parent) AS (" start                  \
	" UNION ALL SELECT u.id, t.tgparentid FROM up u JOIN pg_trigger t ON t.oid = u.parent"     \
	" WHERE t.tgparentid <> 0) SELECT up.id, up.parent FROM up) above"

static const char ALL[] = "SELECT " COLUMNS " FROM pg_depend d WHERE " CONDITION TRIGGERS_ABOVE(
	"SELECT t.oid, t.tgparentid FROM pg_trigger t JOIN pg_trigger p ON p.oid = t.tgparentid"
	" WHERE t.tgenabled <> p.tgenabled"
	" OR t.tgname <> p.tgname AND t.tgname NOT LIKE 'RI\\_ConstraintTrigger\\_%'");

/* Those of given objects, of what stands for them, and of what stands for that. */
static const char SOME[] =
	"WITH given AS (SELECT * FROM unnest($1::oid[], $2::oid[]) g (class, oid)),"
	" first AS (SELECT class, oid FROM given UNION SELECT d.classid, d.objid FROM given g"
	" JOIN pg_depend d ON d.refclassid = g.class AND d.refobjid = g.oid"
	" WHERE d.deptype IN ('i', 'a')),"
	" second AS (SELECT class, oid FROM first UNION SELECT d.classid, d.objid FROM first f"
	" JOIN pg_depend d ON d.refclassid = f.class AND d.refobjid = f.oid"
	" WHERE d.deptype = 'i')"
	" SELECT " COLUMNS
	" FROM second s JOIN pg_depend d ON d.classid = s.class AND d.objid = s.oid"
	" WHERE " CONDITION TRIGGERS_ABOVE(
		"SELECT t.oid, t.tgparentid FROM second s JOIN pg_trigger t ON t.oid = s.oid"
		" WHERE s.class = 'pg_trigger'::regclass AND t.tgparentid <> 0");

static int
read_some(struct pg_db *db, const struct sfs_catalog *catalog, PGresult **ret_result,
	struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str classes = SFS_STR_INIT, oids = SFS_STR_INIT;

	sfs_str_addc(&classes, '{');
	sfs_str_addc(&oids, '{');
	sfs_vec_foreach (item, &catalog->objects) {
		uint64_t tag = (*item)->tag;

		if (tag && !(tag & 0xffff)) {
			sfs_str_addf(&classes, "%s%u", classes.len > 1 ? "," : "",
				(unsigned)(tag >> 48));
			sfs_str_addf(&oids, "%s%u", oids.len > 1 ? "," : "",
				(unsigned)(tag >> 16 & UINT32_MAX));
		}
	}
	sfs_str_addc(&classes, '}');
	sfs_str_addc(&oids, '}');
	const char *params[] = { classes.text, oids.text };

	return pg_query_prepared(db, PG_STATEMENT_DEPENDENCIES, SOME, 2, params, ret_result, err);
}

int
pg_read_dependencies(struct pg_db *db, const struct pg_read_options *options,
	struct sfs_catalog *catalog, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *result = NULL;
	bool some = sfs_scope_is_partial(&options->scope) || options->n_aliases;
	int r = some ? read_some(db, catalog, &result, err)
		     : pg_query(db, ALL, 0, NULL, &result, err);

	if (r < 0) {
		return r;
	}
	add_edges(catalog, result);
	add_namespaces(catalog);
	return 0;
}
