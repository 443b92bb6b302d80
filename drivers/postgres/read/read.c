// SPDX-License-Identifier: MIT
/* The loader: every kind's query in one pipeline, its rows into the catalog. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/read/keys.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/read.h"
#include "drivers/postgres/read/select.h"

/* All that changes how the server writes down an expression, for this transaction alone. */
#define SETTINGS                                                                                                                 \
	"SELECT set_config(v.name, v.value, true) FROM (VALUES ('search_path', ''),"                                             \
	" ('extra_float_digits', '3'), ('datestyle', 'ISO, MDY'), ('intervalstyle', 'postgres'),"                                \
	" ('timezone', 'UTC'), ('bytea_output', 'hex'), ('xmloption', 'content'),"                                               \
	" ('quote_all_identifiers', 'off'), ('standard_conforming_strings', 'on'),"                                              \
	" ('backslash_quote', 'safe_encoding'), ('jit', 'off'), ('work_mem', '64MB'), ('max_parallel_workers_per_gather', '0')," \
	" ('plan_cache_mode', '%s'), ('enable_nestloop', '%s')) v (name, value)"

/* Whether only some OIDs are read: those of objects asked for, or of what is in scratch places. */
static bool
is_partial(const struct pg_read_options *options)
{
	return sfs_scope_is_partial(&options->scope) || options->n_aliases;
}

/* In scratch places whoever opened the transaction has seen to that. */
static bool
is_few(const struct pg_read_options *options)
{
	return sfs_scope_is_partial(&options->scope) &&
	       options->scope.n_objects + options->scope.n_tags <= PG_FEW;
}

/* One message sent, and what its result is for. */
struct request {
	enum { PLAIN, KEYS, PREPARE, READ } what;
	enum sfs_kind kind;
	unsigned variant;
};
struct requests SFS_VEC_OF(struct request);

/* Kinds in the order of loading: parts after what they belong to, sequences after columns. */
static int
rank(enum sfs_kind kind)
{
	if (kind == SFS_SEQUENCE) {
		return 2;
	}
	return sfs_kind_info(kind)->level == SFS_LEVEL_PART;
}

/* The length of a text that starts with `(` up to the `)` that closes it. */
static size_t
parenthesis(const char *text)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	int depth = 0;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_word(&lexer, &token)) {
		depth += sfs_token_is(text, &token, "(") - sfs_token_is(text, &token, ")");
		if (depth == 0) {
			return token.offset + token.len;
		}
	}
	return strlen(text);
}

/*
 * What the server plans once must be the plan for this use: a restriction that is used loses its
 * alternative, one that is not used goes.
 */
static void
specialise(const char *query, unsigned variant, struct sfs_str *out)
{
	static const char *const optional[] = { "($1::oid[] IS NULL OR ",
		"($2::name[] IS NULL OR " };

	while (*query) {
		const char *before = query;

		for (unsigned i = 0; *query == '(' && i < 2; i++) {
			if (!sfs_starts_with(query, optional[i])) {
				continue;
			}
			if (variant & 1u << i) {
				sfs_str_addc(out, '(');
				query += strlen(optional[i]);
			} else {
				sfs_str_add(out, "true");
				query += parenthesis(query);
			}
		}
		if (query == before) {
			sfs_str_addc(out, *query++);
		}
	}
}

static int
send_plain(struct pg_db *db, struct requests *requests, int what, const char *sql)
{
	sfs_vec_push(requests, (struct request){ .what = what });
	return PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 0);
}

static void
write_query(struct pg_load *load, enum sfs_kind kind, unsigned variant, struct sfs_str *out)
{
	sfs_auto(str) struct sfs_str query = SFS_STR_INIT, text = SFS_STR_INIT;

	pg_kind(kind)->query(load->db->version, &query);
	pg_specialise(sfs_str_text(&query), load->features.text, &text);
	specialise(sfs_str_text(&text), variant, out);
}

static int
send_kind(struct pg_load *load, struct requests *requests, enum sfs_kind kind, const char *oids,
	const char *namespaces)
{
	static const Oid types[] = { 1028, 1003 }; /* oid[], name[] */
	struct pg_db *db = load->db;
	const char *params[] = { oids, namespaces };
	unsigned variant = (oids ? 1 : 0) | (namespaces ? 2 : 0) |
			   pg_features_variant(load->features.text) << 2;
	char name[32];

	/*
	 * What one session has prepared the next does not know. And what is written to read everything
	 * is done with after one reading.
	 */
	if (db->pooled || !is_partial(load->options)) {
		sfs_auto(str) struct sfs_str text = SFS_STR_INIT;

		write_query(load, kind, variant, &text);
		sfs_vec_push(requests, (struct request){ READ, kind, variant });
		return PQsendQueryParams(
			db->conn, sfs_str_text(&text), 2, types, params, NULL, NULL, 0);
	}
	(void)snprintf(name, sizeof name, "schemafs_%d_%u", (int)kind, variant);
	if (!(db->prepared[variant] & UINT64_C(1) << kind)) {
		sfs_auto(str) struct sfs_str text = SFS_STR_INIT;

		write_query(load, kind, variant, &text);
		sfs_vec_push(requests, (struct request){ PREPARE, kind, variant });
		if (!PQsendPrepare(db->conn, name, sfs_str_text(&text), 2, types)) {
			return 0;
		}
	}
	sfs_vec_push(requests, (struct request){ READ, kind, variant });
	return PQsendQueryPrepared(db->conn, name, 2, params, NULL, NULL, 0);
}

