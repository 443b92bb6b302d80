// SPDX-License-Identifier: MIT
/* Tables that belong to SQLite, to a virtual table's module, or to us. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/schema.h"

struct module {
	const char *name;
	const char *suffixes[8];
};

/* What the modules that are widely used call their tables: the virtual table's name, _ and this. */
static const struct module modules[] = {
	{ "fts3", { "content", "segments", "segdir", "docsize", "stat" } },
	{ "fts4", { "content", "segments", "segdir", "docsize", "stat" } },
	{ "fts5", { "data", "idx", "content", "docsize", "config" } },
	{ "rtree", { "node", "rowid", "parent" } },
	{ "rtree_i32", { "node", "rowid", "parent" } },
	{ "geopoly", { "node", "rowid", "parent" } },
	{ "spellfix1", { "vocab" } },
	{ "dbstat", { NULL } },
	{ "fts5vocab", { NULL } },
	{ "fts4aux", { NULL } },
	{ "csv", { NULL } },
	{ "generate_series", { NULL } },
};

static const struct module *
module_of(const char *name)
{
	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		if (strcasecmp(modules[i].name, name) == 0) {
			return &modules[i];
		}
	}
	return NULL;
}

bool
lite_is_shadow_of(const struct lite_virtual *virtual, const char *name)
{
	size_t len = strlen(virtual->name);
	const struct module *module = module_of(virtual->module);

	if (strncasecmp(name, virtual->name, len) != 0 || name[len] != '_') {
		return false;
	}
	if (!module) {
		/* A module that we do not know: what carries the name of its table is its own. */
		return true;
	}
	for (size_t i = 0; i < 8 && module->suffixes[i]; i++) {
		if (strcasecmp(name + len + 1, module->suffixes[i]) == 0) {
			return true;
		}
	}
	return false;
}

bool
lite_is_internal(const struct lite_virtuals *virtuals, const char *name)
{
	if (strncasecmp(name, "sqlite_", 7) == 0 || strcasecmp(name, LITE_LEDGER) == 0 ||
		strcasecmp(name, LITE_PROGRESS) == 0) {
		return true;
	}
	for (size_t i = 0; i < virtuals->len; i++) {
		if (lite_is_shadow_of(&virtuals->items[i], name)) {
			return true;
		}
	}
	return false;
}

char *
lite_module_name(const char *sql)
{
	struct lite_tokens tokens = { 0 };
	struct sfs_str name = SFS_STR_INIT;
	struct lite_head head;

	lite_tokens_cut(&tokens, sql, strlen(sql));
	if (lite_head_parse(sql, &tokens, &head) && head.name + 2 < tokens.len) {
		lite_token_name(sql, &tokens.items[head.name + 2], &name);
	}
	sfs_vec_finish(&tokens);
	return sfs_str_steal(&name);
}

int
lite_virtuals_read(sqlite3 *conn, struct lite_virtuals *ret_virtuals, struct sfs_error *err)
{
	static const char query[] =
		"SELECT name, sql FROM main.sqlite_schema WHERE "
		"type = 'table' AND ifnull(rootpage, 0) = 0 AND sql IS NOT NULL";
	struct lite_virtuals virtuals sfs_auto(lite_virtuals) = { 0 };
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_schema_prepare(conn, query, &statement, err), rc;

	if (r < 0) {
		return r;
	}
	while ((rc = lite_schema_step(statement)) == SQLITE_ROW) {
		struct lite_virtual virtual = {
			.name = sfs_strdup((const char *)sqlite3_column_text(statement, 0)),
			.module = lite_module_name((const char *)sqlite3_column_text(statement, 1)),
		};

		sfs_vec_push(&virtuals, virtual);
	}
	if (rc != SQLITE_DONE) {
		return lite_error(conn, query, err);
	}
	*ret_virtuals = virtuals;
	virtuals = (struct lite_virtuals){ 0 };
	return 0;
}

void
lite_virtuals_finish(struct lite_virtuals *virtuals)
{
	for (size_t i = 0; i < virtuals->len; i++) {
		free(virtuals->items[i].name);
		free(virtuals->items[i].module);
	}
	sfs_vec_finish(virtuals);
}
