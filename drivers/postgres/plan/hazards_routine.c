// SPDX-License-Identifier: MIT
/* What functions and procedures risk: by their rights, their names and what their bodies name. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "sql/lexer.h"
#include "sql/quote.h"

/* ---- names in a body that stand without their schema ---- */

/* A relation of that name, in whatever schema of a user's; the database knows more than a part of it. */
static bool
is_relation(struct pg_planner *planner, const char *name)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	sfs_vec_foreach (item, &planner->diff->to->objects) {
		enum sfs_kind kind = (*item)->id.kind;

		if ((kind == SFS_TABLE || kind == SFS_VIEW || kind == SFS_MATERIALIZED_VIEW ||
			    kind == SFS_FOREIGN_TABLE) &&
			strcmp((*item)->id.name, name) == 0) {
			return true;
		}
	}
	if (!pg_facts_begin(planner)) {
		return false;
	}
	sfs_str_add(&sql, "SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
			  " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
			  " AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND"
			  " c.relname = ");
	pg_literal(&sql, name);
	return pg_facts_query(planner, sfs_str_text(&sql), &result) && PQntuples(result) > 0;
}

/* The name that a token stands for; false when it is none. */
static bool
read_name(const char *text, const struct sfs_token *token, struct sfs_str *out)
{
	sfs_str_truncate(out, 0);
	if (token->type != SFS_TOKEN_WORD && token->type != SFS_TOKEN_QUOTED) {
		return false;
	}
	sfs_unquote_name(out, SFS_POSTGRES, text + token->offset, token->len);
	return true;
}

static bool
precedes_relation(const char *text, const struct sfs_token *token)
{
	return sfs_token_is(text, token, "FROM") || sfs_token_is(text, token, "JOIN") ||
	       sfs_token_is(text, token, "INTO") || sfs_token_is(text, token, "UPDATE");
}

/* The first relation that the body names without a schema. */
static bool
find_unqualified(struct pg_planner *planner, const char *body, struct sfs_str *ret_name)
{
	struct sfs_lexer lexer;
	struct sfs_token token, next;
	bool expected = false;

	sfs_lexer_init(&lexer, SFS_POSTGRES, body, strlen(body));
	while (sfs_lexer_word(&lexer, &token)) {
		if (expected && read_name(body, &token, ret_name)) {
			struct sfs_lexer ahead = lexer;
			bool plain = !sfs_lexer_word(&ahead, &next) ||
				     (!sfs_token_is(body, &next, ".") &&
					     !(sfs_token_is(body, &next, "(") &&
						     next.offset == token.offset + token.len));

			if (plain && is_relation(planner, sfs_str_text(ret_name))) {
				return true;
			}
		}
		expected = precedes_relation(body, &token);
	}
	return false;
}

static bool
sets_search_path(const struct sfs_object *routine)
{
	const char *settings = sfs_object_get(routine, SFS_FUNCTION_CONFIGURATION);

	return settings && strstr(settings, "search_path");
}

static void
tell_unqualified(struct pg_planner *planner, const struct pg_state *state)
{
	const char *body = sfs_object_get(state->to, SFS_FUNCTION_BODY);
	const char *language = sfs_object_get(state->to, SFS_FUNCTION_LANGUAGE);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	bool sql = sfs_streq(language, "sql") || sfs_streq(language, "plpgsql");

	if (!body || !sql || sets_search_path(state->to) ||
		(state->from && sfs_streq(body, sfs_object_get(state->from, SFS_FUNCTION_BODY)))) {
		return;
	}
	if (find_unqualified(planner, body, &name)) {
		sfs_plan_hazard(planner->plan, 68, SFS_INFO, state->to,
			"names %s without a schema: which one that is, the caller's search_path says",
			sfs_str_text(&name));
	}
}

/* ---- rights ---- */

void
pg_hazard_write_function(struct pg_planner *planner, const struct pg_state *state)
{
	const char *settings = sfs_object_get(state->to, SFS_FUNCTION_CONFIGURATION);
	bool now = sfs_object_has(state->to, SFS_FUNCTION_SECURITY_DEFINER) &&
		   !(settings && strstr(settings, "search_path"));
	const char *former =
		state->from ? sfs_object_get(state->from, SFS_FUNCTION_CONFIGURATION) : NULL;
	bool before = state->from && sfs_object_has(state->from, SFS_FUNCTION_SECURITY_DEFINER) &&
		      !(former && strstr(former, "search_path"));

	/* Who asks for a new one has read it; one that is there gets it under its callers' feet. */
	if (now && !before) {
		sfs_plan_hazard(planner->plan, 9, state->from ? SFS_LOSS : SFS_WARN, state->to,
			"runs with its owner's rights and a search_path that the caller chooses");
	}
	tell_unqualified(planner, state);
}

/* ---- routines of one name ---- */

/* Others of the name; overloads stand side by side in a sorted catalog. */
static const struct sfs_object *
overload(const struct sfs_catalog *catalog, const struct sfs_object *routine, uint32_t index)
{
	const struct sfs_object *other =
		index < catalog->objects.len ? catalog->objects.items[index] : NULL;

	return other && other->id.kind == routine->id.kind &&
			       sfs_streq(other->id.namespace, routine->id.namespace) &&
			       sfs_streq(other->id.name, routine->id.name)
		       ? other
		       : NULL;
}

/* H64: one that stays beside the new one, where a call may find either. */
static const struct sfs_object *
find_staying(const struct pg_planner *planner, const struct sfs_object *routine)
{
	const struct sfs_catalog *to = planner->diff->to;
	const struct sfs_object *other;

	for (uint32_t i = routine->index; (other = overload(to, routine, i - 1)); i--) {
		if (planner->diff->origin[other->index]) {
			return other;
		}
	}
	for (uint32_t i = routine->index; (other = overload(to, routine, i + 1)); i++) {
		if (planner->diff->origin[other->index]) {
			return other;
		}
	}
	return NULL;
}

/* One of the name that goes while the new one comes. */
static const struct sfs_object *
find_leaving(const struct pg_planner *planner, const struct sfs_object *routine)
{
	sfs_vec_foreach (item, &planner->states) {
		const struct sfs_object *from = (*item)->from;

		if (from && (*item)->gone && !(*item)->made && from->id.kind == routine->id.kind &&
			sfs_streq(from->id.namespace, routine->id.namespace) &&
			sfs_streq(from->id.name, routine->id.name)) {
			return from;
		}
	}
	return NULL;
}

void
pg_hazard_create_routine(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *other = state->gone ? NULL : find_staying(planner, state->to);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (other) {
		sfs_identity_describe(&other->id, &name);
		sfs_plan_hazard(planner->plan, 64, SFS_WARN, state->to,
			"comes beside %s: which one a call means, its arguments say",
			sfs_str_text(&name));
		return;
	}
	other = state->gone ? NULL : find_leaving(planner, state->to);
	if (other) {
		sfs_identity_describe(&other->id, &name);
		sfs_plan_hazard(planner->plan, 64, SFS_WARN, state->to,
			"takes the place of %s: calls with the arguments of that one fail",
			sfs_str_text(&name));
	}
}
