// SPDX-License-Identifier: MIT
/* What a scoped read has to read: the objects asked for and all that depends on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/read.h"
#include "drivers/postgres/read/select.h"

/*
 * The seeds come as class and OID where another query found them, else as class and names. From
 * there along pg_depend, object by object: that a constraint of another table is reached does not
 * mean that all of that table's dependants are.
 */
static const char QUERY[] =
	"WITH RECURSIVE wanted AS ("
	" SELECT * FROM unnest($1::oid[], $2::oid[], $3::name[], $4::name[], $5::name[])"
	" w (class, oid, namespace, relation, name)),"
	" seeds AS ("
	" SELECT w.class, w.oid FROM wanted w WHERE w.oid <> 0"
	" UNION ALL SELECT w.class, c.oid FROM wanted w JOIN pg_namespace n ON n.nspname = w.namespace"
	"  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name"
	"  WHERE w.oid = 0 AND w.class = 1259"
	" UNION ALL SELECT w.class, p.oid FROM wanted w JOIN pg_namespace n ON n.nspname = w.namespace"
	"  JOIN pg_proc p ON p.proname = w.name AND p.pronamespace = n.oid"
	"  WHERE w.oid = 0 AND w.class = 1255"
	" UNION ALL SELECT w.class, t.oid FROM wanted w JOIN pg_namespace n ON n.nspname = w.namespace"
	"  JOIN pg_type t ON t.typname = w.name AND t.typnamespace = n.oid"
	"  WHERE w.oid = 0 AND w.class = 1247"
	" UNION ALL SELECT w.class, n.oid FROM wanted w JOIN pg_namespace n ON n.nspname = w.name"
	"  WHERE w.oid = 0 AND w.class = 2615"
	" UNION ALL SELECT w.class, coalesce(t.oid, p.oid, u.oid) FROM wanted w"
	"  JOIN pg_namespace n ON n.nspname = w.namespace"
	"  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.relation"
	"  LEFT JOIN pg_trigger t ON w.class = 2620 AND t.tgrelid = c.oid AND t.tgname = w.name"
	"  LEFT JOIN pg_policy p ON w.class = 3256 AND p.polrelid = c.oid AND p.polname = w.name"
	"  LEFT JOIN pg_rewrite u ON w.class = 2618 AND u.ev_class = c.oid AND u.rulename = w.name"
	"  WHERE w.oid = 0 AND w.class IN (2620, 3256, 2618)"
	"  AND coalesce(t.oid, p.oid, u.oid) IS NOT NULL),"
	" reach (class, oid, sub) AS ("
	" SELECT s.class, s.oid, 0 FROM seeds s"
	" UNION SELECT n.class, n.oid, n.sub FROM reach r, LATERAL ("
	"  SELECT d.classid AS class, d.objid AS oid, d.objsubid AS sub FROM pg_depend d"
	"   WHERE d.refclassid = r.class AND d.refobjid = r.oid"
	"   AND (r.sub = 0 OR d.refobjsubid = r.sub) AND d.deptype NOT IN ('e', 'x')"
	"   AND (r.class <> 2615 OR $7::bool)"
	/* A rule that is a view, and the columns of a composite type, are told from below. */
	"  UNION ALL SELECT 1259::oid, w.ev_class, 0 FROM pg_rewrite w"
	"   WHERE r.class = 2618 AND w.oid = r.oid AND w.rulename = '_RETURN'"
	"  UNION ALL SELECT 1247::oid, c.reltype, 0 FROM pg_class c"
	"   WHERE r.class = 1259 AND c.oid = r.oid AND c.relkind = 'c') n WHERE NOT $6::bool),"
	" owners AS ("
	" SELECT DISTINCT coalesce(o.class, r.class) AS class, coalesce(o.oid, r.oid) AS oid"
	" FROM reach r LEFT JOIN LATERAL ("
	"  SELECT 1259::oid AS class, i.indrelid AS oid FROM pg_index i"
	"   WHERE r.class = 1259 AND i.indexrelid = r.oid"
	"  UNION ALL SELECT 1259::oid, d.adrelid FROM pg_attrdef d"
	"   WHERE r.class = 2604 AND d.oid = r.oid"
	"  UNION ALL SELECT CASE WHEN k.conrelid <> 0 THEN 1259::oid ELSE 1247::oid END,"
	"   CASE WHEN k.conrelid <> 0 THEN k.conrelid ELSE k.contypid END FROM pg_constraint k"
	"   WHERE r.class = 2606 AND k.oid = r.oid"
	"  UNION ALL SELECT 1259::oid, s.stxrelid FROM pg_statistic_ext s"
	"   WHERE r.class = 3381 AND s.oid = r.oid"
	/* Members of publications, operator classes and families: they are no objects, those are. */
	"  UNION ALL SELECT d.refclassid, d.refobjid FROM pg_depend d"
	"   WHERE r.class IN (6106, 6237, 2602, 2603) AND d.classid = r.class AND d.objid = r.oid"
	"   AND d.deptype IN ('a', 'i') AND d.refclassid IN (6104, 2616, 2753)) o ON true),"
	/* A table is read with its sequences, and such a sequence with its table. */
	" whole AS (SELECT class, oid FROM owners"
	" UNION SELECT o.class, x.oid FROM owners o, LATERAL ("
	"  SELECT d.objid AS oid FROM pg_depend d WHERE d.refclassid = 1259 AND d.refobjid = o.oid"
	"   AND d.refobjsubid > 0 AND d.classid = 1259 AND d.deptype IN ('a', 'i')"
	"  UNION ALL SELECT d.refobjid FROM pg_depend d WHERE d.classid = 1259 AND d.objid = o.oid"
	"   AND d.objsubid = 0 AND d.refclassid = 1259 AND d.refobjsubid > 0"
	"   AND d.deptype IN ('a', 'i')) x WHERE o.class = 1259"
	/* Overloads share a file. */
	" UNION SELECT o.class, s.oid FROM owners o JOIN pg_proc p ON p.oid = o.oid"
	"  JOIN pg_proc s ON s.proname = p.proname AND s.pronamespace = p.pronamespace"
	"  WHERE o.class = 1255"
	" UNION SELECT o.class, s.oid FROM owners o JOIN pg_operator p ON p.oid = o.oid"
	"  JOIN pg_operator s ON s.oprname = p.oprname AND s.oprnamespace = p.oprnamespace"
	"  WHERE o.class = 2617"
	" UNION SELECT o.class, s.oid FROM owners o JOIN pg_opclass p ON p.oid = o.oid"
	"  JOIN pg_opclass s ON s.opcname = p.opcname AND s.opcnamespace = p.opcnamespace"
	"  WHERE o.class = 2616"
	" UNION SELECT o.class, s.oid FROM owners o JOIN pg_opfamily p ON p.oid = o.oid"
	"  JOIN pg_opfamily s ON s.opfname = p.opfname AND s.opfnamespace = p.opfnamespace"
	"  WHERE o.class = 2753)"
	/* Row types and array types are no objects. */
	" SELECT w.class, array_agg(w.oid) FROM whole w WHERE w.oid IS NOT NULL AND NOT EXISTS ("
	" SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE w.class = 1247"
	" AND t.oid = w.oid AND (c.relkind <> 'c' OR t.typelem <> 0 AND t.typcategory = 'A'))"
	" GROUP BY w.class";