static const char *
oids_of(const struct pg_scope *scope, unsigned class)
{
	sfs_vec_foreach (entry, scope) {
		if (entry->class == class) {
			return entry->oids;
		}
	}
	return NULL;
}

/* The OIDs that restrict a kind's query: of the objects, or of what they are parts of, or of both. */
static const char *
restriction(struct pg_load *load, const struct pg_scope *scope, enum sfs_kind kind)
{
	const struct pg_kind *driver = pg_kind(kind);
	const char *own = oids_of(scope, driver->class);
	const char *owners = driver->owner_class ? oids_of(scope, driver->owner_class) : NULL;

	if (rank(kind) == 1) {
		return owners;
	}
	if (!own || !owners || driver->owner_class == driver->class) {
		return own ? own : owners;
	}
	return sfs_arena_printf(load->arena, "%.*s,%s", (int)strlen(own) - 1, own, owners + 1);
}

static int
send_all(struct pg_load *load, const struct pg_scope *scope, struct requests *requests)
{
	struct pg_db *db = load->db;
	sfs_auto(str) struct sfs_str namespaces = SFS_STR_INIT;
	bool scoped = is_partial(load->options);

	for (size_t i = 0; i < load->options->n_aliases; i++) {
		sfs_str_addf(&namespaces, "%c%s", i ? ',' : '{', load->options->aliases[i].actual);
	}
	if (namespaces.len) {
		sfs_str_addc(&namespaces, '}');
	}
	if (!scoped && !send_plain(db, requests, KEYS, pg_keys_query())) {
		return 0;
	}
	for (int round = 0; round <= 2; round++) {
		for (int kind = 0; kind < SFS_KIND_COUNT; kind++) {
			const struct pg_kind *driver = pg_kind((enum sfs_kind)kind);
			const char *oids = NULL;

			if (!driver->query || rank((enum sfs_kind)kind) != round ||
				!(load->present & UINT64_C(1) << kind)) {
				continue;
			}
			if (scoped) {
				oids = restriction(load, scope, (enum sfs_kind)kind);
				if (!oids) {
					continue;
				}
			}
			if (!send_kind(
				    load, requests, (enum sfs_kind)kind, oids, namespaces.text)) {
				return 0;
			}
		}
	}
	return PQpipelineSync(db->conn);
}

/*
 * The rows of a kind, each taken as soon as it is here: all of them at once, libpq would hold several
 * times what the catalog makes of them. The result that ends them.
 */
static PGresult *
receive_rows(struct pg_load *load, enum sfs_kind kind)
{
	struct pg_rows rows sfs_auto(pg_rows) = { 0 };

	pg_rows_begin(&rows, kind);
	(void)PQsetSingleRowMode(load->db->conn);
	for (;;) {
		PGresult *result = pg_result(load->db);
		ExecStatusType status = PQresultStatus(result);

		if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK) {
			pg_rows_load(&rows, load, result);
		}
		if (status != PGRES_SINGLE_TUPLE) {
			return result;
		}
		PQclear(result);
	}
}

static int
receive(struct pg_load *load, const struct request *request, struct sfs_error *err)
{
	struct pg_db *db = load->db;
	sfs_auto(PQclear) PGresult *result =
		request->what == READ ? receive_rows(load, request->kind) : pg_result(db);
	sfs_auto(PQclear) PGresult *end = result ? pg_result(db) : NULL;
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_PIPELINE_ABORTED) {
		return -ECANCELED;
	}
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		int failed = pg_error(db, result, NULL, err);

		if (request->what == PREPARE || request->what == READ) {
			sfs_error_object(err, "catalog query of kind %s",
				sfs_kind_info(request->kind)->name);
		}
		return failed;
	}
	switch (request->what) {
	case PLAIN:
	case READ: /* its rows are taken */
		break;
	case KEYS:
		pg_keys_load(load->keys, result);
		break;
	case PREPARE:
		db->prepared[request->variant] |= UINT64_C(1) << request->kind;
		break;
	}
	return 0;
}

/* Takes the results; after an error the rest of them, so that the connection can go on. */
static int
receive_all(struct pg_load *load, const struct requests *requests, struct sfs_error *err)
{
	int failed = 0;

	sfs_vec_foreach (request, requests) {
		int r = receive(load, request, failed ? NULL : err);

		if (r < 0 && !failed) {
			failed = r;
		}
		if (PQstatus(load->db->conn) == CONNECTION_BAD) {
			return failed ? failed : pg_error(load->db, NULL, NULL, err);
		}
	}
	sfs_auto(PQclear) PGresult *sync = pg_result(load->db);
	return failed;
}

