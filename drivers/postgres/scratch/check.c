// SPDX-License-Identifier: MIT
/* Whether a file of the tree defines only what its path names. */
#include <errno.h>
#include <string.h>

#include "drivers/postgres/scratch/scratch.h"

static bool
is_relation(enum sfs_kind kind)
{
	return kind == SFS_TABLE || kind == SFS_FOREIGN_TABLE || kind == SFS_VIEW ||
	       kind == SFS_MATERIALIZED_VIEW;
}

static bool
is_routine(enum sfs_kind kind)
{
	return kind == SFS_FUNCTION || kind == SFS_PROCEDURE || kind == SFS_AGGREGATE;
}

static const char *
namespace_of(const struct pg_stmt *statement, const struct pg_ref *ref)
{
	return ref->namespace ? ref->namespace : statement->namespace;
}

static bool
names(const struct pg_stmt *statement, const struct pg_ref *ref, const char *namespace,
	const char *name)
{
	return sfs_streq(ref->name, name) && sfs_streq(namespace_of(statement, ref), namespace);
}

/* Whether all of the statement's targets are that one. */
static bool
is_about(const struct pg_stmt *statement, const char *namespace, const char *name)
{
	const struct pg_refs *targets = &statement->head.targets;

	for (size_t i = 0; i < targets->len; i++) {
		if (!names(statement, &targets->items[i], namespace, name)) {
			return false;
		}
	}
	return targets->len;
}

static bool
is_within(const struct pg_stmt *statement, const char *namespace)
{
	const struct pg_refs *targets = &statement->head.targets;

	for (size_t i = 0; i < targets->len; i++) {
		if (!sfs_streq(namespace_of(statement, &targets->items[i]), namespace)) {
			return false;
		}
	}
	return targets->len;
}

/* Whether the statement attaches a partition, and whether that is the one. */
static bool
attaches(const struct pg_stmt *statement, const struct sfs_identity *id, bool *ret_that)
{
	sfs_auto(arena) struct sfs_arena *arena = sfs_arena_create();
	struct pg_ref child;
	bool any = pg_statement_attaches(statement, arena, &child);

	*ret_that = any && names(statement, &child, id->namespace, id->name);
	return any;
}

/* A table with its parts: what they are called is checked when they have been made. */
static bool
belongs_to_relation(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	const struct pg_head *head = &statement->head;
	bool on = head->on.name && names(statement, &head->on, id->namespace, id->name);
	bool itself;

	if (attaches(statement, id, &itself)) {
		return itself;
	}
	if (is_relation(head->kind) || head->kind == SFS_COLUMN) {
		return is_about(statement, id->namespace, id->name) &&
		       (!head->creates || head->kind == id->kind);
	}
	if (head->kind == SFS_INDEX || head->kind == SFS_STATISTICS) {
		return head->creates ? on : head->targets.len > 0;
	}
	if (head->kind == SFS_CONSTRAINT) {
		return on;
	}
	return head->kind == SFS_SEQUENCE && is_within(statement, id->namespace) &&
	       (id->kind == SFS_TABLE || id->kind == SFS_FOREIGN_TABLE);
}

/* ALTER TABLE t DISABLE TRIGGER x, or RULE. */
static bool
switches(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	sfs_auto(arena) struct sfs_arena *arena = sfs_arena_create();
	const char *parts[3] = { 0 };
	struct pg_cursor cursor;

	if (!is_relation(statement->head.kind) ||
		!is_about(statement, id->namespace, id->relation)) {
		return false;
	}
	pg_cursor_init(&cursor, statement);
	while (cursor.token.type != SFS_TOKEN_END &&
		cursor.token.offset < statement->head.targets.items[0].offset) {
		pg_cursor_next(&cursor);
	}
	(void)pg_cursor_name(&cursor, arena, parts, 3);
	(void)pg_cursor_accept(&cursor, "*");
	if (!pg_cursor_accept(&cursor, "ENABLE") && !pg_cursor_accept(&cursor, "DISABLE")) {
		return false;
	}
	(void)(pg_cursor_accept(&cursor, "REPLICA") || pg_cursor_accept(&cursor, "ALWAYS"));
	return pg_cursor_accept(&cursor, id->kind == SFS_RULE ? "RULE" : "TRIGGER") &&
	       pg_cursor_name(&cursor, arena, parts, 1) && sfs_streq(parts[0], id->name) &&
	       cursor.token.type == SFS_TOKEN_END;
}

