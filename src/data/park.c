// SPDX-License-Identifier: MIT
/*
 * Rows that exchange values of a unique column. A database looks at each row by itself, so a value
 * has to be free before another row can take it: who gives it up is parked with another one first.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/map.h"
#include "data/statement.h"
#include "sql/lexer.h"
#include "sql/quote.h"

/* A row whose values change: from `now`, NULL for one that is new, to `then`, NULL for one that goes. */
struct mover {
	const char *const *now, *const *then;
	unsigned line;
	size_t turn; /* in which order they are written */
	bool parked;
};

/* Columns of the sheet whose values together no two rows may have. */
struct unique SFS_VEC_OF(size_t);

struct parking {
	const struct sfs_data_change *change;
	struct sfs_plan *plan;
	SFS_VEC(struct mover) movers;
	unsigned n_parked;
};

/* ---- what is unique ---- */

/* The columns that a list, or an expression of an index, names; false when the sheet lacks one. */
static bool
find_columns(const struct sfs_data_change *change, const char *text, struct unique *unique)
{
	enum sfs_dialect dialect = change->driver->dialect;
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool all = true;

	sfs_lexer_init(&lexer, dialect, text, strlen(text));
	while (sfs_lexer_word(&lexer, &token)) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
		size_t at = 0, n = change->table->sheet.columns.len;

		if (token.type != SFS_TOKEN_WORD && token.type != SFS_TOKEN_QUOTED) {
			continue;
		}
		sfs_unquote_name(&name, dialect, text + token.offset, token.len);
		size_t column = sfs_shape_find(&change->shape, dialect, sfs_str_text(&name));
		while (at < n && change->columns[at] != column) {
			at++;
		}
		all = all && (column == SIZE_MAX || at < n);
		if (column != SIZE_MAX && at < n) {
			sfs_vec_push(unique, at);
		}
	}
	return all && unique->len;
}

/* What stands between the first parentheses of CREATE INDEX ... ON t (a, b) WHERE c. */
static char *
index_keys(const char *sql)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t open = 0;
	unsigned depth = 0;

	sfs_lexer_init(&lexer, SFS_SQLITE, sql, strlen(sql));
	while (sfs_lexer_word(&lexer, &token)) {
		if (sfs_token_is(sql, &token, "(") && !depth++) {
			open = token.offset + 1;
		} else if (sfs_token_is(sql, &token, ")") && --depth == 0) {
			return sfs_strndup(sql + open, token.offset - open);
		}
	}
	return sfs_strdup("");
}

/* Reads a part that keeps values apart; false for any other. */
static bool
read_unique(
	const struct sfs_data_change *change, const struct sfs_object *part, struct unique *unique)
{
	const char *columns = NULL;
	char *keys sfs_auto(free) = NULL;

	if (part->id.kind == SFS_CONSTRAINT &&
		sfs_streq(sfs_object_get(part, SFS_CONSTRAINT_TYPE), "UNIQUE")) {
		columns = sfs_object_get(part, SFS_CONSTRAINT_COLUMNS);
	} else if (part->id.kind == SFS_INDEX && sfs_object_has(part, SFS_INDEX_UNIQUE)) {
		const char *sql = sfs_object_get(part, SFS_INDEX_SQL);

		columns = sfs_object_get(part, SFS_INDEX_KEYS);
		columns = columns || !sql ? columns : (keys = index_keys(sql));
	}
	return columns && find_columns(change, columns, unique);
}

/* ---- the rows ---- */

/* The values of a row, false when one is NULL: that is not equal to anything. Letters' case is left. */
static bool
add_values(const struct unique *unique, const char *const *row, struct sfs_str *out)
{
	sfs_vec_foreach (column, unique) {
		const char *value = row[*column];

		if (!value) {
			return false;
		}
		sfs_str_addf(out, "%zu:", strlen(value));
		for (; *value; value++) {
			sfs_str_addc(out, sfs_lower(*value));
		}
	}
	return true;
}

static bool
moves(const struct unique *unique, const struct mover *mover)
{
	bool moved = !mover->now || !mover->then;

	sfs_vec_foreach (column, unique) {
		moved = moved || !sfs_streq(mover->now[*column], mover->then[*column]);
	}
	return moved;
}

static void
find_movers(struct parking *parking, bool deletes_late)
{
	const struct sfs_data_change *change = parking->change;

	for (size_t i = 0; deletes_late && i < change->deletes.len; i++) {
		sfs_vec_push(&parking->movers,
			(struct mover){ .now = change->deletes.items[i], .turn = SIZE_MAX });
	}
	sfs_vec_foreach (row, &change->inserts) {
		sfs_vec_push(&parking->movers, (struct mover){ .then = *row });
	}
	for (size_t i = 0; i < change->updates.len; i++) {
		const struct sfs_data_update *update = &change->updates.items[i];

		if (update->former) {
			sfs_vec_push(&parking->movers, (struct mover){ .now = update->former,
							       .then = update->fields,
							       .line = update->line,
							       .turn = i + 1 });
		}
	}
}

/* ---- another value for a while ---- */

