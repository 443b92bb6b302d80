// SPDX-License-Identifier: MIT
/* Opening and closing a PostgreSQL database, and what is to be known about it. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/select.h"

enum { DEFAULT_LOCK_TIMEOUT_MS = 2000, OLDEST_VERSION = 130000 };

/* Where the target says nothing else: how long a server may take to let us in, and to acknowledge. */
#define CONNECT_TIMEOUT_S "5"
#define TCP_TIMEOUT_MS    "10000"

bool
pg_accepts(const char *target)
{
	if (sfs_starts_with(target, "postgresql://") || sfs_starts_with(target, "postgres://")) {
		return true;
	}
	if (!strchr(target, '=')) {
		return false;
	}
	PQconninfoOption *options = PQconninfoParse(target, NULL);

	PQconninfoFree(options);
	return options != NULL;
}

static void
drop_notice(void *data, const PGresult *result)
{
	(void)data;
	(void)result;
}

/* What every session of ours sets, but for its time-out and whether it may write. */
static const struct {
	const char *name, *value;
} settings[] = {
	{ "search_path", "''" },
	{ "standard_conforming_strings", "on" },
	{ "quote_all_identifiers", "off" },
	{ "client_min_messages", "warning" },
	{ "default_table_access_method", "heap" },
	{ "default_tablespace", "''" },
	{ "jit", "off" },
};

const char *
pg_encoding(const struct pg_db *db)
{
	const char *encoding = PQparameterStatus(db->conn, "server_encoding");

	return encoding && strcmp(encoding, "SQL_ASCII") == 0 ? encoding : "UTF8";
}

static void
add_settings(const struct pg_db *db, const char *set, struct sfs_str *out)
{
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		sfs_str_addf(out, "; %s %s = %s", set, settings[i].name, settings[i].value);
	}
	sfs_str_addf(out, "; %s client_encoding = '%s'", set, pg_encoding(db));
	sfs_str_addf(out, "; %s lock_timeout = %u", set, db->lock_timeout_ms);
	/* What reads the catalog leaves the ledger out, wherever it is. */
	if (db->ledger_schema || db->ledger_table) {
		sfs_str_addf(out, "; %s " PG_LEDGER_SCHEMA_SETTING " = ", set);
		pg_literal(out, pg_ledger_schema(db));
		sfs_str_addf(out, "; %s " PG_LEDGER_TABLE_SETTING " = ", set);
		pg_literal(out, pg_ledger_table(db));
	}
}

void
pg_add_local_settings(const struct pg_db *db, struct sfs_str *out)
{
	if (db->pooled) {
		add_settings(db, "SET LOCAL", out);
	}
}

int
pg_session(struct pg_db *db, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	db->pace = db->paced = PG_UNPACED;
	if (db->pooled) {
		/* The session is other people's too. */
		return 0;
	}
	sfs_str_add(&sql, "RESET SESSION AUTHORIZATION; RESET ALL");
	add_settings(db, "SET", &sql);
	if (db->read_only) {
		sfs_str_add(&sql, "; SET default_transaction_read_only = on");
	}
	return pg_run(db, sql.text, err);
}

/* "postgresql:///shop on /run/pg", "postgresql://db.example.org:5432/shop". */
static char *
make_description(PGconn *conn)
{
	const char *host = PQhost(conn);

	if (!host || !*host || *host == '/' || *host == '@') {
		return sfs_asprintf(
			"postgresql:///%s on %s:%s", PQdb(conn), host ? host : "", PQport(conn));
	}
	return sfs_asprintf("postgresql://%s:%s/%s", host, PQport(conn), PQdb(conn));
}

/*
 * The server's own number and the database's, the same wherever the client stands. A server that
 * does not tell its number to this role is known by its address.
 */
static int
find_identity(struct pg_db *db, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *facts = NULL;
	sfs_auto(PQclear) PGresult *number = NULL;
	int r = pg_query(db,
		"SELECT d.oid, has_function_privilege('pg_control_system()', 'EXECUTE'),"
		" pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"
		" FROM pg_database d WHERE d.datname = current_database()",
		0, NULL, &facts, err);

	if (r < 0) {
		return r;
	}
	db->read_only |= *PQgetvalue(facts, 0, 2) == 't';
	if (*PQgetvalue(facts, 0, 1) == 't' &&
		pg_query(db, "SELECT system_identifier FROM pg_control_system()", 0, NULL, &number,
			NULL) == 0) {
		db->identity =
			sfs_asprintf("pg-%s-%s", PQgetvalue(number, 0, 0), PQgetvalue(facts, 0, 0));
		return 0;
	}
	sfs_auto(free) char *address =
		sfs_asprintf("%s %s", db->description, PQgetvalue(facts, 0, 0));
	char digest[65];

	sfs_sha256(address, strlen(address), digest);
	db->identity = sfs_asprintf("pg-%.16s", digest);
	return 0;
}

