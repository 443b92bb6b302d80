// SPDX-License-Identifier: MIT
/* What all kinds have and may differ in: owner, comment, privileges, security labels. */
#include <string.h>

#include "drivers/postgres/planner.h"

/* ---- privileges ---- */

static const struct privilege {
	char letter;
	const char *name;
} privileges[] = {
	{ 'r', "SELECT" },
	{ 'a', "INSERT" },
	{ 'w', "UPDATE" },
	{ 'd', "DELETE" },
	{ 'D', "TRUNCATE" },
	{ 'x', "REFERENCES" },
	{ 't', "TRIGGER" },
	{ 'm', "MAINTAIN" },
	{ 'X', "EXECUTE" },
	{ 'U', "USAGE" },
	{ 'C', "CREATE" },
	{ 'c', "CONNECT" },
	{ 'T', "TEMPORARY" },
	{ 's', "SET" },
	{ 'A', "ALTER SYSTEM" },
};

enum { PRIVILEGES = sizeof privileges / sizeof *privileges };

/* What one grantee has: bit i for privileges[i], or all of them. */
struct grant {
	uint32_t plain, grantable;
	bool all, all_grantable;
};

/* A line of an acl, "GRANTEE=PRIVILEGES": the grantee may be quoted and hold a `=`. */
struct line {
	const char *grantee;
	size_t grantee_len;
	const char *given;
	size_t given_len;
};

static bool
next_line(const char **at, struct line *ret)
{
	const char *end, *split;

	if (!*at || !**at) {
		return false;
	}
	end = strchr(*at, '\n');
	end = end ? end : *at + strlen(*at);
	split = end;
	while (split > *at && *split != '=') {
		split--;
	}
	*ret = (struct line){ *at, (size_t)(split - *at), split + 1, (size_t)(end - split - 1) };
	*at = *end ? end + 1 : end;
	return true;
}

static struct grant
parse_grant(const char *given, size_t len)
{
	struct grant grant = { 0 };

	if (len >= 3 && memcmp(given, "ALL", 3) == 0) {
		grant.all = true;
		grant.all_grantable = len > 3;
		return grant;
	}
	for (size_t i = 0; i < len; i++) {
		for (size_t j = 0; j < PRIVILEGES; j++) {
			if (privileges[j].letter == given[i]) {
				grant.plain |= UINT32_C(1) << j;
				if (i + 1 < len && given[i + 1] == '*') {
					grant.grantable |= UINT32_C(1) << j;
				}
			}
		}
	}
	return grant;
}

/* What `grantee` has by the lines of `acl`; false when there is no line for it. */
static bool
find_grant(const char *acl, const char *grantee, size_t len, struct grant *ret)
{
	struct line line;

	while (next_line(&acl, &line)) {
		if (line.grantee_len == len && memcmp(line.grantee, grantee, len) == 0) {
			*ret = parse_grant(line.given, line.given_len);
			return true;
		}
	}
	return false;
}

/* What everybody may do with a new object of the kind. */
static const char *
default_acl(const struct pg_kind *kind)
{
	static const char *const open_to_all[] = { "FUNCTION", "PROCEDURE", "ROUTINE", "TYPE",
		"DOMAIN", "LANGUAGE" };

	for (size_t i = 0; i < sizeof open_to_all / sizeof *open_to_all; i++) {
		if (sfs_streq(kind->privilege_keyword, open_to_all[i])) {
			return "=ALL";
		}
	}
	return "";
}

/* One object while its privileges are brought from one acl to another. */
struct granting {
	struct pg_writer *writer;
	const struct sfs_object *object;
	struct sfs_str target; /* "TABLE public.t" */
	struct sfs_str grantee;
	bool column;
};

static void
granting_finish(struct granting *granting)
{
	sfs_str_finish(&granting->target);
	sfs_str_finish(&granting->grantee);
}
SFS_DEFINE_AUTO_VALUE(granting, struct granting, granting_finish)

static void
write_target(struct granting *granting)
{
	const struct sfs_object *object = granting->object;
	const struct pg_kind *kind = pg_kind(object->id.kind);
	struct sfs_str reference sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&granting->target, "%s ", kind->privilege_keyword);
	if (granting->column) {
		pg_qualified(&granting->target, object->id.namespace, object->owner->id.name);
		return;
	}
	pg_write_reference(object, &reference);
	sfs_str_add(&granting->target, sfs_str_text(&reference) + strlen(kind->keyword) + 1);
}

