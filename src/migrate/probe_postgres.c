// SPDX-License-Identifier: MIT
/* A snapshot's own SQL as statements for PostgreSQL, beside what the migrations have made. */
#include <string.h>

#include "migrate/probe.h"
#include "sql/quote.h"

static void
quote(struct sfs_str *out, const char *name)
{
	sfs_quote_name(out, SFS_POSTGRES, name);
}

static void
add_table(const struct sfs_identity *id, struct sfs_str *sql)
{
	quote(sql, id->namespace);
	sfs_str_addc(sql, '.');
	quote(sql, id->relation);
}

static void
alter(const struct sfs_identity *id, struct sfs_str *sql)
{
	sfs_str_add(sql, "ALTER TABLE ");
	add_table(id, sql);
	sfs_str_addc(sql, ' ');
}

/* An enum's name is one, with `[]` behind it; any other type is SQL. */
static void
add_type(const json_t *column, struct sfs_str *sql)
{
	const char *type = sfs_probe_text(column, "type");
	const char *schema = sfs_probe_text(column, "typeSchema");
	size_t len = strlen(type);

	while (*schema && len >= 2 && strncmp(type + len - 2, "[]", 2) == 0) {
		len -= 2;
	}
	if (!*schema) {
		sfs_str_add(sql, type);
		return;
	}
	char *name sfs_auto(free) = sfs_strndup(type, len);
	quote(sql, schema);
	sfs_str_addc(sql, '.');
	quote(sql, name);
	sfs_str_add(sql, type + len);
}

/* As drizzle-kit writes an entry: an operator class takes the place of order and nulls. */
static void
add_entry(const json_t *entry, struct sfs_str *sql)
{
	const char *nulls = sfs_probe_text(entry, "nulls");
	const char *opclass = sfs_probe_text(entry, "opclass");
	bool asc = !json_is_false(json_object_get(entry, "asc"));

	if (json_is_true(json_object_get(entry, "isExpression"))) {
		sfs_str_add(sql, sfs_probe_text(entry, "expression"));
	} else {
		quote(sql, sfs_probe_text(entry, "expression"));
	}
	if (*opclass) {
		sfs_str_addf(sql, " %s", opclass);
		return;
	}
	sfs_str_add(sql, asc ? "" : " DESC");
	if (*nulls && !(asc && strcmp(nulls, "last") == 0)) {
		sfs_str_addf(sql, " NULLS %s", nulls);
	}
}

static void
add_options(const json_t *options, struct sfs_str *sql)
{
	json_t *copy = json_deep_copy(options), *value;
	const char *key, *separator = " WITH (";

	json_object_foreach(copy, key, value)
	{
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

		sfs_probe_default(value, &text);
		sfs_str_addf(sql, "%s%s=%s", separator, key, sfs_str_text(&text));
		separator = ", ";
	}
	sfs_str_add(sql, *separator == ',' ? ")" : "");
	json_decref(copy);
}

static void
write_index(const struct sfs_probe *probe, const struct sfs_identity *id, struct sfs_str *sql)
{
	const json_t *columns = json_object_get(probe->said, "columns"), *entry;
	const char *method = sfs_probe_text(probe->said, "method");
	const char *where = sfs_probe_text(probe->said, "where");
	size_t i;

	sfs_str_addf(sql, "CREATE %sINDEX %s ON ",
		json_is_true(json_object_get(probe->said, "isUnique")) ? "UNIQUE " : "", id->name);
	add_table(id, sql);
	sfs_str_addf(sql, " USING %s (", *method ? method : "btree");
	json_array_foreach(columns, i, entry)
	{
		sfs_str_add(sql, i ? ", " : "");
		add_entry(entry, sql);
	}
	sfs_str_add(sql, ")");
	add_options(json_object_get(probe->said, "with"), sql);
	if (*where) {
		sfs_str_addf(sql, " WHERE %s", where);
	}
}

