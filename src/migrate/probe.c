// SPDX-License-Identifier: MIT
/* What a server makes of a snapshot's own SQL, against what the migrations make. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "migrate/probe.h"

/* What says whether two things of a kind are the same; the rest is its place and name. */
static const struct {
	enum sfs_kind kind;
	uint64_t attributes;
} compared[] = {
#define BIT(attribute) (UINT64_C(1) << (attribute))
	[SFS_PROBE_TYPE] = { SFS_COLUMN, BIT(SFS_COLUMN_TYPE) | BIT(SFS_COLUMN_SERIAL) },
	[SFS_PROBE_DEFAULT] = { SFS_COLUMN, BIT(SFS_COLUMN_DEFAULT) },
	[SFS_PROBE_GENERATED] = { SFS_COLUMN,
		BIT(SFS_COLUMN_GENERATED) | BIT(SFS_COLUMN_GENERATED_KIND) },
	[SFS_PROBE_CHECK] = { SFS_CONSTRAINT, BIT(SFS_CONSTRAINT_DEFINITION) },
	[SFS_PROBE_INDEX] = { SFS_INDEX, BIT(SFS_INDEX_UNIQUE) | BIT(SFS_INDEX_METHOD) |
						 BIT(SFS_INDEX_KEYS) | BIT(SFS_INDEX_PREDICATE) |
						 BIT(SFS_INDEX_OPTIONS) },
	[SFS_PROBE_POLICY] = { SFS_POLICY, BIT(SFS_POLICY_RESTRICTIVE) | BIT(SFS_POLICY_COMMAND) |
						   BIT(SFS_POLICY_ROLES) | BIT(SFS_POLICY_USING) |
						   BIT(SFS_POLICY_WITH_CHECK) },
	[SFS_PROBE_VIEW] = { SFS_VIEW, BIT(SFS_VIEW_QUERY) },
#undef BIT
};

void
sfs_probes_finish(struct sfs_probes *probes)
{
	sfs_vec_finish(&probes->list);
	sfs_arena_destroy(probes->arena);
	memset(probes, 0, sizeof *probes);
}

const char *
sfs_probe_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

void
sfs_probe_default(const json_t *value, struct sfs_str *out)
{
	char *text sfs_auto(free) = json_is_string(value)
					    ? sfs_strdup(json_string_value(value))
					    : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	sfs_str_add(out, text ? text : "");
}

/* ---- the objects ---- */

/* What the migrations make of the thing. */
static const struct sfs_object *
find_made(const struct sfs_probes *probes, const struct sfs_probe *probe,
	const struct sfs_catalog *made)
{
	const char *schema = sfs_probe_text(probe->holder, "schema");
	const char *name = sfs_probe_text(probe->holder, "name");
	const char *namespace = probes->dialect == SFS_SQLITE ? "main"
				: *schema                     ? schema
							      : "public";
	const struct sfs_object *relation = sfs_catalog_relation(made, namespace, name);

	if (probe->kind == SFS_PROBE_POLICY) {
		return sfs_catalog_find(made, &(struct sfs_identity){ .kind = SFS_POLICY,
						      .namespace = namespace,
						      .relation = name,
						      .name = probe->name });
	}
	return probe->name && relation
		       ? sfs_object_part(relation, compared[probe->kind].kind, probe->name)
		       : relation;
}

static const struct sfs_object *
find_tried(const struct sfs_catalog *tried, const struct sfs_identity *id)
{
	if (id->kind == SFS_POLICY || id->kind == SFS_VIEW) {
		return sfs_catalog_find(tried, id);
	}
	const struct sfs_object *table = sfs_catalog_relation(tried, id->namespace, id->relation);

	return table ? sfs_object_part(table, id->kind, id->name) : NULL;
}

/* ---- what there is to say ---- */

/* On one line. */
static void
add_value(const struct sfs_object *object, int attribute, struct sfs_str *out)
{
	const char *value = sfs_object_get(object, attribute);

	for (value = value ? value : "nothing"; *value;) {
		size_t space = strspn(value, " \t\r\n");

		sfs_str_addc(out, space ? ' ' : *value);
		value += space ? space : 1;
	}
}

static void
tell(const struct sfs_probe *probe, const struct sfs_object *made, const struct sfs_object *tried,
	struct sfs_str *out)
{
	uint64_t attributes = compared[probe->kind].attributes;

	for (int i = 0; i < 64 && attributes >> i; i++) {
		if (!(attributes >> i & 1) || !sfs_attribute_differs(made, tried, i)) {
			continue;
		}
		sfs_str_addf(out, "%s: ", probe->path);
		add_value(tried, i, out);
		sfs_str_add(out, " in the snapshot, ");
		add_value(made, i, out);
		sfs_str_add(out, " by the migrations\n");
	}
}

static void
tell_fault(const struct sfs_probe *probe, const struct sfs_error *fault, struct sfs_str *out)
{
	sfs_str_addf(out, "%s: the database does not take what the snapshot says: %s\n",
		probe->path, fault->message ? fault->message : "");
}

