// SPDX-License-Identifier: MIT
/* Texts to catalogs: SQLite reads them in scratch databases, and the reader reads those. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "catalog/path.h"
#include "drivers/sqlite/evaluate.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/sandbox.h"

/*
 * SQLite looks through its whole schema for each thing that is created: ten thousand tables in one
 * database take minutes, spread over many of this size a second.
 */
enum { RELATIONS_PER_SANDBOX = 100 };

struct evaluator {
	struct lite_db *db;
	const struct sfs_evaluation *what;
	struct sfs_arena *arena; /* owned */
	struct lite_pieces pieces;
	struct sfs_map *homes;       /* owned; relations of the texts, by lower-case name */
	struct sfs_map *indexes;     /* owned; indexes of the texts */
	struct sfs_map *paths;       /* owned; where the texts stand */
	sqlite3 *sandbox;            /* owned; the one at hand */
	struct sfs_catalog *catalog; /* owned until it is returned */
};

static void
evaluator_finish(struct evaluator *e)
{
	sfs_arena_destroy(e->arena);
	sfs_vec_finish(&e->pieces);
	sfs_map_destroy(e->homes);
	sfs_map_destroy(e->indexes);
	sfs_map_destroy(e->paths);
	(void)sqlite3_close(e->sandbox);
	sfs_catalog_destroy(e->catalog);
}

SFS_DEFINE_AUTO_VALUE(evaluator, struct evaluator, evaluator_finish)

static bool
is_relation(const struct lite_piece *piece)
{
	return piece->kind == SFS_TABLE || piece->kind == SFS_VIEW;
}

/* ---- which sandbox ---- */

/* Statements that must stand in one order, or look into other tables, need all in one place. */
static bool
can_spread(const struct evaluator *e)
{
	sfs_vec_foreach (piece, &e->pieces) {
		if (piece->kind == SFS_KIND_COUNT || piece->from_select || piece->virtual) {
			return false;
		}
	}
	return true;
}

/* Within one database SQLite sees to it that names are there once; between several we do. */
static int
claim(struct sfs_map *names, const struct lite_piece *piece, struct sfs_error *err)
{
	if (sfs_map_has(names, piece->name)) {
		return lite_source_error(piece->source, piece->offset, err,
			"there is already another %s named %s",
			piece->kind == SFS_INDEX ? "index" : "table or view", piece->name);
	}
	sfs_map_set(names, piece->name, (void *)piece);
	return 0;
}

static int
settle(struct evaluator *e, size_t *ret_sandboxes, struct sfs_error *err)
{
	bool spread = can_spread(e);
	size_t relations = 0;
	int r = 0;

	*ret_sandboxes = 1;
	if (!spread) {
		return 0;
	}
	for (size_t i = 0; r == 0 && i < e->pieces.len; i++) {
		struct lite_piece *piece = &e->pieces.items[i];

		if (is_relation(piece)) {
			piece->home = relations++ / RELATIONS_PER_SANDBOX;
			*ret_sandboxes = piece->home + 1;
			r = claim(e->homes, piece, err);
		}
	}
	for (size_t i = 0; r == 0 && i < e->pieces.len; i++) {
		struct lite_piece *piece = &e->pieces.items[i];
		const struct lite_piece *relation =
			piece->relation ? sfs_map_get(e->homes, piece->relation) : NULL;

		if (relation) {
			piece->home = relation->home;
		}
		if (piece->kind == SFS_INDEX) {
			r = claim(e->indexes, piece, err);
		}
	}
	return r;
}

/* ---- running ---- */

