// SPDX-License-Identifier: MIT
/* Texts that only the server can make, cut into attributes. */
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/read/definition.h"
#include "drivers/postgres/kind.h"

/* Reads on to the `)` that closes the parenthesis just read; its offset. */
static size_t
closing(struct sfs_lexer *lexer)
{
	struct sfs_token token;
	unsigned depth = 1;

	while (sfs_lexer_word(lexer, &token)) {
		if (sfs_token_is(lexer->text, &token, "(")) {
			depth++;
		} else if (sfs_token_is(lexer->text, &token, ")") && --depth == 0) {
			return token.offset;
		}
	}
	return lexer->len;
}

/* Whether what the parentheses enclose stands without them: no subquery and no list. */
static bool
can_be_bare(const char *text, size_t len)
{
	static const char *const queries[] = { "SELECT", "VALUES", "WITH", "TABLE" };
	struct sfs_lexer lexer;
	struct sfs_token token;
	int depth = 0;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, len);
	while (sfs_lexer_word(&lexer, &token)) {
		for (size_t i = 0; depth == 1 && i < 4; i++) {
			if (sfs_token_is(text, &token, queries[i])) {
				return false;
			}
		}
		depth += sfs_token_is(text, &token, "(") - sfs_token_is(text, &token, ")");
		if ((depth == 0 && token.offset + token.len < len) ||
			(depth == 1 && sfs_token_is(text, &token, ","))) {
			return false;
		}
	}
	return true;
}

const char *
pg_bare(struct sfs_arena *arena, const char *expression)
{
	const char *text = expression;
	size_t len = text ? strlen(text) : 0;

	while (len > 2 && text[0] == '(' && text[len - 1] == ')' && can_be_bare(text, len)) {
		text++;
		len -= 2;
	}
	return text == expression ? expression : sfs_arena_strndup(arena, text, len);
}

static const char *
slice(struct pg_load *load, const char *text, size_t from, size_t to)
{
	return pg_show(
		load->options, load->arena, sfs_arena_strndup(load->arena, text + from, to - from));
}

void
pg_define_index(struct pg_load *load, const char *text, const char **ret_keys,
	const char **ret_include, const char **ret_predicate)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool keys_seen = false, include = false;

	*ret_keys = *ret_include = *ret_predicate = NULL;
	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_word(&lexer, &token)) {
		size_t end = token.offset + token.len;

		if (sfs_token_is(text, &token, "(")) {
			size_t close = closing(&lexer);

			if (!keys_seen) {
				*ret_keys = slice(load, text, end, close);
				keys_seen = true;
			} else if (include) {
				*ret_include = slice(load, text, end, close);
				include = false;
			}
		} else if (keys_seen && sfs_token_is(text, &token, "INCLUDE")) {
			include = true;
		} else if (keys_seen && sfs_token_is(text, &token, "WHERE")) {
			*ret_predicate =
				pg_bare(load->arena, slice(load, text, end + 1, strlen(text)));
			return;
		}
	}
}

/* Cuts `suffix` off the end of a text of that length; the new length. */
static size_t
without(const char *text, size_t len, const char *suffix)
{
	size_t width = strlen(suffix);

	return len > width && memcmp(text + len - width, suffix, width) == 0 ? len - width : len;
}

const char *
pg_define_check(struct sfs_arena *arena, const char *text)
{
	if (!text || !sfs_starts_with(text, "CHECK (")) {
		return text;
	}
	return sfs_arena_printf(arena, "CHECK (%s)", pg_bare(arena, text + strlen("CHECK ")));
}

const char *
pg_define_constraint(struct pg_load *load, const char *text, const char *const *values)
{
	size_t len = strlen(text);

	/* The server adds them in the reverse of this order. */
	if (values[SFS_CONSTRAINT_NOT_VALID] || values[SFS_CONSTRAINT_UNCHECKED]) {
		len = without(text, len, " NOT VALID");
	}
	if (values[SFS_CONSTRAINT_NOT_ENFORCED]) {
		len = without(text, len, " NOT ENFORCED");
	}
	if (values[SFS_CONSTRAINT_DEFERRABLE]) {
		len = without(text, len, " INITIALLY DEFERRED");
		len = without(text, len, " DEFERRABLE");
	}
	if (values[SFS_CONSTRAINT_NO_INHERIT]) {
		len = without(text, len, " NO INHERIT");
	}
	return pg_define_check(load->arena, slice(load, text, 0, len));
}

void
pg_set_cluster(struct pg_load *load, struct sfs_object *relation, const char *index)
{
	sfs_auto(str) struct sfs_str name = SFS_STR_INIT;
	int attribute = sfs_kind_attribute(relation->id.kind, "cluster_on");

	if (attribute >= 0) {
		pg_name(&name, index);
		sfs_catalog_set(load->catalog, relation, attribute, name.text);
	}
}

static void
define(struct pg_load *load, struct sfs_object *object, const char *text)
{
	struct sfs_catalog *catalog = load->catalog;

	text = pg_keep_chains(load->arena, pg_keep_arrays(load->arena, text));
	if (object->id.kind == SFS_INDEX) {
		const char *keys, *include, *predicate;

		pg_define_index(load, text, &keys, &include, &predicate);
		sfs_catalog_set(catalog, object, SFS_INDEX_KEYS, keys);
		sfs_catalog_set(catalog, object, SFS_INDEX_INCLUDE, include);
		sfs_catalog_set(catalog, object, SFS_INDEX_PREDICATE, predicate);
		return;
	}
	const char *values[64] = { NULL };

	for (size_t i = 0; i < sfs_kind_info(SFS_CONSTRAINT)->n_attributes; i++) {
		values[i] = sfs_object_get(object, (int)i);
	}
	sfs_catalog_set(catalog, object, SFS_CONSTRAINT_DEFINITION,
		pg_define_constraint(load, text, values));
}

int
pg_read_definitions(struct pg_load *load, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str oids = SFS_STR_INIT, indexes = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	sfs_vec_foreach (undefined, &load->undefined) {
		const struct sfs_object *object = *undefined;

		sfs_str_addf(&oids, "%c%u", oids.len ? ',' : '{',
			(unsigned)(object->tag >> 16 & UINT32_MAX));
		sfs_str_addf(&indexes, "%c%c", indexes.len ? ',' : '{',
			object->id.kind == SFS_INDEX ? 't' : 'f');
	}
	sfs_str_addc(&oids, '}');
	sfs_str_addc(&indexes, '}');
	const char *params[] = { oids.text, indexes.text };
	int r = pg_query(load->db,
		"SELECT CASE WHEN u.is_index THEN pg_get_indexdef(u.oid)"
		" ELSE pg_get_constraintdef(u.oid) END"
		" FROM unnest($1::oid[], $2::bool[]) WITH ORDINALITY u (oid, is_index, n)"
		" ORDER BY u.n",
		2, params, &result, err);

	for (int i = 0; r == 0 && i < PQntuples(result); i++) {
		struct sfs_object *object = load->undefined.items[i];

		if (PQgetisnull(result, i, 0)) {
			load->vanished = object->id.name;
		} else {
			define(load, object, PQgetvalue(result, i, 0));
		}
	}
	return r;
}
