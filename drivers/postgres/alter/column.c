// SPDX-License-Identifier: MIT
/* Columns: ALTER TABLE ... ALTER COLUMN, one statement for all that differs. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/print/print.h"

/* The clauses for one column, while they are collected. */
struct clauses {
	struct sfs_str text;
	struct sfs_str verb; /* "ALTER COLUMN c " */
	const struct sfs_change *change;
};

static void
clauses_finish(struct clauses *clauses)
{
	sfs_str_finish(&clauses->text);
	sfs_str_finish(&clauses->verb);
}
SFS_DEFINE_AUTO_VALUE(clauses, struct clauses, clauses_finish)

static void
clauses_init(struct clauses *clauses, const struct sfs_change *change)
{
	*clauses = (struct clauses){ .change = change };
	sfs_str_add(&clauses->verb, "ALTER COLUMN ");
	pg_name(&clauses->verb, change->to->id.name);
	sfs_str_addc(&clauses->verb, ' ');
}

static void
clauses_add(struct clauses *clauses, const char *what, const char *value)
{
	sfs_str_separate(&clauses->text, ", ");
	sfs_str_addf(
		&clauses->text, "%s%s%s", sfs_str_text(&clauses->verb), what, value ? value : "");
}

static void
emit(struct pg_writer *writer, const struct clauses *clauses)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	pg_alter_relation(&head, clauses->change->to);
	pg_alter_emit(writer, clauses->change->to, sfs_str_text(&head), &clauses->text);
}

/* ---- type ---- */

static void
add_type(struct clauses *clauses, const char *using)
{
	const struct sfs_object *from = clauses->change->from, *to = clauses->change->to;
	const char *old = sfs_object_get(from, SFS_COLUMN_TYPE);
	const char *new = sfs_object_get(to, SFS_COLUMN_TYPE);
	const char *collation = sfs_object_get(to, SFS_COLUMN_COLLATION);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	/* The same name on both sides stands for a type that was made again under its name. */
	bool replaced = strcmp(old, new) == 0 && !pg_differs(clauses->change, SFS_COLUMN_COLLATION);
	enum pg_cast cast = replaced ? PG_CAST_TEXT : pg_cast_between(old, new);

	sfs_str_add(&text, new);
	if (collation) {
		sfs_str_addf(&text, " COLLATE %s", collation);
	}
	if (to->owner->id.kind == SFS_FOREIGN_TABLE) {
		using = NULL;
		cast = PG_CAST_SAME; /* it has no rows here to convert */
	}
	if (using) {
		sfs_str_addf(&text, " USING %s", using);
	} else if (cast >= PG_CAST_DIRECT) {
		sfs_str_add(&text, " USING ");
		pg_cast_write(&text, to->id.name, cast, new);
	}
	clauses_add(clauses, "TYPE ", sfs_str_text(&text));
}

/* ---- identity ---- */

static void
add_identity(struct clauses *clauses, bool restart)
{
	const struct sfs_object *from = clauses->change->from, *to = clauses->change->to;
	const char *old = sfs_object_get(from, SFS_COLUMN_IDENTITY);
	const char *new = sfs_object_get(to, SFS_COLUMN_IDENTITY);
	const char *options = sfs_object_get(to, SFS_COLUMN_IDENTITY_OPTIONS);

	if (new && !old) {
		char *generated sfs_auto(free) = sfs_asprintf("ADD GENERATED %s AS IDENTITY%s%s%s",
			new, options ? " (" : "", options ? options : "", options ? ")" : "");

		clauses_add(clauses, generated, NULL);
		return;
	}
	if (!new) {
		return;
	}
	if (strcmp(old, new) != 0) {
		clauses_add(clauses, "SET GENERATED ", new);
	}
	if (pg_differs(clauses->change, SFS_COLUMN_IDENTITY_OPTIONS)) {
		struct sfs_str set sfs_auto(str) = SFS_STR_INIT;

		pg_identity_options(
			&set, sfs_object_get(from, SFS_COLUMN_IDENTITY_OPTIONS), options, restart);
		if (set.len) {
			clauses_add(clauses, sfs_str_text(&set), NULL);
		}
	}
}

