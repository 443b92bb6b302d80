// SPDX-License-Identifier: MIT
/* A history of statements run again in a scratch database, and what the server then has. */
#include <errno.h>
#include <string.h>

#include "base/map.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/plan/plan.h"
#include "drivers/postgres/read/read.h"
#include "drivers/postgres/scratch/scratch.h"
#include "sql/quote.h"
#include "sql/statement.h"

/* What a statement that belongs to the server, and not to a database, is about. */
enum cluster {
	CLUSTER_NOT,
	CLUSTER_ROLE, /* makes a role: later statements name it */
	CLUSTER_SKIP, /* changes what is there for others as well */
};

static const struct {
	const char *head;
	enum cluster cluster;
} heads[] = {
	{ "CREATE ROLE", CLUSTER_ROLE },
	{ "CREATE USER", CLUSTER_ROLE },
	{ "CREATE GROUP", CLUSTER_ROLE },
	{ "ALTER ROLE", CLUSTER_SKIP },
	{ "ALTER USER", CLUSTER_SKIP },
	{ "ALTER GROUP", CLUSTER_SKIP },
	{ "DROP ROLE", CLUSTER_SKIP },
	{ "DROP USER", CLUSTER_SKIP },
	{ "DROP GROUP", CLUSTER_SKIP },
	{ "DROP OWNED", CLUSTER_SKIP },
	{ "REASSIGN OWNED", CLUSTER_SKIP },
	{ "CREATE DATABASE", CLUSTER_SKIP },
	{ "ALTER DATABASE", CLUSTER_SKIP },
	{ "DROP DATABASE", CLUSTER_SKIP },
	{ "COMMENT ON DATABASE", CLUSTER_SKIP },
	{ "COMMENT ON ROLE", CLUSTER_SKIP },
	{ "CREATE TABLESPACE", CLUSTER_SKIP },
	{ "ALTER TABLESPACE", CLUSTER_SKIP },
	{ "DROP TABLESPACE", CLUSTER_SKIP },
	{ "ALTER SYSTEM", CLUSTER_SKIP },
	{ "CREATE SUBSCRIPTION", CLUSTER_SKIP }, /* would call its publisher */
	{ "ALTER SUBSCRIPTION", CLUSTER_SKIP },
	{ "DROP SUBSCRIPTION", CLUSTER_SKIP },
};

/* One call's work. */
struct replay {
	const struct sfs_replay *what;
	struct pg_db *db;          /* where the statements run */
	struct pg_scratch place;   /* unless a shadow was given */
	struct sfs_db *shadow;     /* owned; or NULL */
	struct sfs_catalog *clean; /* owned; what was in the shadow before */
	SFS_VEC(char *) roles;     /* owned; those that we made, quoted */
	struct sfs_map *known;     /* owned; names of the roles that were looked at */
	struct sfs_arena *arena;   /* owned; those names */
	size_t n_read;
};

static enum cluster
cluster_of(const char *sql, size_t len)
{
	struct sfs_statement statement = { .len = len, .end = len };

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct sfs_str words sfs_auto(str) = SFS_STR_INIT;
		unsigned n = 1;

		for (const char *c = heads[i].head; *c; c++) {
			n += *c == ' ';
		}
		sfs_statement_head(SFS_POSTGRES, sql, &statement, n, &words);
		if (strcmp(sfs_str_text(&words), heads[i].head) == 0) {
			return heads[i].cluster;
		}
	}
	return CLUSTER_NOT;
}

/* CREATE USER MAPPING is of the database. */
static bool
takes_name(const char *sql, size_t len, struct sfs_str *name)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, sql, len);
	for (int i = 0; i < 3; i++) {
		if (!sfs_lexer_word(&lexer, &token)) {
			return false;
		}
	}
	bool plain = token.type == SFS_TOKEN_WORD;
	sfs_unquote_name(name, SFS_POSTGRES, sql + token.offset, token.len);
	return !plain || !sfs_token_is(sql, &token, "MAPPING") || !sfs_lexer_word(&lexer, &token) ||
	       !sfs_token_is(sql, &token, "FOR");
}

