// SPDX-License-Identifier: MIT
/* Bounds of partitions as conditions in SQL. */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/rows.h"
#include "sql/lexer.h"

/* Steps over what stands in parentheses, whose first is read. */
static void
skip_group(struct sfs_lexer *lexer)
{
	struct sfs_token token;
	size_t depth = 1;

	while (depth && sfs_lexer_word(lexer, &token)) {
		depth += sfs_token_is(lexer->text, &token, "(");
		depth -= sfs_token_is(lexer->text, &token, ")");
	}
}

/* Steps over the rest of a qualified name; false when nothing is behind it, else that is read. */
static bool
skip_name(struct sfs_lexer *lexer, struct sfs_token *token)
{
	while (sfs_lexer_word(lexer, token)) {
		if (!sfs_token_is(lexer->text, token, ".") || !sfs_lexer_word(lexer, token)) {
			return true;
		}
	}
	return false;
}

/* Whether an item of a key is compared by the operators of its type: it names no class of them. */
static bool
compares_plainly(const char *item)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool more, group;

	sfs_lexer_init(&lexer, SFS_POSTGRES, item, strlen(item));
	more = sfs_lexer_word(&lexer, &token);
	group = more && sfs_token_is(item, &token, "(");
	if (more && !group) {
		more = skip_name(&lexer, &token);
		group = more && sfs_token_is(item, &token, "(");
	}
	if (group) {
		skip_group(&lexer);
		more = sfs_lexer_word(&lexer, &token);
	}
	if (more && sfs_token_is(item, &token, "COLLATE")) {
		more = sfs_lexer_word(&lexer, &token) && skip_name(&lexer, &token);
	}
	return !more;
}

/* The columns and expressions that the parent is partitioned by; false for hashes, and unusual keys. */
static bool
read_key(const struct sfs_object *parent, bool *ret_list, struct pg_list *ret_items)
{
	const char *key = sfs_object_get(parent, SFS_TABLE_PARTITION_KEY);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token, open, last = { 0 };

	sfs_lexer_init(&lexer, SFS_POSTGRES, key, strlen(key));
	if (!sfs_lexer_word(&lexer, &token) || !sfs_lexer_word(&lexer, &open) ||
		sfs_token_is(key, &token, "HASH")) {
		return false;
	}
	*ret_list = sfs_token_is(key, &token, "LIST");
	while (sfs_lexer_word(&lexer, &token)) {
		last = token;
	}
	if (!sfs_token_is(key, &last, ")")) {
		return false;
	}
	sfs_str_addn(&text, key + open.offset + 1, last.offset - open.offset - 1);
	pg_list_split(sfs_str_text(&text), ret_items);
	sfs_vec_foreach (item, ret_items) {
		if (!compares_plainly(*item)) {
			return false;
		}
	}
	return ret_items->len > 0;
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

/*
 * One end of a range: `(a, b) >= (1, 2)`. What is said behind MINVALUE or MAXVALUE means nothing, and
 * with nothing before it the end is open.
 */
static void
add_end(const struct pg_list *keys, const struct pg_list *values, bool upper, struct sfs_str *out)
{
	struct sfs_str left sfs_auto(str) = SFS_STR_INIT, right sfs_auto(str) = SFS_STR_INIT;
	bool least = false, most = false;
	size_t n = 0;

	for (; n < keys->len && n < values->len; n++) {
		least = strcmp(values->items[n], "MINVALUE") == 0;
		most = strcmp(values->items[n], "MAXVALUE") == 0;
		if (least || most) {
			break;
		}
		sfs_str_separate(&left, ", ");
		sfs_str_add(&left, keys->items[n]);
		sfs_str_separate(&right, ", ");
		sfs_str_add(&right, values->items[n]);
	}
	if (n == 0) {
		/* From the greatest of all values on, or up to the least: there is none. */
		sfs_str_add(out, least == upper ? " AND false" : "");
		return;
	}
	sfs_str_addf(out, n == 1 ? " AND %s %s %s" : " AND (%s) %s (%s)", sfs_str_text(&left),
		upper ? (most ? "<=" : "<") : (most ? ">" : ">="), sfs_str_text(&right));
}

static bool
add_range(struct sfs_lexer *lexer, const struct pg_list *keys, struct sfs_str *out)
{
	struct pg_list from sfs_auto(pg_list) = { 0 }, to sfs_auto(pg_list) = { 0 };
	struct sfs_token token;

	if (!read_items(lexer, &from) || !sfs_lexer_word(lexer, &token) ||
		!sfs_token_is(lexer->text, &token, "TO") || !read_items(lexer, &to) ||
		from.len != keys->len || to.len != keys->len) {
		return false;
	}
	for (size_t i = 0; i < keys->len; i++) {
		sfs_str_addf(out, "%s%s IS NOT NULL", i ? " AND " : "", keys->items[i]);
	}
	add_end(keys, &from, false, out);
	add_end(keys, &to, true, out);
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

static bool
write_condition(const struct pg_list *keys, bool list, const char *bound, struct sfs_str *out)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, bound, strlen(bound));
	for (size_t i = 0; i < 3; i++) { /* FOR VALUES IN, FOR VALUES FROM */
		if (!sfs_lexer_word(&lexer, &token)) {
			return false; /* DEFAULT */
		}
	}
	return list ? add_values(&lexer, keys->items[0], out) : add_range(&lexer, keys, out);
}

