// SPDX-License-Identifier: MIT
/* A snapshot's own SQL as statements for SQLite, in the place of what the migrations have made. */
#include <string.h>

#include "migrate/probe.h"
#include "sql/quote.h"

static void
quote(struct sfs_str *out, const char *name)
{
	sfs_quote_name(out, SFS_SQLITE, name);
}

static void
drop(const char *what, const char *name, struct sfs_str *sql)
{
	sfs_str_addf(sql, "DROP %s ", what);
	quote(sql, name);
	sfs_str_add(sql, ";\n");
}

/* One column of the table as it is: what a snapshot says of another one is another probe. */
static void
add_column(const struct sfs_probe *probe, const struct sfs_object *column, struct sfs_str *sql)
{
	const char *type = sfs_object_get(column, SFS_COLUMN_TYPE);
	const json_t *generated = json_object_get(probe->said, "generated");
	bool it = strcmp(column->id.name, probe->name) == 0;

	quote(sql, column->id.name);
	sfs_str_addf(sql, " %s", type ? type : "");
	if (it && probe->kind == SFS_PROBE_DEFAULT) {
		sfs_str_add(sql, " DEFAULT ");
		sfs_probe_default(json_object_get(probe->said, "default"), sql);
	} else if (it && probe->kind == SFS_PROBE_GENERATED) {
		sfs_str_addf(sql, " GENERATED ALWAYS AS %s %s", sfs_probe_text(generated, "as"),
			sfs_probe_text(generated, "type"));
	}
}

static void
write_table(const struct sfs_probe *probe, const struct sfs_object *table, struct sfs_str *sql)
{
	const char *separator = "";
	struct sfs_object *part;

	drop("TABLE", table->id.name, sql);
	sfs_str_add(sql, "CREATE TABLE ");
	quote(sql, table->id.name);
	sfs_str_add(sql, " (");
	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_COLUMN) {
			sfs_str_add(sql, separator);
			add_column(probe, part, sql);
			separator = ", ";
		}
	}
	if (probe->kind == SFS_PROBE_CHECK) {
		sfs_str_add(sql, ", CONSTRAINT ");
		quote(sql, probe->name);
		sfs_str_addf(sql, " CHECK (%s)", sfs_probe_text(probe->said, "value"));
	}
	sfs_str_add(sql, ")");
}

static void
write_index(const struct sfs_probe *probe, const struct sfs_object *table, struct sfs_str *sql)
{
	const json_t *marked = json_object_get(
		json_object_get(json_object_get(probe->internal, "indexes"), probe->name),
		"columns");
	const json_t *columns = json_object_get(probe->said, "columns"), *column;
	const char *where = sfs_probe_text(probe->said, "where");
	size_t i;

	drop("INDEX", probe->name, sql);
	sfs_str_addf(sql, "CREATE %sINDEX ",
		json_is_true(json_object_get(probe->said, "isUnique")) ? "UNIQUE " : "");
	quote(sql, probe->name);
	sfs_str_add(sql, " ON ");
	quote(sql, table->id.name);
	json_array_foreach(columns, i, column)
	{
		const char *text = json_string_value(column) ? json_string_value(column) : "";

		sfs_str_add(sql, i ? ", " : " (");
		if (json_object_get(marked, text)) {
			sfs_str_add(sql, text);
		} else {
			quote(sql, text);
		}
	}
	sfs_str_add(sql, ")");
	if (*where) {
		sfs_str_addf(sql, " WHERE %s", where);
	}
}

void
sfs_probe_sqlite(const struct sfs_probes *probes, const struct sfs_probe *probe,
	const struct sfs_object *made, const char *alias, struct sfs_str *sql,
	struct sfs_identity *id)
{
	const struct sfs_object *filed = sfs_object_filed(made);

	(void)probes;
	(void)alias;
	*id = (struct sfs_identity){ .kind = made->id.kind,
		.namespace = filed->id.namespace,
		.relation = made == filed ? NULL : filed->id.name,
		.name = made->id.name };
	if (probe->kind == SFS_PROBE_INDEX) {
		write_index(probe, filed, sql);
	} else if (probe->kind == SFS_PROBE_VIEW) {
		drop("VIEW", made->id.name, sql);
		sfs_str_add(sql, "CREATE VIEW ");
		quote(sql, made->id.name);
		sfs_str_addf(sql, " AS %s", sfs_probe_text(probe->said, "definition"));
	} else {
		write_table(probe, filed, sql);
	}
}