/* A role that the server has already is that one; another is made without any rights. */
static int
make_role(struct replay *replay, const char *name, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *found = NULL;
	struct sfs_str quoted sfs_auto(str) = SFS_STR_INIT;
	const char *params[] = { name };
	int r = pg_query(replay->db, "SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", 1,
		params, &found, err);

	if (r < 0 || PQntuples(found)) {
		return r;
	}
	sfs_quote_name(&quoted, SFS_POSTGRES, name);
	r = pg_runf(replay->db, err, "CREATE ROLE %s NOLOGIN", quoted.text);
	if (r == 0) {
		sfs_vec_push(&replay->roles, sfs_str_steal(&quoted));
	}
	return r;
}

/* From a place in the statement to one in the file. */
static void
locate(const struct sfs_replay_step *step, struct sfs_error *err)
{
	unsigned line = err->line, column = err->column;

	sfs_error_position(err, step->source->path, step->source->text, step->offset);
	if (line > 1) {
		err->line += line - 1;
		err->column = column;
	} else if (line == 1) {
		err->column += column - 1;
	}
}

static int
run_step(struct replay *replay, const struct sfs_replay_step *step, struct sfs_error *err)
{
	char *sql sfs_auto(free) = sfs_strndup(step->source->text + step->offset, step->len);
	struct sfs_str role sfs_auto(str) = SFS_STR_INIT;
	enum cluster cluster = cluster_of(sql, step->len);
	int r = 0;

	if (cluster == CLUSTER_ROLE && !takes_name(sql, step->len, &role)) {
		cluster = CLUSTER_NOT;
	}
	if (cluster == CLUSTER_NOT) {
		r = pg_run(replay->db, sql, err);
	} else if (cluster == CLUSTER_ROLE) {
		r = make_role(replay, sfs_str_text(&role), err);
	}
	if (r < 0 && err) {
		locate(step, err);
	}
	return r;
}

/* Reading wants the session as it is by default; a statement after it, as it was left. */
static int
read_stop(struct replay *replay, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct pg_read_options all = { .scope = { .dependencies = true } };
	bool open = PQtransactionStatus(replay->db->conn) != PQTRANS_IDLE;
	int r = open ? sfs_error_set(err, EINVAL, "a migration leaves a transaction open") : 0;

	r = r ? r : pg_session(replay->db, err);
	r = r ? r : pg_read(replay->db, &all, ret_catalog, err);
	if (r == 0 && replay->what->visit) {
		r = replay->what->visit(replay->what->visit_data, replay->n_read, &replay->db->base,
			*ret_catalog, err);
		if (r < 0) {
			sfs_catalog_destroy(*ret_catalog);
			*ret_catalog = NULL;
		}
	}
	return r;
}

/* ---- roles that a block makes ---- */

/* Whether the server has the role for others, too: what our transaction made they do not see yet. */
static int
is_ours(struct replay *replay, struct pg_db **other, const char *name, bool *ret_ours,
	struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *found = NULL;
	const char *params[] = { name };
	int r = *other ? 0 : pg_connect_again(replay->db, NULL, other, err);

	r = r ? r
	      : pg_query(*other, "SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", 1, params,
			&found, err);
	*ret_ours = r == 0 && PQntuples(found) == 0;
	return r;
}

/*
 * Before the commit of a file: the roles that it made in a DO block or a function. `first`: all that
 * there are belong to the server.
 */
static int
note_roles(struct replay *replay, bool first, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *roles = NULL;
	struct pg_db *other = NULL;
	int r = pg_query(
		replay->db, "SELECT rolname FROM pg_catalog.pg_roles", 0, NULL, &roles, err);

	for (int i = 0; r == 0 && i < PQntuples(roles); i++) {
		const char *name = sfs_arena_strdup(replay->arena, PQgetvalue(roles, i, 0));
		bool ours = false;

		if (sfs_map_has(replay->known, name)) {
			continue;
		}
		r = first ? 0 : is_ours(replay, &other, name, &ours, err);
		sfs_map_set(replay->known, name, replay);
		if (ours) {
			struct sfs_str quoted = SFS_STR_INIT;

			sfs_quote_name(&quoted, SFS_POSTGRES, name);
			sfs_vec_push(&replay->roles, sfs_str_steal(&quoted));
		}
	}
	pg_disconnect(other);
	return r;
}

