// SPDX-License-Identifier: MIT
/* A catalog of PostgreSQL as drizzle's snapshot, version 7. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "migrate/snapshot.h"
#include "migrate/words.h"
#include "sql/quote.h"

static const enum sfs_dialect dialect = SFS_POSTGRES;

static void
set_keyed(json_t *object, const struct sfs_identity *id, json_t *value)
{
	char *key sfs_auto(free) = sfs_asprintf("%s.%s", id->namespace, id->name);

	sfs_snapshot_set(object, key, value);
}

static json_t *
enum_of(const struct sfs_object *type)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	json_t *values = json_array();

	sfs_words_cut(&words, dialect, sfs_object_get(type, SFS_TYPE_LABELS));
	sfs_vec_foreach (token, &words.tokens) {
		struct sfs_str label sfs_auto(str) = SFS_STR_INIT;

		if (sfs_unquote_literal(&label, dialect, words.text + token->offset, token->len) ==
			0) {
			(void)json_array_append_new(
				values, sfs_snapshot_string(sfs_str_text(&label)));
		}
	}
	return json_pack("{s:o, s:o, s:o}", "name", sfs_snapshot_string(type->id.name), "schema",
		sfs_snapshot_string(type->id.namespace), "values", values);
}

static json_t *
number_or(const struct sfs_object *sequence, int attribute, const char *fallback)
{
	const char *value = sfs_object_get(sequence, attribute);

	return json_string(value ? value : fallback);
}

static json_t *
sequence_of(const struct sfs_object *sequence)
{
	const char *increment = sfs_object_get(sequence, SFS_SEQUENCE_INCREMENT);
	const char *type = sfs_object_get(sequence, SFS_SEQUENCE_TYPE);
	bool down = increment && *increment == '-';
	const char *most = !type                           ? "9223372036854775807"
			   : strcmp(type, "smallint") == 0 ? "32767"
							   : "2147483647";
	const char *least = !type                           ? "-9223372036854775808"
			    : strcmp(type, "smallint") == 0 ? "-32768"
							    : "-2147483648";
	const char *minimum = sfs_object_get(sequence, SFS_SEQUENCE_MINIMUM);
	const char *maximum = sfs_object_get(sequence, SFS_SEQUENCE_MAXIMUM);

	minimum = minimum ? minimum : down ? least : "1";
	maximum = maximum ? maximum : down ? "-1" : most;
	return json_pack("{s:o, s:o, s:s, s:o, s:s, s:s, s:o, s:b}", "name",
		sfs_snapshot_string(sequence->id.name), "schema",
		sfs_snapshot_string(sequence->id.namespace), "increment",
		increment ? increment : "1", "startWith",
		number_or(sequence, SFS_SEQUENCE_START, down ? maximum : minimum), "minValue",
		minimum, "maxValue", maximum, "cache", number_or(sequence, SFS_SEQUENCE_CACHE, "1"),
		"cycle", sfs_object_has(sequence, SFS_SEQUENCE_CYCLE));
}

/* The query without the `;` that ends it. */
static json_t *
query_of(const struct sfs_object *view)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_words_cut(&words, dialect, sfs_object_get(view, SFS_VIEW_QUERY));
	size_t n = words.tokens.len;
	sfs_words_add(&words, 0, n && sfs_words_are(&words, n - 1, ";") ? n - 1 : n, &text);
	return sfs_snapshot_string(sfs_str_text(&text));
}

static json_t *
view_options(const struct sfs_object *view)
{
	static const struct {
		const char *option, *drizzle;
	} names[] = {
		{ "security_barrier", "securityBarrier" },
		{ "security_invoker", "securityInvoker" },
	};
	const char *check = sfs_object_get(view, SFS_VIEW_CHECK_OPTION);
	json_t *options = sfs_snapshot_options(dialect, sfs_object_get(view, SFS_VIEW_OPTIONS));
	json_t *with = json_object();

	if (check) {
		sfs_snapshot_set(with, "checkOption",
			json_string(strcasecmp(check, "local") == 0 ? "local" : "cascaded"));
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *value = json_object_get(options, names[i].option);

		if (json_is_boolean(value)) {
			sfs_snapshot_set(with, names[i].drizzle, json_incref(value));
		}
	}
	json_decref(options);
	return with;
}

static json_t *
view_of(const struct sfs_object *view)
{
	json_t *with = view_options(view);
	json_t *json = json_pack("{s:{}, s:o, s:o, s:o, s:b, s:b}", "columns", "definition",
		query_of(view), "name", sfs_snapshot_string(view->id.name), "schema",
		sfs_snapshot_string(view->id.namespace), "isExisting", 0, "materialized",
		view->id.kind == SFS_MATERIALIZED_VIEW);

	if (json_object_size(with) && view->id.kind == SFS_VIEW) {
		sfs_snapshot_set(json, "with", with);
	} else {
		json_decref(with);
	}
	return json;
}

/* ---- the whole ---- */

struct whole {
	json_t *tables, *enums, *schemas, *sequences, *views;
};

static void
add_object(struct whole *whole, const struct sfs_catalog *catalog, const struct sfs_object *object)
{
	const struct sfs_identity *id = &object->id;

	switch ((int)id->kind) {
	case SFS_TABLE:
		if (!sfs_object_has(object, SFS_TABLE_PARTITION_OF)) {
			set_keyed(whole->tables, id, sfs_snapshot_postgres_table(catalog, object));
		}
		break;
	case SFS_TYPE:
		if (sfs_streq(sfs_object_get(object, SFS_TYPE_VARIANT), "enum")) {
			set_keyed(whole->enums, id, enum_of(object));
		}
		break;
	case SFS_NAMESPACE:
		if (strcmp(id->name, "public") != 0) {
			sfs_snapshot_set(whole->schemas, id->name, sfs_snapshot_string(id->name));
		}
		break;
	case SFS_SEQUENCE:
		if (!object->owner && !sfs_object_has(object, SFS_SEQUENCE_OWNED_BY)) {
			set_keyed(whole->sequences, id, sequence_of(object));
		}
		break;
	case SFS_VIEW:
	case SFS_MATERIALIZED_VIEW:
		set_keyed(whole->views, id, view_of(object));
		break;
	default:
		break; /* drizzle has no word for it */
	}
}

json_t *
sfs_snapshot_postgres(const struct sfs_catalog *catalog)
{
	struct whole whole = { json_object(), json_object(), json_object(), json_object(),
		json_object() };

	sfs_vec_foreach (object, &catalog->objects) {
		add_object(&whole, catalog, *object);
	}
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:{}, s:{}, s:o, s:{s:{}, s:{}, s:{}}}",
		"id", SFS_SNAPSHOT_NONE, "prevId", SFS_SNAPSHOT_NONE, "version", "7", "dialect",
		"postgresql", "tables", whole.tables, "enums", whole.enums, "schemas",
		whole.schemas, "sequences", whole.sequences, "roles", "policies", "views",
		whole.views, "_meta", "columns", "schemas", "tables");
}
