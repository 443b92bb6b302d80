// SPDX-License-Identifier: MIT
/* Bounds of partitions as conditions in SQL, and the rows for which they do not hold. */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/plan/hazards.h"
#include "sql/lexer.h"

/* The one column or expression that the parent is partitioned by; false for keys of several. */
static bool
write_key(const struct sfs_object *parent, bool *ret_list, struct sfs_str *out)
{
	const char *key = sfs_object_get(parent, SFS_TABLE_PARTITION_KEY);
	struct pg_list parts sfs_auto(pg_list) = { 0 };
	struct sfs_lexer lexer;
	struct sfs_token token, open, last = { 0 };
	size_t words = 0;

	sfs_lexer_init(&lexer, SFS_POSTGRES, key, strlen(key));
	if (!sfs_lexer_word(&lexer, &token) || !sfs_lexer_word(&lexer, &open) ||
		sfs_token_is(key, &token, "HASH")) {
		return false;
	}
	*ret_list = sfs_token_is(key, &token, "LIST");
	while (sfs_lexer_word(&lexer, &token)) {
		last = token;
		words++;
	}
	if (!words || !sfs_token_is(key, &last, ")")) {
		return false;
	}
	sfs_str_addn(out, key + open.offset + 1, last.offset - open.offset - 1);
	pg_list_split(sfs_str_text(out), &parts);
	/* One name, or what ends in a parenthesis: anything else names an operator class besides. */
	return parts.len == 1 && (words == 2 || out->text[out->len - 1] == ')');
}

/* The items of a parenthesised list that stands at the lexer; false when there is none. */
static bool
read_items(struct sfs_lexer *lexer, struct pg_list *ret_items)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct sfs_token token, open;
	size_t depth = 1;

	if (!sfs_lexer_word(lexer, &open) || !sfs_token_is(lexer->text, &open, "(")) {
		return false;
	}
	while (depth && sfs_lexer_word(lexer, &token)) {
		depth += sfs_token_is(lexer->text, &token, "(");
		depth -= sfs_token_is(lexer->text, &token, ")");
	}
	if (depth) {
		return false;
	}
	sfs_str_addn(&text, lexer->text + open.offset + 1, token.offset - open.offset - 1);
	pg_list_split(sfs_str_text(&text), ret_items);
	return true;
}

static bool
add_range(struct sfs_lexer *lexer, const char *key, struct sfs_str *out)
{
	struct pg_list from sfs_auto(pg_list) = { 0 }, to sfs_auto(pg_list) = { 0 };
	struct sfs_token token;

	if (!read_items(lexer, &from) || !sfs_lexer_word(lexer, &token) ||
		!sfs_token_is(lexer->text, &token, "TO") || !read_items(lexer, &to) ||
		from.len != 1 || to.len != 1) {
		return false;
	}
	sfs_str_addf(out, "%s IS NOT NULL", key);
	if (strcmp(from.items[0], "MINVALUE") != 0) {
		sfs_str_addf(out, " AND %s >= %s", key, from.items[0]);
	}
	if (strcmp(to.items[0], "MAXVALUE") != 0) {
		sfs_str_addf(out, " AND %s < %s", key, to.items[0]);
	}
	return true;
}

static bool
add_values(struct sfs_lexer *lexer, const char *key, struct sfs_str *out)
{
	struct pg_list values sfs_auto(pg_list) = { 0 };
	struct sfs_str list sfs_auto(str) = SFS_STR_INIT;
	bool null = false;

	if (!read_items(lexer, &values)) {
		return false;
	}
	sfs_vec_foreach (value, &values) {
		if (strcmp(*value, "NULL") == 0) {
			null = true;
		} else {
			sfs_str_separate(&list, ", ");
			sfs_str_add(&list, *value);
		}
	}
	if (!list.len) {
		sfs_str_addf(out, "%s IS NULL", key);
	} else if (null) {
		sfs_str_addf(out, "%s IS NULL OR %s IN (%s)", key, key, sfs_str_text(&list));
	} else {
		sfs_str_addf(out, "%s IS NOT NULL AND %s IN (%s)", key, key, sfs_str_text(&list));
	}
	return true;
}

bool
pg_partition_condition(const struct sfs_object *parent, const char *bound, struct sfs_str *out)
{
	struct sfs_str key sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool list;

	if (!write_key(parent, &list, &key)) {
		return false;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, bound, strlen(bound));
	for (size_t i = 0; i < 3; i++) { /* FOR VALUES IN, FOR VALUES FROM */
		if (!sfs_lexer_word(&lexer, &token)) {
			return false; /* DEFAULT */
		}
	}
	return list ? add_values(&lexer, sfs_str_text(&key), out)
		    : add_range(&lexer, sfs_str_text(&key), out);
}

