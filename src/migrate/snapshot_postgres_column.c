// SPDX-License-Identifier: MIT
/* Columns of PostgreSQL in drizzle's snapshots: types, identity, serials. */
#include <string.h>

#include "base/alloc.h"
#include "migrate/snapshot.h"
#include "migrate/words.h"

/* ---- types ---- */

/* As the server writes a type, up to its numbers, and as drizzle does. */
static const struct {
	const char *server, *tail, *drizzle, *before; /* `before`: between the word and `(` */
} types[] = {
	{ "character varying", "", "varchar", "" },
	{ "character", "", "char", "" },
	{ "timestamp", " without time zone", "timestamp", " " },
	{ "timestamp", " with time zone", "timestamp", " " },
	{ "time", " without time zone", "time", "" },
	{ "time", " with time zone", "time", "" },
};

/* The enum of that name, or NULL. */
static const struct sfs_object *
find_enum(const struct sfs_catalog *catalog, const char *namespace, const char *name)
{
	struct sfs_identity id = { .kind = SFS_TYPE, .namespace = namespace, .name = name };
	const struct sfs_object *type = sfs_catalog_find(catalog, &id);

	return type && sfs_streq(sfs_object_get(type, SFS_TYPE_VARIANT), "enum") ? type : NULL;
}

/* "numeric(10,2)" is "numeric(10, 2)", and "numeric(10,0)" is "numeric(10)". */
static void
add_numbers(const struct sfs_words *words, size_t open, size_t end, struct sfs_str *out)
{
	bool whole = sfs_words_are(words, open + 2, ",") && sfs_words_are(words, open + 3, "0") &&
		     sfs_words_are(words, 0, "numeric");

	for (size_t i = open; i < end; i++) {
		if (whole && (i == open + 2 || i == open + 3)) {
			continue;
		}
		sfs_words_add(words, i, i + 1, out);
		sfs_str_add(out, sfs_words_are(words, i, ",") ? " " : "");
	}
}

static void
add_plain_type(const struct sfs_words *words, size_t end, struct sfs_str *out)
{
	struct sfs_str word sfs_auto(str) = SFS_STR_INIT, tail sfs_auto(str) = SFS_STR_INIT;
	size_t open = end, past = end;

	for (size_t i = 0; i < end; i++) {
		if (sfs_words_are(words, i, "(")) {
			open = i;
			past = sfs_words_past(words, i);
			break;
		}
	}
	size_t with = sfs_words_find(words, 0, "with"),
	       without = sfs_words_find(words, 0, "without");
	size_t zone = with < end ? with : without < end ? without : end;
	sfs_words_add(words, 0, open < zone ? open : zone, &word);
	if (zone < end) {
		sfs_str_addc(&tail, ' ');
		sfs_words_add(words, zone, end, &tail);
	}
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcmp(types[i].server, sfs_str_text(&word)) == 0 &&
			strcmp(types[i].tail, sfs_str_text(&tail)) == 0) {
			bool numbers = open < past;

			sfs_str_add(out, types[i].drizzle);
			sfs_str_add(out, numbers ? types[i].before : "");
			add_numbers(words, open, numbers ? past : open, out);
			sfs_str_add(out, with < end ? sfs_str_text(&tail) : "");
			return;
		}
	}
	sfs_str_add(out, sfs_str_text(&word));
	add_numbers(words, open, past, out);
}

/* Sets "type" and, of an enum, "typeSchema". */
static void
set_type(const struct sfs_catalog *catalog, const char *type, json_t *column)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT, namespace sfs_auto(str) = SFS_STR_INIT,
			   name sfs_auto(str) = SFS_STR_INIT;
	size_t end, first = 0;
	const struct sfs_object *labels = NULL;

	sfs_words_cut(&words, SFS_POSTGRES, type);
	end = sfs_words_find(&words, 0, "[");
	if (sfs_words_are(&words, 1, ".")) {
		sfs_words_add_name(&words, 0, &namespace);
		sfs_words_add_name(&words, 2, &name);
		labels = find_enum(catalog, sfs_str_text(&namespace), sfs_str_text(&name));
		first = 2;
	}
	if (labels) {
		sfs_str_add(&out, labels->id.name);
	} else if (first) {
		/* Of an extension, or a domain: drizzle's own words have no namespace. */
		sfs_words_add(&words, first, end, &out);
	} else {
		add_plain_type(&words, end, &out);
	}
	sfs_words_add(&words, end, words.tokens.len, &out);
	sfs_snapshot_set(column, "type", sfs_snapshot_string(sfs_str_text(&out)));
	if (labels) {
		sfs_snapshot_set(column, "typeSchema", sfs_snapshot_string(labels->id.namespace));
	}
}

