// SPDX-License-Identifier: MIT
/* GRANT and REVOKE from one list of privileges to another. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/grants.h"
#include "sql/lexer.h"

/* The letters of an aclitem, in the order in which people list the words. */
const struct pg_privilege pg_privileges[] = {
	{ 'r', "SELECT" },
	{ 'a', "INSERT" },
	{ 'w', "UPDATE" },
	{ 'd', "DELETE" },
	{ 'D', "TRUNCATE" },
	{ 'x', "REFERENCES" },
	{ 't', "TRIGGER" },
	{ 'm', "MAINTAIN" },
	{ 'U', "USAGE" },
	{ 'C', "CREATE" },
	{ 'X', "EXECUTE" },
	{ 'c', "CONNECT" },
	{ 'T', "TEMPORARY" },
	{ 's', "SET" },
	{ 'A', "ALTER SYSTEM" },
	{ 0, NULL },
};

bool
pg_grant_next(const char **lines, struct pg_grant *ret_grant)
{
	const char *line = *lines;

	if (!line || !*line) {
		return false;
	}
	size_t len = strcspn(line, "\n");
	const char *equals = memrchr(line, '=', len);

	*lines = line[len] ? line + len + 1 : line + len;
	*ret_grant = (struct pg_grant){ line, (size_t)(equals - line), equals + 1,
		(size_t)(line + len - equals - 1) };
	return true;
}

bool
pg_grant_same_role(const struct pg_grant *a, const struct pg_grant *b)
{
	return a->grantee_len == b->grantee_len &&
	       memcmp(a->grantee, b->grantee, a->grantee_len) == 0;
}

bool
pg_grant_find(const char *lines, const struct pg_grant *like, struct pg_grant *ret_grant)
{
	while (pg_grant_next(&lines, ret_grant)) {
		if (pg_grant_same_role(ret_grant, like)) {
			return true;
		}
	}
	return false;
}

int
pg_grant_has(const struct pg_grant *grant, char letter)
{
	bool all = grant->letters_len >= 3 && memcmp(grant->letters, "ALL", 3) == 0;

	if (all || !letter) {
		return !all || letter ? 0 : 1 + (grant->letters_len == 4);
	}
	const char *at = memchr(grant->letters, letter, grant->letters_len);

	return !at ? 0 : 1 + (at + 1 < grant->letters + grant->letters_len && at[1] == '*');
}

static bool
is_owner(const struct pg_grant *grant)
{
	return grant->grantee_len == 6 && memcmp(grant->grantee, "@owner", 6) == 0;
}

static void
write_grantee(const struct sfs_object *object, const struct pg_grant *grant, struct sfs_str *out)
{
	if (is_owner(grant)) {
		/* A column has no owner but its table's. */
		const struct sfs_object *owned =
			object->id.kind == SFS_COLUMN ? object->owner : object;
		const char *owner = sfs_object_get(
			owned, owned->id.kind == SFS_GRANTS ? SFS_GRANTS_HOLDER : SFS_ATTR_OWNER);

		sfs_str_add(out, owner ? owner : "CURRENT_USER");
	} else if (grant->grantee_len == 0) {
		sfs_str_add(out, "PUBLIC");
	} else {
		sfs_str_addn(out, grant->grantee, grant->grantee_len);
	}
}

/* "GRANT SELECT, INSERT ON TABLE public.t": without the grantee. */
static void
write_privileges(
	const struct sfs_object *object, const char *verb, const char *words, struct sfs_str *out)
{
	const struct pg_kind *kind = pg_kind(object->id.kind);
	const struct sfs_object *target = object;

	sfs_str_addf(out, "%s %s", verb, words);
	if (object->id.kind == SFS_COLUMN) {
		/* Already with the column behind each word. */
		target = object->owner;
	}
	sfs_str_addf(out, " ON %s%s", kind->privilege_keyword, *kind->privilege_keyword ? " " : "");
	pg_write_target(target, out);
}

/* " (a)" after a privilege, when it is one on a column. */
static void
write_column(const struct sfs_object *object, struct sfs_str *out)
{
	if (object->id.kind == SFS_COLUMN) {
		sfs_str_add(out, " (");
		pg_name(out, object->id.name);
		sfs_str_addc(out, ')');
	} else if (object->id.kind == SFS_GRANTS && sfs_object_has(object, SFS_GRANTS_COLUMN)) {
		sfs_str_addf(out, " (%s)", sfs_object_get(object, SFS_GRANTS_COLUMN));
	}
}