/* ---- storage ---- */

/* The storage that a new column of the type gets: SET STORAGE DEFAULT is not before PostgreSQL 16. */
static const char *
default_storage(const char *type)
{
	static const char *const extended[] = { "text", "character", "bytea", "json", "xml", "bit",
		"tsvector", "path", "polygon", "\"char\"" };
	static const char *const main_storage[] = { "numeric", "inet", "cidr" };
	static const char *const plain[] = { "tsquery" };

	if (sfs_ends_with(type, "[]") || sfs_ends_with(type, "range")) {
		return "EXTENDED";
	}
	for (size_t i = 0; i < sizeof main_storage / sizeof *main_storage; i++) {
		if (sfs_starts_with(type, main_storage[i])) {
			return "MAIN";
		}
	}
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		if (sfs_starts_with(type, plain[i])) {
			return "PLAIN";
		}
	}
	for (size_t i = 0; i < sizeof extended / sizeof *extended; i++) {
		if (sfs_starts_with(type, extended[i])) {
			return "EXTENDED";
		}
	}
	/* A type of a person's own: whoever set another storage than its default had a choice. */
	return "EXTENDED";
}

static void
add_storage(struct clauses *clauses)
{
	const struct sfs_change *change = clauses->change;
	const struct sfs_object *to = change->to;
	const char *storage = sfs_object_get(to, SFS_COLUMN_STORAGE);
	const char *compression = sfs_object_get(to, SFS_COLUMN_COMPRESSION);
	const char *statistics = sfs_object_get(to, SFS_COLUMN_STATISTICS);
	bool retyped = pg_differs(change, SFS_COLUMN_TYPE);

	/* A new type brings its own storage and forgets the compression. */
	if (storage && (retyped || pg_differs(change, SFS_COLUMN_STORAGE))) {
		clauses_add(clauses, "SET STORAGE ", storage);
	} else if (!storage && !retyped && pg_differs(change, SFS_COLUMN_STORAGE)) {
		clauses_add(clauses, "SET STORAGE ",
			default_storage(sfs_object_get(to, SFS_COLUMN_TYPE)));
	}
	if (compression && (retyped || pg_differs(change, SFS_COLUMN_COMPRESSION))) {
		clauses_add(clauses, "SET COMPRESSION ", compression);
	} else if (!compression && !retyped && pg_differs(change, SFS_COLUMN_COMPRESSION)) {
		clauses_add(clauses, "SET COMPRESSION DEFAULT", NULL);
	}
	if (pg_differs(change, SFS_COLUMN_STATISTICS)) {
		clauses_add(clauses, "SET STATISTICS ", statistics ? statistics : "-1");
	}
	if (pg_differs(change, SFS_COLUMN_OPTIONS)) {
		pg_options_alter(&clauses->text, sfs_str_text(&clauses->verb),
			sfs_object_get(change->from, SFS_COLUMN_OPTIONS),
			sfs_object_get(to, SFS_COLUMN_OPTIONS));
	}
	if (pg_differs(change, SFS_COLUMN_FOREIGN_OPTIONS)) {
		pg_foreign_options_alter(&clauses->text, sfs_str_text(&clauses->verb),
			sfs_object_get(change->from, SFS_COLUMN_FOREIGN_OPTIONS),
			sfs_object_get(to, SFS_COLUMN_FOREIGN_OPTIONS));
	}
}

/* ---- the whole ---- */

static void
add_removals(struct clauses *clauses, const struct sfs_diff *diff)
{
	const struct sfs_change *change = clauses->change;
	const struct sfs_object *to = change->to;

	if (pg_differs(change, SFS_COLUMN_GENERATED) && !sfs_object_has(to, SFS_COLUMN_GENERATED)) {
		clauses_add(clauses, "DROP EXPRESSION", NULL);
	}
	if (pg_differs(change, SFS_COLUMN_IDENTITY) && !sfs_object_has(to, SFS_COLUMN_IDENTITY)) {
		clauses_add(clauses, "DROP IDENTITY", NULL);
	}
	if (pg_differs(change, SFS_COLUMN_DEFAULT) && !sfs_object_has(to, SFS_COLUMN_DEFAULT)) {
		clauses_add(clauses, "DROP DEFAULT", NULL);
	}
	pg_not_null_drop(&clauses->text, diff, change);
}

