// SPDX-License-Identifier: MIT
/* A database in memory for trying things out. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "drivers/sqlite/sandbox.h"
#include "drivers/sqlite/tokenizer.h"

enum {
	STEPS_PER_CHECK = 1000000,
	MAX_CHECKS = 500, /* some ten seconds of a statement that computes for its own sake */
	MAX_MADE_UP = 1000,
};

static int
authorize(void *data, int action, const char *a, const char *b, const char *c, const char *d)
{
	(void)data, (void)a, (void)c, (void)d;
	switch (action) {
	case SQLITE_ATTACH:
	case SQLITE_DETACH:
		return SQLITE_DENY;
	case SQLITE_FUNCTION:
		return b && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_OK;
	}
}

static int
watch_time(void *data)
{
	unsigned *checks = data;

	return ++*checks > MAX_CHECKS;
}

int
lite_sandbox_open(sqlite3 **ret_conn, struct sfs_error *err)
{
	sqlite3 *conn sfs_auto(sqlite3) = NULL;

	if (sqlite3_open_v2(":memory:", &conn, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
		SQLITE_OK) {
		return sfs_error_set(err, ENOMEM, "no memory for a scratch database");
	}
	(void)sqlite3_limit(conn, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_set_authorizer(conn, authorize, NULL);
	/* Nothing of it, temporary tables neither, goes to a disk. */
	int r = lite_run(conn, "PRAGMA temp_store = MEMORY", err);
	if (r == 0) {
		*ret_conn = sfs_steal(conn);
	}
	return r;
}

/* ---- what only applications have ---- */

static void
return_null(sqlite3_context *context, int n, sqlite3_value **values)
{
	(void)n, (void)values;
	sqlite3_result_null(context);
}

static void
refuse_call(sqlite3_context *context, int n, sqlite3_value **values)
{
	char *message = sfs_asprintf("function %s() is known to an application alone",
		(const char *)sqlite3_user_data(context));

	(void)n, (void)values;
	sqlite3_result_error(context, message, -1);
	free(message);
}

static int
connect_nothing(sqlite3 *conn, void *data, int argc, const char *const *argv,
	sqlite3_vtab **ret_table, char **reterr_message)
{
	(void)data, (void)argc, (void)argv, (void)reterr_message;
	int rc = sqlite3_declare_vtab(conn, "CREATE TABLE x(anything)");
	if (rc == SQLITE_OK) {
		*ret_table = sqlite3_malloc(sizeof **ret_table);
		if (!*ret_table) {
			return SQLITE_NOMEM;
		}
		memset(*ret_table, 0, sizeof **ret_table);
	}
	return rc;
}

static int
disconnect_nothing(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int
plan_nothing(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table, (void)info;
	return SQLITE_CONSTRAINT;
}

static const sqlite3_module nothing = {
	.xCreate = connect_nothing,
	.xConnect = connect_nothing,
	.xBestIndex = plan_nothing,
	.xDisconnect = disconnect_nothing,
	.xDestroy = disconnect_nothing,
};

static int
compare_bytes(void *data, int a_len, const void *a, int b_len, const void *b)
{
	int order = memcmp(a, b, (size_t)(a_len < b_len ? a_len : b_len));

	(void)data;
	return order ? order : a_len - b_len;
}

static int
make_function(sqlite3 *conn, const char *name, bool live)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

	return sqlite3_create_function_v2(conn, name, -1, flags, live ? sfs_strdup(name) : NULL,
		live ? refuse_call : return_null, NULL, NULL, live ? free : NULL);
}

static const char collation[] = "no such collation sequence: ";

bool
lite_make_up(sqlite3 *conn, bool live)
{
	static const char function[] = "no such function: ", module[] = "no such module: ";
	char *message sfs_auto(free) = sfs_strdup(sqlite3_errmsg(conn));
	const char *at;

	/* "error in view v: no such function: f" as well. */
	if ((at = strstr(message, function))) {
		return make_function(conn, at + strlen(function), live) == SQLITE_OK;
	}
	if (!live && (at = strstr(message, module))) {
		return sqlite3_create_module(conn, at + strlen(module), &nothing, NULL) ==
		       SQLITE_OK;
	}
	if (!live && (at = strstr(message, collation))) {
		return sqlite3_create_collation(conn, at + strlen(collation), SQLITE_UTF8, NULL,
			       compare_bytes) == SQLITE_OK;
	}
	return lite_make_tokenizer(conn, message, live);
}

static int
compare_and_tell(void *data, int a_len, const void *a, int b_len, const void *b)
{
	*(bool *)data = true;
	return compare_bytes(NULL, a_len, a, b_len, b);
}

char *
lite_lend_collation(sqlite3 *conn, bool *ret_asked)
{
	char *message sfs_auto(free) = sfs_strdup(sqlite3_errmsg(conn));
	const char *at = strstr(message, collation);

	*ret_asked = false;
	if (!at || sqlite3_create_collation(conn, at + strlen(collation), SQLITE_UTF8, ret_asked,
			   compare_and_tell) != SQLITE_OK) {
		return NULL;
	}
	return sfs_strdup(at + strlen(collation));
}

void
lite_take_collation(sqlite3 *conn, char *name)
{
	(void)sqlite3_create_collation(conn, name, SQLITE_UTF8, NULL, NULL);
	free(name);
}

/* ---- running ---- */

static int
run_once(sqlite3 *conn, const char *sql, size_t len, size_t *ret_offset)
{
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int rc = sqlite3_prepare_v2(conn, sql, (int)len, &statement, NULL);

	if (rc != SQLITE_OK) {
		int offset = sqlite3_error_offset(conn);

		*ret_offset = offset > 0 ? (size_t)offset : 0;
		return rc;
	}
	while (statement && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
	}
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int
lite_sandbox_run(
	sqlite3 *conn, const char *sql, size_t len, size_t *ret_offset, struct sfs_error *err)
{
	unsigned checks = 0;
	int rc = SQLITE_ERROR;

	*ret_offset = 0;
	sqlite3_progress_handler(conn, STEPS_PER_CHECK, watch_time, &checks);
	for (unsigned n = 0; n < MAX_MADE_UP; n++) {
		rc = run_once(conn, sql, len, ret_offset);
		if (rc == SQLITE_OK || !lite_make_up(conn, false)) {
			break;
		}
	}
	sqlite3_progress_handler(conn, 0, NULL, NULL);
	if (rc == SQLITE_OK) {
		return 0;
	}
	return sfs_error_set(err, EINVAL, "%s", sqlite3_errmsg(conn));
}
