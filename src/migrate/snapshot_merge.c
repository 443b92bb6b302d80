// SPDX-License-Identifier: MIT
/* One snapshot made of another: what a person wrote stays, what has changed is changed. */
#include <string.h>

#include "base/alloc.h"
#include "migrate/snapshot.h"

/* ---- renames ---- */

/* The object with `from` called `to`, in its place. A new reference. */
static json_t *
with_key(json_t *object, const char *from, const char *to)
{
	json_t *out = json_object(), *value;
	const char *key;

	json_object_foreach(object, key, value)
	{
		bool it = strcmp(key, from) == 0;

		sfs_snapshot_set(out, it ? to : key, json_incref(value));
	}
	return out;
}

/* Renames the member of `parent`'s object `section`, and its "name". */
static void
rename_member(
	json_t *parent, const char *section, const char *from, const char *to, const char *name)
{
	json_t *members = json_object_get(parent, section);
	json_t *member = json_object_get(members, from);

	if (!member || strcmp(from, to) == 0) {
		return;
	}
	sfs_snapshot_set(member, "name", sfs_snapshot_string(name));
	sfs_snapshot_set(parent, section, with_key(members, from, to));
}

/* "public.users"; SQLite's are the name alone. */
static char *
table_key(const json_t *snapshot, const char *namespace, const char *name)
{
	bool plain = sfs_streq(json_string_value(json_object_get(snapshot, "dialect")), "sqlite");

	return plain ? sfs_strdup(name) : sfs_asprintf("%s.%s", namespace, name);
}

static void
rename_table(json_t *snapshot, const struct sfs_rename *rename)
{
	const struct sfs_identity *from = &rename->from, *to = &rename->to;
	char *old sfs_auto(free) = table_key(snapshot, from->namespace, from->name);
	char *new sfs_auto(free) = table_key(snapshot, to->namespace, to->name);

	rename_member(snapshot, "tables", old, new, to->name);
	json_t *table = json_object_get(json_object_get(snapshot, "tables"), new);
	if (json_object_get(table, "schema")) {
		bool public = strcmp(to->namespace, "public") == 0;

		sfs_snapshot_set(table, "schema", sfs_snapshot_string(public ? "" : to->namespace));
	}
}

/* Tables first: a column is told with the table's new name or its old one. */
static void
apply_renames(json_t *snapshot, const struct sfs_renames *renames)
{
	sfs_vec_foreach (rename, renames) {
		if (rename->to.kind == SFS_TABLE) {
			rename_table(snapshot, rename);
		}
	}
	sfs_vec_foreach (rename, renames) {
		const struct sfs_identity *to = &rename->to;

		if (to->kind == SFS_COLUMN) {
			char *key sfs_auto(free) = table_key(snapshot, to->namespace, to->relation);
			json_t *table = json_object_get(json_object_get(snapshot, "tables"), key);

			rename_member(table, "columns", rename->from.name, to->name, to->name);
		}
	}
}

/* ---- merging ---- */

static json_t *merge(json_t *before, json_t *have, json_t *want);

/* A value that may be missing on any side; a new reference or NULL. */
static json_t *
merge_value(json_t *before, json_t *have, json_t *want)
{
	if (have && want ? json_equal(have, want) : !have && !want) {
		return json_incref(before); /* nothing has changed, whatever it says */
	}
	if (json_is_object(before) && json_is_object(have) && json_is_object(want)) {
		return merge(before, have, want);
	}
	return json_incref(want);
}

static json_t *
merge(json_t *before, json_t *have, json_t *want)
{
	json_t *out = json_object(), *value;
	const char *key;

	json_object_foreach(before, key, value)
	{
		json_t *merged =
			merge_value(value, json_object_get(have, key), json_object_get(want, key));

		if (merged) {
			(void)json_object_set_new(out, key, merged);
		}
	}
	json_object_foreach(want, key, value)
	{
		bool known = json_object_get(before, key) || json_object_get(out, key);

		if (!known && !json_equal(json_object_get(have, key), value)) {
			(void)json_object_set(out, key, value);
		}
	}
	return out;
}

/* ---- names that a database does not keep ---- */

/*
 * SQLite keeps no name of a key, PostgreSQL 63 bytes of it: what such a thing is tells which one of
 * the snapshot before it is. A table has one primary key.
 */
static const struct {
	const char *section;
	const char *same[3]; /* the values that make two of them one */
} unnamed[] = {
	{ "foreignKeys", { "tableTo", "columnsFrom", "columnsTo" } },
	{ "compositePrimaryKeys", { NULL } },
	{ "uniqueConstraints", { "columns" } },
};

static bool
is_same(size_t row, json_t *a, json_t *b)
{
	for (size_t i = 0; i < 3 && unnamed[row].same[i]; i++) {
		if (!json_equal(json_object_get(a, unnamed[row].same[i]),
			    json_object_get(b, unnamed[row].same[i]))) {
			return false;
		}
	}
	return true;
}

/* What `before` calls the thing that a catalog calls `key`; NULL when it has no other name for it. */
static const char *
former_name(size_t row, json_t *before, json_t *have, const char *key, json_t *member)
{
	json_t *other;
	const char *name;

	if (json_object_get(before, key)) {
		return NULL;
	}
	json_object_foreach(before, name, other)
	{
		if (!json_object_get(have, name) && is_same(row, other, member)) {
			return name;
		}
	}
	return NULL;
}

/* Calls the things of one table as `before` calls them. */
static void
align_table(json_t *before, json_t *have, json_t *want)
{
	for (size_t row = 0; row < sizeof unnamed / sizeof *unnamed; row++) {
		const char *section = unnamed[row].section, *key;
		json_t *members = json_deep_copy(json_object_get(have, section)), *member;

		json_object_foreach(members, key, member)
		{
			const char *name = former_name(row, json_object_get(before, section),
				json_object_get(have, section), key, member);

			if (name) {
				rename_member(have, section, key, name, name);
				rename_member(want, section, key, name, name);
			}
		}
		json_decref(members);
	}
}

static void
align(json_t *before, json_t *have, json_t *want)
{
	json_t *table;
	const char *key;

	json_object_foreach(json_object_get(before, "tables"), key, table)
	{
		align_table(table, json_object_get(json_object_get(have, "tables"), key),
			json_object_get(json_object_get(want, "tables"), key));
	}
}

json_t *
sfs_snapshot_merge(json_t *before, json_t *have, json_t *want, const struct sfs_renames *renames)
{
	json_t *old = json_deep_copy(before), *was = json_deep_copy(have);
	json_t *now = json_deep_copy(want);

	apply_renames(old, renames);
	apply_renames(was, renames);
	align(old, was, now);
	json_t *out = merge(old, was, now);
	json_decref(old);
	json_decref(was);
	json_decref(now);
	return out;
}

void
sfs_snapshot_reword(json_t *snapshot, const json_t *have, const json_t *want, const json_t *words)
{
	json_t *value, *copy = json_deep_copy(want);
	const char *key;

	json_object_foreach(copy, key, value)
	{
		json_t *was = json_object_get(have, key), *word = json_object_get(words, key);
		json_t *here = json_object_get(snapshot, key);

		if (!word || (was && json_equal(was, value))) {
			continue;
		}
		if (json_is_object(value) && json_is_object(word) && json_is_object(here)) {
			sfs_snapshot_reword(here, was, value, word);
		} else {
			(void)json_object_set(snapshot, key, word);
		}
	}
	json_decref(copy);
}
