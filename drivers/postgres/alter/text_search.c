// SPDX-License-Identifier: MIT
/* Changes of text search dictionaries and configurations. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"

/* How long the text is up to a token at its outer level: the name before `=`, the kinds before WITH. */
static size_t
len_before(const char *text, size_t len, const char *word)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t end = 0;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, len);
	while (sfs_lexer_word(&lexer, &token) && !sfs_token_is(text, &token, word)) {
		end = token.offset + token.len;
	}
	return end;
}

static bool
has_name(const struct pg_list *options, const char *option)
{
	size_t len = len_before(option, strlen(option), "=");

	sfs_vec_foreach (other, options) {
		if (len_before(*other, strlen(*other), "=") == len &&
			memcmp(*other, option, len) == 0) {
			return true;
		}
	}
	return false;
}

/* A name without a value takes the option away. */
void
pg_text_search_dictionary_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);
	struct sfs_str options sfs_auto(str) = SFS_STR_INIT, reference sfs_auto(str) = SFS_STR_INIT;

	pg_list_split(sfs_object_get(change->from, SFS_TEXT_SEARCH_DICTIONARY_OPTIONS), &old);
	pg_list_split(sfs_object_get(change->to, SFS_TEXT_SEARCH_DICTIONARY_OPTIONS), &new);
	sfs_vec_foreach (option, &new) {
		if (!pg_list_has(&old, *option)) {
			sfs_str_separate(&options, ", ");
			sfs_str_add(&options, *option);
		}
	}
	sfs_vec_foreach (option, &old) {
		if (!has_name(&new, *option)) {
			sfs_str_separate(&options, ", ");
			sfs_str_addn(&options, *option, len_before(*option, strlen(*option), "="));
		}
	}
	pg_write_reference(change->to, &reference);
	sfs_plan_addf(writer->plan, change->to, "ALTER %s (%s)", sfs_str_text(&reference),
		sfs_str_text(&options));
}

/* ---- mappings: lines, in which names may be quoted but hold no newline ---- */

static void
change_mappings(struct pg_writer *writer, const struct sfs_change *change, const char *action,
	const char *lines, const char *but)
{
	struct sfs_str reference sfs_auto(str) = SFS_STR_INIT;
	bool drop = strcmp(action, "DROP") == 0;

	pg_write_reference(change->to, &reference);
	while (lines && *lines) {
		size_t len = strcspn(lines, "\n");

		if (!sfs_has_line(but, lines, len)) {
			sfs_plan_addf(writer->plan, change->to, "ALTER %s\n    %s MAPPING FOR %.*s",
				sfs_str_text(&reference), action,
				(int)(drop ? len_before(lines, len, "WITH") : len), lines);
		}
		lines += len + (lines[len] == '\n');
	}
}

void
pg_text_search_configuration_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const char *from = sfs_object_get(change->from, SFS_TEXT_SEARCH_CONFIGURATION_MAPPINGS);
	const char *to = sfs_object_get(change->to, SFS_TEXT_SEARCH_CONFIGURATION_MAPPINGS);

	change_mappings(writer, change, "DROP", from, to);
	change_mappings(writer, change, "ADD", to, from);
}
