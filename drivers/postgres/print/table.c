// SPDX-License-Identifier: MIT
/* Writes tables, partitioned and foreign ones among them. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/fold.h"

/* ---- CREATE TABLE ---- */

static void
add_line(struct sfs_str *body, const struct sfs_str *line)
{
	sfs_str_add(body, body->len ? ",\n    " : "    ");
	sfs_str_addn(body, line->text, line->len);
}

static bool
is_omitted(const struct pg_writer *writer, const struct sfs_object *part)
{
	return writer->omitted && writer->omitted[part->index];
}

static void
write_columns(struct sfs_str *body, const struct pg_writer *writer, const struct sfs_object *table)
{
	sfs_auto(pg_parts) struct pg_parts columns = { 0 };
	bool typed = sfs_object_has(table, SFS_TABLE_OF_TYPE);

	pg_parts_of(table, SFS_COLUMN, &columns);
	sfs_vec_foreach (item, &columns) {
		sfs_auto(str) struct sfs_str line = SFS_STR_INIT;
		const struct sfs_object *column = *item;

		if (sfs_object_has(column, SFS_COLUMN_INHERITED)) {
			continue;
		}
		if (typed) {
			pg_write_typed_column(&line, column, !is_omitted(writer, column));
		} else {
			pg_write_column(&line, column, !is_omitted(writer, column));
		}
		if (line.len) {
			add_line(body, &line);
		}
	}
}

static void
write_constraints(
	struct sfs_str *body, const struct pg_writer *writer, const struct pg_parts *constraints)
{
	for (size_t i = 0; i < constraints->len; i++) {
		const struct sfs_object *constraint = constraints->items[i];
		sfs_auto(str) struct sfs_str line = SFS_STR_INIT;

		if (pg_comes_from_parent(constraint) ||
			(pg_is_foreign_key(constraint) && !writer->file) ||
			is_omitted(writer, constraint) || pg_comes_after_table(constraints, i) ||
			pg_waits_for_children(constraint)) {
			continue;
		}
		pg_write_constraint(&line, constraint, false, PG_INDENT_WIDTH);
		add_line(body, &line);
	}
}

/* A clause on a line of its own, or on several. */
static void
add_clause(struct sfs_str *out, const char *before, const char *value, const char *after)
{
	sfs_auto(str) struct sfs_str clause = SFS_STR_INIT;

	sfs_str_addf(&clause, "%s%s%s", before, value, after);
	sfs_str_addc(out, '\n');
	pg_fold(out, sfs_str_text(&clause), 0);
}

static void
write_clauses(struct sfs_str *out, const struct sfs_object *table)
{
	const char *inherits = sfs_object_get(table, SFS_TABLE_INHERITS);
	const char *key = sfs_object_get(table, SFS_TABLE_PARTITION_KEY);
	const char *method = sfs_object_get(table, SFS_TABLE_ACCESS_METHOD);
	const char *options = sfs_object_get(table, SFS_TABLE_OPTIONS);
	const char *tablespace = sfs_object_get(table, SFS_TABLE_TABLESPACE);
	const char *server = sfs_object_get(table, SFS_TABLE_SERVER);
	const char *foreign_options = sfs_object_get(table, SFS_TABLE_FOREIGN_OPTIONS);

	if (inherits && !sfs_object_has(table, SFS_TABLE_JOINED)) {
		add_clause(out, "INHERITS (", inherits, ")");
	}
	if (pg_is_made_as_partition(table)) {
		add_clause(out, "", sfs_object_get(table, SFS_TABLE_PARTITION_BOUND), "");
	}
	if (key) {
		add_clause(out, "PARTITION BY ", key, "");
	}
	if (server) {
		sfs_str_addf(out, "\nSERVER %s", server);
	}
	if (foreign_options) {
		add_clause(out, "OPTIONS (", foreign_options, ")");
	}
	if (method) {
		sfs_str_addf(out, "\nUSING %s", method);
	}
	if (options) {
		add_clause(out, "WITH (", options, ")");
	}
	if (tablespace) {
		sfs_str_addf(out, "\nTABLESPACE %s", tablespace);
	}
}