/* The words for letters with (`starred`) or without a star; "" when there are none. */
static void
write_words(const struct sfs_object *object, const struct pg_grant *grant, bool starred,
	struct sfs_str *out)
{
	if (pg_grant_has(grant, 0)) {
		if (pg_grant_has(grant, 0) == 1 + starred) {
			sfs_str_add(out, "ALL");
			write_column(object, out);
		}
		return;
	}
	for (size_t p = 0; pg_privileges[p].letter; p++) {
		if (pg_grant_has(grant, pg_privileges[p].letter) != 1 + starred) {
			continue;
		}
		sfs_str_separate(out, ", ");
		sfs_str_add(out, pg_privileges[p].word);
		write_column(object, out);
	}
}

void
pg_tell_grant(struct pg_tolds *tolds, const struct sfs_object *object, const struct sfs_str *words,
	bool starred, const struct pg_grant *grant)
{
	size_t i = 0;

	while (i < tolds->len && (tolds->items[i].starred != starred ||
					 strcmp(tolds->items[i].words.text, words->text) != 0)) {
		i++;
	}
	if (i == tolds->len) {
		sfs_vec_push(tolds, (struct pg_told){ .starred = starred });
		sfs_str_add(&tolds->items[i].words, words->text);
	}
	sfs_str_separate(&tolds->items[i].grantees, ", ");
	write_grantee(object, grant, &tolds->items[i].grantees);
}

/* Writes what waits; nothing does then. */
void
pg_write_told(struct pg_writer *writer, const struct sfs_object *object, struct pg_tolds *tolds)
{
	sfs_vec_foreach (told, tolds) {
		sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

		write_privileges(object, "GRANT", told->words.text, &sql);
		sfs_str_addf(&sql, " TO %s%s", told->grantees.text,
			told->starred ? " WITH GRANT OPTION" : "");
		(void)sfs_plan_add(writer->plan, object, sql.text);
		sfs_str_finish(&told->words);
		sfs_str_finish(&told->grantees);
	}
	sfs_vec_finish(tolds);
}

static void
add_grant(struct pg_tolds *tolds, const struct sfs_object *object, const struct pg_grant *grant)
{
	for (int starred = 0; starred <= 1; starred++) {
		sfs_auto(str) struct sfs_str words = SFS_STR_INIT;

		write_words(object, grant, starred, &words);
		if (words.len) {
			pg_tell_grant(tolds, object, &words, starred, grant);
		}
	}
}

static void
add_revoke(struct pg_writer *writer, const struct sfs_object *object, const struct pg_grant *grant)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT, words = SFS_STR_INIT;

	sfs_str_add(&words, "ALL");
	write_column(object, &words);
	write_privileges(object, "REVOKE", words.text, &sql);
	sfs_str_add(&sql, " FROM ");
	write_grantee(object, grant, &sql);
	(void)sfs_plan_add(writer->plan, object, sql.text);
}

const char *
pg_usual_acl(const struct sfs_object *object)
{
	static const struct {
		enum sfs_kind kind;
		const char *grants;
	} usual[] = {
		{ SFS_FUNCTION, "=ALL" },
		{ SFS_PROCEDURE, "=ALL" },
		{ SFS_AGGREGATE, "=ALL" },
		{ SFS_TYPE, "=ALL" },
		{ SFS_DOMAIN, "=ALL" },
		{ SFS_LANGUAGE, "=ALL" },
	};

	/* More or less by the server's version: said in full where it is said at all. */
	if (object->id.kind == SFS_NAMESPACE && strcmp(object->id.name, "public") == 0) {
		return "=?";
	}
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		if (usual[i].kind == object->id.kind) {
			return usual[i].grants;
		}
	}
	return "";
}

/* By letter, as the server's collation "C" sorts them; a star stays with its letter. */
static void
sort_letters(struct sfs_str *letters)
{
	struct sfs_str sorted sfs_auto(str) = SFS_STR_INIT;
	const char *text = sfs_str_text(letters);

	if (sfs_starts_with(text, "ALL")) {
		return;
	}
	for (int letter = 'A'; letter <= 'z'; letter++) {
		const char *at = strchr(text, letter);

		if (at) {
			sfs_str_addn(&sorted, at, at[1] == '*' ? 2 : 1);
		}
	}
	sfs_str_truncate(letters, 0);
	sfs_str_add(letters, sfs_str_text(&sorted));
}

