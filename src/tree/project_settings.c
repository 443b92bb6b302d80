// SPDX-License-Identifier: MIT
/* The settings of schemafs.json: what each is called, and how its value is read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "tree/project_settings.h"

static const struct {
	const char *name;
	enum sfs_prefix prefix;
} prefixes[] = {
	{ "index", SFS_PREFIX_INDEX },
	{ "timestamp", SFS_PREFIX_TIMESTAMP },
	{ "supabase", SFS_PREFIX_SUPABASE },
	{ "unix", SFS_PREFIX_UNIX },
	{ "none", SFS_PREFIX_NONE },
};

bool
sfs_prefix_parse(const char *word, enum sfs_prefix *ret_prefix)
{
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		if (strcmp(prefixes[i].name, word) == 0) {
			*ret_prefix = prefixes[i].prefix;
			return true;
		}
	}
	return false;
}

const char *
sfs_prefix_name(enum sfs_prefix prefix)
{
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		if (prefixes[i].prefix == prefix) {
			return prefixes[i].name;
		}
	}
	return "";
}

struct key {
	const char *name;
	int (*read)(struct sfs_project *project, const json_t *value, struct sfs_error *err);
};

static int
wrong(const char *key, const char *what, struct sfs_error *err)
{
	return sfs_error_set(err, EINVAL, "`%s` is %s", key, what);
}

static const char *
text_of(struct sfs_project *project, const json_t *value)
{
	return sfs_arena_strdup(project->arena, json_string_value(value));
}

static const char *
path_of(struct sfs_project *project, const json_t *value)
{
	const char *path = json_string_value(value);

	if (!path || !*path) {
		return NULL;
	}
	if (strcmp(path, ".") == 0) {
		return project->root;
	}
	while (sfs_starts_with(path, "./")) {
		path += 2;
	}
	return *path == '/' ? sfs_arena_strdup(project->arena, path)
			    : sfs_arena_printf(project->arena, "%s/%s", project->root, path);
}

static int
read_tree(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	project->tree = path_of(project, value);
	return project->tree ? 0 : wrong("tree", "the path of a directory", err);
}

static int
read_migrations(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	project->migrations = path_of(project, value);
	return project->migrations ? 0 : wrong("migrations", "the path of a directory", err);
}

static int
read_dialect(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	const char *said = json_string_value(value);

	if (!said || (strcmp(said, "postgresql") != 0 && strcmp(said, "sqlite") != 0)) {
		return wrong("dialect", "\"postgresql\" or \"sqlite\"", err);
	}
	project->dialect = text_of(project, value);
	return 0;
}

/* "$NAME" is the environment's: a connection string with a password does not belong into git. */
static int
read_database(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	const char *said = json_string_value(value);

	if (!said || !*said) {
		return wrong("database", "a database, or $NAME for a variable that holds one", err);
	}
	project->database =
		sfs_arena_strdup(project->arena, *said == '$' ? getenv(said + 1) : said);
	return 0;
}

/* The names that an object inside of the configuration may have: a misspelt one would not hold. */
static int
check_members(const char *key, const json_t *value, const char *const *names, size_t n,
	struct sfs_error *err)
{
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)value, name, member)
	{
		bool known = false;

		for (size_t i = 0; i < n; i++) {
			known = known || strcmp(names[i], name) == 0;
		}
		if (!known) {
			const char *near = sfs_nearest(name, names, n, sizeof *names);

			(void)sfs_error_set(err, EINVAL, "`%s` has no `%s`", key, name);
			if (near) {
				sfs_error_hint(err, "is `%s` meant?", near);
			}
			return -EINVAL;
		}
	}
	return 0;
}

static int
read_ledger(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	const json_t *schema = json_object_get(value, "schema");
	const json_t *table = json_object_get(value, "table");

	if (!json_is_object(value) || (schema && !json_is_string(schema)) ||
		(table && !json_is_string(table))) {
		return wrong("ledger", "an object with `schema` and `table`", err);
	}
	static const char *const members[] = { "schema", "table" };
	int r = check_members("ledger", value, members, 2, err);

	if (r < 0) {
		return r;
	}
	project->ledger_schema = schema ? text_of(project, schema) : project->ledger_schema;
	project->ledger_table = table ? text_of(project, table) : project->ledger_table;
	return 0;
}

