// SPDX-License-Identifier: MIT
/* Opening and closing a PostgreSQL database, and what is to be known about it. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "drivers/postgres/driver.h"

enum { DEFAULT_LOCK_TIMEOUT_MS = 2000, OLDEST_VERSION = 130000 };

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

int
pg_session(struct pg_db *db, struct sfs_error *err)
{
	return pg_runf(db, err,
		"RESET SESSION AUTHORIZATION; RESET ALL; SET search_path = '';"
		" SET standard_conforming_strings = on; SET client_encoding = 'UTF8';"
		" SET quote_all_identifiers = off; SET client_min_messages = warning;"
		" SET default_table_access_method = heap; SET default_tablespace = '';"
		" SET jit = off; SET lock_timeout = %u%s",
		db->lock_timeout_ms,
		db->read_only ? "; SET default_transaction_read_only = on" : "");
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

static int
settle(struct pg_db *db, struct sfs_error *err)
{
	(void)PQsetNoticeReceiver(db->conn, drop_notice, NULL);
	db->version = PQserverVersion(db->conn);
	db->cancel = PQgetCancel(db->conn);
	memset(db->prepared, 0, sizeof db->prepared);
	if (db->version < OLDEST_VERSION) {
		return sfs_error_set(err, ENOTSUP,
			"%s runs PostgreSQL %d; 13 is the oldest supported", db->description,
			db->version / 10000);
	}
	return pg_session(db, err);
}

static int
connect_to(struct pg_db *db, const char *database, struct sfs_error *err)
{
	/* A later keyword wins over an earlier one, the target's own among them. */
	const char *keywords[] = { "fallback_application_name", "client_encoding", "dbname",
		database ? "dbname" : NULL, NULL, NULL };
	const char *values[] = { "schemafs", "UTF8", db->target, database, NULL, NULL };

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
	db->read_only = options && options->read_only;
	db->lock_timeout_ms = options && options->lock_timeout_ms ? options->lock_timeout_ms
								  : DEFAULT_LOCK_TIMEOUT_MS;
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
	if (PQstatus(db->conn) == CONNECTION_OK) {
		return 0;
	}
	PQreset(db->conn);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		return pg_error(db, NULL, NULL, err);
	}
	PQfreeCancel(db->cancel);
	db->cancel = NULL;
	return settle(db, err);
}

void
pg_disconnect(struct pg_db *db)
{
	if (!db) {
		return;
	}
	pg_unlock(&db->base);
	PQfreeCancel(db->cancel);
	PQfinish(db->conn);
	free(db->target);
	free(db->description);
	free(db->identity);
	free(db->seen);
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
	char message[256];

	if (pg_db_of(db)->cancel) {
		(void)PQcancel(pg_db_of(db)->cancel, message, sizeof message);
	}
}
