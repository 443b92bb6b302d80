// SPDX-License-Identifier: MIT
/* A catalog of SQLite as drizzle's snapshot, version 6. The texts that SQLite keeps have the words. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "migrate/snapshot.h"
#include "migrate/words.h"

static const enum sfs_dialect dialect = SFS_SQLITE;

/* The column of that name, in whatever case it is written. */
static const char *
column_name(const struct sfs_object *table, const char *name)
{
	struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_COLUMN && strcasecmp(part->id.name, name) == 0) {
			return part->id.name;
		}
	}
	return name;
}

/* The names of a list, spelt as the table spells them; `table` NULL: as they are. */
static json_t *
names_of(const struct sfs_object *table, const char *list)
{
	json_t *names = sfs_snapshot_names(dialect, list), *out = json_array(), *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		const char *text = json_string_value(name);

		(void)json_array_append_new(
			out, sfs_snapshot_string(table ? column_name(table, text) : text));
	}
	json_decref(names);
	return out;
}

/* ---- columns ---- */

static json_t *
number_of(const char *text)
{
	char *end;
	long long whole = strtoll(text, &end, 10);

	if (!*end) {
		return json_integer(whole);
	}
	double real = strtod(text, &end);
	return *end ? NULL : json_real(real);
}

/* What follows DEFAULT in a column's text. */
static json_t *
default_of(const char *definition)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_words_cut(&words, dialect, definition);
	size_t at = sfs_words_find(&words, 1, "DEFAULT") + 1, n = words.tokens.len;
	if (at >= n) {
		return NULL;
	}
	bool sign = sfs_words_are(&words, at, "-") || sfs_words_are(&words, at, "+");
	size_t end = sfs_words_are(&words, at, "(") ? sfs_words_past(&words, at) : at + 1 + sign;
	if (sfs_words_are(&words, at, "TRUE") || sfs_words_are(&words, at, "FALSE")) {
		return json_boolean(sfs_words_are(&words, at, "TRUE"));
	}
	sfs_words_add(&words, at, end < n ? end : n, &text);
	if (words.tokens.items[at + sign < n ? at + sign : at].type == SFS_TOKEN_NUMBER) {
		json_t *number = number_of(sfs_str_text(&text));

		if (number) {
			return number;
		}
	}
	return sfs_snapshot_string(sfs_str_text(&text));
}

/* "(upper(email))" of a generated column, as it is written. */
static json_t *
generated_of(const struct sfs_object *column)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	bool stored = sfs_streq(sfs_object_get(column, SFS_COLUMN_GENERATED_KIND), "STORED");

	sfs_words_cut(&words, dialect, sfs_object_get(column, SFS_COLUMN_DEFINITION));
	size_t at = sfs_words_find(&words, 1, "AS") + 1;
	sfs_words_add(&words, at, sfs_words_past(&words, at), &text);
	return json_pack("{s:o, s:s}", "as", sfs_snapshot_string(sfs_str_text(&text)), "type",
		stored ? "stored" : "virtual");
}

/* The primary key of the table, NULL when it has none. */
static const struct sfs_object *
key_of(const struct sfs_object *table)
{
	struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_CONSTRAINT &&
			sfs_streq(sfs_object_get(part, SFS_CONSTRAINT_TYPE), "PRIMARY KEY")) {
			return part;
		}
	}
	return NULL;
}

/* Whether that column alone is the key. */
static bool
is_key(const struct sfs_object *table, const struct sfs_object *column)
{
	const struct sfs_object *key = key_of(table);
	json_t *names = key ? names_of(table, sfs_object_get(key, SFS_CONSTRAINT_COLUMNS)) : NULL;
	bool alone = json_array_size(names) == 1 &&
		     sfs_streq(json_string_value(json_array_get(names, 0)), column->id.name);

	json_decref(names);
	return alone;
}

