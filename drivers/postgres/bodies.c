// SPDX-License-Identifier: MIT
/*
 * Whether a routine's body holds, as the validator of its language sees it. Definitions are carried
 * out without that, since they come in any order (check_function_bodies, manual 20.11.1).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/bodies.h"
#include "drivers/postgres/connection.h"
#include "drivers/postgres/kind.h"
#include "sql/quote.h"

/*
 * What a body names without a schema is looked up as a session of a user's does it, with the path
 * that the routine sets for itself, and where it stands.
 */
static const char PREPARE[] =
	"SELECT pg_catalog.set_config('check_function_bodies', 'on', true),"
	" pg_catalog.set_config('search_path', coalesce("
	" (SELECT pg_catalog.substr(c, 13) FROM pg_catalog.unnest(p.proconfig) c"
	"  WHERE pg_catalog.starts_with(c, 'search_path=')),"
	" pg_catalog.current_setting('search_path') || ', ' || pg_catalog.quote_ident($2)), true),"
	" pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(v.proname), p.oid"
	" FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang"
	" JOIN pg_catalog.pg_proc v ON v.oid = l.lanvalidator"
	" JOIN pg_catalog.pg_namespace n ON n.oid = v.pronamespace"
	" WHERE p.oid = $1::pg_catalog.regprocedure AND p.prokind <> 'a'";

/*
 * Which path the callers will have nobody knows, nor what there will be by then: only what is wrong in
 * itself is an error here, and not a name that is not found.
 */
static bool
is_about_a_name(const char *sqlstate)
{
	static const char *const states[] = { "3F000", "42704", "42883", "42P01", NULL };

	for (size_t i = 0; sqlstate && states[i]; i++) {
		if (strcmp(states[i], sqlstate) == 0) {
			return true;
		}
	}
	return false;
}

/* Where the body stands in the text that defines it, as it is written there; false: escaped. */
static bool
find_body(const struct sfs_source *source, const char *body, size_t *ret_offset)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t len = strlen(body);

	sfs_lexer_init(&lexer, SFS_POSTGRES, source->text, source->len);
	while (sfs_lexer_next(&lexer, &token)) {
		size_t quote = token.len >= len ? (token.len - len) / 2 : 0;

		/* The quotes before and behind it are of one length. */
		if (token.type == SFS_TOKEN_STRING && quote && token.len == len + 2 * quote &&
			memcmp(source->text + token.offset + quote, body, len) == 0) {
			*ret_offset = token.offset + quote;
			return true;
		}
	}
	return false;
}

static void
point_into_body(const PGresult *result, const struct sfs_source *source, struct sfs_error *err)
{
	const char *body = PQresultErrorField(result, PG_DIAG_INTERNAL_QUERY);
	const char *position = PQresultErrorField(result, PG_DIAG_INTERNAL_POSITION);
	size_t offset = 0;

	if (body && position && find_body(source, body, &offset)) {
		offset += pg_offset_of(body, strtoul(position, NULL, 10));
	}
	sfs_error_position(err, source->path, source->text, offset);
}

static int
validate(struct pg_db *db, const char *validator, const char *oid, const struct sfs_source *source,
	struct sfs_error *err)
{
	sfs_auto(free) char *sql = sfs_asprintf("SELECT %s(%s)", validator, oid);
	sfs_auto(PQclear) PGresult *result = pg_send(db, sql);

	if (result && PQresultStatus(result) == PGRES_TUPLES_OK) {
		return 0;
	}
	if (is_about_a_name(result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL)) {
		return pg_run(db, "ROLLBACK TO SAVEPOINT schemafs_body", err);
	}
	int r = pg_error(db, result, NULL, err);

	if (result) {
		point_into_body(result, source, err);
	}
	return r;
}

/* The path of a new session, in this transaction; ours is empty. */
static int
begin(struct pg_db *db, struct sfs_error *err)
{
	return pg_run(db, "SAVEPOINT schemafs_body; SET LOCAL search_path TO DEFAULT", err);
}

static int
end(struct pg_db *db, struct sfs_error *err)
{
	return pg_run(
		db, "ROLLBACK TO SAVEPOINT schemafs_body; RELEASE SAVEPOINT schemafs_body", err);
}

int
pg_check_body(struct sfs_db *base, const struct sfs_identity *routine,
	const struct sfs_source *source, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	sfs_quote_qualified(&name, SFS_POSTGRES, routine->namespace, routine->name);
	sfs_str_addf(&name, "(%s)", routine->signature ? routine->signature : "");
	const char *params[] = { sfs_str_text(&name), routine->namespace };
	int r = begin(db, err);

	r = r < 0 ? r : pg_query(db, PREPARE, 2, params, &result, err);
	if (r == 0 && PQntuples(result)) {
		r = validate(db, PQgetvalue(result, 0, 2), PQgetvalue(result, 0, 3), source, err);
	}
	return r < 0 ? r : end(db, err);
}
