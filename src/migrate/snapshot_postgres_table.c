// SPDX-License-Identifier: MIT
/* Tables of PostgreSQL in drizzle's snapshots: indexes, constraints, policies. */
#include <string.h>

#include "base/alloc.h"
#include "migrate/snapshot.h"
#include "migrate/words.h"

static const enum sfs_dialect dialect = SFS_POSTGRES;

/* "" for public, as in tables; the keys of all objects spell it out. */
static json_t *
schema_of(const struct sfs_identity *id)
{
	return sfs_snapshot_string(strcmp(id->namespace, "public") == 0 ? "" : id->namespace);
}

/* ---- indexes ---- */

/* Takes " DESC NULLS LAST" and the operator class off the end of an entry; returns its new end. */
static size_t
read_entry_tail(const struct sfs_words *words, size_t first, size_t end, bool *asc, bool *last,
	struct sfs_str *opclass)
{
	bool said = end - first > 2 && sfs_words_are(words, end - 2, "NULLS");

	*last = said && sfs_words_are(words, end - 1, "LAST");
	end -= said ? 2 : 0;
	*asc = !(end - first > 1 && sfs_words_are(words, end - 1, "DESC"));
	end -= !*asc || (end - first > 1 && sfs_words_are(words, end - 1, "ASC")) ? 1 : 0;
	*last = said ? *last : *asc;
	/* An operator class follows a name, or the parenthesis that ends an expression. */
	if (end - first > 1 && sfs_words_name(words, end - 1)) {
		bool qualified = sfs_words_are(words, end - 2, ".");
		size_t before = qualified ? end - 3 : end - 1;

		if (before > first && !sfs_words_are(words, before - 1, "COLLATE") &&
			!sfs_words_are(words, before - 1, ".")) {
			sfs_words_add_name(words, end - 1, opclass);
			end = before;
		}
	}
	return end;
}

static json_t *
index_entry(const struct sfs_object *table, const struct sfs_words *words, size_t first, size_t end)
{
	struct sfs_str opclass sfs_auto(str) = SFS_STR_INIT, text sfs_auto(str) = SFS_STR_INIT;
	bool asc, last;
	size_t stop = read_entry_tail(words, first, end, &asc, &last, &opclass);
	json_t *entry;

	if (stop == first + 1 && sfs_words_name(words, first)) {
		sfs_words_add_name(words, first, &text);
		entry = json_pack("{s:o, s:b, s:b, s:s}", "expression",
			sfs_snapshot_string(sfs_str_text(&text)), "isExpression", 0, "asc", asc,
			"nulls", last ? "last" : "first");
	} else {
		/* Of an expression drizzle says nothing but its text. */
		sfs_words_add(words, first, end, &text);
		entry = json_pack("{s:o, s:b, s:b, s:s}", "expression",
			sfs_snapshot_expression(dialect, table, sfs_str_text(&text), false), "asc",
			1, "isExpression", 1, "nulls", "last");
		opclass.len = 0;
	}
	if (opclass.len) {
		sfs_snapshot_set(entry, "opclass", sfs_snapshot_string(opclass.text));
	}
	return entry;
}

static json_t *
index_of(const struct sfs_object *table, const struct sfs_object *index)
{
	const char *predicate = sfs_object_get(index, SFS_INDEX_PREDICATE);
	const char *method = sfs_object_get(index, SFS_INDEX_METHOD);
	struct sfs_words words sfs_auto(words) = { 0 };
	json_t *columns = json_array();

	sfs_words_cut(&words, dialect, sfs_object_get(index, SFS_INDEX_KEYS));
	for (size_t i = 0; i < words.tokens.len;) {
		size_t end = sfs_words_find(&words, i, ",");

		(void)json_array_append_new(columns, index_entry(table, &words, i, end));
		i = end + 1;
	}
	json_t *json = json_pack("{s:o, s:o, s:b}", "name", sfs_snapshot_string(index->id.name),
		"columns", columns, "isUnique", sfs_object_has(index, SFS_INDEX_UNIQUE));
	if (predicate) {
		sfs_snapshot_set(
			json, "where", sfs_snapshot_expression(dialect, table, predicate, true));
	}
	sfs_snapshot_set(json, "concurrently", json_false());
	sfs_snapshot_set(json, "method", sfs_snapshot_string(method ? method : "btree"));
	sfs_snapshot_set(json, "with",
		sfs_snapshot_options(dialect, sfs_object_get(index, SFS_INDEX_OPTIONS)));
	return json;
}

