// SPDX-License-Identifier: MIT
/* Texts to catalogs: in a scratch schema where that will do, else in a scratch database. */
#include <errno.h>
#include <string.h>

#include "catalog/path.h"
#include "drivers/postgres/scratch/evaluate.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/read.h"
#include "drivers/postgres/scratch/scratch.h"

/* More than this in one transaction would need more locks than a server usually has. */
enum { SOURCES_MAX = 500 };

static int
parse_paths(const struct sfs_evaluation *what, struct sfs_arena *arena, struct sfs_identity *ids,
	struct sfs_error *err)
{
	for (size_t i = 0; i < what->n_sources; i++) {
		if (what->sources[i].id) {
			ids[i] = *what->sources[i].id;
		} else if (sfs_path_parse(what->sources[i].path, arena, &ids[i])) {
			(void)sfs_error_set(err, EINVAL, "%s is not the path of an object's file",
				what->sources[i].path);
			sfs_error_position(err, what->sources[i].path, what->sources[i].text, 0);
			return -EINVAL;
		}
	}
	return 0;
}

/* Whether it can be tried out in a schema of its own; what is usual for public is so by its name alone. */
static bool
fits_schema(const struct sfs_identity *id)
{
	return id->kind == SFS_NAMESPACE ? strcmp(id->name, "public") != 0
					 : sfs_kind_is_bounded(id->kind);
}

static bool
fit_schemas(const struct sfs_evaluation *what, const struct sfs_identity *ids)
{
	for (size_t i = 0; i < what->n_sources; i++) {
		if (!fits_schema(&ids[i])) {
			return false;
		}
	}
	return what->n_sources <= SOURCES_MAX;
}

/* ---- in a database, together with what is there already ---- */

struct company {
	const struct sfs_evaluation *what;
	const struct sfs_identity *ids;
	const struct sfs_catalog *live;
	char *taken; /* owned; by index of live: the object comes along */
	struct sfs_arena *arena;
	SFS_VEC(struct sfs_source) sources;
};

static bool
is_edited(const struct company *c, const struct sfs_object *object)
{
	for (size_t i = 0; i < c->what->n_sources; i++) {
		if (pg_is_filed(object, &c->ids[i])) {
			return true;
		}
	}
	return false;
}

static void take(struct company *c, const struct sfs_object *object);

static void
take_needs(struct company *c, const struct sfs_object *object)
{
	struct sfs_objects uses = sfs_graph_uses(c->live, object);
	const struct sfs_object *part;

	for (size_t i = 0; i < uses.len; i++) {
		take(c, sfs_object_filed(uses.items[i]));
	}
	sfs_parts_foreach (part, object) {
		uses = sfs_graph_uses(c->live, part);
		for (size_t i = 0; i < uses.len; i++) {
			take(c, sfs_object_filed(uses.items[i]));
		}
	}
}

static void
take(struct company *c, const struct sfs_object *object)
{
	if (!c->taken[object->index]) {
		c->taken[object->index] = 1;
		take_needs(c, object);
	}
}

static bool
is_mentioned(struct pg_script *script, const struct sfs_object *object)
{
	sfs_vec_foreach (statement, &script->statements) {
		pg_statement_parse(script, statement);
		for (size_t i = 0; i < statement->tree->refs.len; i++) {
			const struct pg_ref *ref = &statement->tree->refs.items[i];

			if (sfs_streq(ref->name, object->id.name) &&
				(!ref->namespace ||
					sfs_streq(ref->namespace, object->id.namespace))) {
				return true;
			}
		}
	}
	return false;
}

/* What everything may stand on without naming it. */
static bool
is_ground(enum sfs_kind kind)
{
	return kind < SFS_COLLATION && kind != SFS_USER_MAPPING;
}