/* The parameters: arrays written side by side. */
struct seeds {
	struct sfs_str columns[5]; /* class, oid, namespace, relation, name */
};

static void
finish_seeds(struct seeds *seeds)
{
	for (size_t i = 0; i < 5; i++) {
		sfs_str_finish(&seeds->columns[i]);
	}
}
SFS_DEFINE_AUTO_VALUE(seeds, struct seeds, finish_seeds)

static void
add_item(struct sfs_str *array, const char *text)
{
	sfs_str_addc(array, array->len ? ',' : '{');
	if (!text) {
		sfs_str_add(array, "NULL");
		return;
	}
	sfs_str_addc(array, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\') {
			sfs_str_addc(array, '\\');
		}
		sfs_str_addc(array, *text);
	}
	sfs_str_addc(array, '"');
}

static void
add_seed(struct seeds *seeds, unsigned class, const char *oid, const char *namespace,
	const char *relation, const char *name)
{
	char number[16];

	(void)snprintf(number, sizeof number, "%u", class);
	add_item(&seeds->columns[0], number);
	add_item(&seeds->columns[1], oid ? oid : "0");
	add_item(&seeds->columns[2], namespace);
	add_item(&seeds->columns[3], relation);
	add_item(&seeds->columns[4], name);
}

static void
add_tag(struct seeds *seeds, uint64_t tag)
{
	char oid[16];

	(void)snprintf(oid, sizeof oid, "%u", (unsigned)(tag >> 16 & UINT32_MAX));
	add_seed(seeds, (unsigned)(tag >> 48), oid, NULL, NULL, NULL);
}

