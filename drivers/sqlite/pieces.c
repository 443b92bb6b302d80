// SPDX-License-Identifier: MIT
/*
 * The statements of texts that define something.
 *
 * A file of the tree holds the definition that its path names and nothing else. A script may hold
 * what people and dumps put around definitions: pragmas and the words of transactions are ignored,
 * as are rows (INSERT, UPDATE, DELETE), since no schema follows from them; ALTER and DROP count, in
 * the order in which they stand.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "catalog/path.h"
#include "drivers/sqlite/evaluate.h"
#include "drivers/sqlite/read.h"
#include "sql/statement.h"

struct collector {
	const struct sfs_evaluation *what;
	struct sfs_arena *arena;
	struct lite_pieces *pieces;
	const struct sfs_source *source;
	struct lite_tokens tokens; /* owned; of the statement at hand */
	const char *text;          /* the statement */
};

int
lite_source_error(const struct sfs_source *source, size_t offset, struct sfs_error *err,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *message sfs_auto(free) = sfs_vasprintf(format, args);
	va_end(args);
	(void)sfs_error_set(err, EINVAL, "%s", message);
	sfs_error_position(err, source->path, source->text, offset);
	return -EINVAL;
}

static bool
is(const struct collector *c, size_t at, const char *word)
{
	return at < c->tokens.len && sfs_token_is(c->text, &c->tokens.items[at], word);
}

static bool
is_any(const struct collector *c, size_t at, const char *const *words)
{
	for (; *words; words++) {
		if (is(c, at, *words)) {
			return true;
		}
	}
	return false;
}

static size_t
place_of(const struct collector *c, size_t token)
{
	return (size_t)(c->text - c->source->text) + c->tokens.items[token].offset;
}

static const char *
name_at(struct collector *c, size_t at, bool fold)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (at >= c->tokens.len || !lite_token_is_name(&c->tokens.items[at])) {
		return "";
	}
	lite_token_name(c->text, &c->tokens.items[at], &name);
	if (fold) {
		sfs_str_lower(&name, 0);
	}
	return sfs_arena_strndup(c->arena, sfs_str_text(&name), name.len);
}

static enum sfs_kind
kind_of(const struct collector *c, const struct lite_head *head)
{
	return is(c, head->object, "TABLE")   ? SFS_TABLE
	       : is(c, head->object, "INDEX") ? SFS_INDEX
	       : is(c, head->object, "VIEW")  ? SFS_VIEW
					      : SFS_TRIGGER;
}

/* The token after ON: what an index or trigger stands on. */
static size_t
relation_at(const struct collector *c, const struct lite_head *head)
{
	for (size_t at = head->name + 1; at + 1 < c->tokens.len; at++) {
		if (is(c, at, "ON")) {
			/* An index may say main.t nowhere, a trigger may. */
			return is(c, at + 2, ".") ? at + 3 : at + 1;
		}
	}
	return c->tokens.len;
}

/* An index on a table of a module is filed with the virtual table. */
static bool
stands_on_shadow(const struct collector *c, const char *relation)
{
	struct sfs_identity filed;

	return sfs_path_parse(c->source->path, c->arena, &filed) == 0 && filed.kind == SFS_TABLE &&
	       lite_may_shadow(filed.name, relation);
}

/* The file that the object belongs into must be the one that it stands in. */
static int
check_place(struct collector *c, const struct lite_head *head, enum sfs_kind kind, size_t relation)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
	struct sfs_identity id = { .kind = kind, .namespace = LITE_NAMESPACE };

	if (kind == SFS_INDEX) {
		id.kind = SFS_TABLE;
		id.name = name_at(c, relation, false);
	} else {
		id.name = name_at(c, head->name, false);
		id.relation = kind == SFS_TRIGGER ? name_at(c, relation, false) : NULL;
	}
	if (kind == SFS_INDEX && stands_on_shadow(c, id.name)) {
		return 0;
	}
	sfs_path_of(&id, &path);
	/* SQLite does not care about the case of the table that something stands on. */
	bool loose = kind == SFS_INDEX || kind == SFS_TRIGGER;
	const char *have = sfs_str_text(&path), *want = c->source->path;
	return (loose ? strcasecmp(have, want) : strcmp(have, want)) == 0 ? 0 : -EINVAL;
}

static int
misplaced(struct collector *c, size_t token, struct sfs_error *err)
{
	struct sfs_str found sfs_auto(str) = SFS_STR_INIT;
	struct sfs_str wanted sfs_auto(str) = SFS_STR_INIT;
	struct sfs_identity id;

	for (size_t at = 0; at <= token && at < c->tokens.len; at++) {
		sfs_str_separate(&found, " ");
		sfs_str_addn(&found, c->text + c->tokens.items[at].offset, c->tokens.items[at].len);
	}
	if (sfs_path_parse(c->source->path, c->arena, &id) == 0) {
		sfs_identity_describe(&id, &wanted);
	} else {
		sfs_str_add(&wanted, c->source->path);
	}
	int r = lite_source_error(c->source, place_of(c, 0), err,
		"this file may define %s alone, but here stands %s", sfs_str_text(&wanted),
		sfs_str_text(&found));
	sfs_error_hint(err, "write other objects into files of their own; to run statements, put "
			    "them into pending/");
	return r;
}

