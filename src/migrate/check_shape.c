// SPDX-License-Identifier: MIT
/* What drizzle-kit takes for a snapshot: the types of its keys, as tables. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/str.h"
#include "migrate/check.h"

enum type {
	STRING,
	BOOLEAN,
	NUMBER,
	ANY,
	WORD,      /* one of `words` */
	STRINGS,   /* a list of them */
	OBJECT,    /* of `shape` */
	OBJECTS,   /* a list of such */
	MAP,       /* names to objects of `shape` */
	WORDS_MAP, /* names to strings */
	ANY_MAP,
};

struct field {
	const char *key; /* NULL ends the list */
	enum type type;
	bool optional;
	const struct shape *shape;
	const char *const *words;
};

struct shape {
	const struct field *fields;
	bool open; /* other keys are let through */
};

#define SHAPE(name, is_open, ...)                                                                  \
	static const struct field name##_fields[] = { __VA_ARGS__, { 0 } };                        \
	static const struct shape name = { .fields = name##_fields, .open = is_open }
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NEED(k, t)                                                                                 \
	{                                                                                          \
		.key = k, .type = t                                                                \
	}
#define MAY(k, t)                                                                                  \
	{                                                                                          \
		.key = k, .type = t, .optional = true                                              \
	}
#define NEED_WORD(k, ...)                                                                          \
	{                                                                                          \
		.key = k, .type = WORD, .words = WORDS(__VA_ARGS__)                                \
	}
#define MAY_WORD(k, ...)                                                                           \
	{                                                                                          \
		.key = k, .type = WORD, .optional = true, .words = WORDS(__VA_ARGS__)              \
	}
#define NEED_OF(k, t, s)                                                                           \
	{                                                                                          \
		.key = k, .type = t, .shape = &(s)                                                 \
	}
#define MAY_OF(k, t, s)                                                                            \
	{                                                                                          \
		.key = k, .type = t, .optional = true, .shape = &(s)                               \
	}

/* ---- both ---- */

SHAPE(check, false, NEED("name", STRING), NEED("value", STRING));

/* ---- PostgreSQL, version 7 ---- */

SHAPE(pg_generated, true, NEED_WORD("type", "stored"), NEED("as", STRING));
SHAPE(pg_identity, true, NEED("name", STRING), MAY("increment", STRING), MAY("minValue", STRING),
	MAY("maxValue", STRING), MAY("startWith", STRING), MAY("cache", STRING),
	MAY("cycle", BOOLEAN), NEED("schema", STRING), NEED_WORD("type", "always", "byDefault"));
SHAPE(pg_sequence, false, NEED("name", STRING), MAY("increment", STRING), MAY("minValue", STRING),
	MAY("maxValue", STRING), MAY("startWith", STRING), MAY("cache", STRING),
	MAY("cycle", BOOLEAN), NEED("schema", STRING));
SHAPE(pg_column, false, NEED("name", STRING), NEED("type", STRING), MAY("typeSchema", STRING),
	NEED("primaryKey", BOOLEAN), NEED("notNull", BOOLEAN), MAY("default", ANY),
	MAY("isUnique", ANY), MAY("uniqueName", STRING), MAY("nullsNotDistinct", BOOLEAN),
	MAY_OF("generated", OBJECT, pg_generated), MAY_OF("identity", OBJECT, pg_identity));
SHAPE(pg_index_column, true, NEED("expression", STRING), NEED("isExpression", BOOLEAN),
	NEED("asc", BOOLEAN), MAY("nulls", STRING), MAY("opclass", STRING));
SHAPE(pg_index, false, NEED("name", STRING), NEED_OF("columns", OBJECTS, pg_index_column),
	NEED("isUnique", BOOLEAN), MAY("with", ANY_MAP), MAY("method", STRING),
	MAY("where", STRING), MAY("concurrently", BOOLEAN));
SHAPE(pg_foreign_key, false, NEED("name", STRING), NEED("tableFrom", STRING),
	NEED("columnsFrom", STRINGS), NEED("tableTo", STRING), MAY("schemaTo", STRING),
	NEED("columnsTo", STRINGS), MAY("onUpdate", STRING), MAY("onDelete", STRING));
SHAPE(pg_primary_key, false, NEED("name", STRING), NEED("columns", STRINGS));
SHAPE(pg_unique, false, NEED("name", STRING), NEED("columns", STRINGS),
	NEED("nullsNotDistinct", BOOLEAN));
SHAPE(pg_policy, false, NEED("name", STRING), MAY_WORD("as", "PERMISSIVE", "RESTRICTIVE"),
	MAY_WORD("for", "ALL", "SELECT", "INSERT", "UPDATE", "DELETE"), MAY("to", STRINGS),
	MAY("using", STRING), MAY("withCheck", STRING), MAY("on", STRING), MAY("schema", STRING));
SHAPE(pg_table, false, NEED("name", STRING), NEED("schema", STRING),
	NEED_OF("columns", MAP, pg_column), NEED_OF("indexes", MAP, pg_index),
	NEED_OF("foreignKeys", MAP, pg_foreign_key),
	NEED_OF("compositePrimaryKeys", MAP, pg_primary_key),
	MAY_OF("uniqueConstraints", MAP, pg_unique), MAY_OF("policies", MAP, pg_policy),
	MAY_OF("checkConstraints", MAP, check), MAY("isRLSEnabled", BOOLEAN));
SHAPE(pg_enum, false, NEED("name", STRING), NEED("schema", STRING), NEED("values", STRINGS));
SHAPE(pg_role, false, NEED("name", STRING), MAY("createDb", BOOLEAN), MAY("createRole", BOOLEAN),
	MAY("inherit", BOOLEAN));
SHAPE(pg_view_options, false, MAY_WORD("checkOption", "local", "cascaded"),
	MAY("securityBarrier", BOOLEAN), MAY("securityInvoker", BOOLEAN), MAY("fillfactor", NUMBER),
	MAY("toastTupleTarget", NUMBER), MAY("parallelWorkers", NUMBER),
	MAY("autovacuumEnabled", BOOLEAN), MAY_WORD("vacuumIndexCleanup", "auto", "off", "on"),
	MAY("vacuumTruncate", BOOLEAN), MAY("autovacuumVacuumThreshold", NUMBER),
	MAY("autovacuumVacuumScaleFactor", NUMBER), MAY("autovacuumVacuumCostDelay", NUMBER),
	MAY("autovacuumVacuumCostLimit", NUMBER), MAY("autovacuumFreezeMinAge", NUMBER),
	MAY("autovacuumFreezeMaxAge", NUMBER), MAY("autovacuumFreezeTableAge", NUMBER),
	MAY("autovacuumMultixactFreezeMinAge", NUMBER),
	MAY("autovacuumMultixactFreezeMaxAge", NUMBER),
	MAY("autovacuumMultixactFreezeTableAge", NUMBER), MAY("logAutovacuumMinDuration", NUMBER),
	MAY("userCatalogTable", BOOLEAN));
SHAPE(pg_view, false, NEED("name", STRING), NEED("schema", STRING),
	NEED_OF("columns", MAP, pg_column), MAY("definition", STRING),
	NEED("materialized", BOOLEAN), MAY_OF("with", OBJECT, pg_view_options),
	NEED("isExisting", BOOLEAN), MAY("withNoData", BOOLEAN), MAY("using", STRING),
	MAY("tablespace", STRING));
SHAPE(pg_meta, true, NEED("schemas", WORDS_MAP), NEED("tables", WORDS_MAP),
	NEED("columns", WORDS_MAP));
SHAPE(pg_snapshot, true, NEED("id", STRING), NEED("prevId", STRING), NEED_WORD("version", "7"),
	NEED_WORD("dialect", "postgresql"), NEED_OF("tables", MAP, pg_table),
	NEED_OF("enums", MAP, pg_enum), NEED("schemas", WORDS_MAP),
	MAY_OF("sequences", MAP, pg_sequence), MAY_OF("roles", MAP, pg_role),
	MAY_OF("policies", MAP, pg_policy), MAY_OF("views", MAP, pg_view),
	NEED_OF("_meta", OBJECT, pg_meta), MAY("internal", ANY_MAP));

/* ---- SQLite, version 6 ---- */

SHAPE(lite_generated, true, NEED_WORD("type", "stored", "virtual"), NEED("as", STRING));
SHAPE(lite_column, false, NEED("name", STRING), NEED("type", STRING), NEED("primaryKey", BOOLEAN),
	NEED("notNull", BOOLEAN), MAY("autoincrement", BOOLEAN), MAY("default", ANY),
	MAY_OF("generated", OBJECT, lite_generated));
SHAPE(lite_index, false, NEED("name", STRING), NEED("columns", STRINGS), MAY("where", STRING),
	NEED("isUnique", BOOLEAN));
SHAPE(lite_foreign_key, false, NEED("name", STRING), NEED("tableFrom", STRING),
	NEED("columnsFrom", STRINGS), NEED("tableTo", STRING), NEED("columnsTo", STRINGS),
	MAY("onUpdate", STRING), MAY("onDelete", STRING));
SHAPE(lite_primary_key, false, NEED("columns", STRINGS), MAY("name", STRING));
SHAPE(lite_unique, false, NEED("name", STRING), NEED("columns", STRINGS));
SHAPE(lite_table, false, NEED("name", STRING), NEED_OF("columns", MAP, lite_column),
	NEED_OF("indexes", MAP, lite_index), NEED_OF("foreignKeys", MAP, lite_foreign_key),
	NEED_OF("compositePrimaryKeys", MAP, lite_primary_key),
	MAY_OF("uniqueConstraints", MAP, lite_unique), MAY_OF("checkConstraints", MAP, check));
SHAPE(lite_view, false, NEED("name", STRING), NEED_OF("columns", MAP, lite_column),
	MAY("definition", STRING), NEED("isExisting", BOOLEAN));
SHAPE(lite_meta, true, NEED("tables", WORDS_MAP), NEED("columns", WORDS_MAP));
SHAPE(lite_snapshot, false, NEED_WORD("version", "6"), NEED_WORD("dialect", "sqlite"),
	NEED("id", STRING), NEED("prevId", STRING), NEED_OF("tables", MAP, lite_table),
	MAY_OF("views", MAP, lite_view), NEED("enums", ANY_MAP),
	NEED_OF("_meta", OBJECT, lite_meta), MAY("internal", ANY_MAP));

/* ---- looking ---- */

struct look {
	struct sfs_str path; /* to the value that is looked at */
	char *fault;
};

static bool look_at(struct look *look, const struct shape *shape, json_t *value);

static bool
wrong(struct look *look, const char *what)
{
	look->fault = look->path.len ? sfs_asprintf("%s %s", sfs_str_text(&look->path), what)
				     : sfs_asprintf("the whole %s", what);
	return false;
}

static bool
enter(struct look *look, const char *key, const struct shape *shape, json_t *value)
{
	size_t len = look->path.len;

	sfs_str_separate(&look->path, ".");
	sfs_str_add(&look->path, key);
	bool right = look_at(look, shape, value);
	sfs_str_truncate(&look->path, len);
	return right;
}

static bool
is_word(const struct field *field, json_t *value)
{
	const char *text = json_string_value(value);

	for (size_t i = 0; text && field->words[i]; i++) {
		if (strcmp(text, field->words[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool
all_strings(json_t *value)
{
	json_t *item;
	const char *key;
	size_t i;

	json_array_foreach(value, i, item)
	{
		if (!json_is_string(item)) {
			return false;
		}
	}
	json_object_foreach(value, key, item)
	{
		if (!json_is_string(item)) {
			return false;
		}
	}
	return true;
}

static bool
is_type(const struct field *field, json_t *value)
{
	switch (field->type) {
	case STRING:
		return json_is_string(value);
	case BOOLEAN:
		return json_is_boolean(value);
	case NUMBER:
		return json_is_number(value);
	case WORD:
		return is_word(field, value);
	case STRINGS:
		return json_is_array(value) && all_strings(value);
	case OBJECTS:
		return json_is_array(value);
	case WORDS_MAP:
		return json_is_object(value) && all_strings(value);
	case OBJECT:
	case MAP:
	case ANY_MAP:
		return json_is_object(value);
	case ANY:
	default:
		return true;
	}
}

static bool
look_inside(struct look *look, const struct field *field, json_t *value)
{
	json_t *item;
	const char *key;
	size_t i;

	if (field->type == OBJECT) {
		return look_at(look, field->shape, value);
	}
	if (field->type == MAP) {
		json_object_foreach(value, key, item)
		{
			if (!enter(look, key, field->shape, item)) {
				return false;
			}
		}
	} else if (field->type == OBJECTS) {
		json_array_foreach(value, i, item)
		{
			if (!look_at(look, field->shape, item)) {
				return false;
			}
		}
	}
	return true;
}

static bool
look_at_field(struct look *look, const struct field *field, json_t *value)
{
	size_t len = look->path.len;

	if (!value && field->optional) {
		return true;
	}
	sfs_str_separate(&look->path, ".");
	sfs_str_add(&look->path, field->key);
	if (!value) {
		return wrong(look, "is missing");
	}
	if (!is_type(field, value)) {
		return wrong(look, "is not what it has to be");
	}
	bool right = look_inside(look, field, value);
	sfs_str_truncate(&look->path, len);
	return right;
}

static bool
is_known(const struct shape *shape, const char *key)
{
	for (const struct field *field = shape->fields; field->key; field++) {
		if (strcmp(field->key, key) == 0) {
			return true;
		}
	}
	return false;
}

static bool
look_at(struct look *look, const struct shape *shape, json_t *value)
{
	json_t *item;
	const char *key;

	if (!json_is_object(value)) {
		return wrong(look, "is not an object");
	}
	for (const struct field *field = shape->fields; field->key; field++) {
		if (!look_at_field(look, field, json_object_get(value, field->key))) {
			return false;
		}
	}
	json_object_foreach(value, key, item)
	{
		if (!shape->open && !is_known(shape, key)) {
			sfs_str_separate(&look->path, ".");
			sfs_str_add(&look->path, key);
			return wrong(look, "is a key that drizzle-kit does not know");
		}
	}
	return true;
}

bool
sfs_check_shape(enum sfs_dialect dialect, const json_t *snapshot, char **ret_fault)
{
	struct look look = { 0 };
	bool right = look_at(&look, dialect == SFS_SQLITE ? &lite_snapshot : &pg_snapshot,
		(json_t *)(uintptr_t)snapshot);

	sfs_str_finish(&look.path);
	if (!right) {
		*ret_fault = look.fault;
	}
	return right;
}