/* ---- identity ---- */

static void
identity_bounds(const char *type, const char **ret_maximum, const char **ret_minimum)
{
	static const struct {
		const char *type, *maximum, *minimum;
	} bounds[] = {
		{ "smallint", "32767", "-32768" },
		{ "integer", "2147483647", "-2147483648" },
		{ "bigint", "9223372036854775807", "-9223372036854775808" },
	};
	size_t i = 0;

	while (i < sizeof bounds / sizeof *bounds - 1 && strcmp(bounds[i].type, type) != 0) {
		i++;
	}
	*ret_maximum = bounds[i].maximum;
	*ret_minimum = bounds[i].minimum;
}

/* The number after a word such as "INCREMENT BY" or "MAXVALUE"; false when it is not said. */
static bool
option_of(const struct sfs_words *words, const char *first, bool two, struct sfs_str *value)
{
	size_t at = sfs_words_find(words, 0, first);

	if (at >= words->tokens.len || (at && sfs_words_are(words, at - 1, "NO"))) {
		return false;
	}
	at += two ? 2 : 1;
	size_t end = at + (sfs_words_are(words, at, "-") ? 2 : 1);
	sfs_words_add(words, at, end, value);
	return value->len > 0;
}

static json_t *
value_or(const struct sfs_str *value, const char *fallback)
{
	return json_string(value->len ? value->text : fallback);
}

static json_t *
identity_of(const struct sfs_object *table, const struct sfs_object *column)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, namespace sfs_auto(str) = SFS_STR_INIT,
			    increment sfs_auto(str) = SFS_STR_INIT,
			    start sfs_auto(str) = SFS_STR_INIT, min sfs_auto(str) = SFS_STR_INIT,
			    max sfs_auto(str) = SFS_STR_INIT, cache sfs_auto(str) = SFS_STR_INIT;
	const char *most, *least;

	sfs_words_cut(&words, SFS_POSTGRES, sfs_object_get(column, SFS_COLUMN_IDENTITY_OPTIONS));
	if (sfs_words_are(&words, 0, "SEQUENCE") && sfs_words_are(&words, 3, ".")) {
		sfs_words_add_name(&words, 2, &namespace);
		sfs_words_add_name(&words, 4, &name);
	} else {
		sfs_str_addf(&name, "%s_%s_seq", table->id.name, column->id.name);
		sfs_str_add(&namespace, table->id.namespace);
	}
	(void)option_of(&words, "INCREMENT", true, &increment);
	(void)option_of(&words, "START", true, &start);
	(void)option_of(&words, "MINVALUE", false, &min);
	(void)option_of(&words, "MAXVALUE", false, &max);
	(void)option_of(&words, "CACHE", false, &cache);
	size_t cycle = sfs_words_find(&words, 0, "CYCLE");
	bool down = sfs_starts_with(sfs_str_text(&increment), "-");
	identity_bounds(sfs_object_get(column, SFS_COLUMN_TYPE), &most, &least);
	most = down ? "-1" : most;
	least = down ? least : "1";
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "type",
		sfs_streq(sfs_object_get(column, SFS_COLUMN_IDENTITY), "ALWAYS") ? "always"
										 : "byDefault",
		"name", sfs_snapshot_string(sfs_str_text(&name)), "schema",
		sfs_snapshot_string(sfs_str_text(&namespace)), "increment",
		value_or(&increment, "1"), "startWith",
		value_or(&start, down      ? max.len ? max.text : most
				 : min.len ? min.text
					   : least),
		"minValue", value_or(&min, least), "maxValue", value_or(&max, most), "cache",
		value_or(&cache, "1"), "cycle", cycle < words.tokens.len);
}