static bool
belongs_beside_relation(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	const struct pg_head *head = &statement->head;

	if (head->kind == id->kind) {
		return head->on.name && names(statement, &head->on, id->namespace, id->relation) &&
		       head->targets.len == 1 && sfs_streq(head->targets.items[0].name, id->name);
	}
	return id->kind != SFS_POLICY && switches(statement, id);
}

static bool
belongs_to_type(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	const struct pg_head *head = &statement->head;

	if (head->kind == SFS_DOMAIN_CONSTRAINT) {
		return names(statement, &head->on, id->namespace, id->name);
	}
	return (head->kind == SFS_TYPE || head->kind == SFS_DOMAIN ||
		       (head->kind == SFS_COLUMN && id->kind == SFS_TYPE)) &&
	       (!head->creates || head->kind == id->kind) &&
	       is_about(statement, id->namespace, id->name);
}

static bool
belongs_to_namespace(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	const struct pg_refs *targets = &statement->head.targets;
	bool kind = statement->head.kind == SFS_NAMESPACE ||
		    statement->head.kind == SFS_DEFAULT_PRIVILEGES;

	for (size_t i = 0; kind && i < targets->len; i++) {
		kind = sfs_streq(targets->items[i].name, id->name);
	}
	return kind && targets->len;
}

static bool
grants(const struct pg_stmt *statement)
{
	return sfs_streq(statement->head.verb, "GRANT") ||
	       sfs_streq(statement->head.verb, "REVOKE");
}

/* On what the server brought: by the namespace of that, pg_catalog for what has none. */
static bool
belongs_to_grants(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	const struct pg_head *head = &statement->head;

	if (!grants(statement) || head->kind == SFS_KIND_COUNT) {
		return false;
	}
	for (size_t i = 0; i < head->targets.len; i++) {
		const char *name = head->kind == SFS_NAMESPACE ? head->targets.items[i].name
							       : head->targets.items[i].namespace;

		if (strcmp(name ? name : "pg_catalog", id->name) != 0) {
			return false;
		}
	}
	return head->targets.len;
}

static bool
belongs(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	const struct pg_head *head = &statement->head;

	if (is_relation(id->kind)) {
		return belongs_to_relation(statement, id);
	}
	if (id->kind == SFS_TYPE || id->kind == SFS_DOMAIN) {
		return belongs_to_type(statement, id);
	}
	if (is_routine(id->kind)) {
		return is_routine(head->kind) && (!head->creates || head->kind == id->kind) &&
		       is_about(statement, id->namespace, id->name);
	}
	if (id->kind == SFS_SEQUENCE) {
		return (head->kind == SFS_SEQUENCE ||
			       (head->kind == SFS_TABLE && !head->creates)) &&
		       is_about(statement, id->namespace, id->name);
	}
	if (id->kind == SFS_NAMESPACE) {
		return belongs_to_namespace(statement, id);
	}
	if (id->kind == SFS_DEFAULT_PRIVILEGES) {
		return head->kind == id->kind && !head->targets.len;
	}
	if (id->kind == SFS_GRANTS) {
		return belongs_to_grants(statement, id);
	}
	if (id->kind == SFS_EXTENSION && grants(statement)) {
		/* Whether they are on its members is seen when it is there. */
		return statement->head.targets.len;
	}
	if (sfs_kind_info(id->kind)->level == SFS_LEVEL_RELATION) {
		return belongs_beside_relation(statement, id);
	}
	return head->kind == id->kind && is_about(statement, id->namespace, id->name);
}