/* ---- constraints ---- */

/* What follows ON DELETE or ON UPDATE, in lower case. */
static json_t *
action_of(const struct sfs_words *words, const char *event)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	size_t at = 0;

	while (at < words->tokens.len &&
		!(sfs_words_are(words, at, "ON") && sfs_words_are(words, at + 1, event))) {
		at++;
	}
	if (at >= words->tokens.len) {
		return json_string("no action");
	}
	bool two = sfs_words_are(words, at + 2, "SET") || sfs_words_are(words, at + 2, "NO");
	sfs_words_add(words, at + 2, at + (two ? 4 : 3), &text);
	for (char *c = text.text; c && *c; c++) {
		*c = sfs_lower(*c);
	}
	return json_string(sfs_str_text(&text));
}

static json_t *
foreign_key_of(const struct sfs_object *table, const struct sfs_object *key)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str namespace sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT,
				 from sfs_auto(str) = SFS_STR_INIT, to sfs_auto(str) = SFS_STR_INIT;

	sfs_words_cut(&words, dialect, sfs_object_get(key, SFS_CONSTRAINT_DEFINITION));
	size_t at = sfs_words_find(&words, 0, "REFERENCES");
	sfs_words_add(&words, 0, at, &from);
	if (sfs_words_are(&words, at + 2, ".")) {
		sfs_words_add_name(&words, at + 1, &namespace);
		at += 2;
	}
	if (sfs_words_name(&words, at + 1)) {
		sfs_words_add_name(&words, at + 1, &name);
	}
	sfs_words_add(&words, at + 2, words.tokens.len, &to);
	json_t *json = json_pack("{s:o, s:o, s:o}", "name", sfs_snapshot_string(key->id.name),
		"tableFrom", sfs_snapshot_string(table->id.name), "tableTo",
		sfs_snapshot_string(sfs_str_text(&name)));
	if (namespace.len && strcmp(namespace.text, "public") != 0) {
		sfs_snapshot_set(json, "schemaTo", sfs_snapshot_string(namespace.text));
	}
	sfs_snapshot_set(json, "columnsFrom", sfs_snapshot_names(dialect, sfs_str_text(&from)));
	sfs_snapshot_set(json, "columnsTo", sfs_snapshot_names(dialect, sfs_str_text(&to)));
	sfs_snapshot_set(json, "onDelete", action_of(&words, "DELETE"));
	sfs_snapshot_set(json, "onUpdate", action_of(&words, "UPDATE"));
	return json;
}

static json_t *
unique_of(const struct sfs_object *constraint)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	const char *definition = sfs_object_get(constraint, SFS_CONSTRAINT_DEFINITION);

	sfs_words_cut(&words, dialect, definition);
	return json_pack("{s:o, s:b, s:o}", "name", sfs_snapshot_string(constraint->id.name),
		"nullsNotDistinct", sfs_words_are(&words, 1, "NULLS"), "columns",
		sfs_snapshot_names(dialect, definition));
}

static json_t *
check_of(const struct sfs_object *table, const struct sfs_object *constraint)
{
	char *inside sfs_auto(free) =
		sfs_snapshot_inside(dialect, sfs_object_get(constraint, SFS_CONSTRAINT_DEFINITION));

	return json_pack("{s:o, s:o}", "name", sfs_snapshot_string(constraint->id.name), "value",
		sfs_snapshot_expression(dialect, table, inside, true));
}

static json_t *
primary_key_of(const struct sfs_object *constraint)
{
	return json_pack("{s:o, s:o}", "name", sfs_snapshot_string(constraint->id.name), "columns",
		sfs_snapshot_names(dialect, sfs_object_get(constraint, SFS_CONSTRAINT_DEFINITION)));
}

/* "_a_b" of the columns a and b. */
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

/* Adds a constraint under the name that drizzle has for it. */
static void
add_named(json_t *members, const struct sfs_object *table, const char *suffix, json_t *value)
{
	struct sfs_str usual sfs_auto(str) = SFS_STR_INIT;
	const json_t *columns = json_object_get(value, "columns");
	const char *target = json_string_value(json_object_get(value, "tableTo"));

	sfs_str_add(&usual, table->id.name);
	add_joined(&usual, columns ? columns : json_object_get(value, "columnsFrom"));
	if (target) {
		sfs_str_addf(&usual, "_%s", target);
		add_joined(&usual, json_object_get(value, "columnsTo"));
	}
	sfs_str_add(&usual, suffix);
	json_t *name = sfs_snapshot_full_name(
		json_string_value(json_object_get(value, "name")), sfs_str_text(&usual));
	sfs_snapshot_set(value, "name", name);
	sfs_snapshot_set(members, json_string_value(name), value);
}

