// SPDX-License-Identifier: MIT
/* Former names for what is tried out: the server carries them through whatever is made meanwhile. */
#include "drivers/postgres/scratch/scratch.h"
#include "sql/quote.h"

static bool
is_relation(enum sfs_kind kind)
{
	return kind == SFS_TABLE || kind == SFS_FOREIGN_TABLE || kind == SFS_VIEW ||
	       kind == SFS_MATERIALIZED_VIEW;
}

/* Whether it stands in a scratch place under the new name; `ret_place` is that place. */
static bool
is_there(const struct pg_places *places, enum pg_space space, const char *namespace,
	const char *name, const char **ret_place)
{
	*ret_place = namespace && name ? pg_places_find(places, space, namespace, name) : NULL;
	return *ret_place != NULL;
}

/* A column goes by its relation's new name, which the relation has at that time. */
static void
rename_column(const struct pg_places *places, const struct sfs_rename *rename, bool back,
	struct sfs_str *sql)
{
	const char *place;

	if (!is_there(
		    places, PG_SPACE_RELATION, rename->to.namespace, rename->to.relation, &place)) {
		return;
	}
	sfs_str_add(sql, "ALTER TABLE ");
	sfs_quote_qualified(sql, SFS_POSTGRES, place, rename->to.relation);
	sfs_str_add(sql, " RENAME COLUMN ");
	sfs_quote_name(sql, SFS_POSTGRES, back ? rename->to.name : rename->from.name);
	sfs_str_add(sql, " TO ");
	sfs_quote_name(sql, SFS_POSTGRES, back ? rename->from.name : rename->to.name);
	sfs_str_add(sql, "; ");
}

static void
rename_label(const struct pg_places *places, const struct sfs_rename *rename, bool back,
	struct sfs_str *sql)
{
	const char *place;

	if (!is_there(places, PG_SPACE_TYPE, rename->to.namespace, rename->to.name, &place)) {
		return;
	}
	sfs_str_add(sql, "ALTER TYPE ");
	sfs_quote_qualified(sql, SFS_POSTGRES, place, rename->to.name);
	sfs_str_add(sql, " RENAME VALUE ");
	sfs_quote_literal(sql, SFS_POSTGRES, back ? rename->to_label : rename->from_label);
	sfs_str_add(sql, " TO ");
	sfs_quote_literal(sql, SFS_POSTGRES, back ? rename->from_label : rename->to_label);
	sfs_str_add(sql, "; ");
}

/* Its place stays what it is: the name alone is what the texts say. */
static void
rename_relation(
	struct pg_places *places, const struct sfs_rename *rename, bool back, struct sfs_str *sql)
{
	const char *place;

	if (!sfs_streq(rename->from.namespace, rename->to.namespace) ||
		!is_there(
			places, PG_SPACE_RELATION, rename->to.namespace, rename->to.name, &place)) {
		return;
	}
	sfs_str_add(sql, "ALTER TABLE ");
	sfs_quote_qualified(sql, SFS_POSTGRES, place, back ? rename->to.name : rename->from.name);
	sfs_str_add(sql, " RENAME TO ");
	sfs_quote_name(sql, SFS_POSTGRES, back ? rename->from.name : rename->to.name);
	sfs_str_add(sql, "; ");
	if (back) {
		pg_places_add(places, PG_SPACE_RELATION, rename->from.namespace, rename->from.name);
	}
}

static void
rename_relations(
	struct pg_places *places, const struct sfs_renames *renames, bool back, struct sfs_str *sql)
{
	sfs_vec_foreach (rename, renames) {
		if (!rename->to_label && is_relation(rename->to.kind)) {
			rename_relation(places, rename, back, sql);
		}
	}
}

static void
rename_parts(const struct pg_places *places, const struct sfs_renames *renames, bool back,
	struct sfs_str *sql)
{
	sfs_vec_foreach (rename, renames) {
		if (rename->to_label) {
			rename_label(places, rename, back, sql);
		} else if (rename->to.kind == SFS_COLUMN) {
			rename_column(places, rename, back, sql);
		}
	}
}

int
pg_take_former_names(struct pg_db *db, struct pg_places *places, const struct sfs_renames *renames,
	struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	rename_parts(places, renames, true, &sql);
	rename_relations(places, renames, true, &sql);
	return sql.len ? pg_run(db, sql.text, err) : 0;
}

int
pg_take_new_names(struct pg_db *db, struct pg_places *places, const struct sfs_renames *renames,
	struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	rename_relations(places, renames, false, &sql);
	rename_parts(places, renames, false, &sql);
	return sql.len ? pg_run(db, sql.text, err) : 0;
}