static void
create_table(struct pg_writer *writer, const struct sfs_object *table,
	const struct pg_parts *constraints)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT, body = SFS_STR_INIT;
	const char *of_type = sfs_object_get(table, SFS_TABLE_OF_TYPE);
	bool partition = pg_is_made_as_partition(table);

	sfs_str_addf(&sql, "CREATE %s%s ",
		sfs_object_has(table, SFS_TABLE_PERSISTENCE) ? "UNLOGGED " : "",
		pg_kind(table->id.kind)->keyword);
	pg_qualified(&sql, table->id.namespace, table->id.name);
	if (of_type) {
		sfs_str_addf(&sql, " OF %s", of_type);
	}
	if (partition) {
		sfs_str_addf(
			&sql, " PARTITION OF %s", sfs_object_get(table, SFS_TABLE_PARTITION_OF));
	}
	write_columns(&body, writer, table);
	write_constraints(&body, writer, constraints);
	if (body.len) {
		sfs_str_addf(&sql, " (\n%s\n)", body.text);
	} else if (!of_type && !partition) {
		sfs_str_add(&sql, " ()");
	}
	write_clauses(&sql, table);
	(void)sfs_plan_add(writer->plan, table, sql.text);
}

/* ---- what comes after it ---- */

/* The indexes that take the place of the parent's: the first that fits does. */
static void
create_inherited_indexes(struct pg_writer *writer, const struct sfs_object *table)
{
	sfs_auto(pg_parts) struct pg_parts indexes = { 0 };

	pg_parts_of(table, SFS_INDEX, &indexes);
	sfs_vec_foreach (index, &indexes) {
		if (sfs_object_has(*index, SFS_INDEX_INHERITED)) {
			pg_print_own_index(writer, *index);
		}
	}
}

static void
alter(struct pg_writer *writer, const struct sfs_object *table, const char *what)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_add(&sql, "ALTER ");
	pg_write_reference(table, &sql);
	sfs_str_addf(&sql, " %s", what);
	(void)sfs_plan_add(writer->plan, table, sql.text);
}

/* A table that was made alone, and that came to inherit. */
static void
join_parents(struct pg_writer *writer, const struct sfs_object *table)
{
	struct pg_list parents sfs_auto(pg_list) = { 0 };

	if (sfs_object_has(table, SFS_TABLE_JOINED)) {
		pg_list_split(sfs_object_get(table, SFS_TABLE_INHERITS), &parents);
	}
	sfs_vec_foreach (parent, &parents) {
		sfs_auto(str) struct sfs_str what = SFS_STR_INIT;

		sfs_str_addf(&what, "INHERIT %s", *parent);
		alter(writer, table, what.text);
	}
}

/* In a plan that is the table's TIE. */
static void
attach(struct pg_writer *writer, const struct sfs_object *table)
{
	const char *parent = sfs_object_get(table, SFS_TABLE_PARTITION_OF);
	sfs_auto(pg_clauses) struct pg_clauses clauses = { 0 };
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (!pg_is_attached(table) || (!writer->file && !writer->script)) {
		return;
	}
	create_inherited_indexes(writer, table);
	sfs_str_addf(pg_clause(&clauses), "ALTER TABLE ONLY %s", parent);
	sfs_str_add(pg_clause(&clauses), "ATTACH PARTITION ");
	pg_write_target(table, &clauses.text);
	sfs_str_add(pg_clause(&clauses), sfs_object_get(table, SFS_TABLE_PARTITION_BOUND));
	pg_clauses_write(&sql, &clauses, 1, 0);
	(void)sfs_plan_add(writer->plan, table, sql.text);
}

static void
write_switches(struct pg_writer *writer, const struct sfs_object *table)
{
	if (sfs_object_has(table, SFS_TABLE_ROW_SECURITY)) {
		alter(writer, table, "ENABLE ROW LEVEL SECURITY");
	}
	if (sfs_object_has(table, SFS_TABLE_FORCE_ROW_SECURITY)) {
		alter(writer, table, "FORCE ROW LEVEL SECURITY");
	}
}

/* What names an index of the table, which by now exists. */
static void
write_uses_of_indexes(struct pg_writer *writer, const struct sfs_object *table)
{
	const char *identity = sfs_object_get(table, SFS_TABLE_REPLICA_IDENTITY);
	const char *cluster = sfs_object_get(table, SFS_TABLE_CLUSTER_ON);
	sfs_auto(str) struct sfs_str what = SFS_STR_INIT;

	if (identity) {
		sfs_str_addf(&what, "REPLICA IDENTITY %s", identity);
		alter(writer, table, what.text);
		sfs_str_truncate(&what, 0);
	}
	if (cluster) {
		sfs_str_addf(&what, "CLUSTER ON %s", cluster);
		alter(writer, table, what.text);
	}
}

/* Calls a kind's create() for the parts of it. */
static void
create_parts(struct pg_writer *writer, const struct sfs_object *table, enum sfs_kind kind)
{
	sfs_auto(pg_parts) struct pg_parts parts = { 0 };

	pg_parts_of(table, kind, &parts);
	sfs_vec_foreach (part, &parts) {
		if (!pg_is_made_with_owner(*part)) {
			pg_kind(kind)->create(writer, *part);
		}
	}
}