/* A pooler tells clients a number of its own making. */
static int
find_pooler(struct pg_db *db, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *pid = NULL;
	int r = pg_query(db, "SELECT pg_catalog.pg_backend_pid()", 0, NULL, &pid, err);

	if (r == 0) {
		db->pooled = strtol(PQgetvalue(pid, 0, 0), NULL, 10) != PQbackendPID(db->conn);
	}
	return r;
}

static int
settle(struct pg_db *db, struct sfs_error *err)
{
	(void)PQsetnonblocking(db->conn, 1);
	db->gave_up = 0;
	(void)PQsetNoticeReceiver(db->conn, drop_notice, NULL);
	db->version = PQserverVersion(db->conn);
	memset(db->prepared, 0, sizeof db->prepared);
	db->prepared_statements = 0;
	if (db->version < OLDEST_VERSION) {
		return sfs_error_set(err, ENOTSUP,
			"%s runs PostgreSQL %d; 13 is the oldest supported", db->description,
			db->version / 10000);
	}
	int r = find_pooler(db, err);

	return r < 0 ? r : pg_session(db, err);
}

static int
connect_to(struct pg_db *db, const char *database, struct sfs_error *err)
{
	/* A later keyword wins over an earlier one, the target's own among them. */
	const char *patience = getenv("PGCONNECT_TIMEOUT");
	const char *keywords[] = { "fallback_application_name", "client_encoding",
		"connect_timeout", "tcp_user_timeout", "dbname", database ? "dbname" : NULL, NULL,
		NULL };
	const char *values[] = { "schemafs", "UTF8",
		patience && *patience ? patience : CONNECT_TIMEOUT_S, TCP_TIMEOUT_MS, db->target,
		database, NULL, NULL };

	db->conn = PQconnectdbParams(keywords, values, 1);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		return pg_error(db, NULL, NULL, err);
	}
	db->description = make_description(db->conn);
	int r = settle(db, err);

	return r < 0 ? r : find_identity(db, err);
}

int
pg_open(const char *target, const struct sfs_open_options *options, struct sfs_db **ret_db,
	struct sfs_error *err)
{
	struct pg_db *db = sfs_alloc(sizeof *db);

	db->base.driver = &sfs_postgres_driver;
	db->target = sfs_strdup(target);
	db->base.patience_ms = options ? options->patience_ms : 0;
	db->read_only = options && options->read_only;
	db->lock_timeout_ms = options && options->lock_timeout_ms ? options->lock_timeout_ms
								  : DEFAULT_LOCK_TIMEOUT_MS;
	db->base.online_above = SFS_ONLINE_DEFAULT;
	int r = connect_to(db, NULL, err);

	if (r < 0) {
		pg_disconnect(db);
		return r;
	}
	*ret_db = &db->base;
	return 0;
}

int
pg_connect_again(
	const struct pg_db *db, const char *database, struct pg_db **ret_db, struct sfs_error *err)
{
	struct pg_db *again = sfs_alloc(sizeof *again);

	again->base.driver = db->base.driver;
	again->target = sfs_strdup(db->target);
	again->read_only = db->read_only;
	again->lock_timeout_ms = db->lock_timeout_ms;
	again->base.online_above = db->base.online_above;
	again->root = db->root ? db->root : (struct pg_db *)(uintptr_t)db;
	/* Where environment or defaults chose the database they may not do so again. */
	int r = connect_to(again, database ? database : PQdb(db->conn), err);

	if (r < 0) {
		pg_disconnect(again);
		return r;
	}
	*ret_db = again;
	return 0;
}

int
pg_ready(struct pg_db *db, struct sfs_error *err)
{
	pg_forgive(db);
	if (PQstatus(db->conn) == CONNECTION_OK) {
		return 0;
	}
	PQreset(db->conn);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		return pg_error(db, NULL, NULL, err);
	}
	int r = settle(db, err);
	return r < 0 ? r : pg_lock_again(db, err);
}

void
pg_disconnect(struct pg_db *db)
{
	if (!db) {
		return;
	}
	pg_unlock(&db->base);
	PQfinish(db->conn);
	free(db->ledger_schema);
	free(db->ledger_table);
	free(db->target);
	free(db->description);
	free(db->identity);
	free(db->seen);
	free(db->counted);
	free(db->fingerprint);
	free(db);
}

void
pg_close(struct sfs_db *db)
{
	pg_disconnect(pg_db_of(db));
}

const char *
pg_describe(struct sfs_db *db)
{
	return pg_db_of(db)->description;
}

const char *
pg_identity(struct sfs_db *db)
{
	return pg_db_of(db)->identity;
}

bool
pg_is_read_only(struct sfs_db *db)
{
	return pg_db_of(db)->read_only;
}

void
pg_cancel(struct sfs_db *db)
{
	/* Whoever waits for an answer looks at it often. */
	__atomic_store_n(&db->interrupted, 1, __ATOMIC_RELEASE);
}