/* What is run where it stands, but makes nothing that is known by name. */
static void
add_other(struct collector *c, const struct sfs_statement *statement)
{
	sfs_vec_push(c->pieces, (struct lite_piece){
					.source = c->source,
					.offset = statement->offset,
					.len = statement->end - statement->offset,
					.kind = SFS_KIND_COUNT,
				});
}

static int
take_create(struct collector *c, const struct sfs_statement *statement, struct sfs_error *err)
{
	struct lite_head head;

	if (!lite_head_parse(c->text, &c->tokens, &head)) {
		/* Not what SQLite knows: let it say so itself. */
		add_other(c, statement);
		return 0;
	}
	if (head.temporary && c->what->whole) {
		/* Migrations make such tables on the way and drop them again. */
		add_other(c, statement);
		return 0;
	}
	enum sfs_kind kind = kind_of(c, &head);
	size_t relation = kind == SFS_INDEX || kind == SFS_TRIGGER ? relation_at(c, &head) : 0;
	const char *name = name_at(c, head.name, true);

	if (head.temporary && !c->what->whole) {
		return lite_source_error(c->source, place_of(c, 1), err,
			"a temporary object is no part of a schema");
	}
	if (head.namespace && strcmp(name_at(c, head.namespace, true), LITE_NAMESPACE) != 0) {
		return lite_source_error(c->source, place_of(c, head.namespace), err,
			"SQLite has no schema but main");
	}
	if (!c->what->whole && check_place(c, &head, kind, relation) < 0) {
		return misplaced(c, head.name, err);
	}
	if (sfs_starts_with(name, "sqlite_")) {
		/* Dumps show SQLite's own tables; they come by themselves. */
		return c->what->whole ? 0 : misplaced(c, head.name, err);
	}
	sfs_vec_push(
		c->pieces, (struct lite_piece){
				   .source = c->source,
				   .offset = statement->offset,
				   .len = statement->end - statement->offset,
				   .kind = kind,
				   .virtual = head.virtual,
				   .from_select = kind == SFS_TABLE && is(c, head.name + 1, "AS"),
				   .name = name,
				   .relation = relation ? name_at(c, relation, true) : NULL,
			   });
	return 0;
}

/* A script may write into the schema itself, as .dump does for virtual tables. */
static bool
writes_schema(const struct collector *c)
{
	static const char *const tables[] = { "sqlite_schema", "sqlite_master", NULL };

	for (size_t at = 1; at < c->tokens.len && at < 8; at++) {
		if (is_any(c, at, tables) && !is(c, at - 1, "FROM")) {
			return true;
		}
	}
	return false;
}

static int
take_statement(struct collector *c, const struct sfs_statement *statement, struct sfs_error *err)
{
	static const char *const ignored[] = { "PRAGMA", "BEGIN", "COMMIT", "END", "SAVEPOINT",
		"RELEASE", "ROLLBACK", "ANALYZE", "VACUUM", "REINDEX", "EXPLAIN", "INSERT",
		"REPLACE", "UPDATE", "DELETE", "SELECT", "VALUES", "WITH", NULL };
	static const char *const rows[] = { "INSERT", "REPLACE", "UPDATE", "DELETE", NULL };

	if (is(c, 0, "CREATE")) {
		return take_create(c, statement, err);
	}
	if (!c->what->whole) {
		return misplaced(c, 0, err);
	}
	if (is_any(c, 0, rows) && writes_schema(c)) {
		int r = lite_source_error(
			c->source, statement->offset, err, "this writes into sqlite_schema itself");
		sfs_error_hint(err, "give the output of .schema, or the database file");
		return r;
	}
	if (is_any(c, 0, ignored)) {
		return 0;
	}
	if (is(c, 0, "ATTACH") || is(c, 0, "DETACH")) {
		return lite_source_error(c->source, statement->offset, err,
			"a schema can not attach other databases");
	}
	/* ALTER, DROP, and what SQLite itself shall complain of. */
	sfs_vec_push(c->pieces, (struct lite_piece){ .source = c->source,
					.offset = statement->offset,
					.len = statement->end - statement->offset,
					.kind = SFS_KIND_COUNT });
	return 0;
}

static int
take_source(struct collector *c, struct sfs_error *err)
{
	struct sfs_statements statements = { 0 };
	int r = 0;

	sfs_statements_split(SFS_SQLITE, c->source->text, c->source->len, &statements);
	for (size_t i = 0; r == 0 && i < statements.len; i++) {
		c->text = c->source->text + statements.items[i].offset;
		lite_tokens_cut(&c->tokens, c->text, statements.items[i].len);
		if (c->tokens.len) {
			r = take_statement(c, &statements.items[i], err);
		}
	}
	sfs_vec_finish(&statements);
	return r;
}

int
lite_pieces_find(const struct sfs_evaluation *what, struct sfs_arena *arena,
	struct lite_pieces *ret_pieces, struct sfs_error *err)
{
	struct collector c = { .what = what, .arena = arena, .pieces = ret_pieces };
	int r = 0;

	for (size_t i = 0; r == 0 && i < what->n_sources; i++) {
		c.source = &what->sources[i];
		r = take_source(&c, err);
	}
	sfs_vec_finish(&c.tokens);
	return r;
}
