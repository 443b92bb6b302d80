// SPDX-License-Identifier: MIT
/* A few definitions in schemas of their own, inside a transaction that is rolled back. */
#include <errno.h>
#include <string.h>

#include "drivers/postgres/scratch/load.h"
#include "drivers/postgres/read/read.h"
#include "drivers/postgres/scratch/scratch.h"

struct trial {
	struct pg_db *db;
	const struct sfs_evaluation *what;
	const struct sfs_identity *ids;
	struct sfs_str token;
	struct pg_script script; /* of the sources but for those of `later` */
	struct pg_script later;  /* of the sources that use former names */
	struct pg_places places;
	struct pg_clones clones, later_clones;
	struct pg_defaults defaults;
};

static void
finish_trial(struct trial *trial)
{
	sfs_str_finish(&trial->token);
	pg_script_finish(&trial->script);
	pg_script_finish(&trial->later);
	pg_places_finish(&trial->places);
	pg_clones_finish(&trial->clones);
	pg_clones_finish(&trial->later_clones);
	pg_defaults_finish(&trial->defaults);
}
SFS_DEFINE_AUTO_VALUE(trial, struct trial, finish_trial)

/* Whether one of the sources makes the namespace itself. */
static bool
is_made(const struct trial *trial, const char *namespace)
{
	for (size_t i = 0; i < trial->what->n_sources; i++) {
		if (trial->ids[i].kind == SFS_NAMESPACE &&
			strcmp(trial->ids[i].name, namespace) == 0) {
			return true;
		}
	}
	return false;
}

static void
add_place(struct trial *trial, const struct sfs_identity *id)
{
	const char *namespace = id->kind == SFS_NAMESPACE ? id->name : id->namespace;

	if (!pg_places_of(&trial->places, namespace)) {
		struct pg_alias alias = { .shown = namespace,
			.actual = sfs_arena_printf(trial->places.arena, "%s_%zu", trial->token.text,
				trial->places.aliases.len) };

		sfs_vec_push(&trial->places.aliases, alias);
	}
}

/* What is gone is looked for in a scratch place, too, and not found there. */
static void
add_places(struct trial *trial)
{
	for (size_t i = 0; i < trial->what->n_sources; i++) {
		add_place(trial, &trial->ids[i]);
	}
	for (size_t i = 0; i < trial->what->n_gone; i++) {
		add_place(trial, &trial->what->gone[i]);
		pg_check_gone(&trial->what->gone[i], &trial->places);
	}
}

/* Whether the source says of a trigger when it fires, but not what it is: that is a parent's. */
static bool
is_of_parent(
	const struct trial *trial, const struct sfs_source *source, const struct sfs_identity *id)
{
	bool made = false;

	if (id->kind != SFS_TRIGGER) {
		return false;
	}
	sfs_vec_foreach (statement, &trial->script.statements) {
		made |= statement->source == source && statement->head.creates;
	}
	sfs_vec_foreach (statement, &trial->later.statements) {
		made |= statement->source == source && statement->head.creates;
	}
	return !made;
}

static int
read_sources(struct trial *trial, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < trial->what->n_sources; i++) {
		const struct sfs_source *source = &trial->what->sources[i];
		const struct sfs_identity *id = &trial->ids[i];
		/* Without renames there is one set of names, and an order that all of them have. */
		bool later = source->former && trial->what->renames && trial->what->renames->len;
		struct pg_script *script = later ? &trial->later : &trial->script;

		r = pg_script_add(script, source, id->namespace ? id->namespace : id->name, err);
		r = r ? r : pg_check_source(script, source, id, err);
		if (!r && is_of_parent(trial, source, id)) {
			r = -ENOTSUP;
		}
		if (!r) {
			pg_check_places(script, source, id, &trial->places);
		}
	}
	sfs_vec_foreach (statement, &trial->script.statements) {
		if (!r && statement->tree->base_type) {
			r = -ENOTSUP;
		}
	}
	return r;
}

/*
 * A user's event triggers have no say in a trial; but only a superuser may keep them out of it, or
 * whom one has given the right to.
 */
