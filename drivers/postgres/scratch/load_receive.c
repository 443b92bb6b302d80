// SPDX-License-Identifier: MIT
/* What the server answers to a script's statements, told by the person's own file and names. */
#include <errno.h>
#include <string.h>

#include "drivers/postgres/scratch/loader.h"

/* As much of a statement as an error repeats. */
enum { SHOWN_MAX = 2000 };

/* What no other order will mend: the server is gone, out of memory, or was told to stop. */
static bool
is_fatal(const struct pg_db *db, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return !state || PQstatus(db->conn) != CONNECTION_OK || sfs_starts_with(state, "08") ||
	       sfs_starts_with(state, "53") || sfs_starts_with(state, "57") ||
	       sfs_starts_with(state, "58");
}

static bool
is_failure(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_FATAL_ERROR ||
	       PQresultStatus(result) == PGRES_BAD_RESPONSE;
}

static size_t
position_of(const PGresult *result, const char *sql)
{
	const char *field = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	unsigned long position = field ? strtoul(field, NULL, 10) : 1;
	size_t at = 0;

	while (position > 1 && sql[at]) {
		at++;
		if (((unsigned char)sql[at] & 0xC0) != 0x80) {
			position--;
		}
	}
	return at;
}

static void
show(const struct pg_places *places, char **text)
{
	char *shown = places ? pg_places_show(places, *text) : NULL;

	if (shown) {
		free(*text);
		*text = shown;
	}
}

/* The server's words with the person's file, position and names. */
static int
statement_error(struct pg_loader *l, const struct pg_stmt *statement, const struct pg_text *text,
	const PGresult *result, struct sfs_error *err)
{
	struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
	const char *sql = sfs_str_text(&text->sql);
	size_t at = position_of(result, sql);
	int r = pg_error(l->db, result, NULL, &own);

	/* What a text asks for and is not there, or there already, is a fault of the text. */
	if (r == -ENOENT || r == -EEXIST) {
		own.errnum = EINVAL;
		r = -EINVAL;
	}
	show(l->options->places, &own.message);
	show(l->options->places, &own.detail);
	show(l->options->places, &own.hint);
	sfs_error_position(&own, statement->source->path, statement->source->text,
		PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION) ? pg_text_source(text, at)
								       : statement->offset);
	own.statement =
		sfs_asprintf("%.*s%s", statement->len > SHOWN_MAX ? SHOWN_MAX : (int)statement->len,
			statement->source->text + statement->offset,
			statement->len > SHOWN_MAX ? " ..." : "");
	sfs_error_move(err, &own);
	return r;
}

int
pg_load_error(struct pg_loader *l, const struct pg_task *task, const PGresult *result,
	struct sfs_error *err)
{
	struct pg_text text sfs_auto(pg_text) = { 0 };

	pg_load_rewrite(l, task, &text);
	return statement_error(l, task->statement, &text, result, err);
}

static int
setting_error(struct pg_loader *l, size_t index, const PGresult *result, struct sfs_error *err)
{
	const struct pg_stmt *setting = &l->script->settings.items[index];
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	struct pg_text text sfs_auto(pg_text) = { 0 };

	/* A setting of another version of the server. */
	if (state && strcmp(state, "42704") == 0 && !l->options->in_transaction) {
		return 0;
	}
	pg_rewrite(setting, NULL, false, &text);
	return statement_error(l, setting, &text, result, err);
}

int
pg_load_take(struct pg_loader *l, const struct pg_unit *unit, bool *failed, struct sfs_error *err)
{
	PGresult *result, *first = NULL;
	int r = 0;

	while ((result = pg_result(l->db))) {
		if (!first) {
			first = result;
		} else {
			PQclear(result);
		}
	}
	if (!first) {
		return pg_error(l->db, NULL, NULL, err);
	}
	*failed = is_failure(first);
	if (*failed && unit->type == PG_UNIT_SETTING) {
		r = setting_error(l, unit->task, first, err);
	} else if (*failed && unit->type == PG_UNIT_OWN) {
		r = pg_error(l->db, first, NULL, err);
	} else if (*failed && is_fatal(l->db, first)) {
		r = pg_load_error(l, &l->tasks.items[unit->task], first, err);
	} else if (*failed) {
		PQclear(l->tasks.items[unit->task].failure);
		l->tasks.items[unit->task].failure = first;
		return 0;
	}
	PQclear(first);
	return r;
}

int
pg_load_take_sync(struct pg_loader *l, struct sfs_error *err)
{
	PGresult *result = pg_result(l->db);
	bool sync = result && PQresultStatus(result) == PGRES_PIPELINE_SYNC;

	PQclear(result);
	return sync ? 0 : pg_error(l->db, NULL, NULL, err);
}

void
pg_load_drain(struct pg_loader *l)
{
	unsigned nulls = 0;

	if (l->options->in_transaction) {
		(void)PQpipelineSync(l->db->conn);
	}
	/* Two in a row say that nothing is left. */
	while (nulls < 2 && PQstatus(l->db->conn) == CONNECTION_OK) {
		PGresult *result = pg_result(l->db);

		nulls = result ? 0 : nulls + 1;
		PQclear(result);
	}
	l->units.len = 0;
}
