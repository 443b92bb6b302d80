// SPDX-License-Identifier: MIT
/* What the server grants on an object when it is made: by itself, and by default privileges. */
#include <string.h>

#include "drivers/postgres/kind.h"
#include "sql/lexer.h"

void
pg_default_acls_finish(struct pg_default_acls *defaults)
{
	sfs_vec_foreach (acl, defaults) {
		free(acl->namespace);
		free(acl->objects);
		free(acl->definition);
	}
	sfs_vec_finish(defaults);
}

/* The default privileges that new objects of the kind get; NULL: there are none for it. */
static const char *
objects_of(enum sfs_kind kind)
{
	switch ((int)kind) {
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
	case SFS_VIEW:
	case SFS_MATERIALIZED_VIEW:
		return "tables";
	case SFS_SEQUENCE:
		return "sequences";
	case SFS_FUNCTION:
	case SFS_PROCEDURE:
	case SFS_AGGREGATE:
		return "functions";
	case SFS_TYPE:
	case SFS_DOMAIN:
		return "types";
	case SFS_NAMESPACE:
		return "schemas";
	default:
		return NULL;
	}
}

/* ---- one clause: GRANT or REVOKE privileges ON objects TO or FROM grantee ---- */

struct clause {
	bool grants, grantable;
	const char *words, *grantee; /* into the definition */
	size_t words_len, grantee_len;
};

static bool
next_token(struct sfs_lexer *lexer, struct sfs_token *token)
{
	return sfs_lexer_word(lexer, token);
}

/* Reads a clause up to the verb of the next; false at the end. */
static bool
next_clause(struct sfs_lexer *lexer, struct clause *ret)
{
	const char *text = lexer->text;
	struct sfs_token token;
	size_t begin;

	*ret = (struct clause){ 0 };
	if (!next_token(lexer, &token)) {
		return false;
	}
	ret->grants = sfs_token_is(text, &token, "GRANT");
	begin = token.offset + token.len;
	while (next_token(lexer, &token) && !sfs_token_is(text, &token, "ON")) {
		ret->words = text + begin;
		ret->words_len = token.offset + token.len - begin;
	}
	while (next_token(lexer, &token) && !sfs_token_is(text, &token, "TO") &&
		!sfs_token_is(text, &token, "FROM")) {
	}
	if (!next_token(lexer, &token)) {
		return false;
	}
	ret->grantee = text + token.offset;
	ret->grantee_len = token.len;

	struct sfs_lexer ahead = *lexer;
	if (next_token(&ahead, &token) && sfs_token_is(text, &token, "WITH")) {
		ret->grantable = true;
		(void)next_token(&ahead, &token); /* GRANT */
		(void)next_token(&ahead, &token); /* OPTION */
		*lexer = ahead;
	}
	return ret->words != NULL;
}

/* ---- lines of privileges, as an object's attribute has them ---- */

static bool
names(const struct clause *clause, const char *grantee)
{
	return clause->grantee_len == strlen(grantee) &&
	       memcmp(clause->grantee, grantee, clause->grantee_len) == 0;
}

/* Takes the grantee's line out of `lines`; what it said goes to `ret_given`. */
static void
take_line(struct sfs_str *lines, const char *grantee, struct sfs_str *ret_given)
{
	struct sfs_str rest sfs_auto(str) = SFS_STR_INIT;
	const char *line = sfs_str_text(lines);
	size_t len = strlen(grantee);

	while (*line) {
		size_t end = strcspn(line, "\n");

		if (strncmp(line, grantee, len) == 0 && line[len] == '=' &&
			!memchr(line + len + 1, '=', end - len - 1)) {
			sfs_str_addn(ret_given, line + len + 1, end - len - 1);
		} else {
			sfs_str_separate(&rest, "\n");
			sfs_str_addn(&rest, line, end);
		}
		line += end + (line[end] == '\n');
	}
	sfs_str_truncate(lines, 0);
	sfs_str_add(lines, sfs_str_text(&rest));
}

static void
add_line(struct sfs_str *lines, const char *grantee, const char *given)
{
	sfs_str_separate(lines, "\n");
	sfs_str_addf(lines, "%s=%s", grantee, given);
}

/* More and less of one grantee's: letters, ALL, or `?` for what only the server knows in full. */
static void
apply_clause(struct sfs_str *lines, const char *grantee, const struct clause *clause)
{
	struct sfs_str given sfs_auto(str) = SFS_STR_INIT, letters sfs_auto(str) = SFS_STR_INIT;
	const char *now = "?";

	pg_privilege_letters(clause->words, clause->words_len, clause->grantable, &letters);
	take_line(lines, grantee, &given);
	if (clause->grants) {
		now = given.len ? "?" : sfs_str_text(&letters);
	} else if (strcmp(sfs_str_text(&letters), "ALL") == 0 ||
		   sfs_streq(sfs_str_text(&given), sfs_str_text(&letters))) {
		now = NULL; /* nothing is left */
	}
	if (now) {
		add_line(lines, grantee, now);
	}
}

static void
apply(const struct sfs_object *object, const char *definition, struct sfs_str *lines)
{
	const char *owner = sfs_object_get(object, SFS_ATTR_OWNER);
	struct sfs_lexer lexer;
	struct clause clause;

	sfs_lexer_init(&lexer, SFS_POSTGRES, definition, strlen(definition));
	while (next_clause(&lexer, &clause)) {
		char *grantee sfs_auto(free) = sfs_strndup(clause.grantee, clause.grantee_len);

		if (names(&clause, "CURRENT_USER")) {
			/* The owner of what it makes; who owns all has nothing to be given. */
			if (!clause.grants) {
				add_line(lines, "@owner", "?");
			}
		} else if (!sfs_streq(owner, grantee)) {
			apply_clause(lines, names(&clause, "PUBLIC") ? "" : grantee, &clause);
		}
	}
}

void
pg_default_acl(const struct pg_default_acls *defaults, const struct sfs_object *object,
	struct sfs_str *ret_lines)
{
	bool behind = object->id.kind == SFS_GRANTS && !sfs_object_has(object, SFS_GRANTS_INITIAL);
	/* The sequence of an identity has the default privileges of any. */
	const char *objects = objects_of(behind ? SFS_SEQUENCE : object->id.kind);

	sfs_str_add(ret_lines, pg_usual_acl(object));
	if (!defaults || !objects) {
		return;
	}
	/* Those of the database come first: they are a change of what is usual. */
	for (int local = 0; local <= 1; local++) {
		sfs_vec_foreach (acl, defaults) {
			if (strcmp(acl->objects, objects) == 0 && !acl->namespace == !local &&
				(!local || sfs_streq(acl->namespace, object->id.namespace))) {
				apply(object, acl->definition, ret_lines);
			}
		}
	}
}