/* ---- files ---- */

/* What the server says of a statement that has to be by itself, or behind a commit. */
static bool
wants_no_transaction(const struct sfs_error *err)
{
	static const char *const codes[] = {
		"25001", /* active_sql_transaction: CREATE INDEX CONCURRENTLY, VACUUM */
		"2D000", /* invalid_transaction_termination: a procedure that commits */
		"55P04", /* unsafe_new_enum_value_usage */
		NULL,
	};

	for (const char *const *code = codes; *code; code++) {
		if (sfs_streq(err->sqlstate, *code)) {
			return true;
		}
	}
	return false;
}

static int
run_whole(struct replay *replay, size_t from, size_t end, struct sfs_error *err)
{
	int r = pg_run(replay->db, "BEGIN", err);

	for (size_t i = from; r == 0 && i < end; i++) {
		r = run_step(replay, &replay->what->steps[i], err);
	}
	r = r < 0 ? r : note_roles(replay, false, err);
	if (r < 0) {
		(void)!pg_run(replay->db, "ROLLBACK", NULL);
		return r;
	}
	/* What is deferred until here belongs to the file, though to no statement in particular. */
	r = pg_run(replay->db, "COMMIT", err);
	if (r < 0 && err) {
		locate(&replay->what->steps[end - 1], err);
	}
	return r;
}

/* Each by itself; what is allowed in a transaction alone (LOCK TABLE) gets one. */
static int
run_apart(struct replay *replay, size_t from, size_t end, struct sfs_error *err)
{
	static const char no_active_transaction[] = "25P01";
	int r = 0;

	for (size_t i = from; r == 0 && i < end; i++) {
		struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;

		r = run_step(replay, &replay->what->steps[i], &own);
		if (r < 0 && sfs_streq(own.sqlstate, no_active_transaction)) {
			r = run_whole(replay, i, i + 1, err);
		} else if (r < 0) {
			sfs_error_move(err, &own);
		}
	}
	return r;
}

/*
 * As a migration is run: in one transaction, so that SET LOCAL, LOCK TABLE and ON COMMIT DROP mean what
 * they mean there, unless a statement of it can not be in one.
 */
static int
run_file(struct replay *replay, size_t from, size_t end, struct sfs_error *err)
{
	struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
	int r = run_whole(replay, from, end, &own);

	if (r < 0 && wants_no_transaction(&own)) {
		return run_apart(replay, from, end, err);
	}
	if (r < 0) {
		sfs_error_move(err, &own);
	}
	return r;
}

/* The end of the steps of one file, or of those before the next stop. */
static size_t
end_of_file(const struct replay *replay, size_t from)
{
	const struct sfs_replay *what = replay->what;
	size_t end = from, stop = what->stops[replay->n_read];

	while (end < what->n_steps && end < stop &&
		what->steps[end].source == what->steps[from].source) {
		end++;
	}
	return end;
}

static int
run_steps(struct replay *replay, struct sfs_catalog **ret_catalogs, struct sfs_error *err)
{
	const struct sfs_replay *what = replay->what;
	bool settled = false;
	int r = 0;

	for (size_t i = 0; r == 0 && replay->n_read < what->n_stops;) {
		while (r == 0 && replay->n_read < what->n_stops &&
			what->stops[replay->n_read] <= i) {
			r = read_stop(replay, &ret_catalogs[replay->n_read], err);
			replay->n_read += r == 0;
			settled = false;
		}
		if (r < 0 || i >= what->n_steps || replay->n_read >= what->n_stops) {
			break;
		}
		/* Names in a migration mean what they mean in psql. */
		if (!settled) {
			r = pg_run(replay->db, "RESET search_path; SET client_min_messages = error",
				err);
			settled = true;
		}
		size_t end = end_of_file(replay, i);
		r = r ? r : run_file(replay, i, end, err);
		i = end;
	}
	return r;
}