void
pg_column_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const struct sfs_object *to = change->to;
	struct clauses clauses sfs_auto(clauses);

	pg_identity_rename(writer, change);
	pg_not_null_rename(writer, diff, change);
	clauses_init(&clauses, change);
	add_removals(&clauses, diff);
	if (pg_differs(change, SFS_COLUMN_TYPE) && pg_differs(change, SFS_COLUMN_GENERATED)) {
		/* The server takes no USING for what is generated until the statement is over. */
		emit(writer, &clauses);
		clauses_finish(&clauses);
		clauses_init(&clauses, change);
	}
	if (pg_differs(change, SFS_COLUMN_TYPE) || pg_differs(change, SFS_COLUMN_COLLATION)) {
		add_type(&clauses, writer->using);
	}
	if (pg_differs(change, SFS_COLUMN_DEFAULT) && sfs_object_has(to, SFS_COLUMN_DEFAULT)) {
		clauses_add(&clauses, "SET DEFAULT ", sfs_object_get(to, SFS_COLUMN_DEFAULT));
	}
	pg_not_null_set(&clauses.text, diff, change);
	if (pg_differs(change, SFS_COLUMN_GENERATED) && sfs_object_has(to, SFS_COLUMN_GENERATED)) {
		char *expression sfs_auto(free) = sfs_asprintf(
			"SET EXPRESSION AS (%s)", sfs_object_get(to, SFS_COLUMN_GENERATED));

		clauses_add(&clauses, expression, NULL);
	}
	add_identity(&clauses, writer->restart);
	add_storage(&clauses);
	emit(writer, &clauses);
	pg_identity_persistence(writer, change);
	pg_alter_identity_common(writer, change);
}

void
pg_column_drop(struct pg_writer *writer, const struct sfs_object *column)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (writer->only) {
		sfs_str_add(&sql, "ALTER TABLE ONLY ");
		pg_qualified(&sql, column->owner->id.namespace, column->owner->id.name);
	} else {
		pg_alter_relation(&sql, column);
	}
	sfs_str_add(&sql, " DROP COLUMN ");
	pg_name(&sql, column->id.name);
	(void)sfs_plan_add(writer->plan, column, sfs_str_text(&sql));
}

void
pg_column_rename(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (strcmp(change->from->id.name, change->to->id.name) == 0) {
		return;
	}
	pg_alter_relation(&sql, change->to);
	sfs_str_add(&sql, " RENAME COLUMN ");
	pg_name(&sql, change->from->id.name);
	sfs_str_add(&sql, " TO ");
	pg_name(&sql, change->to->id.name);
	(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}

void
pg_column_untie(struct pg_writer *writer, const struct sfs_change *change)
{
	struct clauses clauses sfs_auto(clauses);

	clauses_init(&clauses, change);
	if (sfs_object_has(change->from, SFS_COLUMN_DEFAULT)) {
		clauses_add(&clauses, "DROP DEFAULT", NULL);
	}
	if (sfs_object_has(change->from, SFS_COLUMN_IDENTITY) &&
		!sfs_object_has(change->to, SFS_COLUMN_IDENTITY)) {
		clauses_add(&clauses, "DROP IDENTITY", NULL);
	}
	emit(writer, &clauses);
}

void
pg_column_tie(struct pg_writer *writer, const struct sfs_change *change)
{
	struct clauses clauses sfs_auto(clauses);

	clauses_init(&clauses, change);
	clauses_add(&clauses, "SET DEFAULT ", sfs_object_get(change->to, SFS_COLUMN_DEFAULT));
	emit(writer, &clauses);
}
