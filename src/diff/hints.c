// SPDX-License-Identifier: MIT
/* `-- renamed from:` comments: what a person says that a text can not show. */
#include <errno.h>
#include <string.h>

#include "diff/hints.h"
#include "sql/quote.h"
#include "sql/statement.h"

static const char marker[] = "renamed from:";

/* The words of CREATE that name a kind which a hint can be about. */
static const struct {
	const char *word;
	enum sfs_kind kind;
} created_kinds[] = {
	{ "TABLE", SFS_TABLE },
	{ "VIEW", SFS_VIEW },
	{ "MATERIALIZED", SFS_MATERIALIZED_VIEW },
	{ "SEQUENCE", SFS_SEQUENCE },
	{ "TYPE", SFS_TYPE },
	{ "DOMAIN", SFS_DOMAIN },
	{ "INDEX", SFS_INDEX },
};

struct finder {
	enum sfs_dialect dialect;
	const char *path, *text;
	const char *namespace;
	struct sfs_arena *arena;
	struct sfs_renames *renames;
	struct sfs_error *err;
	struct sfs_lexer lexer;
};

/* The former name in a comment, or NULL when the comment is no hint. */
static const char *
hinted_name(struct finder *f, const struct sfs_token *comment)
{
	const char *at = f->text + comment->offset, *end = at + comment->len;

	while (at < end && strchr("-/* \t", *at)) {
		at++;
	}
	if ((size_t)(end - at) < sizeof marker - 1 || memcmp(at, marker, sizeof marker - 1) != 0) {
		return NULL;
	}
	at += sizeof marker - 1;

	struct sfs_lexer lexer;
	struct sfs_token token;
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	sfs_lexer_init(&lexer, f->dialect, at, (size_t)(end - at));
	if (sfs_lexer_word(&lexer, &token)) {
		sfs_unquote_name(&name, f->dialect, at + token.offset, token.len);
	}
	return sfs_arena_strdup(f->arena, sfs_str_text(&name));
}

static unsigned
line_of(const struct finder *f, size_t offset)
{
	unsigned line = 1;

	for (size_t i = 0; i < offset; i++) {
		line += f->text[i] == '\n';
	}
	return line;
}

static int
misplaced(struct finder *f, size_t offset)
{
	int r = sfs_error_set(f->err, EINVAL, "a rename hint that belongs to nothing");

	sfs_error_position(f->err, f->path, f->text, offset);
	sfs_error_hint(f->err,
		"write `-- renamed from: old` at the end of a column's line, or before CREATE");
	return r;
}

static void
add_rename(struct finder *f, const struct sfs_identity *to, const char *old, size_t offset)
{
	struct sfs_rename rename = {
		.from = *to,
		.to = *to,
		.file = f->path,
		.line = line_of(f, offset),
	};

	rename.from.name = old;
	sfs_vec_push(f->renames, rename);
}

static const char *
token_name(struct finder *f, const struct sfs_token *token)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	sfs_unquote_name(&name, f->dialect, f->text + token->offset, token->len);
	return sfs_arena_strdup(f->arena, sfs_str_text(&name));
}

static bool
is_name(const struct sfs_token *token)
{
	return token->type == SFS_TOKEN_WORD || token->type == SFS_TOKEN_QUOTED;
}

/* Reads `CREATE ... KIND [IF NOT EXISTS] [namespace.]name`; false when it makes something else. */
static bool
read_created(struct finder *f, struct sfs_identity *ret_id)
{
	struct sfs_token token;
	bool known = false;

	*ret_id = (struct sfs_identity){ .namespace = f->namespace };
	while (!known && sfs_lexer_word(&f->lexer, &token) && token.type == SFS_TOKEN_WORD) {
		for (size_t i = 0; i < sizeof created_kinds / sizeof created_kinds[0]; i++) {
			if (sfs_token_is(f->text, &token, created_kinds[i].word)) {
				ret_id->kind = created_kinds[i].kind;
				known = true;
			}
		}
	}
	if (!known) {
		return false;
	}
	do {
		if (!sfs_lexer_word(&f->lexer, &token)) {
			return false;
		}
	} while (sfs_token_is(f->text, &token, "VIEW") || sfs_token_is(f->text, &token, "IF") ||
		 sfs_token_is(f->text, &token, "NOT") || sfs_token_is(f->text, &token, "EXISTS"));
	if (!is_name(&token)) {
		return false;
	}
	ret_id->name = token_name(f, &token);

	struct sfs_lexer ahead = f->lexer;
	if (sfs_lexer_word(&ahead, &token) && sfs_token_is(f->text, &token, ".") &&
		sfs_lexer_word(&ahead, &token) && is_name(&token)) {
		ret_id->namespace = ret_id->name;
		ret_id->name = token_name(f, &token);
		f->lexer = ahead;
	}
	return true;
}

/* What a line of a CREATE TABLE defines, as far as it can be renamed. */
struct element {
	struct sfs_identity id; /* name NULL: nothing that has a name */
	size_t end;             /* past its last token, the comma too */
};