static void
write_grantee(struct granting *granting, const struct line *line)
{
	const char *owner = sfs_object_get(granting->object, SFS_ATTR_OWNER);

	sfs_str_truncate(&granting->grantee, 0);
	if (line->grantee_len == 0) {
		sfs_str_add(&granting->grantee, "PUBLIC");
	} else if (line->grantee_len == 6 && memcmp(line->grantee, "@owner", 6) == 0) {
		sfs_str_add(&granting->grantee, owner ? owner : "CURRENT_USER");
	} else {
		sfs_str_addn(&granting->grantee, line->grantee, line->grantee_len);
	}
}

static void
add_privilege(const struct granting *granting, struct sfs_str *list, const char *name)
{
	sfs_str_separate(list, ", ");
	sfs_str_add(list, name);
	if (granting->column) {
		sfs_str_add(list, " (");
		pg_name(list, granting->object->id.name);
		sfs_str_addc(list, ')');
	}
}

static void
write_grant(const struct granting *granting, const char *verb, uint32_t set, bool all,
	const char *preposition, const char *end)
{
	struct sfs_str list sfs_auto(str) = SFS_STR_INIT;

	if (all) {
		add_privilege(granting, &list, "ALL");
	}
	for (size_t i = 0; !all && i < PRIVILEGES; i++) {
		if (set & UINT32_C(1) << i) {
			add_privilege(granting, &list, privileges[i].name);
		}
	}
	if (list.len) {
		(void)sfs_plan_addf(granting->writer->plan, granting->object, "%s %s ON %s %s %s%s",
			verb, sfs_str_text(&list), sfs_str_text(&granting->target), preposition,
			sfs_str_text(&granting->grantee), end);
	}
}

static void
bring_grant(const struct granting *granting, struct grant old, struct grant new)
{
	if (old.all != new.all && (old.all || old.plain)) {
		/* Letters and ALL do not compare: what ALL is depends on the server. */
		if (old.all) {
			write_grant(granting, "REVOKE", 0, true, "FROM", "");
		}
		old = (struct grant){ 0 };
	}
	if (old.all && new.all) {
		if (old.all_grantable && !new.all_grantable) {
			write_grant(granting, "REVOKE GRANT OPTION FOR", 0, true, "FROM", "");
		} else if (!old.all_grantable && new.all_grantable) {
			write_grant(granting, "GRANT", 0, true, "TO", " WITH GRANT OPTION");
		}
		return;
	}
	if (new.all) {
		write_grant(granting, "GRANT", 0, true, "TO",
			new.all_grantable ? " WITH GRANT OPTION" : "");
		return;
	}
	write_grant(granting, "REVOKE", old.plain & ~new.plain, false, "FROM", "");
	write_grant(granting, "REVOKE GRANT OPTION FOR", old.grantable & ~new.grantable &new.plain,
		false, "FROM", "");
	write_grant(granting, "GRANT", new.plain & ~old.plain & ~new.grantable, false, "TO", "");
	write_grant(granting, "GRANT", new.grantable & ~old.grantable, false, "TO",
		" WITH GRANT OPTION");
}

static bool
is_owner(const struct line *line)
{
	return line->grantee_len == 6 && memcmp(line->grantee, "@owner", 6) == 0;
}

static void
alter_acl(struct pg_writer *writer, const struct sfs_change *change)
{
	const struct sfs_object *to = change->to;
	const struct pg_kind *kind = pg_kind(to->id.kind);
	const char *old_acl = sfs_object_get(change->from, SFS_ATTR_ACL);
	const char *new_acl = sfs_object_get(to, SFS_ATTR_ACL);
	struct granting granting sfs_auto(granting) = { .writer = writer, .object = to };
	struct line line;

	if (!kind->privilege_keyword) {
		return;
	}
	granting.column = to->id.kind == SFS_COLUMN;
	write_target(&granting);
	old_acl = old_acl ? old_acl : default_acl(kind);
	new_acl = new_acl ? new_acl : default_acl(kind);
	for (const char *at = old_acl; next_line(&at, &line);) {
		struct grant new = { .all = is_owner(&line) };

		if (!find_grant(new_acl, line.grantee, line.grantee_len, &new)) {
			write_grantee(&granting, &line);
			if (is_owner(&line)) {
				bring_grant(
					&granting, parse_grant(line.given, line.given_len), new);
			} else {
				write_grant(&granting, "REVOKE", 0, true, "FROM", "");
			}
		}
	}
	for (const char *at = new_acl; next_line(&at, &line);) {
		struct grant old = { .all = is_owner(&line) };

		(void)find_grant(old_acl, line.grantee, line.grantee_len, &old);
		write_grantee(&granting, &line);
		bring_grant(&granting, old, parse_grant(line.given, line.given_len));
	}
}

