// SPDX-License-Identifier: MIT
/* `-- renamed from:` comments: what a person says that a text can not show. */
#include <errno.h>
#include <string.h>

#include "diff/hint_target.h"
#include "diff/hints.h"
#include "sql/quote.h"
#include "sql/statement.h"

struct finder {
	enum sfs_dialect dialect;
	const char *path, *text;
	const char *namespace;
	struct sfs_arena *arena;
	struct sfs_renames *renames;
	struct sfs_error *err;
	struct sfs_lexer lexer;
};

/* What a comment says: [namespace.]name, or 'label'. */
struct hint {
	const char *name; /* NULL: the comment is no hint; "": one without a name */
	const char *namespace;
	bool literal;
};

static const char *
literal_text(struct finder *f, const char *text, size_t len)
{
	struct sfs_str value sfs_auto(str) = SFS_STR_INIT;

	if (sfs_unquote_literal(&value, f->dialect, text, len) != 0) {
		return "";
	}
	return sfs_arena_strdup(f->arena, sfs_str_text(&value));
}

static struct hint
read_hint(struct finder *f, const struct sfs_token *comment)
{
	const char *at = sfs_hint_in(f->text, comment),
		   *end = f->text + comment->offset + comment->len;
	struct hint hint = { 0 };
	struct sfs_lexer lexer;
	struct sfs_token token;

	if (!at) {
		return hint;
	}
	hint.name = "";
	sfs_lexer_init(&lexer, f->dialect, at, (size_t)(end - at));
	if (!sfs_lexer_word(&lexer, &token)) {
		return hint;
	}
	if (token.type == SFS_TOKEN_STRING) {
		hint.literal = true;
		hint.name = literal_text(f, at + token.offset, token.len);
		return hint;
	}
	hint.name = sfs_hint_name(&lexer, &token, f->arena);
	if (sfs_lexer_word(&lexer, &token) && sfs_token_is(at, &token, ".") &&
		sfs_lexer_word(&lexer, &token)) {
		hint.namespace = hint.name;
		hint.name = sfs_hint_name(&lexer, &token, f->arena);
	}
	return hint;
}

static int
misplaced(struct finder *f, size_t offset)
{
	int r = sfs_error_set(f->err, EINVAL, "a rename hint that belongs to nothing");

	sfs_error_position(f->err, f->path, f->text, offset);
	sfs_error_hint(f->err,
		"write `-- renamed from: old` at the end of the line of a column, constraint or "
		"enum label, or before CREATE");
	return r;
}

static void
add_rename(struct finder *f, const struct sfs_identity *to, const struct hint *hint, size_t offset,
	const char *label)
{
	struct sfs_rename rename = { .from = *to, .to = *to, .file = f->path, .line = 1 };
	size_t line = 0;

	for (size_t i = 0; i < offset; i++) {
		if (f->text[i] == '\n') {
			rename.line++;
			line = i + 1;
		}
	}
	rename.column = (unsigned)(offset - line) + 1;
	if (label) {
		rename.from_label = hint->name;
		rename.to_label = label;
	} else {
		rename.from.name = hint->name;
		if (to->kind == SFS_NAMESPACE) {
			rename.from.namespace = hint->name;
		} else if (hint->namespace) {
			rename.from.namespace = hint->namespace;
		}
	}
	sfs_vec_push(f->renames, rename);
}

/* ---- inside of a statement ---- */

/* What a line defines, as far as it can be renamed. */
struct element {
	struct sfs_identity id; /* name NULL: nothing that has a name */
	const char *label;      /* of an enum; NULL: none */
	size_t start, end;      /* end: past its last token, the comma too */
};

static bool
same_line(const struct finder *f, size_t from, size_t to)
{
	return !memchr(f->text + from, '\n', to - from);
}

/* Names the element that begins with `token`: a part, a constraint with a name, a label. */
static void
begin_element(struct finder *f, const struct sfs_hint_target *target, const struct sfs_token *token,
	struct element *element)
{
	struct sfs_lexer ahead = f->lexer;
	struct sfs_token name = *token;