static const char SILENCE[] =
	"; SELECT pg_catalog.set_config('session_replication_role', 'replica', true)"
	" FROM pg_catalog.pg_roles WHERE rolname = session_user AND (rolsuper";
static const char OR_ALLOWED[] =
	" OR pg_catalog.has_parameter_privilege('session_replication_role', 'SET')";

/*
 * Owners must be able to create what is given to them, so everybody may in there; nobody else can
 * see it before it is gone.
 */
static int
open_places(struct trial *trial, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_addf(
		&sql, "BEGIN READ WRITE; SET LOCAL lock_timeout = %u", trial->db->lock_timeout_ms);
	pg_add_local_settings(trial->db, &sql);
	if (trial->what->n_sources <= PG_FEW) {
		sfs_str_add(&sql, PG_FEW_SETTINGS);
	}
	sfs_str_addf(&sql, "%s%s)", SILENCE, trial->db->version >= 150000 ? OR_ALLOWED : "");
	sfs_vec_foreach (alias, &trial->places.aliases) {
		if (!is_made(trial, alias->shown)) {
			sfs_str_addf(&sql, "; CREATE SCHEMA %s; GRANT ALL ON SCHEMA %s TO PUBLIC",
				alias->actual, alias->actual);
		}
	}
	int r = pg_run(trial->db, sql.text, err);
	if (r && err) {
		/* It is none of the person's. */
		free(err->statement);
		err->statement = NULL;
		err->line = err->column = 0;
	}
	if (r && err && strcmp(err->sqlstate, "0A000") == 0) {
		/* What a server in recovery says of READ WRITE: a standby, for now or for ever. */
		r = -EROFS;
		err->errnum = EROFS;
	}
	if (r == -EACCES) {
		sfs_error_hint(err, "a definition is tried out in a scratch schema before it is "
				    "applied: the role needs CREATE on the database");
	}
	return r;
}

static bool
is_made_by(const struct pg_clones *clones, const char *name)
{
	sfs_vec_foreach (made, &clones->made) {
		if (strcmp((*made)->name, name) == 0) {
			return true;
		}
	}
	return false;
}

static bool
is_clone(const struct trial *trial, const char *name)
{
	return is_made_by(&trial->clones, name) || is_made_by(&trial->later_clones, name);
}

/* What stands in the scratch schemas and is not there on account of something else in them. */
static int
find_contents(const struct trial *trial, PGresult **ret_contents, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_vec_foreach (alias, &trial->places.aliases) {
		sfs_str_add(&sql,
			sql.len ? ", '"
				: "SELECT d.classid, d.objid, c.relname,"
				  " pg_catalog.pg_describe_object(d.classid, d.objid, 0)"
				  " FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_depend d"
				  " ON d.refclassid = 2615 AND d.refobjid = n.oid"
				  " LEFT JOIN pg_catalog.pg_class c"
				  " ON d.classid = 1259 AND c.oid = d.objid"
				  " WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend i"
				  " WHERE i.classid = d.classid AND i.objid = d.objid"
				  " AND i.objsubid = 0 AND i.deptype IN ('a', 'i'))"
				  " AND n.nspname IN ('");
		sfs_str_addf(&sql, "%s'", alias->actual);
	}
	sfs_str_add(&sql, ")");
	return pg_query(trial->db, sql.text, 0, NULL, ret_contents, err);
}

/* The statement that names what was made, so that it can be shown. */
static void
point_at(const struct trial *trial, const char *name, struct sfs_error *err)
{
	const struct sfs_source *source = &trial->what->sources[0];
	size_t offset = 0;

	sfs_vec_foreach (statement, &trial->script.statements) {
		const struct pg_refs *targets = &statement->head.targets;

		if (statement->head.creates && targets->len &&
			strcmp(targets->items[0].name, name) == 0) {
			source = statement->source;
			offset = statement->offset;
		}
	}
	sfs_error_position(err, source->path, source->text, offset);
}