/* Marks what has to come along: all of it, or what the texts and the objects as they are now need. */
static int
choose(struct company *c, bool everything, struct sfs_error *err)
{
	struct pg_script script sfs_auto(pg_script);
	int r = 0;

	pg_script_init(&script);
	for (size_t i = 0; !r && i < c->what->n_sources; i++) {
		r = pg_script_add(&script, &c->what->sources[i], c->ids[i].namespace, err);
	}
	sfs_vec_foreach (object, &c->live->objects) {
		if (r || (*object)->owner || (*object)->id.kind == SFS_SUBSCRIPTION) {
			continue;
		}
		if (is_edited(c, *object)) {
			take_needs(c, *object);
		} else if (everything || is_ground((*object)->id.kind) ||
			   is_mentioned(&script, *object)) {
			take(c, *object);
		}
	}
	return r;
}

static void
write_sources(struct company *c)
{
	for (size_t i = 0; i < c->what->n_sources; i++) {
		sfs_vec_push(&c->sources, c->what->sources[i]);
	}
	sfs_vec_foreach (object, &c->live->objects) {
		sfs_auto(str) struct sfs_str text = SFS_STR_INIT, path = SFS_STR_INIT;

		if (!c->taken[(*object)->index] || (*object)->owner || is_edited(c, *object)) {
			continue;
		}
		sfs_path_of(&(*object)->id, &path);
		pg_print_object(c->live, *object, &text);
		struct sfs_source source = {
			.path = sfs_arena_strdup(c->arena, sfs_str_text(&path)),
			.text = sfs_arena_strndup(c->arena, sfs_str_text(&text), text.len),
			.len = text.len,
		};
		sfs_vec_push(&c->sources, source);
	}
}

/* The first GRANT or REVOKE of the texts, to have a place to point at. */
static void
point_at_grant(const struct company *c, const struct sfs_identity *id, struct sfs_error *err)
{
	struct pg_script script sfs_auto(pg_script);

	pg_script_init(&script);
	for (size_t i = 0; i < c->what->n_sources; i++) {
		if (pg_script_add(&script, &c->what->sources[i], c->ids[i].namespace, NULL)) {
			break;
		}
	}
	sfs_vec_foreach (statement, &script.statements) {
		const struct pg_refs *targets = &statement->head.targets;
		bool grants = sfs_streq(statement->head.verb, "GRANT") ||
			      sfs_streq(statement->head.verb, "REVOKE");
		bool named = targets->len && (id->kind == SFS_GRANTS ||
						     sfs_streq(targets->items[0].name, id->name));

		if (grants && named) {
			sfs_error_position(err, statement->source->path, statement->source->text,
				statement->offset);
			return;
		}
	}
}

/*
 * The file of an extension speaks of privileges on its members, and only here can be seen what is
 * one: what stands in other files has to be as it was.
 */
static int
judge_grants(const struct company *c, const struct sfs_catalog *all, struct sfs_error *err)
{
	sfs_vec_foreach (item, &all->objects) {
		const struct sfs_object *object = *item;
		const struct sfs_object *before = sfs_catalog_find(c->live, &object->id);
		const char *acl = before ? sfs_object_get(before, SFS_ATTR_ACL) : NULL;
		sfs_auto(str) struct sfs_str name = SFS_STR_INIT;

		if (is_edited(c, object) || (!before && object->id.kind != SFS_GRANTS) ||
			sfs_streq(acl, sfs_object_get(object, SFS_ATTR_ACL))) {
			continue;
		}
		sfs_identity_describe(&object->id, &name);
		(void)sfs_error_set(err, EINVAL,
			"the text also changes the privileges of %s, which is no part of what its "
			"path names",
			sfs_str_text(&name));
		point_at_grant(c, &object->id, err);
		return -EINVAL;
	}
	return 0;
}

static bool
has_extension(const struct company *c)
{
	for (size_t i = 0; i < c->what->n_sources; i++) {
		if (c->ids[i].kind == SFS_EXTENSION) {
			return true;
		}
	}
	return false;
}