bool
pg_acl_widens(const struct pg_kind *kind, const char *from, const char *to)
{
	struct line line;

	from = from ? from : default_acl(kind);
	to = to ? to : default_acl(kind);
	while (next_line(&to, &line)) {
		struct grant old = { 0 }, new = parse_grant(line.given, line.given_len);

		if (is_owner(&line)) {
			continue;
		}
		(void)find_grant(from, line.grantee, line.grantee_len, &old);
		if (new.all ? !old.all || (new.all_grantable && !old.all_grantable)
			    : !old.all && ((new.plain & ~old.plain) ||
						  (new.grantable & ~old.grantable))) {
			return true;
		}
	}
	return false;
}

/* ---- the others ---- */

static void
alter_owner(struct pg_writer *writer, const struct sfs_change *change, const char *reference)
{
	const char *owner = sfs_object_get(change->to, SFS_ATTR_OWNER);

	if (pg_kind(change->to->id.kind)->owned) {
		(void)sfs_plan_addf(writer->plan, change->to, "ALTER %s OWNER TO %s", reference,
			owner ? owner : "CURRENT_USER");
	}
}

static void
alter_comment(struct pg_writer *writer, const struct sfs_change *change, const char *reference)
{
	const char *comment = sfs_object_get(change->to, SFS_ATTR_COMMENT);
	struct sfs_str literal sfs_auto(str) = SFS_STR_INIT;

	if (comment) {
		pg_literal(&literal, comment);
	}
	(void)sfs_plan_addf(writer->plan, change->to, "COMMENT ON %s IS %s", reference,
		comment ? sfs_str_text(&literal) : "NULL");
}

static void
write_label(struct pg_writer *writer, const struct sfs_object *object, const char *reference,
	const struct line *provider, const char *label, size_t len)
{
	char *text sfs_auto(free) = label ? sfs_strndup(label, len) : NULL;
	struct sfs_str literal sfs_auto(str) = SFS_STR_INIT;

	if (text) {
		pg_literal(&literal, text);
	}
	(void)sfs_plan_addf(writer->plan, object, "SECURITY LABEL FOR %.*s ON %s IS %s",
		(int)provider->grantee_len, provider->grantee, reference,
		text ? sfs_str_text(&literal) : "NULL");
}

/* A label line is cut at its first `=`. */
static bool
next_label(const char **at, struct line *ret)
{
	const char *start = *at;
	size_t name;

	if (!next_line(at, ret)) {
		return false;
	}
	name = strcspn(start, "=");
	ret->given_len += (size_t)(ret->given - (start + name + 1));
	ret->given = start + name + 1;
	ret->grantee_len = name;
	return true;
}

static void
alter_labels(struct pg_writer *writer, const struct sfs_change *change, const char *reference)
{
	const char *old = sfs_object_get(change->from, SFS_ATTR_SECURITY_LABELS);
	const char *new = sfs_object_get(change->to, SFS_ATTR_SECURITY_LABELS);
	struct line a, b;

	for (const char *at = new; next_label(&at, &a);) {
		write_label(writer, change->to, reference, &a, a.given, a.given_len);
	}
	for (const char *at = old; next_label(&at, &a);) {
		bool kept = false;

		for (const char *other = new; next_label(&other, &b);) {
			kept |= a.grantee_len == b.grantee_len &&
				memcmp(a.grantee, b.grantee, a.grantee_len) == 0;
		}
		if (!kept) {
			write_label(writer, change->to, reference, &a, NULL, 0);
		}
	}
}

void
pg_alter_common(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str reference sfs_auto(str) = SFS_STR_INIT;

	pg_write_reference(change->to, &reference);
	if (pg_differs(change, SFS_ATTR_OWNER)) {
		alter_owner(writer, change, sfs_str_text(&reference));
	}
	if (pg_differs(change, SFS_ATTR_COMMENT)) {
		alter_comment(writer, change, sfs_str_text(&reference));
	}
	if (pg_differs(change, SFS_ATTR_ACL)) {
		alter_acl(writer, change);
	}
	if (pg_differs(change, SFS_ATTR_SECURITY_LABELS)) {
		alter_labels(writer, change, sfs_str_text(&reference));
	}
}
