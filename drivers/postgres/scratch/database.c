// SPDX-License-Identifier: MIT
/* A whole schema in a database of its own, which is gone afterwards whatever happens. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "catalog/path.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/scratch/load.h"
#include "drivers/postgres/read/read.h"
#include "drivers/postgres/scratch/scratch.h"
#include "sql/quote.h"

/* "sfs1": the first key of the advisory locks that say that a scratch database is in use. */
#define LOCK_CLASS 0x73667331

unsigned
pg_scratch_name(struct sfs_str *out)
{
	unsigned key = 0;

	while (getrandom(&key, sizeof key, 0) != (ssize_t)sizeof key) {
		continue;
	}
	key &= 0x7fffffff; /* an integer of the server's */
	sfs_str_addf(out, "schemafs_scratch_%08x", key);
	return key;
}

/* For what the next start can do as well. */
static void
attempt(struct pg_db *db, const char *sql)
{
	int r = pg_run(db, sql, NULL);

	(void)r;
}

static void
drop(struct pg_db *db, const char *name)
{
	sfs_auto(free) char *sql = sfs_asprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);

	attempt(db, sql);
}

/* What is left of processes that were killed: nobody holds the lock that goes with the name. */
static void
sweep(struct pg_db *db)
{
	sfs_auto(PQclear) PGresult *names = NULL;
	sfs_auto(free) char *sql = sfs_asprintf(
		"SELECT datname FROM pg_database"
		" WHERE datname ~ '^schemafs_scratch_[0-9a-f]{8}$' AND pg_has_role(datdba, 'USAGE')"
		" AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory'"
		" AND l.classid = %u AND l.objsubid = 2"
		" AND l.objid::int8 = ('x' || right(datname, 8))::bit(32)::int8)",
		LOCK_CLASS);

	if (pg_query(db, sql, 0, NULL, &names, NULL)) {
		return;
	}
	for (int row = 0; row < PQntuples(names); row++) {
		drop(db, PQgetvalue(names, row, 0));
	}
}

static void
add_option(struct sfs_str *sql, const char *keyword, const PGresult *facts, int column)
{
	if (column >= 0 && !PQgetisnull(facts, 0, column) && *PQgetvalue(facts, 0, column)) {
		sfs_str_addf(sql, " %s ", keyword);
		pg_literal(sql, PQgetvalue(facts, 0, column));
	}
}

/* Encoding and locale decide how names are stored and how text compares: the target's are taken. */
static int
add_locale(struct pg_db *db, struct sfs_str *sql, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *facts = NULL;
	sfs_auto(str) struct sfs_str query = SFS_STR_INIT;

	sfs_str_add(&query, "SELECT pg_encoding_to_char(encoding), datcollate, datctype");
	if (db->version >= 150000) {
		sfs_str_addf(&query,
			", CASE datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' END"
			", CASE datlocprovider WHEN 'i' THEN %s END",
			db->version >= 170000 ? "datlocale" : "daticulocale");
	}
	if (db->version >= 160000) {
		sfs_str_addf(&query, ", daticurules, CASE datlocprovider WHEN 'b' THEN %s END",
			db->version >= 170000 ? "datlocale" : "NULL");
	}
	sfs_str_add(&query, " FROM pg_database WHERE datname = current_database()");
	int r = pg_query(db, query.text, 0, NULL, &facts, err);
	if (r) {
		return r;
	}
	add_option(sql, "ENCODING", facts, 0);
	add_option(sql, "LC_COLLATE", facts, 1);
	add_option(sql, "LC_CTYPE", facts, 2);
	if (db->version >= 150000) {
		add_option(sql, "LOCALE_PROVIDER", facts, 3);
		add_option(sql, "ICU_LOCALE", facts, 4);
	}
	if (db->version >= 160000) {
		add_option(sql, "ICU_RULES", facts, 5);
		add_option(sql, "BUILTIN_LOCALE", facts, 6);
	}
	return 0;
}