/* ---- the place ---- */

static int
open_shadow(struct pg_db *db, struct replay *replay, struct sfs_error *err)
{
	struct pg_read_options all = { .scope = { .dependencies = true } };
	int r = db->base.driver->open(replay->what->shadow, NULL, &replay->shadow, err);

	if (r < 0) {
		return r;
	}
	replay->db = pg_db_of(replay->shadow);
	r = pg_require_empty(replay->db, err);
	return r ? r : pg_read(replay->db, &all, &replay->clean, err);
}

/* The shadow is given back as it was: what the history made is dropped by a plan as any other. */
static int
empty_shadow(struct replay *replay, struct sfs_error *err)
{
	struct pg_read_options all = { .scope = { .dependencies = true } };
	struct sfs_catalog *full sfs_auto(catalog) = NULL;
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_plan plan sfs_auto(plan) = { 0 };
	struct sfs_renames none = { 0 };
	int r = pg_session(replay->db, err);

	sfs_plan_init(&plan);
	r = r ? r : pg_read(replay->db, &all, &full, err);
	r = r ? r : sfs_diff_make(full, replay->clean, &none, &diff, err);
	r = r ? r : pg_plan(&replay->db->base, &diff, &plan, err);
	for (size_t i = 0; r == 0 && i < plan.steps.len; i++) {
		r = pg_run(replay->db, plan.steps.items[i].sql, err);
	}
	return r;
}

/* For what is done on the way out: the error that is told is the first. */
static void
attempt(int result)
{
	(void)result;
}

static void
drop_roles(struct pg_db *db, struct replay *replay)
{
	for (size_t i = replay->roles.len; i-- > 0;) {
		attempt(pg_runf(db, NULL, "DROP ROLE IF EXISTS %s", replay->roles.items[i]));
		free(replay->roles.items[i]);
	}
	sfs_vec_finish(&replay->roles);
}

static int
finish(struct pg_db *db, struct replay *replay, int r, struct sfs_error *err)
{
	if (replay->clean) {
		attempt(pg_run(replay->db, "ROLLBACK", NULL));
		int emptied = empty_shadow(replay, r < 0 ? NULL : err);

		r = r < 0 ? r : emptied;
		drop_roles(replay->db, replay);
	}
	if (replay->shadow) {
		replay->shadow->driver->close(replay->shadow);
	}
	pg_scratch_finish(&replay->place);
	/* Only now nothing refers to them any more. */
	if (replay->roles.len) {
		struct pg_db *admin = NULL;

		if (pg_connect_again(db, NULL, &admin, NULL) == 0) {
			attempt(pg_run(admin, "SET default_transaction_read_only = off", NULL));
			drop_roles(admin, replay);
		}
		pg_disconnect(admin);
	}
	sfs_catalog_destroy(replay->clean);
	return r;
}

int
pg_replay(struct sfs_db *base, const struct sfs_replay *what, struct sfs_catalog **ret_catalogs,
	struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	struct replay replay = { .what = what };
	int r;

	if (what->shadow) {
		r = open_shadow(db, &replay, err);
	} else {
		r = pg_scratch_open(db, &replay.place, err);
		replay.db = replay.place.inside;
	}
	replay.known = sfs_map_create();
	replay.arena = sfs_arena_create();
	r = r ? r : note_roles(&replay, true, err);
	r = r ? r : run_steps(&replay, ret_catalogs, err);
	r = finish(db, &replay, r, err);
	sfs_map_destroy(replay.known);
	sfs_arena_destroy(replay.arena);
	for (size_t i = 0; r < 0 && i < replay.n_read; i++) {
		sfs_catalog_destroy(ret_catalogs[i]);
		ret_catalogs[i] = NULL;
	}
	return r;
}