static int
read_prefix(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	const char *said = json_string_value(value);

	project->prefix_given = said && sfs_prefix_parse(said, &project->prefix);
	return project->prefix_given
		       ? 0
		       : wrong("prefix", "index, timestamp, supabase, unix or none", err);
}

static int
read_breakpoints(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	project->breakpoints = json_is_true(value);
	return json_is_boolean(value) ? 0 : wrong("breakpoints", "true or false", err);
}

bool
sfs_size_parse(const char *text, int64_t *ret_bytes)
{
	static const struct {
		const char *unit;
		int64_t bytes;
	} units[] = { { "", 1 }, { "B", 1 }, { "kB", 1 << 10 }, { "KB", 1 << 10 },
		{ "MB", 1 << 20 }, { "GB", 1 << 30 } };
	char *end;
	int64_t number = *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : -1;

	if (number < 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(end + strspn(end, " "), units[i].unit) == 0 &&
			number <= INT64_MAX / units[i].bytes) {
			*ret_bytes = number * units[i].bytes;
			return true;
		}
	}
	return false;
}

/* A number of bytes, or a text such as "64MB". */
static int
read_online_above(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	const char *said = json_string_value(value);
	int64_t number = json_is_integer(value) ? json_integer_value(value) : -1;

	if (said ? sfs_size_parse(said, &number) : number >= 0) {
		project->online_above = number;
		return 0;
	}
	return wrong("online_above", "a number of bytes, or one with kB, MB or GB", err);
}

/* ---- patterns ---- */

/* The kind whose name stands before the last space; SFS_KIND_COUNT when none does. */
static enum sfs_kind
kind_of(const char *word, size_t len)
{
	for (int kind = 0; kind < SFS_KIND_COUNT; kind++) {
		const char *name = sfs_kind_info((enum sfs_kind)kind)->name;

		if (strlen(name) == len && strncmp(name, word, len) == 0) {
			return (enum sfs_kind)kind;
		}
	}
	return SFS_KIND_COUNT;
}

static struct sfs_pattern
pattern_of(struct sfs_project *project, const char *word)
{
	/* The longest kind that fits: "foreign table x" is not a thing called "table x". */
	for (const char *space = strrchr(word, ' '); space && space > word;) {
		enum sfs_kind kind = kind_of(word, (size_t)(space - word));

		if (kind != SFS_KIND_COUNT) {
			return (struct sfs_pattern){ kind,
				sfs_arena_strdup(project->arena, space + 1) };
		}
		space = memrchr(word, ' ', (size_t)(space - word));
	}
	return (struct sfs_pattern){ SFS_KIND_COUNT, sfs_arena_strdup(project->arena, word) };
}

static int
read_patterns(struct sfs_project *project, const char *key, const json_t *value,
	struct sfs_patterns *patterns, struct sfs_error *err)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(value)) {
		return wrong(key, "a list of texts such as \"public.*\"", err);
	}
	json_array_foreach(value, i, item)
	{
		const char *word = json_string_value(item);

		if (!word || !*word) {
			return wrong(key, "a list of texts such as \"table auth.users\"", err);
		}
		sfs_vec_push(patterns, pattern_of(project, word));
	}
	return 0;
}

static int
read_include(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	return read_patterns(project, "include", value, &project->include, err);
}

static int
read_exclude(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	return read_patterns(project, "exclude", value, &project->exclude, err);
}

static int
read_external(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	return read_patterns(project, "external", value, &project->external, err);
}

static int
read_optional(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		if (!json_is_string(item)) {
			return wrong("optional_extensions", "a list of names", err);
		}
		sfs_vec_push(&project->optional_extensions, text_of(project, item));
	}
	return json_is_array(value) ? 0 : wrong("optional_extensions", "a list of names", err);
}

