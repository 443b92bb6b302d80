// SPDX-License-Identifier: MIT
/* Stand-ins for the tokenizers of full text tables that only an application has. */
#include <string.h>

#include "base/alloc.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/tokenizer.h"

/* ---- FTS5 ---- */

/* SQLite knows the type by its name alone. */
struct Fts5Tokenizer {
	bool live;
};

static const char live_mark, scratch_mark;

static int
create_five(void *data, const char **args, int n, Fts5Tokenizer **ret_tokenizer)
{
	Fts5Tokenizer *tokenizer = sfs_alloc(sizeof *tokenizer);

	(void)args, (void)n;
	tokenizer->live = data == &live_mark;
	*ret_tokenizer = tokenizer;
	return SQLITE_OK;
}

static void
delete_five(Fts5Tokenizer *tokenizer)
{
	free(tokenizer);
}

static int
tokenize_five(Fts5Tokenizer *tokenizer, void *data, int flags, const char *text, int len,
	int (*token)(void *, int, const char *, int, int, int))
{
	(void)data, (void)flags, (void)text, (void)len, (void)token;
	return tokenizer->live ? SQLITE_ERROR : SQLITE_OK;
}

static bool
make_five(sqlite3 *conn, const char *name, bool live)
{
	fts5_tokenizer tokenizer = { create_five, delete_five, tokenize_five };
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	fts5_api *api = NULL;

	if (lite_prepare(conn, "SELECT fts5(?1)", &statement, NULL) < 0) {
		return false;
	}
	(void)sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
	(void)sqlite3_step(statement);
	return api && api->xCreateTokenizer(api, name, (void *)(live ? &live_mark : &scratch_mark),
			      &tokenizer, NULL) == SQLITE_OK;
}

/* ---- FTS3 and FTS4: no header says what their tokenizers look like ---- */

struct three {
	const void *module; /* set by SQLite */
	bool live;
};

struct three_cursor {
	struct three *tokenizer; /* set by SQLite */
};

struct three_module {
	int version;
	int (*create)(int, const char *const *, struct three **);
	int (*destroy)(struct three *);
	int (*open)(struct three *, const char *, int, struct three_cursor **);
	int (*close)(struct three_cursor *);
	int (*next)(struct three_cursor *, const char **, int *, int *, int *, int *);
	int (*language)(struct three_cursor *, int);
};

static int
create_three(int n, const char *const *args, struct three **ret_tokenizer)
{
	(void)n, (void)args;
	*ret_tokenizer = sfs_alloc(sizeof **ret_tokenizer);
	return SQLITE_OK;
}

static int
create_live_three(int n, const char *const *args, struct three **ret_tokenizer)
{
	(void)create_three(n, args, ret_tokenizer);
	(*ret_tokenizer)->live = true;
	return SQLITE_OK;
}

static int
destroy_three(struct three *tokenizer)
{
	free(tokenizer);
	return SQLITE_OK;
}

static int
open_three(struct three *tokenizer, const char *text, int len, struct three_cursor **ret_cursor)
{
	(void)text, (void)len;
	if (tokenizer->live) {
		return SQLITE_ERROR;
	}
	*ret_cursor = sfs_alloc(sizeof **ret_cursor);
	return SQLITE_OK;
}

static int
close_three(struct three_cursor *cursor)
{
	free(cursor);
	return SQLITE_OK;
}

static int
next_three(struct three_cursor *cursor, const char **token, int *len, int *start, int *end,
	int *position)
{
	(void)cursor, (void)token, (void)len, (void)start, (void)end, (void)position;
	return SQLITE_DONE;
}

static int
language_three(struct three_cursor *cursor, int language)
{
	(void)cursor, (void)language;
	return SQLITE_OK;
}

#define THREE(create)                                                                              \
	{                                                                                          \
		1, create, destroy_three, open_three, close_three, next_three, language_three      \
	}

static const struct three_module scratch_three = THREE(create_three);
static const struct three_module live_three = THREE(create_live_three);

/* The module's address is handed over as a blob, which is taken from a bound value alone. */
static bool
make_three(sqlite3 *conn, const char *name, bool live)
{
	const struct three_module *module = live ? &live_three : &scratch_three;
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;

	if (lite_prepare(conn, "SELECT fts3_tokenizer(?1, ?2)", &statement, NULL) < 0) {
		return false;
	}
	(void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_blob(statement, 2, &module, sizeof module, SQLITE_STATIC);
	return sqlite3_step(statement) == SQLITE_ROW;
}

/* ---- which ---- */

static const struct form {
	const char *message;
	bool (*make)(sqlite3 *conn, const char *name, bool live);
} forms[] = {
	{ "no such tokenizer: ", make_five },
	{ "unknown tokenizer: ", make_three },
};

bool
lite_make_tokenizer(sqlite3 *conn, const char *message, bool live)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const char *at = strstr(message, forms[i].message);

		if (at) {
			return forms[i].make(conn, at + strlen(forms[i].message), live);
		}
	}
	return false;
}
