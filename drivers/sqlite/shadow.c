// SPDX-License-Identifier: MIT
/* Tables that belong to SQLite, to a virtual table's module, or to us. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/schema.h"

enum { MAX_SUFFIXES = 8 };

struct module {
	const char *name;
	const char *suffixes[MAX_SUFFIXES];
};

/*
 * What the modules that come with SQLite call their tables: the virtual table's name, _ and this. Of a
 * module that only an application has nobody knows which tables are its own: all are shown and loaded
 * elsewhere, where the module would miss them otherwise.
 */
static const struct module modules[] = {
	{ "fts3", { "content", "segments", "segdir", "docsize", "stat" } },
	{ "fts4", { "content", "segments", "segdir", "docsize", "stat" } },
	{ "fts5", { "data", "idx", "content", "docsize", "config" } },
	{ "rtree", { "node", "rowid", "parent" } },
	{ "rtree_i32", { "node", "rowid", "parent" } },
	{ "geopoly", { "node", "rowid", "parent" } },
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

static bool
has_suffix(const struct module *module, const char *suffix)
{
	for (size_t i = 0; i < MAX_SUFFIXES && module->suffixes[i]; i++) {
		if (strcasecmp(suffix, module->suffixes[i]) == 0) {
			return true;
		}
	}
	return false;
}

bool
lite_is_shadow_of(const struct lite_virtual *virtual, const char *name)
{
	size_t len = strlen(virtual->name);
	const struct module *module = module_of(virtual->module);

	if (strncasecmp(name, virtual->name, len) != 0 || name[len] != '_') {
		return false;
	}
	return module && has_suffix(module, name + len + 1);
}

bool
lite_may_shadow(const char *table, const char *name)
{
	size_t len = strlen(table);

	if (strncasecmp(name, table, len) != 0 || name[len] != '_') {
		return false;
	}
	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		if (has_suffix(&modules[i], name + len + 1)) {
			return true;
		}
	}
	return false;
}

void
lite_each_shadow(const char *table, void (*found)(void *data, const char *name), void *data)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		for (size_t k = 0; k < MAX_SUFFIXES && modules[i].suffixes[k]; k++) {
			sfs_str_truncate(&name, 0);
			sfs_str_addf(&name, "%s_%s", table, modules[i].suffixes[k]);
			found(data, sfs_str_text(&name));
		}
	}
}

const char *
lite_shadowed(const struct lite_virtuals *virtuals, const char *name)
{
	for (size_t i = 0; i < virtuals->len; i++) {
		if (lite_is_shadow_of(&virtuals->items[i], name)) {
			return virtuals->items[i].name;
		}
	}
	return NULL;
}

bool
lite_is_internal(const struct lite_virtuals *virtuals, const char *name)
{
	if (strncasecmp(name, "sqlite_", 7) == 0 || strcasecmp(name, LITE_LEDGER) == 0 ||
		strcasecmp(name, LITE_PROGRESS) == 0) {
		return true;
	}
	return lite_shadowed(virtuals, name) != NULL;
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
