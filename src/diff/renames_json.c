// SPDX-License-Identifier: MIT
/* Renames as JSON: what a program answers to the questions of a plan. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/file.h"
#include "diff/renames.h"
#include "sql/quote.h"

/* A label is no kind of object. */
static const char label_kind[] = "enum value";

enum { MAX_FILE = 64 << 20 };

struct reader {
	enum sfs_dialect dialect;
	const char *path, *namespace;
	struct sfs_arena *arena;
	struct sfs_error *err;
	size_t number; /* of the rename, from 1 */
};

static int
malformed(const struct reader *r, const char *why, const char *what)
{
	int result = sfs_error_set(r->err, EINVAL, "rename %zu: %s%s%s", r->number, why,
		what ? ": " : "", what ? what : "");

	sfs_error_hint(r->err, "{\"renames\": [{\"kind\": \"column\", \"from\": "
			       "\"public.users.mail\", \"to\": \"public.users.email\"}]}");
	if (r->err) {
		r->err->file = sfs_strdup(r->path);
	}
	return result;
}

/* ---- names ---- */

static size_t
length_of(enum sfs_kind kind)
{
	switch (sfs_kind_info(kind)->level) {
	case SFS_LEVEL_DATABASE:
	case SFS_LEVEL_SELF:
		return 1;
	case SFS_LEVEL_NAMESPACE:
		return 2;
	case SFS_LEVEL_RELATION:
	case SFS_LEVEL_PART:
		return 3;
	}
	return 1;
}

void
sfs_renames_write_name(enum sfs_dialect dialect, const struct sfs_identity *id, const char *label,
	struct sfs_str *out)
{
	size_t length = length_of(id->kind);

	if (length > 1 && id->namespace) {
		sfs_quote_name(out, dialect, id->namespace);
		sfs_str_addc(out, '.');
	}
	if (length > 2 && id->relation) {
		sfs_quote_name(out, dialect, id->relation);
		sfs_str_addc(out, '.');
	}
	sfs_quote_name(out, dialect, id->name);
	if (label) {
		sfs_str_addc(out, '.');
		sfs_quote_name(out, dialect, label);
	}
	if (id->signature) {
		sfs_str_addf(out, "(%s)", id->signature);
	}
}

/* Cuts "a.b.c" into names; what stands in parentheses at the end is the signature. */
static bool
split(const struct reader *r, const char *text, const char *names[4], size_t *ret_n,
	const char **ret_signature)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t len = strlen(text), n = 0;
	bool more = true;

	*ret_signature = NULL;
	sfs_lexer_init(&lexer, r->dialect, text, len);
	while (more && n < 4 && sfs_lexer_word(&lexer, &token)) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		if (token.type != SFS_TOKEN_WORD && token.type != SFS_TOKEN_QUOTED) {
			return false;
		}
		sfs_unquote_name(&name, r->dialect, text + token.offset, token.len);
		names[n++] = sfs_arena_strdup(r->arena, sfs_str_text(&name));
		more = sfs_lexer_word(&lexer, &token) && sfs_token_is(text, &token, ".");
	}
	*ret_n = n;
	if (token.type == SFS_TOKEN_END) {
		return n > 0 && !more;
	}
	if (!sfs_token_is(text, &token, "(") || text[len - 1] != ')') {
		return false;
	}
	*ret_signature =
		sfs_arena_strndup(r->arena, text + token.offset + 1, len - token.offset - 2);
	return n > 0;
}

static enum sfs_kind
kind_of(const char *word)
{
	int kind = 0;

	while (kind < SFS_KIND_COUNT &&
		strcmp(sfs_kind_info((enum sfs_kind)kind)->name, word) != 0) {
		kind++;
	}
	return (enum sfs_kind)kind;
}

static int
read_name(const struct reader *r, enum sfs_kind kind, bool label, const char *text,
	struct sfs_identity *ret_id, const char **ret_label)
{
	const char *names[4], *signature;
	size_t n, length = length_of(kind) + label;

	if (!split(r, text, names, &n, &signature) || n > length || n + 1 < length ||
		(n < length && length == 1)) {
		return malformed(r, "no name of such a thing", text);
	}
	if (n < length) {
		memmove(&names[1], &names[0], n * sizeof *names);
		names[0] = r->namespace;
	}
	*ret_id = (struct sfs_identity){ .kind = kind, .signature = signature };
	*ret_label = label ? names[--length] : NULL;
	ret_id->name = names[length - 1];
	ret_id->namespace = length > 1 ? names[0] : kind == SFS_NAMESPACE ? ret_id->name : NULL;
	ret_id->relation = length > 2 ? names[1] : NULL;
	return 0;
}

/* ---- the file ---- */

static int
read_rename(const struct reader *r, const json_t *item, struct sfs_renames *renames)
{
	const char *word = json_string_value(json_object_get(item, "kind"));
	const char *from = json_string_value(json_object_get(item, "from"));
	const char *to = json_string_value(json_object_get(item, "to"));
	struct sfs_rename rename = { .file = r->path };
	bool label = word && strcmp(word, label_kind) == 0;
	enum sfs_kind kind = label ? SFS_TYPE : word ? kind_of(word) : SFS_KIND_COUNT;
	int result;

	if (!word || !from || !to) {
		return malformed(r, "kind, from and to are strings", NULL);
	}
	if (kind == SFS_KIND_COUNT) {
		return malformed(r, "no such kind", word);
	}
	result = read_name(r, kind, label, from, &rename.from, &rename.from_label);
	if (result == 0) {
		result = read_name(r, kind, label, to, &rename.to, &rename.to_label);
	}
	if (result < 0) {
		return result;
	}
	if (label) {
		rename.from = rename.to; /* the type's own rename is another one */
	}
	sfs_vec_push(renames, rename);
	return 0;
}

int
sfs_renames_read(enum sfs_dialect dialect, const char *path, const char *namespace,
	struct sfs_arena *arena, struct sfs_renames *renames, struct sfs_error *err)
{
	struct reader reader = { dialect, path, namespace, arena, err, 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	json_error_t where;
	int r = sfs_file_read(path, MAX_FILE, &text, err);

	if (r < 0) {
		return r;
	}
	json_t *whole = json_loadb(sfs_str_text(&text), text.len, JSON_REJECT_DUPLICATES, &where);
	const json_t *list = json_object_get(whole, "renames");

	if (!whole) {
		r = sfs_error_set(err, EINVAL, "%s", where.text);
		if (err) {
			err->file = sfs_strdup(path);
			err->line = (unsigned)where.line;
			err->column = (unsigned)(where.column < 1 ? 1 : where.column);
		}
	} else if (!json_is_array(list)) {
		r = malformed(&reader, "`renames` is a list", NULL);
	}
	for (size_t i = 0; r == 0 && i < json_array_size(list); i++) {
		reader.number = i + 1;
		r = read_rename(&reader, json_array_get(list, i), renames);
	}
	json_decref(whole);
	return r;
}
