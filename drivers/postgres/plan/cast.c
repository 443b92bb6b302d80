// SPDX-License-Identifier: MIT
/* What it takes to turn the values of one type into another's. */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/alter/alter.h"

/* Types between which a cast exists belong to one family; `rank` orders them by what they can hold. */
enum family {
	FAMILY_NONE,
	FAMILY_INTEGER,
	FAMILY_NUMBER,
	FAMILY_TEXT,
	FAMILY_TIME_STAMP,
	FAMILY_TIME,
	FAMILY_NETWORK,
	FAMILY_JSON,
	FAMILY_BIT,
	FAMILY_BOOLEAN,
	FAMILY_XML,
	FAMILY_MAC,
};

static const struct type_info {
	const char *name;
	enum family family;
	int rank;
} types[] = {
	{ "\"char\"", FAMILY_TEXT, 0 },
	{ "bigint", FAMILY_INTEGER, 3 },
	{ "bit varying", FAMILY_BIT, 2 },
	{ "bit", FAMILY_BIT, 1 },
	{ "boolean", FAMILY_BOOLEAN, 1 },
	{ "bpchar", FAMILY_TEXT, 1 },
	{ "character varying", FAMILY_TEXT, 3 },
	{ "character", FAMILY_TEXT, 1 },
	{ "cidr", FAMILY_NETWORK, 1 },
	{ "citext", FAMILY_TEXT, 4 },
	{ "date", FAMILY_TIME_STAMP, 1 },
	{ "double precision", FAMILY_NUMBER, 3 },
	{ "inet", FAMILY_NETWORK, 2 },
	{ "integer", FAMILY_INTEGER, 2 },
	{ "interval", FAMILY_TIME, 3 },
	{ "json", FAMILY_JSON, 1 },
	{ "jsonb", FAMILY_JSON, 1 },
	{ "macaddr", FAMILY_MAC, 1 },
	{ "macaddr8", FAMILY_MAC, 2 },
	{ "money", FAMILY_NUMBER, 0 },
	{ "name", FAMILY_TEXT, 0 },
	{ "numeric", FAMILY_NUMBER, 4 },
	{ "real", FAMILY_NUMBER, 2 },
	{ "smallint", FAMILY_INTEGER, 1 },
	{ "text", FAMILY_TEXT, 4 },
	{ "time with time zone", FAMILY_TIME, 2 },
	{ "time without time zone", FAMILY_TIME, 1 },
	{ "timestamp with time zone", FAMILY_TIME_STAMP, 3 },
	{ "timestamp without time zone", FAMILY_TIME_STAMP, 2 },
	{ "xml", FAMILY_XML, 1 },
};

/* A type as the server writes it, taken apart: "timestamp(3) without time zone[]". */
struct parsed {
	struct sfs_str base;
	int modifier[2]; /* -1 when absent */
	bool array;
	const struct type_info *info; /* NULL: not one of those above */
};

static void
parsed_finish(struct parsed *parsed)
{
	sfs_str_finish(&parsed->base);
}
SFS_DEFINE_AUTO_VALUE(parsed, struct parsed, parsed_finish)

static void
parse(const char *text, struct parsed *ret)
{
	const char *open = strchr(text, '(');
	const char *close = open ? strchr(open, ')') : NULL;
	const char *after = close ? close + 1 : text;
	const char *unqualified;

	*ret = (struct parsed){ .modifier = { -1, -1 } };
	if (close) {
		char *end;

		sfs_str_addn(&ret->base, text, (size_t)(open - text));
		ret->modifier[0] = (int)strtol(open + 1, &end, 10);
		if (*end == ',') {
			ret->modifier[1] = (int)strtol(end + 1, NULL, 10);
		}
	}
	sfs_str_add(&ret->base, after);
	while (sfs_ends_with(sfs_str_text(&ret->base), "[]")) {
		ret->array = true;
		sfs_str_truncate(&ret->base, ret->base.len - 2);
	}
	unqualified = strrchr(sfs_str_text(&ret->base), '.');
	unqualified = unqualified ? unqualified + 1 : sfs_str_text(&ret->base);
	if (unqualified != sfs_str_text(&ret->base) && strcmp(unqualified, "citext") != 0) {
		return; /* a type of a person's own */
	}
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcmp(types[i].name, unqualified) == 0) {
			ret->info = &types[i];
		}
	}
}

/* Whether modifiers such as (10) or (10,2) of one base type only grow. */
static bool
modifier_grows(const struct parsed *from, const struct parsed *to)
{
	if (to->modifier[0] == -1) {
		return strcmp(sfs_str_text(&to->base), "character") != 0;
	}
	if (from->modifier[0] == -1 || to->modifier[0] < from->modifier[0]) {
		return false;
	}
	int from_scale = from->modifier[1] < 0 ? 0 : from->modifier[1];
	int to_scale = to->modifier[1] < 0 ? 0 : to->modifier[1];

	return to_scale >= from_scale &&
	       to->modifier[0] - to_scale >= from->modifier[0] - from_scale;
}

