// SPDX-License-Identifier: MIT
/* Statements of a migration that can not run inside a transaction, and what they leave behind. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/migrator.h"
#include "drivers/postgres/text/parse.h"

/* What is to be known of CREATE INDEX CONCURRENTLY or of a partition that is detached so. */
struct outside {
	bool concurrently;
	bool creates_index;
	char *index;    /* owned; the name, as the server holds it; NULL: it makes one up */
	char *relation; /* owned; the table, as SQL */
	char *finalize; /* owned; what ends a DETACH CONCURRENTLY that was interrupted */
};

static void
outside_finish(struct outside *outside)
{
	free(outside->index);
	free(outside->relation);
	free(outside->finalize);
}
SFS_DEFINE_AUTO_VALUE(outside, struct outside, outside_finish)

/* ---- reading it ---- */

/* "schema.table" as it stands in the text. */
static char *
read_relation(struct sfs_lexer *lexer, struct sfs_token *token)
{
	struct sfs_str name = SFS_STR_INIT;
	bool more = true;

	while (more && (token->type == SFS_TOKEN_WORD || token->type == SFS_TOKEN_QUOTED)) {
		sfs_str_addn(&name, lexer->text + token->offset, token->len);
		more = sfs_lexer_word(lexer, token) && sfs_token_is(lexer->text, token, ".");
		if (more) {
			sfs_str_addc(&name, '.');
			more = sfs_lexer_word(lexer, token);
		}
	}
	return sfs_str_steal(&name);
}

/* CREATE [UNIQUE] INDEX CONCURRENTLY [[IF NOT EXISTS] name] ON [ONLY] table */
static void
read_create(struct sfs_lexer *lexer, struct sfs_token *token, struct outside *out)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	const char *text = lexer->text;

	for (const char *const *word = (const char *const[]){ "IF", "NOT", "EXISTS", NULL };
		*word && sfs_token_is(text, token, *word); word++) {
		(void)sfs_lexer_word(lexer, token);
	}
	if (!sfs_token_is(text, token, "ON")) {
		sfs_unquote_name(&name, SFS_POSTGRES, text + token->offset, token->len);
		out->index = sfs_str_steal(&name);
		(void)sfs_lexer_word(lexer, token);
	}
	(void)sfs_lexer_word(lexer, token);
	if (sfs_token_is(text, token, "ONLY")) {
		(void)sfs_lexer_word(lexer, token);
	}
	out->relation = read_relation(lexer, token);
}

static void
read_statement(const char *sql, struct outside *out)
{
	struct sfs_lexer lexer;
	struct sfs_token token, first = { 0 };
	bool index = false;

	sfs_lexer_init(&lexer, SFS_POSTGRES, sql, strlen(sql));
	while (sfs_lexer_word(&lexer, &token)) {
		if (!first.len) {
			first = token;
		}
		index |= sfs_token_is(sql, &token, "INDEX");
		if (!sfs_token_is(sql, &token, "CONCURRENTLY")) {
			continue;
		}
		out->concurrently = true;
		if (index && sfs_token_is(sql, &first, "CREATE") &&
			sfs_lexer_word(&lexer, &token)) {
			out->creates_index = true;
			read_create(&lexer, &token, out);
		} else if (sfs_token_is(sql, &first, "ALTER")) {
			out->finalize = sfs_asprintf("%.*sFINALIZE%s", (int)token.offset, sql,
				sql + token.offset + token.len);
		}
		return;
	}
}

/* ---- the session ---- */

static int
open_session(struct pg_db *db, const struct sfs_outside *what, struct sfs_error *err)
{
	int r = pg_ready(db, err);

	if (r == 0) {
		r = pg_run(db, "RESET search_path", err);
	}
	for (size_t i = 0; r == 0 && i < what->n_settings; i++) {
		r = pg_run(db, what->settings[i], err);
	}
	return r;
}

static int
close_session(struct pg_db *db, int r, struct sfs_error *err)
{
	int settled;

	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
		(void)!pg_run(db, "ROLLBACK", NULL);
		r = r < 0 ? r : sfs_error_set(err, EINVAL, "the statement opens a transaction");
	}
	settled = pg_session(db, r < 0 ? NULL : err);
	return r < 0 ? r : settled;
}

/* ---- what was left behind ---- */

/* The index of that name on that table: where it is, and whether it was built to its end. */
static int
find_index(struct pg_db *db, const struct outside *outside, char **ret_index, bool *ret_valid,
	struct sfs_error *err)
{
	static const char query[] =
		"SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),"
		" i.indisvalid AND i.indisready FROM pg_catalog.pg_index i"
		" JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
		" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
		" WHERE c.relname = left($1, 63) AND i.indrelid = pg_catalog.to_regclass($2)";
	sfs_auto(PQclear) PGresult *found = NULL;
	const char *params[] = { outside->index, outside->relation };
	int r = pg_query(db, query, 2, params, &found, err);

	if (r == 0 && PQntuples(found)) {
		*ret_index = sfs_strdup(PQgetvalue(found, 0, 0));
		*ret_valid = *PQgetvalue(found, 0, 1) == 't';
	}
	return r;
}

static int
revisit_index(struct pg_db *db, const struct outside *outside, bool begun, bool *ret_done,
	struct sfs_error *err)
{
	char *index sfs_auto(free) = NULL;
	bool valid = false;
	int r = find_index(db, outside, &index, &valid, err);

	if (r < 0 || !index) {
		return r;
	}
	if (valid) {
		/* Of an earlier try; otherwise the server says what it thinks of the name. */
		*ret_done = begun;
		return 0;
	}
	r = pg_run(db, "SET lock_timeout = 0", err);
	return r < 0 ? r : pg_runf(db, err, "DROP INDEX CONCURRENTLY %s", index);
}

int
pg_outside_revisit(struct sfs_db *base, const struct sfs_outside *what, bool begun, bool *ret_done,
	struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	struct outside outside sfs_auto(outside) = { 0 };
	int r = 0;

	*ret_done = false;
	read_statement(what->sql, &outside);
	if (!(outside.creates_index && outside.index) && !(outside.finalize && begun)) {
		return 0;
	}
	r = open_session(db, what, err);
	if (r == 0 && outside.creates_index) {
		r = revisit_index(db, &outside, begun, ret_done, err);
	} else if (r == 0) {
		/* Only an interrupted one can be ended so; whether it was one the server knows. */
		*ret_done = pg_run(db, outside.finalize, NULL) == 0;
	}
	return close_session(db, r, err);
}

int
pg_outside_run(struct sfs_db *base, const struct sfs_outside *what, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	struct outside outside sfs_auto(outside) = { 0 };
	int r = open_session(db, what, err);

	read_statement(what->sql, &outside);
	/* It waits for transactions that were there before, and nobody waits for it. */
	if (r == 0 && outside.concurrently) {
		r = pg_run(db, "SET lock_timeout = 0", err);
	}
	if (r == 0) {
		r = pg_run(db, what->sql, err);
	}
	return close_session(db, r, err);
}