static void
own_sequences(struct pg_writer *writer, const struct sfs_object *table)
{
	sfs_auto(pg_parts) struct pg_parts parts = { 0 };

	pg_parts_of(table, SFS_SEQUENCE, &parts);
	sfs_vec_foreach (part, &parts) {
		sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

		if (pg_is_serial(*part)) {
			continue;
		}
		sfs_str_add(&sql, "ALTER ");
		pg_write_reference(*part, &sql);
		sfs_str_addf(&sql, " OWNED BY %s", sfs_object_get(*part, SFS_SEQUENCE_OWNED_BY));
		(void)sfs_plan_add(writer->plan, *part, sql.text);
	}
}

void
pg_print_after(struct pg_writer *writer, const struct sfs_object *table)
{
	if (table->id.kind == SFS_TABLE || table->id.kind == SFS_FOREIGN_TABLE) {
		own_sequences(writer, table);
		write_uses_of_indexes(writer, table);
	} else if (table->id.kind == SFS_MATERIALIZED_VIEW) {
		sfs_auto(str) struct sfs_str what = SFS_STR_INIT;
		const char *cluster = sfs_object_get(table, SFS_VIEW_CLUSTER_ON);

		if (cluster) {
			sfs_str_addf(&what, "CLUSTER ON %s", cluster);
			alter(writer, table, what.text);
		}
	}
}

static void
write_late_constraints(struct pg_writer *writer, const struct sfs_object *table,
	const struct pg_parts *constraints)
{
	for (size_t i = 0; i < constraints->len; i++) {
		const struct sfs_object *constraint = constraints->items[i];

		if ((pg_is_foreign_key(constraint) && !writer->file) ||
			is_omitted(writer, constraint) ||
			(pg_waits_for_children(constraint) &&
				!(writer->file && pg_is_unchecked(constraint)))) {
			continue;
		}
		if (pg_comes_after_table(constraints, i) && !pg_is_foreign_key(constraint) &&
			pg_is_attached(table)) {
			pg_print_own_constraint(writer, constraint);
		} else if (pg_comes_after_table(constraints, i)) {
			pg_print_constraint(writer, constraint);
		} else {
			pg_write_constraint_common(writer, constraint);
		}
	}
}

void
pg_validate_here(struct pg_writer *writer, const struct sfs_object *table)
{
	sfs_auto(pg_parts) struct pg_parts constraints = { 0 };

	pg_parts_of(table, SFS_CONSTRAINT, &constraints);
	sfs_vec_foreach (item, &constraints) {
		sfs_auto(str) struct sfs_str what = SFS_STR_INIT;

		if (!sfs_object_has(*item, SFS_CONSTRAINT_VALIDATED) ||
			!pg_comes_from_parent(*item)) {
			continue;
		}
		sfs_str_add(&what, "VALIDATE CONSTRAINT ");
		pg_name(&what, (*item)->id.name);
		alter(writer, table, what.text);
	}
}

/* In the file of a table, behind all that is made at once. */
static void
create_waiting_keys(struct pg_writer *writer, const struct pg_parts *constraints)
{
	sfs_vec_foreach (constraint, constraints) {
		if (pg_waits_for_children(*constraint) && !pg_is_unchecked(*constraint)) {
			pg_print_constraint(writer, *constraint);
		}
	}
}

void
pg_print_table(struct pg_writer *writer, const struct sfs_object *table)
{
	sfs_auto(pg_parts) struct pg_parts constraints = { 0 }, columns = { 0 };

	pg_parts_of(table, SFS_CONSTRAINT, &constraints);
	pg_parts_of(table, SFS_COLUMN, &columns);
	if (writer->file) {
		create_parts(writer, table, SFS_SEQUENCE);
	}
	create_table(writer, table, &constraints);
	sfs_vec_foreach (column, &columns) {
		pg_write_column_settings(writer, *column);
	}
	write_late_constraints(writer, table, &constraints);
	attach(writer, table);
	join_parents(writer, table);
	write_switches(writer, table);
	if (writer->file) {
		pg_validate_here(writer, table);
		create_waiting_keys(writer, &constraints);
		create_parts(writer, table, SFS_INDEX);
		create_parts(writer, table, SFS_STATISTICS);
		pg_print_after(writer, table);
	}
	pg_write_common(writer, table);
	pg_system_columns(writer->plan->arena, table, &columns);
	writer->columns_together = true;
	sfs_vec_foreach (column, &columns) {
		pg_write_column_common(writer, *column);
	}
	writer->columns_together = false;
	pg_write_column_grants(writer, &columns);
}
