// SPDX-License-Identifier: MIT
/* Tables and foreign tables: what ALTER TABLE changes of the table itself. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/print/print.h"

static const char *
relation_keyword(enum sfs_kind kind)
{
	switch ((int)kind) {
	case SFS_FOREIGN_TABLE:
		return "FOREIGN TABLE";
	case SFS_VIEW:
		return "VIEW";
	case SFS_MATERIALIZED_VIEW:
		return "MATERIALIZED VIEW";
	default:
		return "TABLE";
	}
}

void
pg_alter_relation(struct sfs_str *out, const struct sfs_object *object)
{
	const struct sfs_object *relation = object->owner ? object->owner : object;
	bool is_relation = !object->owner && !object->id.relation;
	const char *name = is_relation ? object->id.name : object->id.relation;

	if (object->owner) {
		name = relation->id.name;
	}
	sfs_str_addf(out, "ALTER %s ", relation_keyword(relation->id.kind));
	pg_qualified(out, relation->id.namespace, name);
}

void
pg_alter_emit(struct pg_writer *writer, const struct sfs_object *object, const char *head,
	const struct sfs_str *clauses)
{
	if (clauses->len) {
		(void)sfs_plan_addf(writer->plan, object, "%s %s", head, sfs_str_text(clauses));
	}
}

/* ---- switches that are one clause each ---- */

static void
add_clause(struct sfs_str *clauses, const char *before, const char *value)
{
	sfs_str_separate(clauses, ", ");
	sfs_str_addf(clauses, "%s%s", before, value);
}

static void
add_name_clause(struct sfs_str *clauses, const char *before, const char *name)
{
	sfs_str_separate(clauses, ", ");
	sfs_str_add(clauses, before);
	pg_name(clauses, name);
}

static const struct table_switch {
	int attribute;
	const char *on, *off;
} switches[] = {
	{ SFS_TABLE_PERSISTENCE, "SET UNLOGGED", "SET LOGGED" },
	{ SFS_TABLE_ROW_SECURITY, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY" },
	{ SFS_TABLE_FORCE_ROW_SECURITY, "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY" },
};

static void
alter_alone(struct pg_writer *writer, const struct sfs_change *change, const char *head,
	int attribute, const char *verb, const char *fallback)
{
	const char *value = sfs_object_get(change->to, attribute);

	if (pg_differs(change, attribute) && (value || fallback)) {
		struct sfs_str clause sfs_auto(str) = SFS_STR_INIT;

		add_name_clause(&clause, verb, value ? value : fallback);
		pg_alter_emit(writer, change->to, head, &clause);
	}
}

void
pg_table_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *from = change->from, *to = change->to;

	pg_alter_relation(&head, to);
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
		if (pg_differs(change, switches[i].attribute)) {
			add_clause(&clauses, "",
				sfs_object_has(to, switches[i].attribute) ? switches[i].on
									  : switches[i].off);
		}
	}
	if (pg_differs(change, SFS_TABLE_OPTIONS)) {
		pg_options_alter(&clauses, "", sfs_object_get(from, SFS_TABLE_OPTIONS),
			sfs_object_get(to, SFS_TABLE_OPTIONS));
	}
	if (pg_differs(change, SFS_TABLE_FOREIGN_OPTIONS)) {
		pg_foreign_options_alter(&clauses, "",
			sfs_object_get(from, SFS_TABLE_FOREIGN_OPTIONS),
			sfs_object_get(to, SFS_TABLE_FOREIGN_OPTIONS));
	}
	pg_alter_emit(writer, to, sfs_str_text(&head), &clauses);
	/* These rewrite the table or move its files: the server wants them by themselves. */
	if (pg_differs(change, SFS_TABLE_ACCESS_METHOD) &&
		sfs_object_has(to, SFS_TABLE_PARTITION_KEY) &&
		!sfs_object_has(to, SFS_TABLE_ACCESS_METHOD)) {
		/* It has none: by name heap would be one, which its partitions were given. */
		(void)sfs_plan_addf(
			writer->plan, to, "%s SET ACCESS METHOD DEFAULT", sfs_str_text(&head));
	} else {
		alter_alone(writer, change, sfs_str_text(&head), SFS_TABLE_ACCESS_METHOD,
			"SET ACCESS METHOD ", "heap");
	}
	alter_alone(writer, change, sfs_str_text(&head), SFS_TABLE_TABLESPACE, "SET TABLESPACE ",
		"pg_default");
	pg_alter_system_grants(writer, change);
	(void)diff;
}

