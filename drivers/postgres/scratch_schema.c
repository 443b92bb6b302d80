// SPDX-License-Identifier: MIT
/* A few definitions in schemas of their own, inside a transaction that is rolled back. */
#include <errno.h>
#include <string.h>

#include "drivers/postgres/load.h"
#include "drivers/postgres/read.h"
#include "drivers/postgres/scratch.h"

bool
pg_fits_schema(const struct sfs_identity *id)
{
	static const bool fits[SFS_KIND_COUNT] = {
		[SFS_COLLATION] = true,
		[SFS_TYPE] = true,
		[SFS_DOMAIN] = true,
		[SFS_SEQUENCE] = true,
		[SFS_FUNCTION] = true,
		[SFS_PROCEDURE] = true,
		[SFS_AGGREGATE] = true,
		[SFS_TEXT_SEARCH_DICTIONARY] = true,
		[SFS_TEXT_SEARCH_CONFIGURATION] = true,
		[SFS_TABLE] = true,
		[SFS_FOREIGN_TABLE] = true,
		[SFS_VIEW] = true,
		[SFS_MATERIALIZED_VIEW] = true,
		[SFS_RULE] = true,
		[SFS_TRIGGER] = true,
		[SFS_POLICY] = true,
	};

	if (id->kind == SFS_NAMESPACE) {
		/* What is usual for public is so by its name alone. */
		return strcmp(id->name, "public") != 0;
	}
	return fits[id->kind];
}

struct trial {
	struct pg_db *db;
	const struct sfs_evaluation *what;
	const struct sfs_identity *ids;
	struct sfs_str token;
	struct pg_script script;
	struct pg_places places;
	struct pg_clones clones;
};

static void
finish_trial(struct trial *trial)
{
	sfs_str_finish(&trial->token);
	pg_script_finish(&trial->script);
	pg_places_finish(&trial->places);
	pg_clones_finish(&trial->clones);
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
add_places(struct trial *trial)
{
	for (size_t i = 0; i < trial->what->n_sources; i++) {
		const char *namespace = trial->ids[i].kind == SFS_NAMESPACE
						? trial->ids[i].name
						: trial->ids[i].namespace;

		if (!pg_places_of(&trial->places, namespace)) {
			struct pg_alias alias = { .shown = namespace,
				.actual = sfs_arena_printf(trial->places.arena, "%s_%zu",
					trial->token.text, trial->places.aliases.len) };

			sfs_vec_push(&trial->places.aliases, alias);
		}
	}
}

static int
read_sources(struct trial *trial, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < trial->what->n_sources; i++) {
		const struct sfs_source *source = &trial->what->sources[i];
		const struct sfs_identity *id = &trial->ids[i];

		r = pg_script_add(&trial->script, source,
			id->namespace ? id->namespace : id->name, err);
		r = r ? r : pg_check_source(&trial->script, source, id, err);
		if (!r) {
			pg_check_places(&trial->script, source, id, &trial->places);
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
 * Owners must be able to create what is given to them, so everybody may in there; nobody else can
 * see it before it is gone.
 */
static int
open_places(struct trial *trial, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_addf(&sql, "BEGIN READ WRITE; SET LOCAL lock_timeout = %u",
		trial->db->lock_timeout_ms);
	sfs_vec_foreach (alias, &trial->places.aliases) {
		if (!is_made(trial, alias->shown)) {
			sfs_str_addf(&sql, "; CREATE SCHEMA %s; GRANT ALL ON SCHEMA %s TO PUBLIC",
				alias->actual, alias->actual);
		}
	}
	int r = pg_run(trial->db, sql.text, err);
	if (r == -EACCES) {
		sfs_error_hint(err, "a definition is tried out in a scratch schema before it is "
				    "applied: the role needs CREATE on the database");
	}
	return r;
}

static bool
is_clone(const struct trial *trial, const struct sfs_object *object)
{
	const struct sfs_identity *id = &sfs_object_filed(object)->id;

	sfs_vec_foreach (made, &trial->clones.made) {
		if (sfs_streq((*made)->namespace, id->namespace) &&
			(sfs_streq((*made)->name, id->relation ? id->relation : id->name))) {
			return true;
		}
	}
	return false;
}

/* The triggers that a parent hands down, a type's functions: not written down, so not judged. */
static bool
is_consequence(const struct trial *trial, const struct sfs_object *object)
{
	if (object->id.kind == SFS_NAMESPACE || object->id.kind == SFS_UNMODELED) {
		return true;
	}
	for (size_t i = 0; i < trial->what->n_sources; i++) {
		if (object->id.kind == SFS_TRIGGER &&
			sfs_object_has(object, SFS_TRIGGER_INHERITED)) {
			return true;
		}
	}
	return false;
}

static bool
is_defined(const struct trial *trial, const struct sfs_object *object)
{
	for (size_t i = 0; i < trial->what->n_sources; i++) {
		if (pg_is_filed(object, &trial->ids[i])) {
			return true;
		}
	}
	return false;
}

/* Whatever the texts looked like: nothing else may have come of them. */
static int
judge(const struct trial *trial, const struct sfs_catalog *catalog, struct sfs_error *err)
{
	sfs_vec_foreach (object, &catalog->objects) {
		sfs_auto(str) struct sfs_str what = SFS_STR_INIT;

		if ((*object)->owner || is_defined(trial, *object) || is_clone(trial, *object) ||
			is_consequence(trial, *object)) {
			continue;
		}
		sfs_identity_describe(&(*object)->id, &what);
		(void)sfs_error_set(err, EINVAL, "the text also defines %s, which has a file of its own",
			what.text);
		sfs_error_position(err, trial->what->sources[0].path, trial->what->sources[0].text, 0);
		return -EINVAL;
	}
	return 0;
}

static int
run_trial(struct trial *trial, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_catalog *all sfs_auto(catalog) = NULL;
	struct pg_load_options load = { .places = &trial->places, .in_transaction = true,
		.any_order = true };
	int r = pg_clone(trial->db, &trial->script, &trial->places, trial->token.text,
		&trial->clones, err);

	r = r ? r : pg_load_script(trial->db, &trial->script, &load, err);
	struct pg_read_options read = { .scope = { .dependencies = true },
		.aliases = trial->places.aliases.items, .n_aliases = trial->places.aliases.len };
	r = r ? r : pg_read(trial->db, &read, &all, err);
	r = r ? r : judge(trial, all, err);
	if (!r) {
		pg_keep_rows(&trial->script, all);
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