/* Whether the statement says only when a trigger fires, which may be that of a parent. */
static bool
switches_only(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	return id->kind == SFS_TRIGGER && statement->head.kind != SFS_TRIGGER &&
	       switches(statement, id);
}

/* Whether the statement is the one that makes what the path names; a parent's trigger came with it. */
static bool
makes(const struct pg_stmt *statement, const struct sfs_identity *id)
{
	return (statement->head.creates && statement->head.kind == id->kind) ||
	       switches_only(statement, id);
}

static bool
is_definition(const struct pg_stmt *statement)
{
	return statement->head.role == PG_DEFINES && !statement->head.temporary &&
	       !sfs_streq(statement->head.verb, "DROP") && !statement->tree->runs_query;
}

static void
add_upper(struct sfs_str *out, const char *text)
{
	for (; *text; text++) {
		sfs_str_addc(out, *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text);
	}
}

static void
add_ref(struct sfs_str *out, const char *before, const struct pg_ref *ref)
{
	sfs_str_addf(out, "%s%s%s%s", before, ref->namespace ? ref->namespace : "",
		ref->namespace ? "." : "", ref->name);
}

/* "CREATE INDEX x on public.t" */
static void
describe_found(const struct pg_stmt *statement, struct sfs_str *out)
{
	const struct pg_head *head = &statement->head;

	sfs_str_add(out, head->verb ? head->verb : "this statement");
	if (head->kind != SFS_KIND_COUNT) {
		sfs_str_addc(out, ' ');
		add_upper(out, sfs_kind_info(head->kind)->name);
	}
	if (head->targets.len) {
		add_ref(out, " ", &head->targets.items[0]);
	}
	if (head->on.name) {
		add_ref(out, " on ", &head->on);
	}
}

static int
refuse(const struct pg_stmt *statement, const struct sfs_identity *id, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str found = SFS_STR_INIT, expected = SFS_STR_INIT;
	int r = pg_statement_check(statement, err);

	/* What does not even parse is told as that. */
	if (r && statement->head.role != PG_DEFINES) {
		return r;
	}
	describe_found(statement, &found);
	sfs_identity_describe(id, &expected);
	r = sfs_error_set(err, EINVAL, "%s does not belong into the file of %s",
		sfs_str_text(&found), sfs_str_text(&expected));
	sfs_error_hint(err, "%s",
		statement->tree && statement->tree->runs_query
			? "write down the columns: CREATE TABLE ... AS runs a query"
			: "each object has a file of its own; statements that are no definition go "
			  "into pending/");
	sfs_error_object(err, "%s", sfs_str_text(&expected));
	sfs_error_position(
		err, statement->source->path, statement->source->text, statement->offset);
	return r;
}

static int
require_definition(const struct sfs_source *source, const struct sfs_identity *id, bool made,
	struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str expected = SFS_STR_INIT;

	if (made) {
		return 0;
	}
	sfs_identity_describe(id, &expected);
	(void)sfs_error_set(err, EINVAL, "this file does not define %s", expected.text);
	sfs_error_hint(err, "the path of a file says what it defines");
	sfs_error_object(err, "%s", expected.text);
	sfs_error_position(err, source->path, source->text, 0);
	return -EINVAL;
}

int
pg_check_source(struct pg_script *script, const struct sfs_source *source,
	const struct sfs_identity *id, struct sfs_error *err)
{
	/* Every database has these; what is said of them changes them. */
	bool made = (id->kind == SFS_NAMESPACE && strcmp(id->name, "public") == 0) ||
		    id->kind == SFS_DEFAULT_PRIVILEGES || id->kind == SFS_GRANTS;

	sfs_vec_foreach (setting, &script->settings) {
		if (setting->source == source) {
			return refuse(setting, id, err);
		}
	}
	sfs_vec_foreach (statement, &script->statements) {
		if (statement->source != source || statement->head.role == PG_TRANSACTION) {
			continue;
		}
		pg_statement_parse(script, statement);
		if (!is_definition(statement) || !belongs(statement, id)) {
			return refuse(statement, id, err);
		}
		made = made || makes(statement, id);
	}
	return require_definition(source, id, made, err);
}

