// SPDX-License-Identifier: MIT
/* What SQLite says, as an error of ours. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "drivers/sqlite/connection.h"

struct code {
	int code; /* SQLite's primary result code */
	int errnum;
};

static const struct code codes[] = {
	{ SQLITE_ERROR, EINVAL },
	{ SQLITE_PERM, EACCES },
	{ SQLITE_ABORT, EINVAL },
	{ SQLITE_BUSY, EBUSY },
	{ SQLITE_LOCKED, EBUSY },
	{ SQLITE_NOMEM, ENOMEM },
	{ SQLITE_READONLY, EROFS },
	{ SQLITE_INTERRUPT, EINTR },
	{ SQLITE_IOERR, EIO },
	{ SQLITE_CORRUPT, EIO },
	{ SQLITE_NOTFOUND, ENOENT },
	{ SQLITE_FULL, ENOSPC },
	{ SQLITE_CANTOPEN, ENOENT },
	{ SQLITE_PROTOCOL, EBUSY },
	{ SQLITE_SCHEMA, EBUSY },
	{ SQLITE_TOOBIG, EFBIG },
	{ SQLITE_CONSTRAINT, EINVAL },
	{ SQLITE_MISMATCH, EINVAL },
	{ SQLITE_MISUSE, EINVAL },
	{ SQLITE_NOLFS, EFBIG },
	{ SQLITE_AUTH, EACCES },
	{ SQLITE_RANGE, EINVAL },
	{ SQLITE_NOTADB, EINVAL },
};

/* SQLITE_ERROR stands for much; what was missing or in the way is told by the message alone. */
static int
errno_of_message(const char *message)
{
	static const char *const missing[] = {
		"no such table: ", "no such index: ", "no such view: ", "no such trigger: "
	};

	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
		if (sfs_starts_with(message, missing[i])) {
			return ENOENT;
		}
	}
	return sfs_ends_with(message, " already exists") ? EEXIST : EINVAL;
}

static int
errno_of(sqlite3 *conn)
{
	int code = sqlite3_errcode(conn) & 0xff;
	const char *message = sqlite3_errmsg(conn);

	/* A statement that asks for a column before the schema is loaded is refused with the code of a changed one. */
	if (code == SQLITE_ERROR ||
		(code == SQLITE_SCHEMA && !sfs_streq(message, sqlite3_errstr(code)))) {
		return errno_of_message(message);
	}
	if (code == SQLITE_CANTOPEN && sqlite3_system_errno(conn)) {
		return sqlite3_system_errno(conn);
	}
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (codes[i].code == code) {
			return codes[i].errnum;
		}
	}
	return EIO;
}

int
lite_error(sqlite3 *conn, const char *sql, struct sfs_error *err)
{
	int errnum = errno_of(conn), code = sqlite3_errcode(conn) & 0xff;

	(void)sfs_error_set(err, errnum, "%s", sqlite3_errmsg(conn));
	if (err && sql) {
		err->statement = sfs_strdup(sql);
	}
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
		/* PostgreSQL's code for a lock that did not come: the engine tries again. */
		sfs_error_sqlstate(err, "55P03");
		sfs_error_hint(err, "another program is writing to the database; try again");
	}
	return -errnum;
}
