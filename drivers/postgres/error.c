// SPDX-License-Identifier: MIT
/* What the server says when it refuses: SQLSTATE to errno, fields to the error object. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "drivers/postgres/connection.h"

/* Sorted; a class of two characters stands for all of its codes that have no row. */
static const struct {
	const char *sqlstate;
	int errnum;
} errnos[] = {
	{ "08", EIO },       /* connection exception */
	{ "0A", EINVAL },    /* feature not supported */
	{ "22", EINVAL },    /* data exception */
	{ "23", EINVAL },    /* integrity constraint violation */
	{ "23505", EEXIST }, /* unique violation: of a catalog or of a key to be made */
	{ "25", EINVAL },    /* invalid transaction state */
	{ "25006", EROFS },  /* read only transaction */
	{ "28", EACCES },    /* invalid authorization */
	{ "2B", EBUSY },     /* dependent privileges exist */
	{ "2BP01", EBUSY },  /* dependent objects exist */
	{ "3D", ENOENT },    /* no such database */
	{ "3F", ENOENT },    /* no such schema */
	{ "40", EBUSY },     /* serialization failure, deadlock */
	{ "42", EINVAL },    /* syntax error or access rule violation */
	{ "42501", EACCES }, /* insufficient privilege */
	{ "42701", EEXIST }, /* duplicate column */
	{ "42704", ENOENT }, /* undefined object */
	{ "42710", EEXIST }, /* duplicate object */
	{ "42723", EEXIST }, /* duplicate function */
	{ "42883", ENOENT }, /* undefined function */
	{ "42P01", ENOENT }, /* undefined table */
	{ "42P04", EEXIST }, /* duplicate database */
	{ "42P06", EEXIST }, /* duplicate schema */
	{ "42P07", EEXIST }, /* duplicate table */
	{ "53", EIO },       /* insufficient resources */
	{ "53100", ENOSPC }, /* disk full */
	{ "53300", EBUSY },  /* too many connections */
	{ "54", EINVAL },    /* program limit exceeded */
	{ "55", EBUSY },     /* not in prerequisite state, object in use, lock not available */
	{ "57", EIO },       /* operator intervention */
	{ "57014", EINTR },  /* query cancelled */
	{ "58", EIO },       /* system error */
	{ "XX", EIO },       /* internal error */
};

static int
lookup(const char *sqlstate)
{
	size_t low = 0, high = sizeof errnos / sizeof *errnos;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(errnos[middle].sqlstate, sqlstate);

		if (order == 0) {
			return errnos[middle].errnum;
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return 0;
}

int
pg_errno(const char *sqlstate)
{
	int errnum;

	if (!sqlstate || strlen(sqlstate) != 5) {
		return EIO;
	}
	errnum = lookup(sqlstate);
	if (!errnum) {
		char class[3] = { sqlstate[0], sqlstate[1], 0 };

		errnum = lookup(class);
	}
	return errnum ? errnum : EINVAL;
}

/* A text of the server's as ours: without secrets and without the newline at its end. */
static char *
clean(const char *text)
{
	struct sfs_str copy = SFS_STR_INIT;

	sfs_str_add(&copy, text);
	while (copy.len && copy.text[copy.len - 1] == '\n') {
		sfs_str_truncate(&copy, copy.len - 1);
	}
	sfs_redact(&copy);
	return sfs_str_steal(&copy);
}

size_t
pg_offset_of(const char *sql, unsigned long position)
{
	size_t at = 0;

	while (sql[at] && position > 1) {
		at++;
		if (((unsigned char)sql[at] & 0xC0) != 0x80) {
			position--;
		}
	}
	return at;
}

static int
connection_error(struct pg_db *db, struct sfs_error *err)
{
	sfs_auto(free) char *message = clean(PQerrorMessage(db->conn));
	bool lost = PQstatus(db->conn) == CONNECTION_BAD;

	if (lost && db->gave_up) {
		int errnum = db->gave_up;

		return sfs_error_set(err, errnum,
			errnum == EINTR ? "interrupted; %s did not answer the request to cancel"
					: "%s does not answer",
			db->description ? db->description : "the database");
	}
	if (!*message) {
		return sfs_error_set(err, EIO, "the connection to %s failed",
			db->description ? db->description : "the database");
	}
	if (lost && db->description) {
		return sfs_error_set(
			err, EIO, "lost the connection to %s: %s", db->description, message);
	}
	return sfs_error_set(err, EIO, "%s", message);
}

int
pg_error(struct pg_db *db, const PGresult *result, const char *sql, struct sfs_error *err)
{
	const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	if (!sqlstate || !primary) {
		return connection_error(db, err);
	}
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
	const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	sfs_auto(free) char *message = clean(primary);
	int errnum = pg_errno(sqlstate);

	/* One code for two things: somebody cancelled, or the statement took too long. */
	if (errnum == EINTR && (db->gave_up == ETIMEDOUT || strstr(primary, "timeout"))) {
		errnum = ETIMEDOUT;
	}
	(void)sfs_error_set(err, errnum, "%s", message);
	sfs_error_sqlstate(err, sqlstate);
	if (detail || context) {
		sfs_auto(free) char *text = clean(detail ? detail : context);

		sfs_error_detail(err, "%s", text);
	}
	if (hint) {
		sfs_auto(free) char *text = clean(hint);

		sfs_error_hint(err, "%s", text);
	}
	if (sql && err) {
		if (position) {
			sfs_error_position(
				err, NULL, sql, pg_offset_of(sql, strtoul(position, NULL, 10)));
		}
		free(err->statement);
		err->statement = clean(sql);
	}
	return -errnum;
}