/* Whether every value of one family member has its like in the other. */
static bool
family_grows(const struct parsed *from, const struct parsed *to)
{
	enum family family = from->info->family;

	if (family == FAMILY_INTEGER && to->info->family == FAMILY_NUMBER) {
		/* real keeps 24 bits, double precision 53, a bare numeric all */
		return (to->info->rank == 4 && to->modifier[0] == -1) ||
		       (to->info->rank == 3 && from->info->rank <= 2) ||
		       (to->info->rank == 2 && from->info->rank <= 1);
	}
	if (family != to->info->family) {
		return false;
	}
	switch (family) {
	case FAMILY_INTEGER:
	case FAMILY_NETWORK:
	case FAMILY_MAC:
		return to->info->rank >= from->info->rank;
	case FAMILY_NUMBER:
		return from->info->rank == 2 && to->info->rank == 3;
	case FAMILY_TEXT:
		return to->info->rank >= 3 && from->info->rank >= 1 &&
		       (to->modifier[0] == -1 ||
			       (from->modifier[0] > 0 && to->modifier[0] >= from->modifier[0]));
	case FAMILY_TIME_STAMP:
		return from->info->rank == 1;
	case FAMILY_JSON:
		return true;
	case FAMILY_BIT:
		return to->info->rank == 2 && to->modifier[0] == -1;
	case FAMILY_NONE:
	case FAMILY_TIME:
	case FAMILY_BOOLEAN:
	case FAMILY_XML:
		break;
	}
	return false;
}

static bool
cast_exists(const struct parsed *from, const struct parsed *to)
{
	enum family a = from->info ? from->info->family : FAMILY_NONE;
	enum family b = to->info ? to->info->family : FAMILY_NONE;

	if (a == FAMILY_TEXT || b == FAMILY_TEXT) {
		return true;
	}
	if (a == FAMILY_NONE || b == FAMILY_NONE) {
		return false;
	}
	if ((a == FAMILY_INTEGER || a == FAMILY_NUMBER) &&
		(b == FAMILY_INTEGER || b == FAMILY_NUMBER)) {
		return true;
	}
	if ((a == FAMILY_BOOLEAN && b == FAMILY_INTEGER) ||
		(a == FAMILY_INTEGER && b == FAMILY_BOOLEAN)) {
		return from->info->rank == 2 || to->info->rank == 2;
	}
	return a == b || (a == FAMILY_TIME_STAMP && b == FAMILY_TIME && from->info->rank >= 2);
}

enum pg_cast
pg_cast_between(const char *from, const char *to)
{
	struct parsed a sfs_auto(parsed), b sfs_auto(parsed);

	parse(from, &a);
	parse(to, &b);
	if (a.array != b.array) {
		return b.array && !(a.info && a.info->family == FAMILY_TEXT) ? PG_CAST_ELEMENT
									     : PG_CAST_TEXT;
	}
	if (strcmp(sfs_str_text(&a.base), sfs_str_text(&b.base)) == 0) {
		return modifier_grows(&a, &b) ? PG_CAST_SAME : PG_CAST_DIRECT;
	}
	if (a.info && b.info && !a.array && family_grows(&a, &b)) {
		return a.info->family == FAMILY_TEXT ? PG_CAST_SAME : PG_CAST_WIDER;
	}
	return cast_exists(&a, &b) ? PG_CAST_DIRECT : PG_CAST_TEXT;
}

bool
pg_cast_is_lossy(const char *from, const char *to)
{
	struct parsed a sfs_auto(parsed), b sfs_auto(parsed);

	parse(from, &a);
	parse(to, &b);
	if (a.array != b.array) {
		return a.array;
	}
	if (strcmp(sfs_str_text(&a.base), sfs_str_text(&b.base)) == 0) {
		return !modifier_grows(&a, &b);
	}
	if (a.info && b.info && family_grows(&a, &b)) {
		return false;
	}
	/* Everything has a text form that can be read back. */
	return !(b.info && b.info->family == FAMILY_TEXT && b.info->rank >= 3 &&
		 b.modifier[0] == -1);
}

void
pg_cast_write_value(struct sfs_str *out, const char *value, enum pg_cast cast, const char *to)
{
	if (cast == PG_CAST_ELEMENT) {
		sfs_str_addf(out, "CASE WHEN %s IS NOT NULL THEN ARRAY[%s]::text[]::%s END", value,
			value, to);
	} else {
		sfs_str_addf(out, "%s%s::%s", value, cast == PG_CAST_TEXT ? "::text" : "", to);
	}
}

void
pg_cast_write(struct sfs_str *out, const char *column, enum pg_cast cast, const char *to)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	pg_name(&name, column);
	pg_cast_write_value(out, sfs_str_text(&name), cast, to);
}