static int
evaluate_with(struct pg_db *db, struct company *c, bool everything,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_catalog *all sfs_auto(catalog) = NULL;
	int r;

	c->taken = sfs_alloc(c->live->objects.len + 1);
	c->arena = sfs_arena_create();
	r = choose(c, everything, err);
	if (!r) {
		write_sources(c);
		struct sfs_evaluation whole = { .sources = c->sources.items,
			.n_sources = c->sources.len,
			.whole = true,
			.shadow = c->what->shadow };

		r = pg_evaluate_in_database(db, &whole, &all, err);
	}
	if (!r && has_extension(c)) {
		r = judge_grants(c, all, err);
	}
	if (!r) {
		*ret_catalog = pg_pick(all, c->ids, c->what->n_sources);
	}
	sfs_vec_finish(&c->sources);
	sfs_arena_destroy(c->arena);
	free(c->taken);
	return r;
}

/* Each file on its own must say what its path names, and nothing else. */
static int
check_sources(
	const struct sfs_evaluation *what, const struct sfs_identity *ids, struct sfs_error *err)
{
	struct pg_script script sfs_auto(pg_script);
	int r = 0;

	pg_script_init(&script);
	for (size_t i = 0; !r && i < what->n_sources; i++) {
		r = pg_script_add(&script, &what->sources[i], ids[i].namespace, err);
		if (!r) {
			r = pg_check_source(&script, &what->sources[i], &ids[i], err);
		}
	}
	return r;
}

static bool
is_missing(const char *sqlstate)
{
	static const char *const states[] = { "3F000", "42704", "42883", "42P01", NULL };

	for (size_t i = 0; states[i]; i++) {
		if (strcmp(states[i], sqlstate) == 0) {
			return true;
		}
	}
	return false;
}

static int
evaluate_in_company(struct pg_db *db, const struct sfs_evaluation *what,
	const struct sfs_identity *ids, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_catalog *live sfs_auto(catalog) = NULL;
	struct pg_read_options options = { .scope = { .dependencies = true } };
	struct company company = { .what = what, .ids = ids };
	struct sfs_error first sfs_auto(error) = SFS_ERROR_INIT;
	int r = check_sources(what, ids, err);

	r = r ? r : pg_read(db, &options, &live, err);
	if (r) {
		return r;
	}
	company.live = live;
	r = evaluate_with(db, &company, false, ret_catalog, &first);
	/* A need that could not be seen: then all of it comes along. */
	if (r && is_missing(first.sqlstate)) {
		struct company more = { .what = what, .ids = ids, .live = live };

		return evaluate_with(db, &more, true, ret_catalog, err);
	}
	sfs_error_move(err, &first);
	return r;
}

static int
evaluate(struct pg_db *db, const struct sfs_evaluation *what, struct sfs_catalog **ret_catalog,
	struct sfs_error *err)
{
	sfs_auto(arena) struct sfs_arena *arena = NULL;
	sfs_auto(free) struct sfs_identity *ids = NULL;
	struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;

	if (what->whole) {
		return pg_evaluate_in_database(db, what, ret_catalog, err);
	}
	arena = sfs_arena_create();
	ids = sfs_alloc((what->n_sources + 1) * sizeof *ids);
	int r = parse_paths(what, arena, ids, err);
	if (r) {
		return r;
	}
	bool fits = fit_schemas(what, ids);
	if (!fits && what->literal) {
		return sfs_error_set(err, ENOTSUP, "a schema does not keep these apart");
	}
	if (!fits) {
		return evaluate_in_company(db, what, ids, ret_catalog, err);
	}
	r = pg_evaluate_in_schemas(db, what, ids, ret_catalog, &own);
	/* Not enough locks for one transaction, or a kind that a schema does not keep apart. */
	if (!what->literal && (r == -ENOTSUP || strcmp(own.sqlstate, "53200") == 0)) {
		return evaluate_in_company(db, what, ids, ret_catalog, err);
	}
	sfs_error_move(err, &own);
	return r;
}

int
pg_evaluate(struct sfs_db *base, const struct sfs_evaluation *what,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	int r = evaluate(pg_db_of(base), what, ret_catalog, err);

	if (!r) {
		pg_mark_cut_names(what, *ret_catalog);
	}
	return r;
}