/* Types of which there is always a value that nobody uses; the number is put behind it. */
static const struct {
	const char *type, *value;
} spare[] = {
	{ "text", "schemafs parks this row: " },
	{ "citext", "schemafs parks this row: " },
	{ "character varying", "~schemafs~" },
	{ "uuid", "5c4e3af5-0000-4000-8000-00000000" },
	{ "smallint", "-3" },
	{ "integer", "-214" },
	{ "bigint", "-92233720" },
	{ "INTEGER", "-92233720" },
	{ "INT", "-92233720" },
	{ "TEXT", "schemafs parks this row: " },
};

/* The text of a value that the column may have, in the plan's arena; NULL when there is none. */
static const char *
spare_value(struct parking *parking, const struct sfs_shape_column *column)
{
	bool any = parking->change->driver->dialect == SFS_SQLITE && !parking->change->shape.strict;
	const char *type = any ? "TEXT" : column->type;
	const char *dot = strrchr(type, '.');

	type = dot ? dot + 1 : type;
	for (size_t i = 0; i < sizeof spare / sizeof *spare; i++) {
		size_t len = strlen(spare[i].type);

		if (strncmp(type, spare[i].type, len) == 0 && strchr("(", type[len])) {
			return sfs_arena_printf(
				parking->plan->arena, "%s%04u", spare[i].value, parking->n_parked);
		}
	}
	return NULL;
}

/* The column to park by, and its value; SIZE_MAX when there is none. */
static size_t
choose(struct parking *parking, const struct unique *unique, const char **ret_value)
{
	const struct sfs_data_change *change = parking->change;
	size_t chosen = SIZE_MAX;

	sfs_vec_foreach (i, unique) {
		const struct sfs_shape_column *column =
			&change->shape.columns.items[change->columns[*i]];
		const char *value = column->never_empty ? spare_value(parking, column) : NULL;

		if (column->key || column->always || (column->never_empty && !value)) {
			continue;
		}
		if (chosen == SIZE_MAX || !value) {
			chosen = *i;
			*ret_value = value;
		}
	}
	return chosen;
}

static int
refuse(const struct parking *parking, const struct unique *unique, const struct mover *giver,
	const struct mover *taker, struct sfs_error *err)
{
	const struct sfs_sheet *sheet = &parking->change->table->sheet;
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;

	sfs_vec_foreach (i, unique) {
		sfs_str_separate(&names, ", ");
		sfs_str_add(&names, sheet->columns.items[*i]);
	}
	(void)sfs_error_set(err, EINVAL,
		"this row and another one exchange values of %s, which are unique, and there is no "
		"other value that one of them could have for a while",
		sfs_str_text(&names));
	sfs_error_hint(err, "do it in two changes: first give one of them another value");
	sfs_sheet_locate(sheet,
		&(struct sfs_sheet_row){ .line = taker->line ? taker->line : giver->line }, err);
	return -EINVAL;
}

static int
park(struct parking *parking, const struct unique *unique, struct mover *giver,
	const struct mover *taker, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const char *value = NULL;
	size_t column = choose(parking, unique, &value);

	if (column == SIZE_MAX) {
		return refuse(parking, unique, giver, taker, err);
	}
	sfs_data_add_update(parking->change, column, value, giver->now, &sql);
	(void)sfs_plan_add(parking->plan, parking->change->shape.object, sfs_str_text(&sql));
	parking->n_parked++;
	giver->parked = true;
	return 0;
}

static int
park_movers(struct parking *parking, const struct unique *unique, struct sfs_error *err)
{
	struct sfs_map *givers sfs_auto(map) = sfs_map_create();
	int r = 0;

	sfs_vec_foreach (mover, &parking->movers) {
		struct sfs_str values sfs_auto(str) = SFS_STR_INIT;

		mover->parked = false;
		if (mover->now && moves(unique, mover) && add_values(unique, mover->now, &values)) {
			sfs_map_set(givers,
				sfs_arena_strdup(parking->plan->arena, sfs_str_text(&values)),
				mover);
		}
	}
	sfs_vec_foreach (mover, &parking->movers) {
		struct sfs_str values sfs_auto(str) = SFS_STR_INIT;

		if (r < 0 || !mover->then || !moves(unique, mover) ||
			!add_values(unique, mover->then, &values)) {
			continue;
		}
		struct mover *giver = sfs_map_get(givers, sfs_str_text(&values));
		if (giver && giver != mover && giver->turn > mover->turn && !giver->parked) {
			r = park(parking, unique, giver, mover, err);
		}
	}
	return r;
}

int
sfs_data_write_parking(const struct sfs_data_change *change, bool deletes_late,
	struct sfs_plan *plan, struct sfs_error *err)
{
	struct parking parking = { .change = change, .plan = plan };
	struct sfs_object *part;
	int r = 0;

	find_movers(&parking, deletes_late);
	sfs_parts_foreach (part, change->shape.object) {
		struct unique unique = { 0 };

		if (r == 0 && parking.movers.len > 1 && read_unique(change, part, &unique)) {
			r = park_movers(&parking, &unique, err);
		}
		sfs_vec_finish(&unique);
	}
	sfs_vec_finish(&parking.movers);
	return r;
}