/* Whatever the texts looked like: nothing but what the paths name may have come of them. */
static int
judge(const struct trial *trial, const struct sfs_catalog *catalog, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *contents = NULL;
	int r = find_contents(trial, &contents, err);

	for (int row = 0; !r && row < PQntuples(contents); row++) {
		uint64_t tag = PG_TAG(strtoull(PQgetvalue(contents, row, 0), NULL, 10),
			strtoull(PQgetvalue(contents, row, 1), NULL, 10), 0);

		if (sfs_catalog_by_tag(catalog, tag) ||
			is_clone(trial, PQgetvalue(contents, row, 2))) {
			continue;
		}
		sfs_auto(free) char *what =
			pg_places_show(&trial->places, PQgetvalue(contents, row, 3));
		r = sfs_error_set(err, EINVAL,
			"the text also makes %s, which is no part of what its path names", what);
		point_at(trial, PQgetvalue(contents, row, 2), err);
	}
	return r;
}

static bool
has_namespace(const struct trial *trial)
{
	for (size_t i = 0; i < trial->what->n_sources; i++) {
		if (trial->ids[i].kind == SFS_NAMESPACE) {
			return true;
		}
	}
	return false;
}

static int
load(struct trial *trial, struct pg_script *script, struct pg_clones *clones, struct sfs_error *err)
{
	struct pg_load_options options = {
		.places = &trial->places,
		.in_transaction = true,
		.any_order = true,
		.defaults = &trial->defaults,
	};
	int r = pg_clone(trial->db, script, &trial->places, trial->token.text, clones, err);

	return r ? r : pg_load_script(trial->db, script, &options, err);
}

/* Texts that use former names, while what they need goes by these. */
static int
load_later(struct trial *trial, struct sfs_error *err)
{
	const struct sfs_renames *renames = trial->what->renames;
	int r;

	if (!trial->later.statements.len) {
		return 0;
	}
	r = renames ? pg_take_former_names(trial->db, &trial->places, renames, err) : 0;
	r = r ? r : load(trial, &trial->later, &trial->later_clones, err);
	return r || !renames ? r : pg_take_new_names(trial->db, &trial->places, renames, err);
}

static int
run_trial(struct trial *trial, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_catalog *all sfs_auto(catalog) = NULL;
	int r = pg_defaults_find(
		trial->db, trial->what, trial->ids, &trial->places, &trial->defaults, err);

	r = r ? r : load(trial, &trial->script, &trial->clones, err);
	r = r ? r : load_later(trial, err);
	/* A namespace goes by its scratch name there, so it is read with all that is in it. */
	bool everything = has_namespace(trial);
	struct pg_read_options read = { .scope = { .objects = everything ? NULL : trial->ids,
						.n_objects =
							everything ? 0 : trial->what->n_sources,
						.dependencies = true,
						.alone = !everything },
		.aliases = trial->places.aliases.items,
		.n_aliases = trial->places.aliases.len };
	r = r ? r : pg_read(trial->db, &read, &all, err);
	r = r ? r : judge(trial, all, err);
	if (!r) {
		pg_keep_rows(&trial->script, all);
		pg_keep_rows(&trial->later, all);
		*ret_catalog = pg_pick(all, trial->ids, trial->what->n_sources);
	}
	return r;
}

int
pg_evaluate_in_schemas(struct pg_db *db, const struct sfs_evaluation *what,
	const struct sfs_identity *ids, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct trial trial sfs_auto(trial) = { .db = db, .what = what, .ids = ids };

	(void)pg_scratch_name(&trial.token);
	pg_script_init(&trial.script);
	pg_script_init(&trial.later);
	pg_places_init(&trial.places);
	add_places(&trial);
	int r = read_sources(&trial, err);
	r = r ? r : pg_ready(db, err);
	if (r) {
		return r;
	}
	r = open_places(&trial, err);
	db->in_transaction = true;
	r = r ? r : run_trial(&trial, ret_catalog, err);
	/* Gone with the transaction, also when the connection is lost instead. */
	int ended = pg_run(db, "ROLLBACK", NULL);
	db->in_transaction = false;
	(void)ended;
	return r;
}