/* ---- tables ---- */

struct parts {
	json_t *indexes, *foreign_keys, *composite_keys, *uniques, *policies, *checks;
};

static void
add_constraint(
	struct parts *parts, const struct sfs_object *table, const struct sfs_object *constraint)
{
	const char *type = sfs_object_get(constraint, SFS_CONSTRAINT_TYPE);

	if (sfs_streq(type, "FOREIGN KEY")) {
		add_named(parts->foreign_keys, table, "_fk", foreign_key_of(table, constraint));
	} else if (sfs_streq(type, "PRIMARY KEY")) {
		if (!sfs_snapshot_is_inline_key(table, constraint)) {
			add_named(parts->composite_keys, table, "_pk", primary_key_of(constraint));
		}
	} else if (sfs_streq(type, "UNIQUE")) {
		add_named(parts->uniques, table, "_unique", unique_of(constraint));
	} else if (sfs_streq(type, "CHECK")) {
		sfs_snapshot_set(parts->checks, constraint->id.name, check_of(table, constraint));
	}
}

static json_t *
roles_of(const struct sfs_object *policy)
{
	const char *roles = sfs_object_get(policy, SFS_POLICY_ROLES);
	json_t *to = sfs_snapshot_names(dialect, roles);

	/* PUBLIC is a keyword, so no role is called that; drizzle writes it in lower case. */
	if (json_array_size(to) == 0) {
		(void)json_array_append_new(to, json_string("public"));
	}
	return to;
}

static json_t *
policy_of(const struct sfs_object *table, const struct sfs_object *policy)
{
	const char *command = sfs_object_get(policy, SFS_POLICY_COMMAND);
	const char *using = sfs_object_get(policy, SFS_POLICY_USING);
	const char *check = sfs_object_get(policy, SFS_POLICY_WITH_CHECK);
	bool restrictive = sfs_object_has(policy, SFS_POLICY_RESTRICTIVE);
	json_t *json =
		json_pack("{s:o, s:s, s:s, s:o}", "name", sfs_snapshot_string(policy->id.name),
			"as", restrictive ? "RESTRICTIVE" : "PERMISSIVE", "for",
			command ? command : "ALL", "to", roles_of(policy));

	if (using) {
		sfs_snapshot_set(
			json, "using", sfs_snapshot_expression(dialect, table, using, true));
	}
	if (check) {
		sfs_snapshot_set(
			json, "withCheck", sfs_snapshot_expression(dialect, table, check, true));
	}
	return json;
}

static void
add_policies(const struct sfs_catalog *catalog, const struct sfs_object *table, json_t *policies)
{
	sfs_vec_foreach (object, &catalog->objects) {
		const struct sfs_identity *id = &(*object)->id;

		if (id->kind == SFS_POLICY && sfs_streq(id->namespace, table->id.namespace) &&
			sfs_streq(id->relation, table->id.name)) {
			sfs_snapshot_set(policies, id->name, policy_of(table, *object));
		}
	}
}

json_t *
sfs_snapshot_postgres_table(const struct sfs_catalog *catalog, const struct sfs_object *table)
{
	struct parts parts = { json_object(), json_object(), json_object(), json_object(),
		json_object(), json_object() };
	struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_CONSTRAINT) {
			add_constraint(&parts, table, part);
		} else if (part->id.kind == SFS_INDEX) {
			sfs_snapshot_set(parts.indexes, part->id.name, index_of(table, part));
		}
	}
	if (sfs_object_has(table, SFS_TABLE_ROW_SECURITY)) {
		add_policies(catalog, table, parts.policies);
	}
	/* A table with policies has row security by them: the switch is said only where it is alone. */
	bool alone = sfs_object_has(table, SFS_TABLE_ROW_SECURITY) &&
		     json_object_size(parts.policies) == 0;
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "name",
		sfs_snapshot_string(table->id.name), "schema", schema_of(&table->id), "columns",
		sfs_snapshot_postgres_columns(catalog, table), "indexes", parts.indexes,
		"foreignKeys", parts.foreign_keys, "compositePrimaryKeys", parts.composite_keys,
		"uniqueConstraints", parts.uniques, "policies", parts.policies, "checkConstraints",
		parts.checks, "isRLSEnabled", alone);
}