static bool
same_line(const struct finder *f, size_t from, size_t to)
{
	return !memchr(f->text + from, '\n', to - from);
}

/* Names the element that begins with `token`: a column, or a constraint with a name. */
static void
begin_element(struct finder *f, const struct sfs_identity *table, const struct sfs_token *token,
	struct element *element)
{
	struct sfs_lexer ahead = f->lexer;
	struct sfs_token name = *token;

	memset(element, 0, sizeof *element);
	element->id.kind = SFS_COLUMN;
	element->id.namespace = table->namespace;
	element->id.relation = table->name;
	if (sfs_token_is(f->text, token, "CONSTRAINT") && sfs_lexer_word(&ahead, &name)) {
		element->id.kind = SFS_CONSTRAINT;
	}
	if (is_name(&name)) {
		element->id.name = token_name(f, &name);
	}
}

/* Walks the parentheses of a CREATE TABLE and takes the hints in it. */
static int
find_in_table(struct finder *f, const struct sfs_identity *table, size_t end)
{
	struct element element = { 0 };
	struct sfs_token token;
	unsigned depth = 0;
	bool fresh = true; /* the next word begins an element */

	while (f->lexer.at < end && sfs_lexer_next(&f->lexer, &token)) {
		if (token.type == SFS_TOKEN_SPACE) {
			continue;
		}
		if (token.type == SFS_TOKEN_COMMENT) {
			const char *old = hinted_name(f, &token);

			if (!old) {
				continue;
			}
			if (!*old || !element.id.name || !same_line(f, element.end, token.offset)) {
				return misplaced(f, token.offset);
			}
			add_rename(f, &element.id, old, token.offset);
			continue;
		}
		if (depth == 1 && fresh && !sfs_token_is(f->text, &token, ")")) {
			begin_element(f, table, &token, &element);
			fresh = false;
		}
		if (sfs_token_is(f->text, &token, "(")) {
			depth++;
		} else if (sfs_token_is(f->text, &token, ")") && depth) {
			depth--;
		} else if (sfs_token_is(f->text, &token, ",") && depth == 1) {
			fresh = true;
		}
		element.end = token.offset + token.len;
	}
	return 0;
}

/* Takes the hint in the comments between two statements, if there is one. */
static int
find_before(struct finder *f, size_t from, size_t to, const char **ret_old, size_t *ret_offset)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	*ret_old = NULL;
	sfs_lexer_init(&lexer, f->dialect, f->text, to);
	lexer.at = from;
	while (sfs_lexer_next(&lexer, &token)) {
		const char *old = token.type == SFS_TOKEN_COMMENT ? hinted_name(f, &token) : NULL;

		if (old) {
			if (!*old || *ret_old) {
				return misplaced(f, token.offset);
			}
			*ret_old = old;
			*ret_offset = token.offset;
		}
	}
	return 0;
}

static int
find_in_statement(struct finder *f, size_t before, const struct sfs_statement *statement)
{
	struct sfs_identity id;
	struct sfs_token token;
	const char *old;
	size_t offset = 0;
	int r = find_before(f, before, statement->offset, &old, &offset);

	if (r < 0) {
		return r;
	}
	sfs_lexer_init(&f->lexer, f->dialect, f->text, statement->offset + statement->len);
	f->lexer.at = statement->offset;
	bool creates = sfs_lexer_word(&f->lexer, &token) &&
		       sfs_token_is(f->text, &token, "CREATE") && read_created(f, &id);
	if (old) {
		/* An index is a part of a table that the text names later on: not by this way. */
		if (!creates || id.kind == SFS_INDEX) {
			return misplaced(f, offset);
		}
		add_rename(f, &id, old, offset);
	}
	if (creates && id.kind == SFS_TABLE) {
		return find_in_table(f, &id, statement->end);
	}
	return 0;
}

int
sfs_hints_find(enum sfs_dialect dialect, const char *path, const char *text, size_t len,
	const char *namespace, struct sfs_arena *arena, struct sfs_renames *renames,
	struct sfs_error *err)
{
	struct finder f = {
		.dialect = dialect,
		.path = path,
		.text = text,
		.namespace = namespace,
		.arena = arena,
		.renames = renames,
		.err = err,
	};
	struct sfs_statements statements = { 0 };
	size_t before = 0;
	int r = 0;

	if (!memmem(text, len, marker, sizeof marker - 1)) {
		return 0;
	}
	sfs_statements_split(dialect, text, len, &statements);
	for (size_t i = 0; r == 0 && i < statements.len; i++) {
		r = find_in_statement(&f, before, &statements.items[i]);
		before = statements.items[i].end;
	}
	sfs_vec_finish(&statements);
	if (r == 0) {
		const char *old;
		size_t offset = 0;

		r = find_before(&f, before, len, &old, &offset);
		r = r == 0 && old ? misplaced(&f, offset) : r;
	}
	return r;
}