static bool
has_autoincrement(const struct sfs_object *table)
{
	struct sfs_words words sfs_auto(words) = { 0 };

	sfs_words_cut(&words, dialect, sfs_object_get(table, SFS_TABLE_SQL));
	for (size_t i = 0; i < words.tokens.len; i++) {
		if (words.tokens.items[i].type == SFS_TOKEN_WORD &&
			sfs_words_are(&words, i, "AUTOINCREMENT")) {
			return true;
		}
	}
	return false;
}

static json_t *
type_of(const struct sfs_object *column)
{
	const char *type = sfs_object_get(column, SFS_COLUMN_TYPE);
	char *lower sfs_auto(free) = sfs_strdup(type ? type : "");

	for (char *c = lower; *c; c++) {
		*c = sfs_lower(*c);
	}
	return sfs_snapshot_string(lower);
}

static json_t *
column_of(const struct sfs_object *table, const struct sfs_object *column)
{
	bool key = is_key(table, column);
	json_t *json = json_pack("{s:o, s:o, s:b, s:b, s:b}", "name",
		sfs_snapshot_string(column->id.name), "type", type_of(column), "primaryKey", key,
		"notNull", key || sfs_object_has(column, SFS_COLUMN_NOT_NULL), "autoincrement",
		key && has_autoincrement(table));

	if (sfs_object_has(column, SFS_COLUMN_DEFAULT)) {
		json_t *value = default_of(sfs_object_get(column, SFS_COLUMN_DEFINITION));

		if (value) {
			sfs_snapshot_set(json, "default", value);
		}
	}
	if (sfs_object_has(column, SFS_COLUMN_GENERATED)) {
		sfs_snapshot_set(json, "generated", generated_of(column));
	}
	return json;
}

/* ---- indexes ---- */

static void
mark_expression(json_t *internal, const char *index, const char *expression)
{
	json_t *indexes = json_object_get(internal, "indexes");
	json_t *entry = json_object_get(indexes, index);

	if (!entry) {
		entry = json_pack("{s:{}}", "columns");
		sfs_snapshot_set(indexes, index, entry);
	}
	sfs_snapshot_set(json_object_get(entry, "columns"), expression,
		json_pack("{s:b}", "isExpression", 1));
}

static json_t *
index_of(const struct sfs_object *table, const struct sfs_object *index, json_t *internal)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	json_t *columns = json_array();

	sfs_words_cut(&words, dialect, sfs_object_get(index, SFS_INDEX_SQL));
	size_t open = sfs_words_find(&words, 0, "("), past = sfs_words_past(&words, open);
	for (size_t i = open + 1; i + 1 < past;) {
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
		size_t end = sfs_words_find(&words, i, ",");

		end = end < past ? end : past - 1;
		if (end == i + 1 && sfs_words_name(&words, i)) {
			sfs_words_add_name(&words, i, &text);
			(void)json_array_append_new(columns,
				sfs_snapshot_string(column_name(table, sfs_str_text(&text))));
		} else {
			sfs_words_add(&words, i, end, &text);
			(void)json_array_append_new(
				columns, sfs_snapshot_string(sfs_str_text(&text)));
			mark_expression(internal, index->id.name, sfs_str_text(&text));
		}
		i = end + 1;
	}
	json_t *json = json_pack("{s:o, s:o, s:b}", "name", sfs_snapshot_string(index->id.name),
		"columns", columns, "isUnique", sfs_object_has(index, SFS_INDEX_UNIQUE));
	if (sfs_words_are(&words, past, "WHERE")) {
		struct sfs_str where sfs_auto(str) = SFS_STR_INIT;

		sfs_words_add(&words, past + 1, words.tokens.len, &where);
		sfs_snapshot_set(json, "where",
			sfs_snapshot_expression(dialect, table, sfs_str_text(&where), true));
	}
	return json;
}

/* ---- constraints ---- */

static void
add_joined(struct sfs_str *out, const json_t *names)
{
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		sfs_str_addf(out, "_%s", json_string_value(name));
	}
}