static bool
same_letters(const struct pg_grant *a, const struct pg_grant *b)
{
	return a->letters_len == b->letters_len &&
	       memcmp(a->letters, b->letters, a->letters_len) == 0;
}

static bool
is_all(const struct pg_grant *grant)
{
	return grant->letters_len == 3 && memcmp(grant->letters, "ALL", 3) == 0;
}

/* Whether a mere GRANT leads there: it takes nothing away, no right to grant on either. */
static bool
only_adds(const struct pg_grant *from, const struct pg_grant *to)
{
	return is_all(to) && !memchr(from->letters, '*', from->letters_len);
}

/* From lines `from` to lines `to`; both are never NULL here. */
static void
change_grants(
	struct pg_writer *writer, const struct sfs_object *object, const char *from, const char *to)
{
	static const struct pg_grant owner = { "@owner", 6, "", 0 };
	struct pg_grant grant, other;
	struct pg_tolds tolds = { 0 };
	const char *lines = from;

	while (pg_grant_next(&lines, &grant)) {
		if (!pg_grant_find(to, &grant, &other) && !is_owner(&grant)) {
			add_revoke(writer, object, &grant);
		} else if (is_owner(&grant) && !pg_grant_find(to, &owner, &other)) {
			add_grant(&tolds, object, &(struct pg_grant){ "@owner", 6, "ALL", 3 });
		}
	}
	lines = to;
	while (pg_grant_next(&lines, &grant)) {
		bool there = pg_grant_find(from, &grant, &other);

		if (there && same_letters(&grant, &other)) {
			continue;
		}
		if ((there && !only_adds(&other, &grant)) || is_owner(&grant)) {
			add_revoke(writer, object, &grant);
		}
		add_grant(&tolds, object, &grant);
	}
	pg_write_told(writer, object, &tolds);
}

void
pg_write_new_grants(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str given sfs_auto(str) = SFS_STR_INIT;

	if (writer->columns_together && pg_is_told_together(object)) {
		return;
	}
	if (!writer->defaults) {
		if (sfs_object_has(object, SFS_ATTR_ACL)) {
			pg_write_grants(writer, object, NULL, sfs_object_get(object, SFS_ATTR_ACL));
		}
		return;
	}
	pg_default_acl(writer->defaults, object, &given);
	pg_write_grants(writer, object, sfs_str_text(&given), sfs_object_get(object, SFS_ATTR_ACL));
}

void
pg_privilege_letters(const char *words, size_t len, bool grantable, struct sfs_str *out)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, words, len);
	while (sfs_lexer_word(&lexer, &token)) {
		for (size_t i = 0; pg_privileges[i].letter; i++) {
			if (sfs_token_is(words, &token, pg_privileges[i].word)) {
				sfs_str_addc(out, pg_privileges[i].letter);
				sfs_str_add(out, grantable ? "*" : "");
			}
		}
		if (sfs_token_is(words, &token, "ALL")) {
			sfs_str_add(out, grantable ? "ALL*" : "ALL");
		}
	}
	sort_letters(out);
}

void
pg_write_grants(
	struct pg_writer *writer, const struct sfs_object *object, const char *from, const char *to)
{
	bool public = object->id.kind == SFS_NAMESPACE && strcmp(object->id.name, "public") == 0;
	const char *given = public && writer->public_acl ? writer->public_acl : "=U";

	from = from ? from : pg_usual_acl(object);
	change_grants(writer, object, from, to ? to : public ? given : pg_usual_acl(object));
}

/* ---- grants on what nobody here made ---- */

void
pg_reference_grants(const struct sfs_object *object, struct sfs_str *out)
{
	sfs_str_add(out, sfs_object_get(object, SFS_GRANTS_TARGET));
}

void
pg_print_grants(struct pg_writer *writer, const struct sfs_object *object)
{
	pg_write_grants(writer, object, sfs_object_get(object, SFS_GRANTS_INITIAL),
		sfs_object_get(object, SFS_ATTR_ACL));
}

/* Back to how the thing came. */
void
pg_grants_drop(struct pg_writer *writer, const struct sfs_object *object)
{
	pg_write_grants(writer, object, sfs_object_get(object, SFS_ATTR_ACL),
		sfs_object_get(object, SFS_GRANTS_INITIAL));
}
