// SPDX-License-Identifier: MIT
/* Sending statements and taking what comes back. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "drivers/postgres/connection.h"

static bool
succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	       status == PGRES_EMPTY_QUERY;
}

/* What was sent, to its end; NULL when it could not be sent. */
static PGresult *
finish(struct pg_db *db, int sent)
{
	pg_forgive(db);
	db->base.statements++;
	return sent ? pg_last_result(db) : NULL;
}

/* COPY has no place in a schema, and no end without its data: it is refused and ended. */
static int
refuse_copy(struct pg_db *db, ExecStatusType status, struct sfs_error *err)
{
	PGresult *rest;

	if (status != PGRES_COPY_OUT) {
		(void)PQputCopyEnd(db->conn, "COPY with data in the script is not supported");
	}
	while ((rest = pg_result(db))) {
		bool copying = PQresultStatus(rest) == PGRES_COPY_OUT;
		char *row;

		PQclear(rest);
		while (copying && PQgetCopyData(db->conn, &row, 0) > 0) {
			PQfreemem(row);
		}
	}
	return sfs_error_set(err, EINVAL, "COPY from or to the client is not supported here");
}

int
pg_run(struct pg_db *db, const char *sql, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *result = pg_send(db, sql);

	if (succeeded(result)) {
		return 0;
	}
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
		return refuse_copy(db, status, err);
	}
	return pg_error(db, result, sql, err);
}

int
pg_runf(struct pg_db *db, struct sfs_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	sfs_auto(free) char *sql = sfs_vasprintf(format, args);
	va_end(args);
	return pg_run(db, sql, err);
}

int
pg_query(struct pg_db *db, const char *sql, int n_params, const char *const *params,
	PGresult **ret_result, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *result =
		finish(db, PQsendQueryParams(db->conn, sql, n_params, NULL, params, NULL, NULL, 0));

	if (!succeeded(result)) {
		return pg_error(db, result, sql, err);
	}
	*ret_result = sfs_steal(result);
	return 0;
}

int
pg_query_prepared(struct pg_db *db, enum pg_prepared statement, const char *sql, int n_params,
	const char *const *params, PGresult **ret_result, struct sfs_error *err)
{
	uint64_t *prepared = &db->prepared_statements, bit = UINT64_C(1) << statement;
	char name[32];

	if (db->pooled) {
		return pg_query(db, sql, n_params, params, ret_result, err);
	}
	(void)snprintf(name, sizeof name, "schemafs_%d", (int)statement);
	if (!(*prepared & bit)) {
		sfs_auto(PQclear) PGresult *made =
			finish(db, PQsendPrepare(db->conn, name, sql, 0, NULL));

		if (!succeeded(made)) {
			return pg_error(db, made, sql, err);
		}
		*prepared |= bit;
	}
	sfs_auto(PQclear) PGresult *result =
		finish(db, PQsendQueryPrepared(db->conn, name, n_params, params, NULL, NULL, 0));

	if (!succeeded(result)) {
		return pg_error(db, result, sql, err);
	}
	*ret_result = sfs_steal(result);
	return 0;
}