/* What follows ON DELETE or ON UPDATE, in lower case. */
static json_t *
action_of(const struct sfs_words *words, const char *event)
{
	static const char *const actions[][2] = { { "CASCADE", "cascade" },
		{ "RESTRICT", "restrict" }, { "SET", "set null" }, { "NO", "no action" } };

	for (size_t at = 0; at + 2 < words->tokens.len; at++) {
		if (!sfs_words_are(words, at, "ON") || !sfs_words_are(words, at + 1, event)) {
			continue;
		}
		if (sfs_words_are(words, at + 3, "DEFAULT")) {
			return json_string("set default");
		}
		for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
			if (sfs_words_are(words, at + 2, actions[i][0])) {
				return json_string(actions[i][1]);
			}
		}
	}
	return json_string("no action");
}

/* Whether the name is one that a person gave, and not what the reader calls it by. */
static bool
has_name(const struct sfs_object *constraint)
{
	const char *definition = sfs_object_get(constraint, SFS_CONSTRAINT_DEFINITION);
	struct sfs_words name sfs_auto(words) = { 0 }, text sfs_auto(words) = { 0 };

	sfs_words_cut(&name, dialect, constraint->id.name);
	sfs_words_cut(&text, dialect, definition);
	return !name.tokens.len || !text.tokens.len ||
	       name.tokens.items[0].len != text.tokens.items[0].len ||
	       strncmp(name.text, text.text, text.tokens.items[0].len) != 0;
}

static void
add_foreign_key(const struct sfs_catalog *catalog, const struct sfs_object *table,
	const struct sfs_object *key, json_t *keys)
{
	const char *to = sfs_object_get(key, SFS_CONSTRAINT_REFERENCES);
	const struct sfs_object *target = sfs_catalog_relation(catalog, table->id.namespace, to);
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str list sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;

	sfs_words_cut(&words, dialect, sfs_object_get(key, SFS_CONSTRAINT_DEFINITION));
	size_t at = sfs_words_find(&words, 0, "REFERENCES") + 2;
	if (sfs_words_are(&words, at, "(")) {
		sfs_words_add(&words, at, sfs_words_past(&words, at), &list);
	} else if (target && key_of(target)) {
		/* A reference to a table is one to its key. */
		sfs_str_add(&list, sfs_object_get(key_of(target), SFS_CONSTRAINT_COLUMNS));
	}
	json_t *from = names_of(table, sfs_object_get(key, SFS_CONSTRAINT_COLUMNS));
	json_t *columns = names_of(target, sfs_str_text(&list));
	sfs_str_add(&name, has_name(key) ? key->id.name : table->id.name);
	if (!has_name(key)) {
		add_joined(&name, from);
		sfs_str_addf(&name, "_%s", to);
		add_joined(&name, columns);
		sfs_str_add(&name, "_fk");
	}
	sfs_snapshot_set(keys, sfs_str_text(&name),
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
			sfs_snapshot_string(sfs_str_text(&name)), "tableFrom",
			sfs_snapshot_string(table->id.name), "tableTo",
			sfs_snapshot_string(target ? target->id.name : to), "columnsFrom", from,
			"columnsTo", columns, "onDelete", action_of(&words, "DELETE"), "onUpdate",
			action_of(&words, "UPDATE")));
}

static void
add_composite_key(const struct sfs_object *table, const struct sfs_object *key, json_t *keys)
{
	json_t *columns = names_of(table, sfs_object_get(key, SFS_CONSTRAINT_COLUMNS));
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (json_array_size(columns) < 2) {
		json_decref(columns);
		return;
	}
	sfs_str_add(&name, has_name(key) ? key->id.name : table->id.name);
	if (!has_name(key)) {
		add_joined(&name, columns);
		sfs_str_add(&name, "_pk");
	}
	sfs_snapshot_set(keys, sfs_str_text(&name),
		json_pack("{s:o, s:o}", "columns", columns, "name",
			sfs_snapshot_string(sfs_str_text(&name))));
}

