// SPDX-License-Identifier: MIT
/* A snapshot, and what would be written of the schema that the migrations make. */
#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "migrate/check_compare.h"

/* PostgreSQL's, in bytes. drizzle does not know it. */
enum { NAME_LIMIT = 63 };

/* How the value of a key is compared. */
enum how {
	WHOLE,
	IGNORED,
	MEMBERS, /* things by their names */
	UNNAMED, /* things that a database may have another name for */
	PROBED,  /* SQL: when it reads differently, the server says what it means */
	EACH,    /* things by their names, each of which is SQL */
};

/* What holds the key: the whole, or the section whose members do. A key that is not here is WHOLE. */
static const struct rule {
	const char *section, *key;
	enum how how;
	enum sfs_probe_kind probe;
} rules[] = {
	{ "", "id", IGNORED, 0 },
	{ "", "prevId", IGNORED, 0 },
	{ "", "version", IGNORED, 0 },
	{ "", "dialect", IGNORED, 0 },
	{ "", "_meta", IGNORED, 0 },
	{ "", "internal", IGNORED, 0 },
	{ "", "roles", IGNORED, 0 },    /* belong to the server */
	{ "", "policies", IGNORED, 0 }, /* of tables that are somebody else's */
	{ "", "tables", MEMBERS, 0 },
	{ "", "enums", MEMBERS, 0 },
	{ "", "schemas", MEMBERS, 0 },
	{ "", "sequences", MEMBERS, 0 },
	{ "", "views", MEMBERS, 0 },
	{ "tables", "columns", MEMBERS, 0 },
	{ "tables", "foreignKeys", UNNAMED, 0 },
	{ "tables", "compositePrimaryKeys", UNNAMED, 0 },
	{ "tables", "uniqueConstraints", UNNAMED, 0 },
	{ "tables", "indexes", EACH, SFS_PROBE_INDEX },
	{ "tables", "policies", EACH, SFS_PROBE_POLICY },
	{ "tables", "checkConstraints", EACH, SFS_PROBE_CHECK },
	{ "columns", "type", PROBED, SFS_PROBE_TYPE },
	{ "columns", "typeSchema", IGNORED, 0 }, /* with the type */
	{ "columns", "default", PROBED, SFS_PROBE_DEFAULT },
	{ "columns", "generated", PROBED, SFS_PROBE_GENERATED },
	{ "columns", "isUnique", IGNORED, 0 }, /* a constraint of the table says it */
	{ "columns", "uniqueName", IGNORED, 0 },
	{ "columns", "nullsNotDistinct", IGNORED, 0 },
	{ "views", "columns", IGNORED, 0 }, /* follow from the definition */
	{ "views", "definition", PROBED, SFS_PROBE_VIEW },
	{ "views", "withNoData", IGNORED, 0 },
	{ "views", "using", IGNORED, 0 },
	{ "views", "tablespace", IGNORED, 0 },
	{ "identity", "name", IGNORED, 0 },
	{ "identity", "schema", IGNORED, 0 },
};

struct comparer {
	struct sfs_str path;
	struct sfs_probes *probes;
	struct sfs_str *out;
	const json_t *internal; /* of what the snapshot says */
	const json_t *holder;   /* the table or view that is compared, as it was made */
	const char *part;       /* the column that is compared, as it was made */
	const json_t *column;   /* what the snapshot says of it */
};

static const struct rule *
rule_of(const char *section, const char *key)
{
	static const struct rule whole = { "", "", WHOLE, 0 };

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (strcmp(rules[i].section, section) == 0 && strcmp(rules[i].key, key) == 0) {
			return &rules[i];
		}
	}
	return &whole;
}

/* ---- the path ---- */

static size_t
enter(struct comparer *c, const char *key)
{
	size_t len = c->path.len;

	sfs_str_separate(&c->path, ".");
	sfs_str_add(&c->path, key);
	return len;
}

static void
leave(struct comparer *c, size_t len)
{
	sfs_str_truncate(&c->path, len);
}

static void
only(struct comparer *c, bool said)
{
	sfs_str_addf(c->out, "%s: only %s\n", sfs_str_text(&c->path),
		said ? "in the snapshot" : "by the migrations");
}

