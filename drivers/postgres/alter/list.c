// SPDX-License-Identifier: MIT
/* Values that are lists, such as storage parameters: cut at commas, and the clauses between two. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "sql/lexer.h"

void
pg_list_finish(struct pg_list *list)
{
	sfs_vec_foreach (item, list) {
		free(*item);
	}
	sfs_vec_finish(list);
}

static void
push_trimmed(struct pg_list *list, const char *text, size_t start, size_t end)
{
	while (start < end && strchr(" \t\n", text[start])) {
		start++;
	}
	while (end > start && strchr(" \t\n", text[end - 1])) {
		end--;
	}
	if (end > start) {
		sfs_vec_push(list, sfs_strndup(text + start, end - start));
	}
}

void
pg_list_split(const char *text, struct pg_list *ret_list)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t start = 0;
	int depth = 0;

	memset(ret_list, 0, sizeof *ret_list);
	if (!text) {
		return;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_next(&lexer, &token)) {
		char c = token.len == 1 ? text[token.offset] : 0;

		if (c == '(' || c == '[') {
			depth++;
		} else if (c == ')' || c == ']') {
			depth--;
		} else if (c == ',' && depth == 0) {
			push_trimmed(ret_list, text, start, token.offset);
			start = token.offset + 1;
		}
	}
	push_trimmed(ret_list, text, start, strlen(text));
}

bool
pg_list_has(const struct pg_list *list, const char *item)
{
	sfs_vec_foreach (other, list) {
		if (strcmp(*other, item) == 0) {
			return true;
		}
	}
	return false;
}

/* How long the name at the start of an item is: up to `=`, or up to a space. */
static size_t
name_len(const char *item, char end)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t len = 0;

	sfs_lexer_init(&lexer, SFS_POSTGRES, item, strlen(item));
	while (sfs_lexer_next(&lexer, &token)) {
		if (item[token.offset] == end || (end == ' ' && token.type == SFS_TOKEN_SPACE)) {
			break;
		}
		len = token.offset + token.len;
	}
	return len;
}

static bool
has_name(const struct pg_list *list, const char *item, char end)
{
	size_t len = name_len(item, end);

	sfs_vec_foreach (other, list) {
		if (name_len(*other, end) == len && memcmp(*other, item, len) == 0) {
			return true;
		}
	}
	return false;
}

static void
add_clause(struct sfs_str *clauses, const char *verb, const char *what, const struct sfs_str *list)
{
	if (list->len) {
		sfs_str_separate(clauses, ", ");
		sfs_str_addf(clauses, "%s%s (%s)", verb, what, sfs_str_text(list));
	}
}

void
pg_options_alter(struct sfs_str *clauses, const char *verb, const char *from, const char *to)
{
	struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };
	struct sfs_str set sfs_auto(str) = SFS_STR_INIT, reset sfs_auto(str) = SFS_STR_INIT;

	pg_list_split(from, &old);
	pg_list_split(to, &new);
	sfs_vec_foreach (item, &new) {
		if (!pg_list_has(&old, *item)) {
			sfs_str_separate(&set, ", ");
			sfs_str_add(&set, *item);
		}
	}
	sfs_vec_foreach (item, &old) {
		if (!has_name(&new, *item, '=')) {
			sfs_str_separate(&reset, ", ");
			sfs_str_addn(&reset, *item, name_len(*item, '='));
		}
	}
	add_clause(clauses, verb, "SET", &set);
	add_clause(clauses, verb, "RESET", &reset);
}

void
pg_foreign_options_alter(
	struct sfs_str *clauses, const char *verb, const char *from, const char *to)
{
	struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };
	struct sfs_str list sfs_auto(str) = SFS_STR_INIT;

	pg_list_split(from, &old);
	pg_list_split(to, &new);
	sfs_vec_foreach (item, &new) {
		if (!pg_list_has(&old, *item)) {
			sfs_str_separate(&list, ", ");
			sfs_str_addf(
				&list, "%s %s", has_name(&old, *item, ' ') ? "SET" : "ADD", *item);
		}
	}
	sfs_vec_foreach (item, &old) {
		if (!has_name(&new, *item, ' ')) {
			sfs_str_separate(&list, ", ");
			sfs_str_add(&list, "DROP ");
			sfs_str_addn(&list, *item, name_len(*item, ' '));
		}
	}
	add_clause(clauses, verb, "OPTIONS", &list);
}
