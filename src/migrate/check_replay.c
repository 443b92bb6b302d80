// SPDX-License-Identifier: MIT
/* The migrations run again from the beginning, and what they make against the newest snapshot. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "migrate/check.h"
#include "migrate/generate.h"
#include "migrate/snapshot.h"

struct catalogs {
	struct sfs_catalog *items[2]; /* owned */
};

static void
catalogs_finish(struct catalogs *catalogs)
{
	sfs_catalog_destroy(catalogs->items[0]);
	sfs_catalog_destroy(catalogs->items[1]);
}
SFS_DEFINE_AUTO_VALUE(catalogs, struct catalogs, catalogs_finish)

/* ---- two snapshots ---- */

/*
 * How the value of a key is compared. Expressions are a person's words on one side and the server's
 * on the other: that there is one has to do.
 */
enum comparison { WHOLE, PRESENCE, UNNAMED, IGNORED };

static const struct {
	const char *key;
	enum comparison comparison;
} keys[] = {
	{ "id", IGNORED },
	{ "prevId", IGNORED },
	{ "version", IGNORED },
	{ "dialect", IGNORED },
	{ "_meta", IGNORED },
	{ "internal", IGNORED },
	{ "roles", IGNORED },
	{ "foreignKeys", UNNAMED },
	{ "compositePrimaryKeys", UNNAMED },
	{ "uniqueConstraints", UNNAMED },
	{ "default", PRESENCE },
	{ "generated", PRESENCE },
	{ "identity", PRESENCE },
	{ "policies", PRESENCE },
	{ "checkConstraints", PRESENCE },
	{ "where", PRESENCE },
	{ "sequences", PRESENCE },
	{ "views", PRESENCE },
	{ "expression", IGNORED },
	{ "opclass", IGNORED },
	{ "with", IGNORED },
	{ "concurrently", IGNORED },
	{ "uniqueName", IGNORED },
	{ "nullsNotDistinct", IGNORED },
};

struct comparer {
	struct sfs_str path;
	struct sfs_str *out;
};

static enum comparison
comparison_of(const char *key)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strcmp(keys[i].key, key) == 0) {
			return keys[i].comparison;
		}
	}
	return WHOLE;
}

/* What an item says besides its name; drizzle sorts the columns of a key that the database does not. */
static char *
content_of(const json_t *item)
{
	json_t *copy = json_deep_copy(item), *columns = json_object_get(copy, "columns"), *column;
	json_t *sorted = json_object();
	size_t i;

	(void)json_object_del(copy, "name");
	json_array_foreach(columns, i, column)
	{
		(void)json_object_set_new(sorted, json_string_value(column), json_true());
	}
	(void)json_object_set_new(copy, "columns", sorted);
	char *text = json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(copy);
	return text;
}

static bool
is_among(json_t *items, const json_t *item)
{
	char *content sfs_auto(free) = content_of(item);
	json_t *other;
	const char *key;

	json_object_foreach(items, key, other)
	{
		char *its sfs_auto(free) = content_of(other);

		if (strcmp(content, its) == 0) {
			return true;
		}
	}
	return false;
}

/* SQLite has no names for most of these, and drizzle has changed how it makes them. */
static void
compare_unnamed(struct comparer *c, json_t *said, json_t *made)
{
	json_t *item;
	const char *key;

	json_object_foreach(said, key, item)
	{
		if (!is_among(made, item)) {
			sfs_str_addf(c->out, "%s.%s: only in the snapshot\n",
				sfs_str_text(&c->path), key);
		}
	}
	json_object_foreach(made, key, item)
	{
		if (!is_among(said, item)) {
			sfs_str_addf(c->out, "%s.%s: only by the migrations\n",
				sfs_str_text(&c->path), key);
		}
	}
}

static void compare_values(struct comparer *c, json_t *said, json_t *made, bool presence);

static void
compare_key(struct comparer *c, const char *key, json_t *said, json_t *made, bool presence)
{
	size_t len = c->path.len;

	sfs_str_separate(&c->path, ".");
	sfs_str_add(&c->path, key);
	if (comparison_of(key) == UNNAMED) {
		compare_unnamed(c, said, made);
	} else {
		compare_values(c, said, made, presence);
	}
	sfs_str_truncate(&c->path, len);
}

/* Views and tables that are somebody else's are in a snapshot, too. */
static bool
is_existing(const json_t *value)
{
	return json_is_true(json_object_get(value, "isExisting"));
}

static bool
is_empty(const json_t *value)
{
	return !value || json_is_null(value) || (json_is_object(value) && !json_object_size(value));
}