/* ---- trying ---- */

struct trial {
	const struct sfs_probes *probes;
	struct sfs_db *scratch;
	const struct sfs_catalog *made;
	struct sfs_identity *ids; /* owned; of each probe, kind SFS_KIND_COUNT: there is none */
	struct sfs_str *out;
};

static void
trial_finish(struct trial *trial)
{
	free(trial->ids);
}
SFS_DEFINE_AUTO_VALUE(trial, struct trial, trial_finish)

/* Runs the statements of a probe; 1 when they worked. */
static int
try_one(struct trial *trial, size_t i, struct sfs_error *err)
{
	const struct sfs_probe *probe = &trial->probes->list.items[i];
	const struct sfs_object *made = find_made(trial->probes, probe, trial->made);
	const struct sfs_driver *driver = trial->scratch->driver;
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const char *alias = sfs_arena_printf(trial->probes->arena, "schemafs_probe_%zu", i);

	trial->ids[i].kind = SFS_KIND_COUNT;
	if (!made) {
		return 0;
	}
	(trial->probes->dialect == SFS_POSTGRES ? sfs_probe_postgres : sfs_probe_sqlite)(
		trial->probes, probe, made, alias, &sql, &trial->ids[i]);
	int r = driver->exec(trial->scratch, "SAVEPOINT schemafs_probe", err);
	if (r < 0) {
		return r;
	}
	if (driver->exec(trial->scratch, sfs_str_text(&sql), &fault) == 0) {
		return 1;
	}
	trial->ids[i].kind = SFS_KIND_COUNT;
	tell_fault(probe, &fault, trial->out);
	return driver->exec(trial->scratch, "ROLLBACK TO SAVEPOINT schemafs_probe", err);
}

static void
compare(const struct trial *trial, size_t i, const struct sfs_catalog *tried)
{
	const struct sfs_probe *probe = &trial->probes->list.items[i];
	const struct sfs_object *made = find_made(trial->probes, probe, trial->made);
	const struct sfs_object *it =
		trial->ids[i].kind == SFS_KIND_COUNT ? NULL : find_tried(tried, &trial->ids[i]);

	if (it) {
		tell(probe, made, it, trial->out);
	}
}

/* PostgreSQL: all beside each other, under names of their own, and the catalog is read once. */
static int
try_together(struct trial *trial, struct sfs_error *err)
{
	const struct sfs_driver *driver = trial->scratch->driver;
	struct sfs_catalog *tried sfs_auto(catalog) = NULL;
	int r = driver->begin(trial->scratch, false, err);

	if (r < 0) {
		return r;
	}
	for (size_t i = 0; r >= 0 && i < trial->probes->list.len; i++) {
		r = try_one(trial, i, err);
	}
	r = r < 0 ? r : driver->read(trial->scratch, &(struct sfs_scope){ 0 }, &tried, err);
	int ended = driver->end(trial->scratch, false, r < 0 ? NULL : err);
	for (size_t i = 0; r == 0 && i < trial->probes->list.len; i++) {
		compare(trial, i, tried);
	}
	return r < 0 ? r : ended;
}

/*
 * SQLite: in the place of what is there, since names in a check or a view are those of the table. It
 * costs next to nothing, so each is undone before the next one.
 */
static int
try_in_turn(struct trial *trial, struct sfs_error *err)
{
	const struct sfs_driver *driver = trial->scratch->driver;
	int r = driver->exec(trial->scratch, "SAVEPOINT schemafs_probes", err);

	for (size_t i = 0; r >= 0 && i < trial->probes->list.len; i++) {
		struct sfs_catalog *tried sfs_auto(catalog) = NULL;

		r = try_one(trial, i, err);
		if (r == 1) {
			r = driver->read(trial->scratch, &(struct sfs_scope){ 0 }, &tried, err);
		}
		if (r == 0 && tried) {
			compare(trial, i, tried);
			r = driver->exec(
				trial->scratch, "ROLLBACK TO SAVEPOINT schemafs_probe", err);
		}
	}
	int ended = driver->exec(
		trial->scratch, "ROLLBACK TO SAVEPOINT schemafs_probes", r < 0 ? NULL : err);
	ended = ended < 0 ? ended
			  : driver->exec(trial->scratch, "RELEASE SAVEPOINT schemafs_probes",
				    r < 0 ? NULL : err);
	return r < 0 ? r : ended;
}

int
sfs_probes_run(const struct sfs_probes *probes, struct sfs_db *scratch,
	const struct sfs_catalog *made, struct sfs_str *out, struct sfs_error *err)
{
	struct trial trial sfs_auto(trial) = {
		.probes = probes,
		.scratch = scratch,
		.made = made,
		.ids = sfs_alloc((probes->list.len + 1) * sizeof(struct sfs_identity)),
		.out = out,
	};

	if (!probes->list.len) {
		return 0;
	}
	return probes->dialect == SFS_POSTGRES ? try_together(&trial, err)
					       : try_in_turn(&trial, err);
}