	memset(element, 0, sizeof *element);
	element->start = token->offset;
	if (target->labels) {
		if (token->type == SFS_TOKEN_STRING) {
			element->label = literal_text(f, f->text + token->offset, token->len);
		}
		return;
	}
	element->id.kind = target->part;
	element->id.namespace = target->id.namespace;
	element->id.relation = target->id.name;
	if (target->named_part != SFS_KIND_COUNT && sfs_token_is(f->text, token, "CONSTRAINT") &&
		sfs_lexer_word(&ahead, &name)) {
		element->id.kind = target->named_part;
	}
	if (element->id.kind != SFS_KIND_COUNT &&
		(name.type == SFS_TOKEN_WORD || name.type == SFS_TOKEN_QUOTED)) {
		element->id.name = sfs_hint_name(&f->lexer, &name, f->arena);
	}
}

static int
add_element(struct finder *f, const struct sfs_hint_target *target, const struct element *element,
	const struct hint *hint, size_t offset)
{
	if (!*hint->name || hint->namespace) {
		return misplaced(f, offset);
	}
	if (element->label) {
		add_rename(f, &target->id, hint, offset, element->label);
	} else if (element->id.name && !hint->literal) {
		add_rename(f, &element->id, hint, offset, NULL);
	} else {
		return misplaced(f, offset);
	}
	return 0;
}

/* Adds what is said of the object that a statement makes. */
static int
add_object(struct finder *f, const struct sfs_hint_target *target, const struct hint *hint,
	size_t offset)
{
	bool made = target->id.kind != SFS_KIND_COUNT;
	bool qualifies = made && sfs_kind_info(target->id.kind)->level == SFS_LEVEL_NAMESPACE;

	if (!made || hint->literal || (hint->namespace && !qualifies)) {
		return misplaced(f, offset);
	}
	add_rename(f, &target->id, hint, offset, NULL);
	return 0;
}

static int
take_hint(struct finder *f, const struct sfs_hint_target *target, const struct element *element,
	const struct sfs_token *comment)
{
	struct hint hint = read_hint(f, comment);

	if (!hint.name) {
		return 0;
	}
	if (!same_line(f, element->end, comment->offset)) {
		return misplaced(f, comment->offset);
	}
	/* CREATE TABLE users ( -- renamed from: members */
	return element->start ? add_element(f, target, element, &hint, comment->offset)
			      : add_object(f, target, &hint, comment->offset);
}

/* Walks a statement that has parts and takes the hints in it; `ret_last` is its last part. */
static int
find_in_parts(struct finder *f, const struct sfs_hint_target *target, size_t end,
	struct element *ret_last)
{
	unsigned depth = 0, level = target->id.kind == SFS_DOMAIN ? 0 : 1;
	struct element element = { 0 };
	struct sfs_token token;
	bool fresh = true; /* the next word begins an element */
	int r = 0;

	while (r == 0 && f->lexer.at < end && sfs_lexer_next(&f->lexer, &token)) {
		if (token.type == SFS_TOKEN_SPACE) {
			continue;
		}
		if (token.type == SFS_TOKEN_COMMENT) {
			r = take_hint(f, target, &element, &token);
			continue;
		}
		bool constraint = sfs_token_is(f->text, &token, "CONSTRAINT");

		if (depth == level && !sfs_token_is(f->text, &token, ")") &&
			(level ? fresh : constraint)) {
			begin_element(f, target, &token, &element);
			fresh = false;
		}
		if (sfs_token_is(f->text, &token, "(")) {
			depth++;
		} else if (sfs_token_is(f->text, &token, ")") && depth) {
			depth--;
		} else if (sfs_token_is(f->text, &token, ",") && depth == level) {
			fresh = true;
		}
		element.end = token.offset + token.len;
	}
	*ret_last = element;
	return r;
}

/* A statement without parts has no place for a hint, but behind its end, on its line. */
static int
find_stray(struct finder *f, size_t end)
{
	struct sfs_token token;

	while (f->lexer.at < end && sfs_lexer_next(&f->lexer, &token)) {
		if (token.type == SFS_TOKEN_COMMENT && read_hint(f, &token).name) {
			return misplaced(f, token.offset);
		}
	}
	return 0;
}

