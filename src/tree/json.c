// SPDX-License-Identifier: MIT
/* A catalog as JSON, written as it goes: a tree of it in memory would be many times its size. */
#include "tree/json.h"

#include <string.h>

#include "base/alloc.h"
#include "catalog/path.h"
#include "diff/json.h"

enum { VERSION = 1 };

/* Whether JSON has the text as it is. */
static bool
is_plain(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\') {
			return false;
		}
	}
	return true;
}

static void
add_string(struct sfs_str *out, const char *text)
{
	if (is_plain(text)) {
		sfs_str_addc(out, '"');
		sfs_str_add(out, text);
		sfs_str_addc(out, '"');
		return;
	}
	json_t *value = sfs_json_text(text);
	char *written = json_dumps(value, JSON_ENCODE_ANY);

	sfs_str_add(out, written ? written : "null");
	free(written);
	json_decref(value);
}

static void
add_member(struct sfs_str *out, const char *key, const char *text)
{
	if (text) {
		sfs_str_addf(out, ", \"%s\": ", key);
		add_string(out, text);
	}
}

/* What follows from other attributes or is a state is left out, but what a constraint is about. */
static bool
is_told(const struct sfs_object *object, const struct sfs_attribute *attribute)
{
	bool follows = attribute->flags & SFS_ATTR_INFORMATIVE;

	return !(attribute->flags & SFS_ATTR_SECRET) &&
	       (!follows || object->id.kind == SFS_CONSTRAINT);
}

static void
add_attributes(struct sfs_str *out, const struct sfs_object *object)
{
	const struct sfs_kind_info *kind = sfs_kind_info(object->id.kind);
	bool first = true;

	for (size_t i = 0; i < kind->n_attributes; i++) {
		const char *value = sfs_object_get(object, (int)i);

		if (!value || !is_told(object, &kind->attributes[i])) {
			continue;
		}
		sfs_str_addf(out, "%s\"%s\": ", first ? ", \"attributes\": {" : ", ",
			kind->attributes[i].name);
		add_string(out, value);
		first = false;
	}
	if (!first) {
		sfs_str_addc(out, '}');
	}
}

/* Not every object has something to say in a file: SQLite's namespace has not. */
static void
add_file(struct sfs_str *out, const struct sfs_tree *tree, const struct sfs_identity *id)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	sfs_path_of(id, &path);
	if (sfs_tree_find(tree, sfs_str_text(&path))) {
		add_member(out, "file", sfs_str_text(&path));
	}
}

/* All of it but its parts and the last brace; `tree`: NULL for a part. */
static void
add_object(struct sfs_str *out, const struct sfs_tree *tree, const struct sfs_object *object)
{
	const struct sfs_identity *id = &object->id;

	sfs_str_add(out, "{\"kind\": ");
	add_string(out, sfs_kind_info(id->kind)->name);
	if (tree) {
		add_file(out, tree, id);
		add_member(out, "namespace", id->namespace);
		add_member(out, "relation", id->relation);
	}
	add_member(out, "name", id->name);
	add_member(out, "signature", id->signature);
	add_attributes(out, object);
}

/* A line each. Parts have no parts. */
static void
add_parts(struct sfs_str *out, const struct sfs_object *object)
{
	const struct sfs_object *part;

	if (!object->first_part) {
		return;
	}
	sfs_str_add(out, ", \"parts\": [");
	sfs_parts_foreach (part, object) {
		sfs_str_add(out, part == object->first_part ? "\n    " : ",\n    ");
		add_object(out, NULL, part);
		sfs_str_addc(out, '}');
	}
	sfs_str_add(out, "\n  ]");
}

void
sfs_tree_json(const struct sfs_catalog *catalog, const struct sfs_tree *tree, struct sfs_str *out)
{
	bool first = true;

	sfs_str_addf(out, "{\n\"version\": %d,\n\"dialect\": \"%s\",\n\"objects\": [", VERSION,
		catalog->dialect == SFS_SQLITE ? "sqlite" : "postgresql");
	sfs_vec_foreach (object, &catalog->objects) {
		if ((*object)->owner) {
			continue;
		}
		sfs_str_add(out, first ? "\n  " : ",\n  ");
		add_object(out, tree, *object);
		add_parts(out, *object);
		sfs_str_addc(out, '}');
		first = false;
	}
	sfs_str_add(out, "\n]\n}\n");
}
