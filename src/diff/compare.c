// SPDX-License-Identifier: MIT
/* Whether two objects say the same: attribute by attribute, names followed through renames. */
#include <string.h>

#include "diff/compare.h"
#include "sql/quote.h"

bool
sfs_attribute_differs(const struct sfs_object *a, const struct sfs_object *b, int attribute)
{
	return !sfs_streq(sfs_object_get(a, attribute), sfs_object_get(b, attribute));
}

/* What a token of a value stands for: names unquoted, everything else as it is. */
static void
meaning(enum sfs_dialect dialect, const char *text, const struct sfs_token *token,
	struct sfs_str *out)
{
	sfs_str_truncate(out, 0);
	if (token->type == SFS_TOKEN_WORD || token->type == SFS_TOKEN_QUOTED) {
		sfs_unquote_name(out, dialect, text + token->offset, token->len);
	} else {
		sfs_str_addn(out, text + token->offset, token->len);
	}
}

static bool
is_renamed(const struct sfs_rename *rename, const char *a, const char *b)
{
	const struct sfs_identity *from = &rename->from, *to = &rename->to;

	return (sfs_streq(from->name, a) && sfs_streq(to->name, b)) ||
	       (sfs_streq(from->namespace, a) && sfs_streq(to->namespace, b));
}

static bool
names_match(const struct sfs_renames *renames, const char *a, const char *b, bool both_ways)
{
	sfs_vec_foreach (rename, renames) {
		if (is_renamed(rename, a, b) || (both_ways && is_renamed(rename, b, a))) {
			return true;
		}
	}
	return false;
}

/* A literal may hold a name: 'public.users_id_seq'::regclass. Its inside is compared as SQL. */
static bool
literals_match(enum sfs_dialect dialect, const char *a, const char *b,
	const struct sfs_renames *renames, bool both_ways)
{
	struct sfs_str left sfs_auto(str) = SFS_STR_INIT, right sfs_auto(str) = SFS_STR_INIT;

	if (sfs_unquote_literal(&left, dialect, a, strlen(a)) != 0 ||
		sfs_unquote_literal(&right, dialect, b, strlen(b)) != 0) {
		return false;
	}
	if (strcmp(sfs_str_text(&left), a) == 0) {
		/* Nothing was unquoted: looking inside would go round for ever. */
		return false;
	}
	return sfs_values_equal(
		dialect, sfs_str_text(&left), sfs_str_text(&right), renames, both_ways);
}

static bool
tokens_match(enum sfs_dialect dialect, enum sfs_token_type type, const char *a, const char *b,
	const struct sfs_renames *renames, bool both_ways)
{
	if (strcmp(a, b) == 0) {
		return true;
	}
	switch (type) {
	case SFS_TOKEN_WORD:
	case SFS_TOKEN_QUOTED:
		return names_match(renames, a, b, both_ways);
	case SFS_TOKEN_STRING:
		return literals_match(dialect, a, b, renames, both_ways);
	case SFS_TOKEN_END:
	case SFS_TOKEN_SPACE:
	case SFS_TOKEN_COMMENT:
	case SFS_TOKEN_NUMBER:
	case SFS_TOKEN_PARAMETER:
	case SFS_TOKEN_OPERATOR:
	case SFS_TOKEN_BROKEN:
		break;
	}
	return false;
}

/* A name may need quotes under its new spelling and none under its old one. */
static bool
types_match(enum sfs_token_type a, enum sfs_token_type b)
{
	bool a_is_name = a == SFS_TOKEN_WORD || a == SFS_TOKEN_QUOTED;
	bool b_is_name = b == SFS_TOKEN_WORD || b == SFS_TOKEN_QUOTED;

	return a == b || (a_is_name && b_is_name);
}

bool
sfs_values_equal(enum sfs_dialect dialect, const char *a, const char *b,
	const struct sfs_renames *renames, bool both_ways)
{
	if (sfs_streq(a, b)) {
		return true;
	}
	if (!a || !b || !renames || !renames->len) {
		return false;
	}
	struct sfs_lexer left, right;
	struct sfs_token x, y;
	struct sfs_str p sfs_auto(str) = SFS_STR_INIT, q sfs_auto(str) = SFS_STR_INIT;

	sfs_lexer_init(&left, dialect, a, strlen(a));
	sfs_lexer_init(&right, dialect, b, strlen(b));
	while (sfs_lexer_word(&left, &x)) {
		if (!sfs_lexer_word(&right, &y) || !types_match(x.type, y.type)) {
			return false;
		}
		meaning(dialect, a, &x, &p);
		meaning(dialect, b, &y, &q);
		if (!tokens_match(dialect, x.type, sfs_str_text(&p), sfs_str_text(&q), renames,
			    both_ways)) {
			return false;
		}
	}
	return !sfs_lexer_word(&right, &y);
}

uint64_t
sfs_objects_compare(enum sfs_dialect dialect, const struct sfs_object *a,
	const struct sfs_object *b, const struct sfs_renames *renames, bool both_ways)
{
	const struct sfs_kind_info *info = sfs_kind_info(a->id.kind);
	uint64_t differ = 0, either = a->present | b->present;

	for (size_t i = 0; either; i++, either >>= 1) {
		if (!(either & 1) ||
			(info->attributes[i].flags & (SFS_ATTR_INFORMATIVE | SFS_ATTR_SECRET))) {
			continue;
		}
		if (info->attributes[i].flags & SFS_ATTR_FAULT && sfs_object_get(b, (int)i)) {
			continue;
		}
		if (!sfs_values_equal(dialect, sfs_object_get(a, (int)i), sfs_object_get(b, (int)i),
			    renames, both_ways)) {
			differ |= UINT64_C(1) << i;
		}
	}
	return differ;
}