/* The name under which the server knows what is called `shown`. */
static const char *
actual_namespace(const struct pg_read_options *options, const char *shown)
{
	for (size_t i = 0; shown && i < options->n_aliases; i++) {
		if (strcmp(options->aliases[i].shown, shown) == 0) {
			return options->aliases[i].actual;
		}
	}
	return shown;
}

static bool
matches(const PGresult *result, int row, const char *column, const char *wanted)
{
	int at = PQfnumber(result, column);

	if (at < 0 || PQgetisnull(result, row, at)) {
		return !wanted || at < 0;
	}
	return sfs_streq(PQgetvalue(result, row, at), wanted);
}

/* A kind whose names only its own query knows: all of them are read, there are never many. */
static int
add_by_query(struct pg_db *db, const struct sfs_identity *id, const char *namespace,
	struct seeds *seeds, struct sfs_error *err)
{
	const struct pg_kind *kind = pg_kind(id->kind);
	const char *none[] = { NULL, NULL };
	sfs_auto(str) struct sfs_str text = SFS_STR_INIT, query = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	kind->query(db->version, &text);
	pg_specialise(sfs_str_text(&text), NULL, &query);
	/* Both parameters need a type, used or not. */
	sfs_str_add(&query, "\n AND ($1::oid[] IS NULL OR true) AND ($2::name[] IS NULL OR true)");
	int r = pg_query(db, query.text, 2, none, &result, err);

	for (int row = 0; r == 0 && row < PQntuples(result); row++) {
		if (matches(result, row, "name", id->name) &&
			matches(result, row, "namespace", namespace) &&
			matches(result, row, "relation", id->relation)) {
			add_seed(seeds, kind->class,
				PQgetvalue(result, row, PQfnumber(result, "oid")), NULL, NULL,
				NULL);
		}
	}
	return r;
}

static int
add_object(struct pg_db *db, const struct pg_read_options *options, const struct sfs_identity *id,
	struct seeds *seeds, struct sfs_error *err)
{
	const struct pg_kind *kind = pg_kind(id->kind);
	const char *namespace = actual_namespace(options, id->namespace);

	if (sfs_kind_info(id->kind)->level == SFS_LEVEL_PART && kind->owner_class) {
		add_seed(seeds, kind->owner_class, NULL, namespace, NULL, id->relation);
		return 0;
	}
	switch (kind->class) {
	case PG_CLASS_CLASS:
	case PG_CLASS_PROC:
	case PG_CLASS_TYPE:
	case PG_CLASS_NAMESPACE:
	case PG_CLASS_TRIGGER:
	case PG_CLASS_POLICY:
	case PG_CLASS_REWRITE:
		add_seed(seeds, kind->class, NULL, namespace, id->relation,
			id->kind == SFS_NAMESPACE ? namespace : id->name);
		return 0;
	default:
		return kind->query ? add_by_query(db, id, namespace, seeds, err) : 0;
	}
}

int
pg_resolve_scope(struct pg_db *db, const struct pg_read_options *options, struct sfs_arena *arena,
	struct pg_scope *ret_scope, struct sfs_error *err)
{
	sfs_auto(seeds) struct seeds seeds = { 0 };
	sfs_auto(PQclear) PGresult *result = NULL;
	bool inside = !sfs_scope_is_partial(&options->scope); /* all of the scratch places */
	const char *params[7];

	for (size_t i = 0; inside && i < options->n_aliases; i++) {
		add_seed(&seeds, PG_CLASS_NAMESPACE, NULL, NULL, NULL, options->aliases[i].actual);
	}
	for (size_t i = 0; i < options->scope.n_objects; i++) {
		int r = add_object(db, options, &options->scope.objects[i], &seeds, err);

		if (r < 0) {
			return r;
		}
	}
	for (size_t i = 0; i < options->scope.n_tags; i++) {
		add_tag(&seeds, options->scope.tags[i]);
	}
	for (size_t i = 0; i < 5; i++) {
		sfs_str_add(&seeds.columns[i], seeds.columns[i].len ? "}" : "{}");
		params[i] = seeds.columns[i].text;
	}
	params[5] = options->scope.alone ? "true" : "false";
	params[6] = inside ? "true" : "false";
	int r = pg_query_prepared(db, PG_STATEMENT_SCOPE, QUERY, 7, params, &result, err);

	for (int row = 0; r == 0 && row < PQntuples(result); row++) {
		sfs_vec_push(
			ret_scope, (struct pg_class_oids){
					   (unsigned)strtoul(PQgetvalue(result, row, 0), NULL, 10),
					   sfs_arena_strdup(arena, PQgetvalue(result, row, 1)) });
	}
	return r;
}