/* In which space the names of that kind are, as pg_places_add() has them. */
static enum pg_space
space_of(enum sfs_kind kind)
{
	if (is_relation(kind) || kind == SFS_COLUMN || kind == SFS_INDEX || kind == SFS_SEQUENCE) {
		return PG_SPACE_RELATION;
	}
	if (kind == SFS_TYPE || kind == SFS_DOMAIN) {
		return PG_SPACE_TYPE;
	}
	return is_routine(kind) ? PG_SPACE_FUNCTION : PG_SPACE_ANY;
}

static bool
has_namespace(enum sfs_kind kind)
{
	return kind == SFS_INDEX || kind == SFS_STATISTICS || kind == SFS_COLUMN ||
	       (kind != SFS_KIND_COUNT && sfs_kind_info(kind)->level == SFS_LEVEL_NAMESPACE) ||
	       kind == SFS_SEQUENCE;
}

void
pg_check_gone(const struct sfs_identity *id, struct pg_places *places)
{
	if (sfs_kind_info(id->kind)->level != SFS_LEVEL_RELATION && has_namespace(id->kind)) {
		pg_places_add(places, space_of(id->kind), id->namespace, id->name);
	}
}

/* What a statement makes besides what it is about. */
static void
add_made(struct pg_script *script, struct pg_stmt *statement, struct pg_places *places)
{
	pg_statement_parse(script, statement);
	for (size_t i = 0; i < statement->tree->refs.len; i++) {
		const struct pg_ref *ref = &statement->tree->refs.items[i];
		const char *namespace = ref->namespace ? ref->namespace : statement->namespace;

		if (ref->use == PG_USE_MAKES && namespace && pg_places_of(places, namespace)) {
			pg_places_add(places, ref->space, namespace, ref->name);
		}
	}
}

/* ALTER INDEX ... ATTACH PARTITION: what is attached, a key's index for one, is the source's own. */
static void
place_attached(struct pg_script *script, struct pg_stmt *statement, struct pg_places *places)
{
	if (statement->head.kind != SFS_INDEX || statement->head.creates) {
		return;
	}
	pg_statement_parse(script, statement);
	sfs_vec_foreach (ref, &statement->tree->refs) {
		const char *namespace = namespace_of(statement, ref);

		if (ref->name && namespace && pg_places_of(places, namespace)) {
			pg_places_add(places, PG_SPACE_RELATION, namespace, ref->name);
		}
	}
}

void
pg_check_places(struct pg_script *script, const struct sfs_source *source,
	const struct sfs_identity *id, struct pg_places *places)
{
	/* A trigger's table is not its own: that is cloned. */
	if (sfs_kind_info(id->kind)->level == SFS_LEVEL_RELATION) {
		return;
	}
	if (has_namespace(id->kind)) {
		pg_places_add(places, space_of(id->kind), id->namespace, id->name);
	}
	sfs_vec_foreach (statement, &script->statements) {
		bool itself;

		/* What a partition is attached to is not the source's. */
		if (statement->source != source || !has_namespace(statement->head.kind) ||
			statement->head.kind == SFS_COLUMN || attaches(statement, id, &itself)) {
			continue;
		}
		place_attached(script, statement, places);
		sfs_vec_foreach (target, &statement->head.targets) {
			const char *namespace = namespace_of(statement, target);

			if (namespace && pg_places_of(places, namespace)) {
				pg_places_add(places,
					is_relation(id->kind) || id->kind == SFS_SEQUENCE
						? PG_SPACE_RELATION
						: space_of(statement->head.kind),
					namespace, target->name);
			}
		}
		add_made(script, statement, places);
	}
}