/* A partitioned table is another kind of thing than a plain one; a foreign table stays at its server. */
bool
pg_table_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	(void)diff;
	return !pg_differs(change, SFS_TABLE_PARTITION_KEY) &&
	       !pg_differs(change, SFS_TABLE_SERVER);
}

/* ---- parents ---- */

size_t
pg_kept_parents(const struct pg_list *old, const struct pg_list *new, const struct pg_list *renewed)
{
	size_t n = 0;

	sfs_vec_foreach (item, old) {
		if (!pg_list_has(new, *item) || (renewed && pg_list_has(renewed, *item))) {
			continue; /* leaves, and the others stay where they are */
		}
		if (n == new->len || strcmp(*item, new->items[n]) != 0) {
			break;
		}
		n++;
	}
	return n;
}

/* Whether the item is among the first of the list. */
static bool
is_among(const struct pg_list *list, size_t n, const char *item)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list->items[i], item) == 0) {
			return true;
		}
	}
	return false;
}

static void
write_parents(struct pg_writer *writer, const struct sfs_change *change, bool tie)
{
	struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;

	if (!pg_differs(change, SFS_TABLE_INHERITS)) {
		return;
	}
	pg_list_split(sfs_object_get(change->from, SFS_TABLE_INHERITS), &old);
	pg_list_split(sfs_object_get(change->to, SFS_TABLE_INHERITS), &new);
	const struct pg_list *list = tie ? &new : &old;
	size_t kept = pg_kept_parents(&old, &new, writer->renewed);

	sfs_vec_foreach (parent, list) {
		if (!is_among(&new, kept, *parent)) {
			add_clause(&clauses, tie ? "INHERIT " : "NO INHERIT ", *parent);
		}
	}
	pg_alter_relation(&head, change->to);
	pg_alter_emit(writer, change->to, sfs_str_text(&head), &clauses);
}

static bool
moves_partition(const struct sfs_change *change)
{
	return pg_differs(change, SFS_TABLE_PARTITION_OF) ||
	       pg_differs(change, SFS_TABLE_PARTITION_BOUND);
}

void
pg_table_untie(struct pg_writer *writer, const struct sfs_change *change)
{
	const char *parent = sfs_object_get(change->from, SFS_TABLE_PARTITION_OF);
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	if (parent && moves_partition(change)) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		sfs_str_addf(&sql, "ALTER TABLE %s DETACH PARTITION ", parent);
		pg_qualified(&sql, change->to->id.namespace, change->to->id.name);
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
	}
	write_parents(writer, change, false);
	if (pg_differs(change, SFS_TABLE_OF_TYPE) &&
		sfs_object_has(change->from, SFS_TABLE_OF_TYPE)) {
		pg_alter_relation(&head, change->to);
		(void)sfs_plan_addf(writer->plan, change->to, "%s NOT OF", sfs_str_text(&head));
	}
}

static void
tie_index_choices(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;
	const char *identity = sfs_object_get(change->to, SFS_TABLE_REPLICA_IDENTITY);
	const char *cluster = sfs_object_get(change->to, SFS_TABLE_CLUSTER_ON);

	pg_alter_relation(&head, change->to);
	if (pg_differs(change, SFS_TABLE_REPLICA_IDENTITY)) {
		add_clause(&clauses, "REPLICA IDENTITY ", identity ? identity : "DEFAULT");
	}
	if (pg_differs(change, SFS_TABLE_CLUSTER_ON)) {
		if (cluster) {
			add_clause(&clauses, "CLUSTER ON ", cluster);
		} else {
			add_clause(&clauses, "", "SET WITHOUT CLUSTER");
		}
	}
	pg_alter_emit(writer, change->to, sfs_str_text(&head), &clauses);
}

void
pg_table_tie(struct pg_writer *writer, const struct sfs_change *change)
{
	const char *parent = sfs_object_get(change->to, SFS_TABLE_PARTITION_OF);
	const char *type = sfs_object_get(change->to, SFS_TABLE_OF_TYPE);

	if (pg_differs(change, SFS_TABLE_OF_TYPE) && type) {
		struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

		pg_alter_relation(&head, change->to);
		(void)sfs_plan_addf(
			writer->plan, change->to, "%s OF %s", sfs_str_text(&head), type);
	}
	write_parents(writer, change, true);
	if (parent && moves_partition(change)) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		sfs_str_addf(&sql, "ALTER TABLE %s ATTACH PARTITION ", parent);
		pg_qualified(&sql, change->to->id.namespace, change->to->id.name);
		sfs_str_addf(&sql, " %s", sfs_object_get(change->to, SFS_TABLE_PARTITION_BOUND));
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
	}
	tie_index_choices(writer, change);
}
