// SPDX-License-Identifier: MIT
/* Whether a change of privileges gives more to anybody. */
#include <string.h>

#include "drivers/postgres/plan/planner.h"

/* The letters of an aclitem, to have a bit for each. */
static const char letters[] = "rawdDxtmXUCcTsA";

/* What one grantee has: bit i for letters[i], or all of them. */
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
		const char *letter = strchr(letters, given[i]);
		uint32_t bit = letter ? UINT32_C(1) << (letter - letters) : 0;

		grant.plain |= bit;
		if (i + 1 < len && given[i + 1] == '*') {
			grant.grantable |= bit;
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

static bool
is_owner(const struct line *line)
{
	return line->grantee_len == 6 && memcmp(line->grantee, "@owner", 6) == 0;
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