/* ---- before a statement ---- */

/* Takes the hint in the comments between two statements, if there is one. */
static int
find_before(struct finder *f, size_t from, size_t to, struct hint *ret_hint, size_t *ret_offset)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	*ret_hint = (struct hint){ 0 };
	sfs_lexer_init(&lexer, f->dialect, f->text, to);
	lexer.at = from;
	while (sfs_lexer_next(&lexer, &token)) {
		struct hint hint = { 0 };

		if (token.type == SFS_TOKEN_COMMENT) {
			hint = read_hint(f, &token);
		}
		if (hint.name) {
			if (!*hint.name || ret_hint->name) {
				return misplaced(f, token.offset);
			}
			*ret_hint = hint;
			*ret_offset = token.offset;
		}
	}
	return 0;
}

static bool
has_parts(const struct sfs_hint_target *target)
{
	return target->labels || target->part != SFS_KIND_COUNT ||
	       target->named_part != SFS_KIND_COUNT;
}

/* The end of the line that a statement ends on, as far as comments stand there. */
static size_t
end_of_line(const struct finder *f, size_t at, size_t len)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, f->dialect, f->text, len);
	lexer.at = at;
	while (sfs_lexer_next(&lexer, &token) &&
		(token.type == SFS_TOKEN_SPACE || token.type == SFS_TOKEN_COMMENT) &&
		same_line(f, at, token.offset)) {
		at = token.type == SFS_TOKEN_COMMENT ? token.offset + token.len : at;
	}
	return at;
}

/* Whether the statement's last line, which a hint ends, is that of the part alone. */
static bool
ends_with_part(
	const struct finder *f, const struct sfs_statement *statement, const struct element *last)
{
	return (last->label || last->id.name) && same_line(f, last->start, statement->end) &&
	       !same_line(f, statement->offset, last->start);
}

/*
 * The hint before a statement is about what it makes; so is one behind it on its line, unless that
 * line is one of its parts'.
 */
static int
find_in_statement(
	struct finder *f, size_t before, const struct sfs_statement *statement, size_t behind)
{
	struct sfs_hint_target target;
	struct element last = { 0 };
	struct hint first, second;
	size_t offset = 0, offset_behind = 0;
	int r = find_before(f, before, statement->offset, &first, &offset);

	if (r == 0) {
		r = find_before(f, statement->end, behind, &second, &offset_behind);
	}
	if (r < 0) {
		return r;
	}
	sfs_lexer_init(&f->lexer, f->dialect, f->text, statement->offset + statement->len);
	f->lexer.at = statement->offset;
	sfs_hint_target_read(&f->lexer, f->namespace, f->arena, &target);
	r = first.name ? add_object(f, &target, &first, offset) : 0;
	if (r == 0) {
		r = target.id.kind != SFS_KIND_COUNT && has_parts(&target)
			    ? find_in_parts(f, &target, statement->end, &last)
			    : find_stray(f, statement->end);
	}
	if (r < 0 || !second.name) {
		return r;
	}
	if (ends_with_part(f, statement, &last)) {
		return add_element(f, &target, &last, &second, offset_behind);
	}
	return first.name ? misplaced(f, offset_behind)
			  : add_object(f, &target, &second, offset_behind);
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

	if (!sfs_hints_may_be(text, len)) {
		return 0;
	}
	sfs_statements_split(dialect, text, len, &statements);
	for (size_t i = 0; r == 0 && i < statements.len; i++) {
		size_t behind = end_of_line(&f, statements.items[i].end, len);

		r = find_in_statement(&f, before, &statements.items[i], behind);
		before = behind;
	}
	sfs_vec_finish(&statements);
	if (r == 0) {
		struct hint hint;
		size_t offset = 0;

		r = find_before(&f, before, len, &hint, &offset);
		r = r == 0 && hint.name ? misplaced(&f, offset) : r;
	}
	return r;
}