/* The same table twice: which of the two would hold? A namespace that is not said is the usual one. */
static bool
is_listed(const struct sfs_project *project, const char *namespace, const char *name)
{
	sfs_vec_foreach (known, &project->reference) {
		const char *other = known->namespace;
		bool usual = (!namespace || !strcmp(namespace, "public") ||
				     !strcmp(namespace, "main")) &&
			     (!other || !strcmp(other, "public") || !strcmp(other, "main"));

		if (strcmp(known->name, name) == 0 &&
			(sfs_streq(namespace, other) || (usual && (!namespace || !other)))) {
			return true;
		}
	}
	return false;
}

static int
read_reference_table(struct sfs_project *project, const json_t *item, struct sfs_error *err)
{
	static const char *const members[] = { "delete", "schema", "table" };
	const json_t *named = json_is_object(item) ? json_object_get(item, "table") : item;
	const json_t *delete = json_object_get(item, "delete");
	const json_t *schema = json_object_get(item, "schema");
	const char *table = json_string_value(named);
	const char *dot = table && !schema ? strchr(table, '.') : NULL;
	int r = check_members("reference", item, members, 3, err);

	if (r < 0) {
		return r;
	}
	if (!table || !*table || (delete &&!json_is_boolean(delete)) ||
		(schema && !json_is_string(schema))) {
		return wrong("reference",
			"a list of tables, each a text or {\"table\": ..., \"delete\": true}", err);
	}
	struct sfs_reference reference = {
		.namespace = schema ? text_of(project, schema)
			     : dot ? sfs_arena_strndup(project->arena, table, (size_t)(dot - table))
				   : NULL,
		.name = sfs_arena_strdup(project->arena, dot ? dot + 1 : table),
		.delete = json_is_true(delete),
	};
	if (is_listed(project, reference.namespace, reference.name)) {
		return sfs_error_set(
			err, EINVAL, "`reference` names table %s twice", reference.name);
	}
	sfs_vec_push(&project->reference, reference);
	return 0;
}

static int
read_reference(struct sfs_project *project, const json_t *value, struct sfs_error *err)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		int r = read_reference_table(project, item, err);

		if (r < 0) {
			return r;
		}
	}
	return json_is_array(value) ? 0 : wrong("reference", "a list of tables", err);
}

static const struct key keys[] = {
	{ "tree", read_tree },
	{ "migrations", read_migrations },
	{ "dialect", read_dialect },
	{ "database", read_database },
	{ "ledger", read_ledger },
	{ "prefix", read_prefix },
	{ "breakpoints", read_breakpoints },
	{ "online_above", read_online_above },
	{ "include", read_include },
	{ "exclude", read_exclude },
	{ "external", read_external },
	{ "optional_extensions", read_optional },
	{ "reference", read_reference },
};

static const struct key *
find_key(const char *name)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strcmp(keys[i].name, name) == 0) {
			return &keys[i];
		}
	}
	return NULL;
}

static int
unknown(const char *name, struct sfs_error *err)
{
	const size_t n = sizeof keys / sizeof *keys;
	const char *near = sfs_nearest(name, keys, n, sizeof *keys);
	struct sfs_str all sfs_auto(str) = SFS_STR_INIT;

	(void)sfs_error_set(err, EINVAL, "there is no setting `%s`", name);
	for (size_t i = 0; i < n; i++) {
		sfs_str_separate(&all, ", ");
		sfs_str_add(&all, keys[i].name);
	}
	if (near) {
		sfs_error_hint(err, "is `%s` meant?", near);
	} else {
		sfs_error_hint(err, "there are %s", sfs_str_text(&all));
	}
	return -EINVAL;
}

int
sfs_project_settings(
	struct sfs_project *project, json_t *root, const char **ret_faulty, struct sfs_error *err)
{
	const char *name;
	json_t *value;

	if (!json_is_object(root)) {
		return sfs_error_set(err, EINVAL, "a configuration is one object");
	}
	json_object_foreach(root, name, value)
	{
		const struct key *key = find_key(name);

		if (*name == '$') {
			continue; /* "$schema", for editors */
		}
		if (!key) {
			*ret_faulty = name;
			return unknown(name, err);
		}
		int r = key->read(project, value, err);
		if (r < 0) {
			*ret_faulty = name;
			return r;
		}
	}
	return 0;
}