/* Whether a relation of the live database is not to be seen. */
static bool
is_gone(const struct evaluator *e, const char *name)
{
	for (size_t i = 0; i < e->what->n_gone; i++) {
		const struct sfs_identity *id = &e->what->gone[i];

		if ((id->kind == SFS_TABLE || id->kind == SFS_VIEW) &&
			sqlite3_stricmp(id->name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* Brings the definition of a relation of the live database into the sandbox. */
static bool
borrow(struct evaluator *e, const char *name)
{
	static const char query[] = "SELECT sql FROM main.sqlite_schema WHERE "
				    "name = ? COLLATE NOCASE AND type IN ('table', 'view')";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	size_t offset;

	if (e->what->whole || !e->db || is_gone(e, name) ||
		lite_prepare(e->db->conn, query, &statement, NULL) != 0) {
		return false;
	}
	(void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	const char *sql = sqlite3_step(statement) == SQLITE_ROW
				  ? (const char *)sqlite3_column_text(statement, 0)
				  : NULL;
	return sql && lite_sandbox_run(e->sandbox, sql, strlen(sql), &offset, NULL) == 0;
}

static int
run_piece(struct evaluator *e, struct lite_piece *piece, struct sfs_error *err)
{
	const char *sql = piece->source->text + piece->offset;
	size_t offset;

	int r = lite_sandbox_run(e->sandbox, sql, piece->len, &offset, err);
	if (r < 0 && piece->kind == SFS_TRIGGER && borrow(e, piece->relation)) {
		r = lite_sandbox_run(e->sandbox, sql, piece->len, &offset, err);
	}
	if (r < 0) {
		sfs_error_position(
			err, piece->source->path, piece->source->text, piece->offset + offset);
	}
	piece->done = r == 0;
	return r;
}

/* What a virtual table's module has made already. */
static bool
is_made(struct evaluator *e, const struct lite_piece *piece)
{
	struct lite_virtuals virtuals sfs_auto(lite_virtuals) = { 0 };

	return piece->kind == SFS_TABLE && !piece->virtual &&
	       lite_virtuals_read(e->sandbox, &virtuals, NULL) == 0 &&
	       lite_is_internal(&virtuals, piece->name);
}

/*
 * Runs what is not done yet, again and again while that helps: what comes late in the text may be
 * what something early needs. The error is that of the first piece that can not be helped.
 */
static int
run_home(struct evaluator *e, size_t home, bool virtuals, struct sfs_error *err)
{
	struct sfs_error first sfs_auto(error) = SFS_ERROR_INIT;
	size_t left = SIZE_MAX, before;

	do {
		before = left;
		left = 0;
		sfs_vec_foreach (piece, &e->pieces) {
			struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;

			if (piece->done || piece->home != home || (virtuals && !piece->virtual)) {
				continue;
			}
			if (run_piece(e, piece, &own) == 0 || is_made(e, piece)) {
				piece->done = true;
				continue;
			}
			if (!left++) {
				sfs_error_move(&first, &own);
			}
		}
	} while (left && left < before);
	if (!left) {
		return 0;
	}
	int r = -first.errnum;
	sfs_error_move(err, &first);
	return r;
}

/* ---- reading ---- */

static bool
is_defined(const struct evaluator *e, const struct sfs_object *object)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	sfs_path_of(&object->id, &path);
	return sfs_map_has(e->paths, sfs_str_text(&path));
}

static int
read_home(struct evaluator *e, struct sfs_error *err)
{
	struct sfs_catalog *part sfs_auto(catalog) = NULL;
	int r = lite_read_from(e->sandbox, &(struct sfs_scope){ 0 }, &part, err);

	if (r < 0) {
		return r;
	}
	sfs_vec_foreach (object, &part->objects) {
		if (!(*object)->owner && (e->what->whole || is_defined(e, *object))) {
			(void)sfs_catalog_copy(e->catalog, *object);
		}
	}
	return 0;
}

static int
evaluate_home(struct evaluator *e, size_t home, bool spread, struct sfs_error *err)
{
	int r = 0;

	(void)sqlite3_close(e->sandbox);
	e->sandbox = NULL;
	r = lite_sandbox_open(&e->sandbox, err);
	if (r == 0 && !spread) {
		/* A module makes tables of its own, which a dump may show before it. */
		(void)run_home(e, home, true, NULL);
	}
	if (r == 0) {
		r = run_home(e, home, false, err);
	}
	return r < 0 ? r : read_home(e, err);
}

int
lite_evaluate(struct sfs_db *db, const struct sfs_evaluation *what,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct evaluator e sfs_auto(evaluator) = {
		.db = db ? lite_of(db) : NULL,
		.what = what,
		.arena = sfs_arena_create(),
		.homes = sfs_map_create(),
		.indexes = sfs_map_create(),
		.paths = sfs_map_create(),
		.catalog = sfs_catalog_create(),
	};
	size_t sandboxes;
	int r = lite_pieces_find(what, e.arena, &e.pieces, err);

	e.catalog->dialect = SFS_SQLITE;
	for (size_t i = 0; i < what->n_sources; i++) {
		sfs_map_set(e.paths, what->sources[i].path, e.paths);
	}
	if (r == 0) {
		r = settle(&e, &sandboxes, err);
	}
	for (size_t home = 0; r == 0 && home < sandboxes; home++) {
		r = evaluate_home(&e, home, sandboxes > 1, err);
	}
	if (r < 0) {
		return r;
	}
	if (what->whole) {
		(void)sfs_catalog_add(e.catalog,
			&(struct sfs_identity){ .kind = SFS_NAMESPACE,
				.namespace = LITE_NAMESPACE,
				.name = LITE_NAMESPACE },
			NULL, NULL);
	}
	sfs_catalog_seal(e.catalog);
	lite_depend(e.catalog);
	*ret_catalog = sfs_steal(e.catalog);
	return 0;
}