static void
add_role(const char *role, struct sfs_str *sql)
{
	static const char *const words[] = { "public", "current_user", "current_role",
		"session_user", NULL };

	for (const char *const *word = words; *word; word++) {
		if (strcmp(role, *word) == 0) {
			sfs_str_add(sql, role);
			return;
		}
	}
	quote(sql, role);
}

static void
write_policy(const struct sfs_probe *probe, const struct sfs_identity *id, struct sfs_str *sql)
{
	const json_t *roles = json_object_get(probe->said, "to"), *role;
	const char *as = sfs_probe_text(probe->said, "as");
	const char *command = sfs_probe_text(probe->said, "for");
	const char *using = sfs_probe_text(probe->said, "using");
	const char *check = sfs_probe_text(probe->said, "withCheck");
	size_t i;

	sfs_str_addf(sql, "CREATE POLICY %s ON ", id->name);
	add_table(id, sql);
	sfs_str_addf(sql, " AS %s FOR %s", *as ? as : "PERMISSIVE", *command ? command : "ALL");
	json_array_foreach(roles, i, role)
	{
		sfs_str_add(sql, i ? ", " : " TO ");
		add_role(json_string_value(role) ? json_string_value(role) : "public", sql);
	}
	if (*using) {
		sfs_str_addf(sql, " USING (%s)", using);
	}
	if (*check) {
		sfs_str_addf(sql, " WITH CHECK (%s)", check);
	}
}

static void
write_column(const struct sfs_probe *probe, const struct sfs_object *made, struct sfs_identity *id,
	struct sfs_str *sql)
{
	const char *type = sfs_object_get(made, SFS_COLUMN_TYPE);

	alter(id, sql);
	if (probe->kind == SFS_PROBE_DEFAULT) {
		id->name = made->id.name;
		sfs_str_add(sql, "ALTER COLUMN ");
		quote(sql, id->name);
		sfs_str_add(sql, " SET DEFAULT ");
		sfs_probe_default(json_object_get(probe->said, "default"), sql);
		return;
	}
	sfs_str_addf(sql, "ADD COLUMN %s ", id->name);
	if (probe->kind == SFS_PROBE_TYPE) {
		add_type(probe->said, sql);
	} else {
		sfs_str_addf(sql, "%s GENERATED ALWAYS AS (%s) STORED", type ? type : "text",
			sfs_probe_text(json_object_get(probe->said, "generated"), "as"));
	}
}

void
sfs_probe_postgres(const struct sfs_probes *probes, const struct sfs_probe *probe,
	const struct sfs_object *made, const char *alias, struct sfs_str *sql,
	struct sfs_identity *id)
{
	const struct sfs_object *filed = sfs_object_filed(made);

	(void)probes;
	*id = (struct sfs_identity){ .kind = made->id.kind,
		.namespace = filed->id.namespace,
		.relation = filed->id.kind == SFS_POLICY ? filed->id.relation : filed->id.name,
		.name = alias };
	switch (probe->kind) {
	case SFS_PROBE_TYPE:
	case SFS_PROBE_DEFAULT:
	case SFS_PROBE_GENERATED:
		write_column(probe, made, id, sql);
		break;
	case SFS_PROBE_CHECK:
		alter(id, sql);
		sfs_str_addf(sql, "ADD CONSTRAINT %s CHECK (%s) NOT VALID", alias,
			sfs_probe_text(probe->said, "value"));
		break;
	case SFS_PROBE_INDEX:
		write_index(probe, id, sql);
		break;
	case SFS_PROBE_POLICY:
		write_policy(probe, id, sql);
		break;
	case SFS_PROBE_VIEW:
		id->kind = SFS_VIEW;
		id->relation = NULL;
		sfs_str_add(sql, "CREATE VIEW ");
		quote(sql, id->namespace);
		sfs_str_addf(sql, ".%s AS %s", alias, sfs_probe_text(probe->said, "definition"));
		break;
	}
}
