// SPDX-License-Identifier: MIT
/*
 * Routines whose bodies the server keeps as texts, and so does not know what they need: who names
 * what goes, or gets another name or type, is found out by reading them.
 */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "sql/lexer.h"
#include "sql/quote.h"

void
pg_bodies_finish(struct pg_bodies *bodies)
{
	sfs_vec_finish(&bodies->items);
}

/* ---- which there are ---- */

/* One that the plan drops or writes anew is its author's concern. */
static bool
is_touched(
	const struct pg_planner *planner, const char *namespace, const char *name, const char *body)
{
	sfs_vec_foreach (item, &planner->states) {
		const struct pg_state *state = *item;
		const struct sfs_object *from = state->from;

		if (from && (from->id.kind == SFS_FUNCTION || from->id.kind == SFS_PROCEDURE) &&
			(state->gone || state->attributes & PG_BIT(SFS_FUNCTION_BODY)) &&
			sfs_streq(from->id.namespace, namespace) &&
			sfs_streq(from->id.name, name) &&
			sfs_streq(sfs_object_get(from, SFS_FUNCTION_BODY), body)) {
			return true;
		}
	}
	return false;
}

static void
add_body(struct pg_planner *planner, const char *routine, const char *body)
{
	struct pg_body item = {
		.routine = sfs_arena_strdup(planner->arena, routine),
		.text = sfs_arena_strdup(planner->arena, body),
	};

	sfs_vec_push(&planner->bodies.items, item);
}

/* A catalog of what one edit is about lacks most of them: the database has them all. */
static bool
ask_for_bodies(struct pg_planner *planner)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	if (!pg_facts_begin(planner)) {
		return false;
	}
	sfs_str_addf(&sql,
		"SELECT CASE p.prokind WHEN 'p' THEN 'procedure ' ELSE 'function ' END"
		" || n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')',"
		" n.nspname, p.proname, p.prosrc FROM pg_catalog.pg_proc p"
		" JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
		" JOIN pg_catalog.pg_language l ON l.oid = p.prolang"
		" WHERE p.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal') AND"
		" n.nspname NOT IN ('pg_catalog', 'information_schema')%s AND NOT EXISTS (SELECT"
		" FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass"
		" AND d.objid = p.oid AND d.deptype = 'e') ORDER BY 1 COLLATE \"C\"",
		planner->db->version >= 140000 ? " AND p.prosqlbody IS NULL" : "");
	if (!pg_facts_query(planner, sfs_str_text(&sql), &result)) {
		return false;
	}
	for (int i = 0; i < PQntuples(result); i++) {
		if (!is_touched(planner, PQgetvalue(result, i, 1), PQgetvalue(result, i, 2),
			    PQgetvalue(result, i, 3))) {
			add_body(planner, PQgetvalue(result, i, 0), PQgetvalue(result, i, 3));
		}
	}
	return true;
}

static void
find_bodies(struct pg_planner *planner)
{
	if (planner->bodies.known) {
		return;
	}
	planner->bodies.known = true;
	if (ask_for_bodies(planner)) {
		return;
	}
	sfs_vec_foreach (item, &planner->diff->from->objects) {
		const struct sfs_object *object = *item;
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
		const char *body;

		if (object->id.kind != SFS_FUNCTION && object->id.kind != SFS_PROCEDURE) {
			continue;
		}
		body = sfs_object_get(object, SFS_FUNCTION_BODY);
		if (body && !is_touched(planner, object->id.namespace, object->id.name, body)) {
			sfs_identity_describe(&object->id, &name);
			add_body(planner, sfs_str_text(&name), body);
		}
	}
}

/* ---- what they name ---- */

/* A word to look for. Where one stands before it with a dot, that must be the schema, if it has one. */
struct word {
	const char *name, *namespace;
};

static bool
is_word(const char *text, const struct sfs_token *token, const char *name)
{
	struct sfs_str word sfs_auto(str) = SFS_STR_INIT;

	if (token->type != SFS_TOKEN_WORD && token->type != SFS_TOKEN_QUOTED) {
		return false;
	}
	sfs_unquote_name(&word, SFS_POSTGRES, text + token->offset, token->len);
	return strcmp(sfs_str_text(&word), name) == 0;
}

/* Strings are looked into: statements that are put together, bodies in dollars. */
static bool
names_word(const char *text, size_t len, const struct word *word)
{
	struct sfs_token token, last = { 0 }, before = { 0 };
	struct sfs_lexer lexer;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, len);
	while (sfs_lexer_word(&lexer, &token)) {
		bool other = word->namespace && last.len && sfs_token_is(text, &last, ".") &&
			     !is_word(text, &before, word->namespace);

		if ((!other && is_word(text, &token, word->name)) ||
			(token.type == SFS_TOKEN_STRING && token.len > 2 &&
				names_word(text + token.offset + 1, token.len - 2, word))) {
			return true;
		}
		before = last;
		last = token;
	}
	return false;
}

static bool
names_object(const char *body, const struct sfs_object *object)
{
	const char *relation = object->owner ? object->owner->id.name : object->id.relation;
	struct word name = { object->id.name, object->id.namespace };
	struct word table = { relation, object->id.namespace };

	if (relation || object->id.kind == SFS_NAMESPACE) {
		name.namespace = NULL;
	}
	return strcasestr(body, name.name) && names_word(body, strlen(body), &name) &&
	       (!relation || names_word(body, strlen(body), &table));
}

size_t
pg_named_in_bodies(
	struct pg_planner *planner, const struct sfs_object *object, struct sfs_str *names)
{
	enum { NAMED = 5 };
	size_t n = 0;

	find_bodies(planner);
	sfs_vec_foreach (body, &planner->bodies.items) {
		if (!names_object(body->text, object)) {
			continue;
		}
		if (n < NAMED) {
			sfs_str_separate(names, ", ");
			sfs_str_add(names, body->routine);
		}
		n++;
	}
	if (n > NAMED) {
		sfs_str_addf(names, " and %zu more", n - NAMED);
	}
	return n;
}