bool
pg_partition_condition(const struct sfs_object *parent, const char *bound, struct sfs_str *out)
{
	struct pg_list keys sfs_auto(pg_list) = { 0 };
	bool list;

	return read_key(parent, &list, &keys) && keys.len == 1 &&
	       write_condition(&keys, list, bound, out);
}

const struct sfs_object *
pg_partition_parent(const struct pg_planner *planner, const struct sfs_object *table)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->to, table);
	bool relation = table->id.kind == SFS_TABLE || table->id.kind == SFS_FOREIGN_TABLE;
	const char *name = relation ? sfs_object_get(table, SFS_TABLE_PARTITION_OF) : NULL;

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

bool
pg_is_default_partition(const struct sfs_object *partition)
{
	return partition->id.kind == SFS_TABLE &&
	       sfs_streq(sfs_object_get(partition, SFS_TABLE_PARTITION_BOUND), "DEFAULT");
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

/* What a partition that is not the default one lets in. */
static bool
write_bound(const struct sfs_object *parent, const char *bound, struct sfs_str *out)
{
	struct pg_list keys sfs_auto(pg_list) = { 0 };
	bool list;

	if (write_hash(parent, bound, out)) {
		return true;
	}
	return read_key(parent, &list, &keys) && write_condition(&keys, list, bound, out);
}

bool
pg_partition_refuses(const struct pg_planner *planner, const struct sfs_object *parent,
	const struct sfs_object *but, struct sfs_str *out)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->to, parent);

	for (size_t i = 0; i < users.len; i++) {
		struct sfs_str condition sfs_auto(str) = SFS_STR_INIT;

		if (users.items[i] == but ||
			pg_partition_parent(planner, users.items[i]) != parent) {
			continue;
		}
		if (pg_is_default_partition(users.items[i])) {
			sfs_str_truncate(out, 0);
			sfs_str_add(out, "false");
			return true;
		}
		if (!write_bound(parent, sfs_object_get(users.items[i], SFS_TABLE_PARTITION_BOUND),
			    &condition)) {
			return false;
		}
		sfs_str_separate(out, " AND ");
		sfs_str_addf(out, "(%s) IS NOT TRUE", sfs_str_text(&condition));
	}
	if (!out->len) {
		sfs_str_add(out, "true");
	}
	return true;
}

bool
pg_partition_accepts(const struct pg_planner *planner, const struct sfs_object *parent,
	const struct sfs_object *partition, struct sfs_str *out)
{
	return pg_is_default_partition(partition)
		       ? pg_partition_refuses(planner, parent, partition, out)
		       : write_bound(
				 parent, sfs_object_get(partition, SFS_TABLE_PARTITION_BOUND), out);
}
