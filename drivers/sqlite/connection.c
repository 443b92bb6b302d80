// SPDX-License-Identifier: MIT
/* A connection to a SQLite file: which file, opened how, and whether it changed. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/guard.h"

enum { DEFAULT_LOCK_TIMEOUT_MS = 2000, BUSY_POLL_MS = 10 };

static const char header[] = "SQLite format 3";

/* ---- which file ---- */

/* The path in `sqlite:PATH` or `file:PATH?parameters`, NULL when the target has no such prefix. */
static char *
prefixed_path(const char *target)
{
	if (sfs_starts_with(target, "sqlite:")) {
		const char *path = target + strlen("sqlite:");

		return sfs_strdup(sfs_starts_with(path, "//") ? path + 2 : path);
	}
	if (sfs_starts_with(target, "file:")) {
		const char *path = target + strlen("file:");

		path = sfs_starts_with(path, "//") ? path + 2 : path;
		return sfs_strndup(path, strcspn(path, "?"));
	}
	return NULL;
}

/* Whether a file can be a database by its first bytes: SQLite's, or none at all yet. */
static bool
looks_like_database(const char *path)
{
	FILE *file sfs_auto(file) = NULL;
	struct stat st;
	char start[sizeof header];

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		return false;
	}
	if (st.st_size == 0) {
		return !sfs_ends_with(path, ".sql");
	}
	file = fopen(path, "re");
	return file && fread(start, sizeof start, 1, file) == 1 &&
	       memcmp(start, header, sizeof start) == 0;
}

bool
lite_accepts(const char *target)
{
	char *path sfs_auto(free) = prefixed_path(target);

	return path || looks_like_database(target);
}

/* The absolute path without symlinks of a file that need not exist; its directory must. */
static int
canonical_path(const char *path, char **ret_path, struct sfs_error *err)
{
	char *whole sfs_auto(free) = realpath(path, NULL);

	if (whole) {
		*ret_path = sfs_steal(whole);
		return 0;
	}
	if (errno != ENOENT) {
		return sfs_error_set(err, errno, "%s: %s", path, strerror(errno));
	}
	const char *slash = strrchr(path, '/');
	char *directory sfs_auto(free) =
		slash ? sfs_strndup(path, (size_t)(slash - path) + 1) : sfs_strdup(".");
	char *real sfs_auto(free) = realpath(directory, NULL);
	if (!real) {
		return sfs_error_set(err, errno, "%s: %s", directory, strerror(errno));
	}
	*ret_path =
		sfs_asprintf("%s/%s", strcmp(real, "/") == 0 ? "" : real, slash ? slash + 1 : path);
	return 0;
}

/* ---- SQL ---- */

int
lite_prepare(sqlite3 *conn, const char *sql, sqlite3_stmt **ret_statement, struct sfs_error *err)
{
	if (sqlite3_prepare_v2(conn, sql, -1, ret_statement, NULL) != SQLITE_OK) {
		return lite_error(conn, sql, err);
	}
	return 0;
}

int
lite_run(sqlite3 *conn, const char *sql, struct sfs_error *err)
{
	const char *rest = sql;

	while (*rest) {
		sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
		int rc;

		if (sqlite3_prepare_v2(conn, rest, -1, &statement, &rest) != SQLITE_OK) {
			return lite_error(conn, sql, err);
		}
		while (statement && (rc = sqlite3_step(statement)) != SQLITE_DONE) {
			if (rc != SQLITE_ROW) {
				return lite_error(conn, sql, err);
			}
		}
	}
	return 0;
}

int
lite_number(sqlite3 *conn, const char *sql, int64_t fallback, int64_t *ret_number,
	struct sfs_error *err)
{
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_prepare(conn, sql, &statement, err);

	if (r < 0) {
		return r;
	}
	int rc = sqlite3_step(statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		return lite_error(conn, sql, err);
	}
	*ret_number = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : fallback;
	return 0;
}

/* ---- opening ---- */

/* SQLite's own way to wait can not be interrupted. */
static int
wait_for_lock(void *data, int tries)
{
	const struct lite_db *db = data;

	if (__atomic_load_n(&db->base.interrupted, __ATOMIC_ACQUIRE) ||
		(unsigned)tries >= db->lock_timeout_ms / BUSY_POLL_MS) {
		return 0;
	}
	(void)nanosleep(&(struct timespec){ .tv_nsec = BUSY_POLL_MS * 1000000L }, NULL);
	return 1;
}

static int
count(unsigned event, void *data, void *statement, void *sql)
{
	struct lite_db *db = data;

	(void)event, (void)statement, (void)sql;
	db->base.statements++;
	return 0;
}

static int
open_file(const char *path, int flags, struct lite_db *db, struct sfs_error *err)
{
	sqlite3 *conn sfs_auto(sqlite3) = NULL;
	int64_t version;
	struct stat st;

	if (sqlite3_open_v2(path, &conn, flags, NULL) != SQLITE_OK) {
		return conn ? lite_error(conn, NULL, err)
			    : sfs_error_set(err, ENOMEM, "no memory to open %s", path);
	}
	(void)sqlite3_extended_result_codes(conn, 1);
	(void)sqlite3_trace_v2(conn, SQLITE_TRACE_STMT, count, db);
	(void)sqlite3_busy_handler(conn, wait_for_lock, db);
	/*
	 * An index may call json_extract(), which SQLite 3.40 does not count among the harmless: with
	 * an untrusted schema nothing could be read. What does harm by itself no schema may call.
	 */
	(void)sqlite3_db_config(conn, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, NULL);
	int r = lite_number(conn, "PRAGMA schema_version", 0, &version, err);
	if (r < 0) {
		if (sqlite3_errcode(conn) == SQLITE_NOTADB) {
			return sfs_error_set(err, EINVAL, "%s is no SQLite database", path);
		}
		return r;
	}
	if (stat(path, &st) == 0) {
		db->device = st.st_dev;
		db->inode = st.st_ino;
	}
	(void)pthread_mutex_lock(&db->conn_mutex);
	sqlite3 *old = db->conn;
	db->conn = sfs_steal(conn);
	(void)pthread_mutex_unlock(&db->conn_mutex);
	(void)sqlite3_close_v2(old);
	return 0;
}