/* ---- columns ---- */

bool
sfs_snapshot_is_inline_key(const struct sfs_object *table, const struct sfs_object *key)
{
	json_t *names =
		sfs_snapshot_names(SFS_POSTGRES, sfs_object_get(key, SFS_CONSTRAINT_DEFINITION));
	const char *column = json_string_value(json_array_get(names, 0));
	/* One that was declared by itself; any other name is that of a table renamed since. */
	char *own sfs_auto(free) = sfs_asprintf("%s_%s_pk", table->id.name, column ? column : "");
	bool alone = json_array_size(names) == 1 && strcmp(key->id.name, own) != 0;

	json_decref(names);
	return alone;
}

static bool
is_key(const struct sfs_object *table, const struct sfs_object *column)
{
	struct sfs_object *part;
	bool found = false;

	sfs_parts_foreach (part, table) {
		if (part->id.kind != SFS_CONSTRAINT ||
			!sfs_streq(sfs_object_get(part, SFS_CONSTRAINT_TYPE), "PRIMARY KEY") ||
			!sfs_snapshot_is_inline_key(table, part)) {
			continue;
		}
		json_t *names = sfs_snapshot_names(
			SFS_POSTGRES, sfs_object_get(part, SFS_CONSTRAINT_DEFINITION));
		found = sfs_streq(json_string_value(json_array_get(names, 0)), column->id.name);
		json_decref(names);
	}
	return found;
}

static const char *
serial_of(const struct sfs_object *column)
{
	static const struct {
		const char *type, *serial;
	} serials[] = {
		{ "smallint", "smallserial" },
		{ "integer", "serial" },
		{ "bigint", "bigserial" },
	};

	if (!sfs_object_has(column, SFS_COLUMN_SERIAL)) {
		return NULL;
	}
	for (size_t i = 0; i < sizeof serials / sizeof *serials; i++) {
		if (sfs_streq(sfs_object_get(column, SFS_COLUMN_TYPE), serials[i].type)) {
			return serials[i].serial;
		}
	}
	return NULL;
}

static json_t *
column_of(const struct sfs_catalog *catalog, const struct sfs_object *table,
	const struct sfs_object *column)
{
	const char *type = sfs_object_get(column, SFS_COLUMN_TYPE), *serial = serial_of(column);
	const char *value = sfs_object_get(column, SFS_COLUMN_DEFAULT);
	const char *generated = sfs_object_get(column, SFS_COLUMN_GENERATED);
	bool key = is_key(table, column);
	json_t *json = json_pack("{s:o}", "name", sfs_snapshot_string(column->id.name));

	if (serial) {
		sfs_snapshot_set(json, "type", json_string(serial));
	} else {
		set_type(catalog, type ? type : "", json);
	}
	sfs_snapshot_set(json, "primaryKey", json_boolean(key));
	sfs_snapshot_set(
		json, "notNull", json_boolean(key || sfs_object_has(column, SFS_COLUMN_NOT_NULL)));
	if (value && !serial) {
		sfs_snapshot_set(json, "default", sfs_snapshot_postgres_default(type, value));
	}
	if (generated) {
		sfs_snapshot_set(json, "generated",
			json_pack("{s:o, s:s}", "as", sfs_snapshot_string(generated), "type",
				"stored"));
	}
	if (sfs_object_has(column, SFS_COLUMN_IDENTITY)) {
		sfs_snapshot_set(json, "identity", identity_of(table, column));
	}
	return json;
}

json_t *
sfs_snapshot_postgres_columns(const struct sfs_catalog *catalog, const struct sfs_object *table)
{
	json_t *columns = json_object();
	struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_COLUMN) {
			sfs_snapshot_set(columns, part->id.name, column_of(catalog, table, part));
		}
	}
	return columns;
}