void
pg_scratch_finish(struct pg_scratch *scratch)
{
	pg_disconnect(scratch->inside);
	if (scratch->admin && scratch->name.len) {
		drop(scratch->admin, scratch->name.text);
	}
	pg_disconnect(scratch->admin);
	sfs_str_finish(&scratch->name);
}

static int
explain_creation(int r, struct sfs_error *err)
{
	if (r == -EACCES) {
		sfs_error_hint(err, "trying a schema out needs a scratch database: grant the role "
				    "CREATEDB, or name an empty database with --shadow");
	} else if (r == -EROFS) {
		sfs_error_hint(err,
			"trying a schema out needs a scratch database, which this server "
			"can not make: name an empty one with --shadow");
	}
	return r;
}

/* A session that was opened for reading writes to the scratch database, and to nothing else. */
static int
allow_writes(struct pg_db *db, struct sfs_error *err)
{
	db->read_only = false;
	return pg_run(
		db, "SET default_transaction_read_only = off; SET synchronous_commit = off", err);
}

int
pg_scratch_open(struct pg_db *db, struct pg_scratch *scratch, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
	int r = pg_connect_again(db, NULL, &scratch->admin, err);

	r = r ? r : allow_writes(scratch->admin, err);
	if (r) {
		return r;
	}
	sweep(scratch->admin);
	unsigned key = pg_scratch_name(&scratch->name);
	r = pg_runf(scratch->admin, err, "SELECT pg_advisory_lock(%d, %u)", LOCK_CLASS, key);
	sfs_str_addf(&sql, "CREATE DATABASE %s TEMPLATE template0", scratch->name.text);
	r = r ? r : add_locale(scratch->admin, &sql, err);
	r = r ? r : explain_creation(pg_run(scratch->admin, sql.text, err), err);
	if (r) {
		sfs_str_truncate(&scratch->name, 0);
		return r;
	}
	r = pg_connect_again(db, scratch->name.text, &scratch->inside, err);
	return r ? r : allow_writes(scratch->inside, err);
}

/* Unqualified names in a file of a tree mean the file's namespace; in a script what psql would take. */
static int
add_sources(struct pg_script *script, const struct sfs_evaluation *what, bool *ret_tree,
	struct sfs_error *err)
{
	int r = 0;

	*ret_tree = false;
	for (size_t i = 0; !r && i < what->n_sources; i++) {
		struct sfs_identity id = { 0 };
		bool file = !sfs_path_parse(what->sources[i].path, script->arena, &id);

		if (what->sources[i].id) {
			id = *what->sources[i].id;
		}
		*ret_tree = *ret_tree || file;
		r = pg_script_add(script, &what->sources[i],
			file && id.namespace ? id.namespace : "public", err);
	}
	return r;
}

/* A subscription would call its publisher, and a slot would stay behind there. */
static int
refuse_subscriptions(const struct pg_script *script, struct sfs_error *err)
{
	sfs_vec_foreach (statement, &script->statements) {
		if (statement->head.kind == SFS_SUBSCRIPTION && statement->head.creates) {
			(void)sfs_error_set(err, ENOTSUP,
				"a subscription can not be tried out: it would call its publisher");
			sfs_error_position(err, statement->source->path, statement->source->text,
				statement->offset);
			return -ENOTSUP;
		}
	}
	return 0;
}

static bool
speaks_of(const struct pg_script *script, const char *namespace)
{
	sfs_vec_foreach (statement, &script->statements) {
		const struct pg_refs *targets = &statement->head.targets;

		for (size_t i = 0; statement->head.kind == SFS_NAMESPACE && i < targets->len; i++) {
			if (sfs_streq(targets->items[i].name, namespace)) {
				return true;
			}
		}
	}
	return false;
}