/* `presence`: the names of what is in there have to be the same, and no more. */
static void
compare_objects(struct comparer *c, json_t *said, json_t *made, bool presence)
{
	json_t *item;
	const char *key;

	json_object_foreach(said, key, item)
	{
		json_t *other = json_object_get(made, key);
		enum comparison comparison = comparison_of(key);

		if (presence ? other || is_existing(item) : comparison == IGNORED) {
			continue;
		}
		if (comparison == PRESENCE && other && !json_is_object(item)) {
			continue;
		}
		compare_key(c, key, item, other, comparison == PRESENCE);
	}
	json_object_foreach(made, key, item)
	{
		if (!json_object_get(said, key) && (presence || comparison_of(key) != IGNORED) &&
			!is_empty(item)) {
			compare_key(c, key, NULL, item, false);
		}
	}
}

/* "timestamp (3)" and "timestamp(3)", "TEXT" and "text". */
static bool
are_like(const char *a, const char *b)
{
	while (*a || *b) {
		a += strspn(a, " ");
		b += strspn(b, " ");
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) {
			return false;
		}
		a += *a != '\0';
		b += *b != '\0';
	}
	return true;
}

static void
compare_arrays(struct comparer *c, json_t *said, json_t *made)
{
	json_t *item;
	size_t i;

	if (json_array_size(said) != json_array_size(made)) {
		sfs_str_addf(c->out, "%s: %zu in the snapshot, %zu by the migrations\n",
			sfs_str_text(&c->path), json_array_size(said), json_array_size(made));
		return;
	}
	json_array_foreach(said, i, item)
	{
		char *place sfs_auto(free) = sfs_asprintf("%zu", i);

		compare_key(c, place, item, json_array_get(made, i), false);
	}
}

static void
compare_values(struct comparer *c, json_t *said, json_t *made, bool presence)
{
	const char *path = sfs_str_text(&c->path);

	if (is_empty(said) != is_empty(made)) {
		sfs_str_addf(c->out, "%s: only %s\n", path,
			is_empty(made) ? "in the snapshot" : "by the migrations");
	} else if (json_is_object(said) && json_is_object(made)) {
		compare_objects(c, said, made, presence);
	} else if (json_is_array(said) && json_is_array(made)) {
		compare_arrays(c, said, made);
	} else if (json_is_string(said) && json_is_string(made)) {
		if (!are_like(json_string_value(said), json_string_value(made))) {
			sfs_str_addf(c->out, "%s: %s in the snapshot, %s by the migrations\n", path,
				json_string_value(said), json_string_value(made));
		}
	} else if (!is_empty(said) && !json_equal(said, made)) {
		sfs_str_addf(c->out, "%s: differs\n", path);
	}
}

/* ---- the newest one ---- */

static void
compare(struct sfs_check *check, const struct sfs_base *base, const struct sfs_catalog *made)
{
	struct sfs_str lines sfs_auto(str) = SFS_STR_INIT;
	const char *tag = check->journal.entries.items[base->n - 1].tag;
	char *name sfs_auto(free) = sfs_snapshot_name(tag);
	json_t *snapshot = sfs_snapshot_make(made);

	struct comparer comparer = { .out = &lines };
	compare_values(&comparer, base->snapshot, snapshot, false);
	sfs_str_finish(&comparer.path);
	json_decref(snapshot);
	if (lines.len) {
		char *path sfs_auto(free) = sfs_asprintf("meta/%s", name);
		struct sfs_finding *finding =
			sfs_findings_problem(&check->findings, "snapshot-differs", path,
				"does not say what the migrations up to %s make", tag);

		finding->detail = sfs_str_steal(&lines);
	}
}

int
sfs_check_replay(
	struct sfs_check *check, struct sfs_db *db, const char *shadow, struct sfs_error *err)
{
	struct sfs_history history sfs_auto(history) = { 0 };
	struct sfs_base base sfs_auto(base) = { 0 };
	struct catalogs catalogs sfs_auto(catalogs) = { { NULL } };
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;

	/* What can not be read has been told already. */
	if (sfs_history_read(check->directory, check->driver, &history, NULL) < 0 ||
		sfs_base_find(&history, &base, NULL) < 0 || !history.journal.entries.len) {
		return 0;
	}
	size_t stops[] = { base.n, history.files.len };
	int r = sfs_history_replay(&history, db, shadow, stops, 2, catalogs.items, &fault);
	/* Without a line in a file it is the place that does not work, and not the migration. */
	if (r < 0 && !fault.line) {
		sfs_error_move(err, &fault);
		return r;
	}
	if (r < 0) {
		char *file sfs_auto(free) = sfs_steal(fault.file);

		sfs_findings_error(&check->findings, "replay-fails", file, &fault);
	} else if (base.n && base.current) {
		compare(check, &base, catalogs.items[0]);
	}
	return 0;
}