static int
run_pipeline(struct pg_load *load, const struct pg_scope *scope, struct sfs_error *err)
{
	struct requests requests = { 0 };
	int r;

	if (!PQenterPipelineMode(load->db->conn)) {
		return pg_error(load->db, NULL, NULL, err);
	}
	if (send_all(load, scope, &requests)) {
		load->db->base.statements += requests.len;
		r = receive_all(load, &requests, err);
	} else {
		r = pg_error(load->db, NULL, NULL, err);
	}
	(void)PQexitPipelineMode(load->db->conn);
	sfs_vec_finish(&requests);
	return r;
}

/* Objects that were read a moment ago: only which they are was asked. */
static void
take_known(struct pg_load *load, const struct pg_scope *scope)
{
	const struct sfs_catalog *known = load->options->scope.known;

	sfs_vec_foreach (entry, scope) {
		/* "{1,2,3}" */
		for (const char *at = entry->oids; *at && *at != '}' && at[1] != '}';) {
			char *end;
			uint64_t oid = strtoull(at + 1, &end, 10);
			const struct sfs_object *object =
				sfs_catalog_by_tag(known, PG_TAG(entry->class, oid, 0));

			if (object) {
				(void)sfs_catalog_copy(load->catalog, sfs_object_filed(object));
			}
			at = end;
		}
	}
}

static int
load_all(struct pg_load *load, struct sfs_error *err)
{
	struct pg_scope scope = { 0 };
	const struct pg_read_options *options = load->options;
	int r = 0;

	if (is_partial(options)) {
		r = pg_resolve_scope(load->db, options, load->arena, &scope, err);
	}
	if (r == 0 && options->scope.known && is_partial(options)) {
		take_known(load, &scope);
	} else if (r == 0) {
		r = run_pipeline(load, &scope, err);
	}
	if (r == 0 && load->undefined.len) {
		r = pg_read_definitions(load, err);
	}
	sfs_vec_finish(&scope);
	if (r == 0 && load->vanished) {
		r = sfs_error_set(
			err, EAGAIN, "%s was dropped while the catalog was read", load->vanished);
	}
	if (r < 0) {
		return r;
	}
	sfs_catalog_seal(load->catalog);
	if (options->scope.dependencies || sfs_scope_is_partial(&options->scope)) {
		return pg_read_dependencies(load->db, options, load->catalog, err);
	}
	return 0;
}

/* Runs the statements that begin a read, and asks in the same breath what there is to be read. */
static int
begin(struct pg_load *load, struct sfs_str *sql, struct sfs_error *err)
{
	bool partial = is_partial(load->options);

	sfs_str_add(sql, "; ");
	pg_select_present(partial, sql);
	sfs_auto(PQclear) PGresult *result = pg_send(load->db, sql->text);

	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		return pg_error(load->db, result, sql->text, err);
	}
	load->present = pg_present(partial, result, &load->features);
	return 0;
}

int
pg_read_once(struct pg_db *db, const struct pg_read_options *options,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	sfs_auto(catalog) struct sfs_catalog *catalog = sfs_catalog_create();
	sfs_auto(arena) struct sfs_arena *arena = sfs_arena_create();
	sfs_auto(pg_keys) struct pg_keys *keys = pg_keys_create();
	struct pg_load load = {
		.db = db, .catalog = catalog, .options = options, .arena = arena, .keys = keys
	};
	pg_usual_namespace(db->version, catalog);
	/* Inside a user's transaction the settings must not outlive the read. */
	bool nested = PQtransactionStatus(db->conn) != PQTRANS_IDLE;
	/*
	 * Of everything, every join is by hash: the server knows too little of its young catalogs to
	 * see that a loop in a loop takes the square of the time.
	 */
	const char *loops = is_partial(options) ? "on" : "off";
	const char *plans = is_partial(options) ? "force_generic_plan" : "auto";
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (nested) {
		sfs_str_add(&sql, "SAVEPOINT schemafs_read;");
	} else {
		sfs_str_addf(&sql,
			"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
			" SET LOCAL lock_timeout = %u;",
			PG_READ_LOCK_TIMEOUT_MS);
	}
	sfs_str_addf(&sql, SETTINGS, plans, loops);
	if (is_few(options)) {
		sfs_str_add(&sql, PG_FEW_SETTINGS);
	}
	int r = begin(&load, &sql, err);

	if (r == 0) {
		r = load_all(&load, err);
	}
	sfs_vec_finish(&load.undefined);
	sfs_str_finish(&load.features);
	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
		int ended = pg_run(db,
			nested ? "ROLLBACK TO SAVEPOINT schemafs_read;"
				 " RELEASE SAVEPOINT schemafs_read"
			       : "ROLLBACK",
			r < 0 ? NULL : err);

		r = r < 0 ? r : ended;
	}
	if (r == 0) {
		*ret_catalog = sfs_steal(catalog);
	}
	return r;
}