/* The text of a named check as the table has it. Checks without a name drizzle does not know. */
static void
add_check(const struct sfs_object *table, const struct sfs_object *check, json_t *checks)
{
	struct sfs_words words sfs_auto(words) = { 0 };

	sfs_words_cut(&words, dialect, sfs_object_get(table, SFS_TABLE_SQL));
	for (size_t i = 0; i + 3 < words.tokens.len; i++) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT, text sfs_auto(str) = SFS_STR_INIT;

		if (!sfs_words_are(&words, i, "CONSTRAINT") || !sfs_words_name(&words, i + 1) ||
			!sfs_words_are(&words, i + 2, "CHECK")) {
			continue;
		}
		sfs_words_add_name(&words, i + 1, &name);
		if (strcmp(sfs_str_text(&name), check->id.name) == 0) {
			sfs_words_add(&words, i + 4, sfs_words_past(&words, i + 3) - 1, &text);
			sfs_snapshot_set(checks, check->id.name,
				json_pack("{s:o, s:o}", "name", sfs_snapshot_string(check->id.name),
					"value",
					sfs_snapshot_expression(
						dialect, table, sfs_str_text(&text), true)));
		}
	}
}

/* ---- tables and views ---- */

static json_t *
table_of(const struct sfs_catalog *catalog, const struct sfs_object *table, json_t *internal)
{
	json_t *columns = json_object(), *indexes = json_object(), *foreign = json_object(),
	       *composite = json_object(), *checks = json_object();
	struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		const char *type = part->id.kind == SFS_CONSTRAINT
					   ? sfs_object_get(part, SFS_CONSTRAINT_TYPE)
					   : NULL;

		if (part->id.kind == SFS_COLUMN) {
			sfs_snapshot_set(columns, part->id.name, column_of(table, part));
		} else if (part->id.kind == SFS_INDEX) {
			sfs_snapshot_set(indexes, part->id.name, index_of(table, part, internal));
		} else if (sfs_streq(type, "FOREIGN KEY")) {
			add_foreign_key(catalog, table, part, foreign);
		} else if (sfs_streq(type, "PRIMARY KEY")) {
			add_composite_key(table, part, composite);
		} else if (sfs_streq(type, "CHECK")) {
			add_check(table, part, checks);
		}
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:{}, s:o}", "name",
		sfs_snapshot_string(table->id.name), "columns", columns, "indexes", indexes,
		"foreignKeys", foreign, "compositePrimaryKeys", composite, "uniqueConstraints",
		"checkConstraints", checks);
}

static json_t *
view_of(const struct sfs_object *view)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;

	sfs_words_cut(&words, dialect, sfs_object_get(view, SFS_VIEW_SQL));
	size_t n = words.tokens.len;
	sfs_words_add(&words, sfs_words_find(&words, 0, "AS") + 1,
		n && sfs_words_are(&words, n - 1, ";") ? n - 1 : n, &query);
	return json_pack("{s:{}, s:o, s:b, s:o}", "columns", "name",
		sfs_snapshot_string(view->id.name), "isExisting", 0, "definition",
		sfs_snapshot_string(sfs_str_text(&query)));
}

json_t *
sfs_snapshot_sqlite(const struct sfs_catalog *catalog)
{
	json_t *tables = json_object(), *views = json_object();
	json_t *internal = json_pack("{s:{}}", "indexes");

	sfs_vec_foreach (object, &catalog->objects) {
		const struct sfs_object *it = *object;

		if (it->id.kind == SFS_TABLE && !sfs_object_has(it, SFS_TABLE_VIRTUAL)) {
			sfs_snapshot_set(tables, it->id.name, table_of(catalog, it, internal));
		} else if (it->id.kind == SFS_VIEW) {
			sfs_snapshot_set(views, it->id.name, view_of(it));
		}
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:{}, s:{s:{}, s:{}, s:{}}, s:o}",
		"version", "6", "dialect", "sqlite", "id", SFS_SNAPSHOT_NONE, "prevId",
		SFS_SNAPSHOT_NONE, "tables", tables, "views", views, "enums", "_meta", "schemas",
		"tables", "columns", "internal", internal);
}