static int
open_existing(struct lite_db *db, struct sfs_error *err)
{
	int flags = db->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int r = open_file(db->path, flags, db, err);

	if (r == 0 && sqlite3_db_readonly(db->conn, "main") == 1) {
		db->read_only = true;
	}
	if (r == 0 && db->read_only) {
		r = lite_run(db->conn, "PRAGMA query_only = ON", err);
	}
	return r;
}

static int
open_memory(struct lite_db *db, struct sfs_error *err)
{
	return open_file(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, db, err);
}

static int
open_path(struct lite_db *db, const char *path, bool existing, struct sfs_error *err)
{
	struct stat st;
	int r = canonical_path(path, &db->path, err);

	if (r < 0) {
		return r;
	}
	if (stat(db->path, &st) == 0) {
		return open_existing(db, err);
	}
	if (existing || db->read_only) {
		return sfs_error_set(err, existing ? EIO : ENOENT, "%s is not there", path);
	}
	db->absent = true;
	return open_memory(db, err);
}

int
lite_need_file(struct lite_db *db, struct sfs_error *err)
{
	if (db->read_only) {
		return sfs_error_set(err, EROFS, "%s can only be read", db->description);
	}
	if (!db->absent) {
		return 0;
	}
	int r = open_file(db->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, db, err);
	if (r == 0) {
		db->absent = false;
	}
	return r;
}

int
lite_follow_file(struct lite_db *db, struct sfs_error *err)
{
	struct stat st;

	if (!db->path || db->in_transaction) {
		return 0;
	}
	if (stat(db->path, &st) != 0) {
		/* What is written to a file that was removed is lost with the connection. */
		return db->absent ? 0 : sfs_error_set(err, EIO, "%s is not there", db->path);
	}
	if (db->absent || st.st_dev != db->device || st.st_ino != db->inode) {
		db->absent = false;
		return open_existing(db, err);
	}
	return 0;
}

int
lite_open(const char *target, const struct sfs_open_options *options, struct sfs_db **ret_db,
	struct sfs_error *err)
{
	char *given sfs_auto(free) = prefixed_path(target);
	const char *path = given ? given : target;
	struct lite_db *db = sfs_alloc(sizeof *db);
	char digest[65];
	int r;

	db->base.driver = &sfs_sqlite_driver;
	db->base.online_above = SFS_ONLINE_DEFAULT;
	(void)pthread_mutex_init(&db->conn_mutex, NULL);
	db->lock_fd = -1;
	db->read_only = options && options->read_only;
	db->lock_timeout_ms = options && options->lock_timeout_ms ? options->lock_timeout_ms
								  : DEFAULT_LOCK_TIMEOUT_MS;
	if (!*path || strcmp(path, ":memory:") == 0) {
		r = open_memory(db, err);
	} else {
		r = open_path(db, path, options && options->existing, err);
	}
	if (r < 0) {
		lite_close(&db->base);
		return r;
	}
	const char *name = db->path ? db->path : ":memory:";
	db->description = sfs_asprintf("sqlite:%s", name);
	sfs_sha256(name, strlen(name), digest);
	db->identity = sfs_asprintf("sqlite-%.32s", digest);
	*ret_db = &db->base;
	return 0;
}

void
lite_close(struct sfs_db *base)
{
	struct lite_db *db = base ? lite_of(base) : NULL;

	if (!db) {
		return;
	}
	lite_guard_destroy(db->guard);
	(void)sqlite3_close_v2(db->conn);
	(void)pthread_mutex_destroy(&db->conn_mutex);
	sfs_auto_fd(&db->lock_fd);
	free(db->ledger_table);
	free(db->path);
	free(db->description);
	free(db->identity);
	free(db);
}

/* ---- what is known of it ---- */

const char *
lite_describe(struct sfs_db *db)
{
	return lite_of(db)->description;
}

const char *
lite_identity(struct sfs_db *db)
{
	return lite_of(db)->identity;
}

const char *
lite_file(struct sfs_db *db)
{
	return lite_of(db)->path;
}

bool
lite_is_read_only(struct sfs_db *db)
{
	return lite_of(db)->read_only;
}

int
lite_fingerprint(struct sfs_db *base, char **ret_fingerprint, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	int64_t version;
	int r = lite_follow_file(db, err);

	if (r == 0) {
		r = lite_number(db->conn, "PRAGMA schema_version", 0, &version, err);
	}
	if (r == 0) {
		*ret_fingerprint = sfs_asprintf("%llx-%llu-%lld", (unsigned long long)db->device,
			(unsigned long long)db->inode, (long long)version);
	}
	return r;
}

void
lite_cancel(struct sfs_db *base)
{
	struct lite_db *db = lite_of(base);

	__atomic_store_n(&base->interrupted, 1, __ATOMIC_RELEASE);
	(void)pthread_mutex_lock(&db->conn_mutex);
	sqlite3_interrupt(db->conn);
	(void)pthread_mutex_unlock(&db->conn_mutex);
}