/* ---- things without a name of their own ---- */

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
	/* What is usual may be said or not. */
	if (json_is_false(json_object_get(copy, "nullsNotDistinct"))) {
		(void)json_object_del(copy, "nullsNotDistinct");
	}
	if (strcmp(sfs_probe_text(copy, "schemaTo"), "public") == 0) {
		(void)json_object_del(copy, "schemaTo");
	}
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

/* ---- values ---- */

static bool
is_empty(const json_t *value)
{
	return !value || json_is_null(value) || (json_is_object(value) && !json_object_size(value));
}

static void
compare_whole(struct comparer *c, json_t *said, json_t *made)
{
	if (is_empty(said) && is_empty(made)) {
		return;
	}
	if (is_empty(said) != is_empty(made)) {
		only(c, !is_empty(said));
	} else if (!json_equal(said, made)) {
		char *a sfs_auto(free) = json_dumps(said, JSON_ENCODE_ANY | JSON_COMPACT);
		char *b sfs_auto(free) = json_dumps(made, JSON_ENCODE_ANY | JSON_COMPACT);

		sfs_str_addf(c->out, "%s: %s in the snapshot, %s by the migrations\n",
			sfs_str_text(&c->path), a, b);
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

/* Whether the names are those of the primary key: PostgreSQL makes no second constraint of them. */
static bool
are_primary_key(const struct comparer *c, const json_t *names)
{
	json_t *column, *key;
	const char *name;
	size_t i, n = 0;

	json_object_foreach(json_object_get(c->holder, "compositePrimaryKeys"), name, key)
	{
		if (json_equal(json_object_get(key, "columns"), names)) {
			return true;
		}
	}
	json_array_foreach(names, i, column)
	{
		const json_t *its = json_object_get(
			json_object_get(c->holder, "columns"), json_string_value(column));

		n += json_is_true(json_object_get(its, "primaryKey"));
	}
	return n == 1 && json_array_size(names) == 1;
}

static void compare_record(struct comparer *c, const char *section, json_t *said, json_t *made);

static void
compare_unnamed(struct comparer *c, const char *section, json_t *said, json_t *made)
{
	json_t *sides[] = { said, made }, *item;
	const char *key;

	for (int i = 0; i < 2; i++) {
		json_object_foreach(sides[i], key, item)
		{
			json_t *other = json_object_get(sides[!i], key);
			bool spare = strcmp(section, "uniqueConstraints") == 0 &&
				     c->probes->dialect == SFS_POSTGRES &&
				     are_primary_key(c, json_object_get(item, "columns"));
			size_t len = enter(c, key);

			if (is_among(sides[!i], item) || spare) {
				/* By another name perhaps, or not at all. */
			} else if (!other) {
				only(c, i == 0);
			} else if (i == 0) {
				compare_record(c, section, item, other);
			}
			leave(c, len);
		}
	}
}

static bool
reads_the_same(const struct comparer *c, const struct rule *rule, json_t *said, json_t *made)
{
	if (rule->probe == SFS_PROBE_TYPE) {
		return json_is_string(said) && json_is_string(made) &&
		       are_like(json_string_value(said), json_string_value(made)) &&
		       strcmp(sfs_probe_text(c->column, "typeSchema"),
			       c->part ? sfs_probe_text(json_object_get(json_object_get(c->holder,
										"columns"),
								c->part),
						 "typeSchema")
				       : "") == 0;
	}
	if (rule->probe == SFS_PROBE_INDEX) {
		json_t *copy = json_deep_copy(said);

		/* How it was built. */
		(void)json_object_set_new(copy, "concurrently", json_false());
		if (!json_object_get(made, "concurrently")) {
			(void)json_object_del(copy, "concurrently");
		}
		bool same = json_equal(copy, made);
		json_decref(copy);
		return same;
	}
	return json_equal(said, made);
}

/* Has the server say what `said` means. SQLite's types are the words that they are. */
static void
probe(struct comparer *c, const struct rule *rule, json_t *said, json_t *made, const char *name)
{
	if (reads_the_same(c, rule, said, made)) {
		return;
	}
	if (rule->probe == SFS_PROBE_TYPE && c->probes->dialect == SFS_SQLITE) {
		compare_whole(c, said, made);
		return;
	}
	struct sfs_probe probe = {
		.kind = rule->probe,
		.path = sfs_arena_strdup(c->probes->arena, sfs_str_text(&c->path)),
		.said = rule->how == PROBED ? c->column : said,
		.holder = c->holder,
		.name = name,
		.internal = c->internal,
	};
	sfs_vec_push(&c->probes->list, probe);
}

/* ---- things with names ---- */

/* The key in `made` of what `said` calls `name`: the server may have cut it, between characters. */
static const char *
made_key(const struct comparer *c, json_t *made, const char *name)
{
	json_t *item;
	const char *key;

	if (json_object_get(made, name) || c->probes->dialect == SFS_SQLITE ||
		strlen(name) <= NAME_LIMIT) {
		return name;
	}
	json_object_foreach(made, key, item)
	{
		size_t len = strlen(key);

		if (len <= NAME_LIMIT && len + 3 >= NAME_LIMIT && strncmp(key, name, len) == 0) {
			return key;
		}
	}
	return name;
}

/* Views that are somebody else's are in a snapshot, too. */
static bool
is_existing(const json_t *value)
{
	return json_is_true(json_object_get(value, "isExisting"));
}

static void
compare_member(struct comparer *c, const char *section, const struct rule *rule, json_t *said,
	json_t *made, const char *key)
{
	if (rule->how == EACH) {
		probe(c, rule, said, made, key);
		return;
	}
	if (strcmp(section, "columns") == 0) {
		c->part = key;
		c->column = said;
	} else {
		c->holder = made;
		c->part = NULL;
		c->column = said; /* of a view: what it says of itself */
	}
	if (json_is_object(said) && json_is_object(made)) {
		compare_record(c, section, said, made);
	} else {
		compare_whole(c, said, made);
	}
}

static void
compare_members(struct comparer *c, const char *section, const struct rule *rule, json_t *said,
	json_t *made)
{
	json_t *item, *known = json_object();
	const char *name;

	json_object_foreach(said, name, item)
	{
		const char *key = made_key(c, made, name);
		json_t *other = json_object_get(made, key);
		size_t len = enter(c, name);

		if (other) {
			(void)json_object_set_new(known, key, json_true());
			compare_member(c, section, rule, item, other,
				json_object_iter_key(json_object_iter_at(made, key)));
		} else if (!is_existing(item)) {
			only(c, true);
		}
		leave(c, len);
	}
	json_object_foreach(made, name, item)
	{
		size_t len = enter(c, name);

		if (!json_object_get(known, name) && !json_object_get(said, name)) {
			only(c, false);
		}
		leave(c, len);
	}
	json_decref(known);
}

static void
compare_key(struct comparer *c, const char *section, const char *key, json_t *said, json_t *made)
{
	const struct rule *rule = rule_of(section, key);
	size_t len = enter(c, key);

	if (rule->how == MEMBERS || rule->how == EACH) {
		compare_members(c, key, rule, said, made);
	} else if (rule->how == UNNAMED) {
		compare_unnamed(c, key, said, made);
	} else if (rule->how == PROBED && !is_empty(said) && !is_empty(made)) {
		probe(c, rule, said, made, c->part);
	} else if (rule->how != IGNORED && json_is_object(said) && json_is_object(made)) {
		compare_record(c, key, said, made);
	} else if (rule->how != IGNORED) {
		compare_whole(c, said, made);
	}
	leave(c, len);
}

static void
compare_record(struct comparer *c, const char *section, json_t *said, json_t *made)
{
	json_t *item;
	const char *key;

	json_object_foreach(said, key, item)
	{
		compare_key(c, section, key, item, json_object_get(made, key));
	}
	json_object_foreach(made, key, item)
	{
		if (!json_object_get(said, key)) {
			compare_key(c, section, key, NULL, item);
		}
	}
}

void
sfs_check_compare(json_t *said, json_t *made, struct sfs_probes *probes, struct sfs_str *out)
{
	struct comparer comparer = {
		.probes = probes, .out = out, .internal = json_object_get(said, "internal")
	};

	compare_record(&comparer, "", said, made);
	sfs_str_finish(&comparer.path);
}