/* The namespace that was there before anything was loaded, when nothing came into it. */
static void
mark_unasked(const struct pg_script *script, struct sfs_catalog *catalog)
{
	const char *name = catalog->usual_namespace;
	struct sfs_identity id = { SFS_NAMESPACE, name, NULL, name, NULL };
	struct sfs_object *namespace = sfs_catalog_find(catalog, &id);

	if (!namespace || speaks_of(script, name) || sfs_graph_used_by(catalog, namespace).len) {
		return;
	}
	sfs_vec_foreach (object, &catalog->objects) {
		if (*object != namespace && sfs_streq((*object)->id.namespace, name)) {
			return;
		}
	}
	namespace->unasked = true;
}

static int
load_and_read(struct pg_db *db, struct pg_script *script, bool any_order,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct pg_load_options options = { .any_order = any_order,
		.in_transaction = db->in_transaction };
	struct pg_read_options all = { .scope = { .dependencies = true } };
	int r = pg_load_script(db, script, &options, err);

	if (!r && !db->in_transaction) {
		r = pg_session(db, err);
	} else if (!r) {
		r = pg_run(db, "RESET SESSION AUTHORIZATION", err);
	}
	r = r ? r : pg_read(db, &all, ret_catalog, err);
	if (!r) {
		pg_keep_rows(script, *ret_catalog);
		mark_unasked(script, *ret_catalog);
	}
	return r;
}

static const char EMPTY[] =
	"SELECT c.what FROM (SELECT 'relation ' || oid::regclass, tableoid, oid FROM pg_class"
	" WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR"
	"  nspname = 'information_schema')"
	" UNION ALL SELECT 'function ' || oid::regprocedure, tableoid, oid FROM pg_proc"
	" WHERE oid >= 16384"
	" UNION ALL SELECT 'type ' || oid::regtype, tableoid, oid FROM pg_type"
	" WHERE oid >= 16384 AND typrelid = 0 AND typelem = 0"
	" UNION ALL SELECT 'schema ' || oid::regnamespace, tableoid, oid FROM pg_namespace"
	" WHERE oid >= 16384 AND nspname !~ '^pg_' AND nspname <> 'public') c (what, classid, objid)"
	" WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = c.classid"
	"  AND d.objid = c.objid AND d.deptype = 'e') LIMIT 1";

int
pg_require_empty(struct pg_db *shadow, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *found = NULL;
	int r = pg_query(shadow, EMPTY, 0, NULL, &found, err);

	if (!r && PQntuples(found)) {
		r = sfs_error_set(err, EINVAL, "the shadow database %s is not empty: it holds %s",
			shadow->description, PQgetvalue(found, 0, 0));
		sfs_error_hint(err, "name a database that nothing else is in");
	}
	return r;
}

/* In a database that is given everything happens in one transaction, which is rolled back. */
static int
evaluate_in_shadow(struct pg_db *db, const char *target, struct pg_script *script, bool any_order,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_db *base;
	int r = db->base.driver->open(target, NULL, &base, err);

	if (r) {
		return r;
	}
	struct pg_db *shadow = pg_db_of(base);
	r = pg_require_empty(shadow, err);
	if (!r) {
		r = pg_run(shadow, "BEGIN READ WRITE", err);
	}
	if (!r) {
		shadow->in_transaction = true;
		r = load_and_read(shadow, script, any_order, ret_catalog, err);
		attempt(shadow, "ROLLBACK");
		shadow->in_transaction = false;
	}
	pg_disconnect(shadow);
	return r;
}

int
pg_evaluate_in_database(struct pg_db *db, const struct sfs_evaluation *what,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct pg_script script sfs_auto(pg_script);
	struct pg_scratch scratch sfs_auto(pg_scratch) = { 0 };
	bool any_order;

	pg_script_init(&script);
	int r = add_sources(&script, what, &any_order, err);
	r = r ? r : refuse_subscriptions(&script, err);
	if (r) {
		return r;
	}
	if (what->shadow) {
		return evaluate_in_shadow(db, what->shadow, &script, any_order, ret_catalog, err);
	}
	r = pg_scratch_open(db, &scratch, err);
	if (r) {
		return r;
	}
	return load_and_read(scratch.inside, &script, any_order, ret_catalog, err);
}