const struct sfs_object *
pg_partition_parent(const struct pg_planner *planner, const struct sfs_object *table)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->to, table);
	const char *name = sfs_object_get(table, SFS_TABLE_PARTITION_OF);

	for (size_t i = 0; name && i < uses.len; i++) {
		struct sfs_str other sfs_auto(str) = SFS_STR_INIT;

		pg_qualified(&other, uses.items[i]->id.namespace, uses.items[i]->id.name);
		if (uses.items[i]->id.kind == SFS_TABLE &&
			sfs_object_has(uses.items[i], SFS_TABLE_PARTITION_KEY) &&
			strcmp(sfs_str_text(&other), name) == 0) {
			return uses.items[i];
		}
	}
	return NULL;
}

/* ---- rows that are in the way ---- */

static bool
is_default(const struct sfs_object *partition)
{
	return sfs_streq(sfs_object_get(partition, SFS_TABLE_PARTITION_BOUND), "DEFAULT");
}

/* "satisfies_hash_partition('t'::regclass, 4, 1, a, b)": which no bound says in another way. */
static bool
write_hash(const struct sfs_object *parent, const char *bound, struct sfs_str *out)
{
	const char *key = sfs_object_get(parent, SFS_TABLE_PARTITION_KEY);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token;
	int modulus = -1, remainder = -1;

	if (!sfs_starts_with(key, "HASH ")) {
		return false;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, bound, strlen(bound));
	while (sfs_lexer_word(&lexer, &token)) {
		if (token.type == SFS_TOKEN_NUMBER) {
			int number = atoi(bound + token.offset);

			modulus = modulus < 0 ? number : modulus;
			remainder = number;
		}
	}
	pg_qualified(&name, parent->id.namespace, parent->id.name);
	sfs_str_add(out, "satisfies_hash_partition(");
	pg_literal(out, sfs_str_text(&name));
	sfs_str_addf(out, "::regclass, %d, %d, %s", modulus, remainder,
		key + strlen("HASH ") + 1); /* up to the end, with its parenthesis */
	return true;
}

/* Whether the rows of one of its other partitions would be let in; false when that can not be told. */
static bool
write_others(const struct pg_planner *planner, const struct sfs_object *parent,
	const struct sfs_object *partition, struct sfs_str *out)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->to, parent);

	for (size_t i = 0; i < users.len; i++) {
		const char *bound =
			users.items[i]->id.kind == SFS_TABLE && users.items[i] != partition
				? sfs_object_get(users.items[i], SFS_TABLE_PARTITION_BOUND)
				: NULL;
		struct sfs_str condition sfs_auto(str) = SFS_STR_INIT;

		if (!bound) {
			continue;
		}
		if (!pg_partition_condition(parent, bound, &condition)) {
			return false;
		}
		sfs_str_separate(out, " OR ");
		sfs_str_addf(out, "(%s)", sfs_str_text(&condition));
	}
	return true;
}

int64_t
pg_count_misfits(
	struct pg_planner *planner, const struct sfs_object *from, const struct sfs_object *to)
{
	const struct sfs_object *parent = pg_partition_parent(planner, to);
	const char *bound = sfs_object_get(to, SFS_TABLE_PARTITION_BOUND);
	struct sfs_str fits sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;

	if (!parent || !bound) {
		return -1;
	}
	if (is_default(to)) {
		if (!write_others(planner, parent, to, &sql)) {
			return -1;
		}
		return sql.len ? pg_count_where(planner, from, sfs_str_text(&sql)) : 0;
	}
	if (!pg_partition_condition(parent, bound, &fits) && !write_hash(parent, bound, &fits)) {
		return -1;
	}
	sfs_str_addf(&sql, "(%s) IS NOT TRUE", sfs_str_text(&fits));
	return pg_count_where(planner, from, sfs_str_text(&sql));
}

/* The default partition, as it is now, that stays one while the other comes beside it. */
static const struct sfs_object *
default_beside(const struct pg_planner *planner, const struct sfs_object *parent,
	const struct sfs_object *partition)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->to, parent);

	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *from = planner->diff->origin[users.items[i]->index];

		if (users.items[i]->id.kind == SFS_TABLE && users.items[i] != partition && from &&
			is_default(users.items[i]) && is_default(from)) {
			return from;
		}
	}
	return NULL;
}

int64_t
pg_count_in_default(struct pg_planner *planner, const struct sfs_object *partition,
	const struct sfs_object **ret_default)
{
	const struct sfs_object *parent = pg_partition_parent(planner, partition);
	const char *bound = sfs_object_get(partition, SFS_TABLE_PARTITION_BOUND);
	const struct sfs_object *other =
		parent && bound ? default_beside(planner, parent, partition) : NULL;
	struct sfs_str condition sfs_auto(str) = SFS_STR_INIT;

	if (!other || !pg_partition_condition(parent, bound, &condition)) {
		return 0;
	}
	*ret_default = other;
	return pg_count_where(planner, other, sfs_str_text(&condition));
}
