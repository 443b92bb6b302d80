// SPDX-License-Identifier: MIT
/* A whole catalog as one script that loads into an empty database. */
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/print/statements.h"

/*
 * The order: each object after all that it needs. Foreign keys do not count, they come after all
 * tables, and so do indexes that call functions. Where there is a circle one on the way round is
 * made in two steps: a view first with its columns alone, a table first without the defaults and
 * checks that call a function.
 */
enum mark { NEW, OPEN, DONE };

struct script {
	const struct sfs_catalog *catalog;
	unsigned char *marks; /* owned; enum mark by index in the catalog */
	unsigned char
		*begun; /* owned; nonzero for views and tables of which a first step is written */
	unsigned char *omitted; /* owned; nonzero for parts left out of a first step */
	SFS_VEC(const struct sfs_object *) done; /* in this order, parents before their children */
	struct sfs_plan plan;
};

static struct pg_writer
writer_of(struct script *script)
{
	return (struct pg_writer){ .catalog = script->catalog,
		.plan = &script->plan,
		.script = true,
		.omitted = script->omitted };
}

static bool
is_constraint(const struct sfs_object *object, const char *type)
{
	return object->id.kind == SFS_CONSTRAINT &&
	       sfs_streq(sfs_object_get(object, SFS_CONSTRAINT_TYPE), type);
}

/* Whether it calls what can need a table in turn. */
static bool
calls_functions(const struct script *script, const struct sfs_object *object)
{
	struct sfs_objects uses = sfs_graph_uses(script->catalog, object);

	for (size_t i = 0; i < uses.len; i++) {
		enum sfs_kind kind = uses.items[i]->id.kind;

		if (kind == SFS_FUNCTION || kind == SFS_AGGREGATE || kind == SFS_OPERATOR ||
			kind == SFS_CAST) {
			return true;
		}
	}
	return false;
}

static bool
is_index(const struct sfs_object *object)
{
	return object->id.kind == SFS_INDEX || object->id.kind == SFS_STATISTICS;
}

static bool
comes_last(const struct script *script, const struct sfs_object *object)
{
	return is_constraint(object, "FOREIGN KEY") || object->id.kind == SFS_DEFAULT_PRIVILEGES ||
	       object->id.kind == SFS_GRANTS || pg_waits_for_children(object) ||
	       (is_index(object) && calls_functions(script, object));
}

static void visit(struct script *script, const struct sfs_object *object);

static void
visit_uses(struct script *script, const struct sfs_object *object)
{
	struct sfs_objects uses = sfs_graph_uses(script->catalog, object);

	for (size_t i = 0; i < uses.len; i++) {
		visit(script, sfs_object_filed(uses.items[i]));
	}
}

static void
create(struct script *script, const struct sfs_object *object)
{
	const struct pg_kind *kind = pg_kind(object->id.kind);
	struct pg_writer writer = writer_of(script);

	/* What a base type is made of is made with it. */
	if (kind && kind->create && !pg_base_type_of(script->catalog, object)) {
		kind->create(&writer, object);
	}
}

/* ---- circles ---- */

static void
begin_table(struct script *script, const struct sfs_object *table)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		bool value = part->id.kind == SFS_COLUMN &&
			     sfs_object_has(part, SFS_COLUMN_DEFAULT) &&
			     !sfs_object_has(part, SFS_COLUMN_INHERITED);

		if ((value || is_constraint(part, "CHECK")) && calls_functions(script, part)) {
			script->omitted[part->index] = 1;
		} else if (!comes_last(script, part) && !is_index(part)) {
			visit_uses(script, part);
		}
	}
	visit_uses(script, table);
	create(script, table);
}

/* Something that is being visited is needed by what it needs: its first step is due. */
static void
begin(struct script *script, const struct sfs_object *object)
{
	bool view = object->id.kind == SFS_VIEW;

	if (script->begun[object->index] || (!view && object->id.kind != SFS_TABLE)) {
		return;
	}
	script->begun[object->index] = 1;
	if (view) {
		struct pg_writer writer = writer_of(script);

		pg_print_view_columns(&writer, object);
	} else {
		begin_table(script, object);
	}
}

static void
end_view(struct script *script, const struct sfs_object *view)
{
	size_t first = script->plan.steps.len;

	create(script, view);
	struct sfs_step *step = &script->plan.steps.items[first];

	step->sql = sfs_arena_printf(
		script->plan.arena, "CREATE OR REPLACE%s", step->sql + strlen("CREATE"));
}

/* Whether something that it uses is still on the way to being made. */
static bool
uses_open(const struct script *script, const struct sfs_object *object)
{
	struct sfs_objects uses = sfs_graph_uses(script->catalog, object);

	for (size_t i = 0; i < uses.len; i++) {
		const struct sfs_object *used = sfs_object_filed(uses.items[i]);

		if (used != sfs_object_filed(object) && script->marks[used->index] == OPEN) {
			return true;
		}
	}
	return false;
}

static void
end_table(struct script *script, const struct sfs_object *table)
{
	const struct sfs_object *part;
	struct pg_writer writer = writer_of(script);

	sfs_parts_foreach (part, table) {
		if (!script->omitted[part->index] || uses_open(script, part)) {
			continue;
		}
		script->omitted[part->index] = 0;
		if (part->id.kind == SFS_COLUMN) {
			pg_write_default(&writer, part);
		} else {
			create(script, part);
		}
	}
}

/* The walk came here from a function that a default or a check calls: they come when it is there. */
static void
postpone_parts(struct script *script, const struct sfs_object *table)
{
	const struct sfs_object *part;

	if (table->id.kind != SFS_TABLE) {
		return;
	}
	sfs_parts_foreach (part, table) {
		bool value = part->id.kind == SFS_COLUMN &&
			     sfs_object_has(part, SFS_COLUMN_DEFAULT) &&
			     !sfs_object_has(part, SFS_COLUMN_INHERITED);

		if ((value || is_constraint(part, "CHECK")) && calls_functions(script, part) &&
			uses_open(script, part)) {
			script->omitted[part->index] = 1;
		}
	}
}

/* ---- the walk ---- */

static void
visit_parts(struct script *script, const struct sfs_object *object, bool indexes)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, object) {
		if (!comes_last(script, part) && is_index(part) == indexes) {
			visit_uses(script, part);
		}
	}
}

static void
create_parts(struct script *script, const struct sfs_object *object, enum sfs_kind kind, bool late)
{
	sfs_auto(pg_parts) struct pg_parts parts = { 0 };

	pg_parts_of(object, kind, &parts);
	sfs_vec_foreach (part, &parts) {
		bool key = (*part)->id.kind == SFS_CONSTRAINT && pg_waits_for_children(*part);

		if (!pg_is_made_with_owner(*part) && comes_last(script, *part) == late && !key) {
			create(script, *part);
		}
	}
}

static bool
has_late_index(const struct script *script, const struct sfs_object *object)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, object) {
		if (pg_waits_for_children(part) || (is_index(part) && comes_last(script, part))) {
			return true;
		}
	}
	return false;
}

static void
visit(struct script *script, const struct sfs_object *object)
{
	unsigned char *mark = &script->marks[object->index];

	if (*mark == OPEN) {
		begin(script, object);
	}
	if (*mark != NEW) {
		return;
	}
	*mark = OPEN;
	create_parts(script, object, SFS_SEQUENCE, false);
	visit_uses(script, object);
	if (pg_base_type_of(script->catalog, object)) {
		/* It was made with the type, or will be once the walk is back there. */
		*mark = DONE;
		return;
	}
	visit_parts(script, object, false);
	if (!script->begun[object->index]) {
		postpone_parts(script, object);
		create(script, object);
	} else if (object->id.kind == SFS_VIEW) {
		end_view(script, object);
	} else {
		end_table(script, object);
	}
	*mark = DONE;
	sfs_vec_push(&script->done, object);
	visit_parts(script, object, true);
	create_parts(script, object, SFS_INDEX, false);
	create_parts(script, object, SFS_STATISTICS, false);
	if (!has_late_index(script, object)) {
		struct pg_writer writer = writer_of(script);

		pg_print_after(&writer, object);
	}
}

/* The keys that take the place of the parent's: with the parent's the server would make others. */
static void
create_keys_of_attached(struct script *script, const struct sfs_object *table)
{
	sfs_auto(pg_parts) struct pg_parts parts = { 0 };

	if (!pg_is_attached(table)) {
		return;
	}
	pg_parts_of(table, SFS_CONSTRAINT, &parts);
	sfs_vec_foreach (part, &parts) {
		if (is_constraint(*part, "FOREIGN KEY") &&
			sfs_object_has(*part, SFS_CONSTRAINT_INHERITED)) {
			struct pg_writer writer = writer_of(script);

			pg_print_own_constraint(&writer, *part);
		}
	}
}

/* Whether the key is a part of what is an index of the parent's and no key. */
static bool
is_part_of_index(const struct script *script, const struct sfs_object *key)
{
	struct sfs_objects uses = sfs_graph_uses(script->catalog, key);

	for (size_t i = 0; i < uses.len; i++) {
		if (uses.items[i]->id.kind == SFS_INDEX && uses.items[i]->owner != key->owner) {
			return true;
		}
	}
	return false;
}

/* Before the foreign keys, which may refer to them. */
static void
create_waiting_keys(struct script *script, const struct sfs_object *table, bool of_indexes)
{
	sfs_auto(pg_parts) struct pg_parts parts = { 0 };

	pg_parts_of(table, SFS_CONSTRAINT, &parts);
	sfs_vec_foreach (part, &parts) {
		if (pg_waits_for_children(*part) && is_part_of_index(script, *part) == of_indexes) {
			create(script, *part);
		}
	}
}

static void
finish(struct script *script)
{
	static const enum sfs_kind kinds[] = { SFS_INDEX, SFS_STATISTICS, SFS_CONSTRAINT,
		SFS_GRANTS, SFS_DEFAULT_PRIVILEGES };
	struct pg_writer writer = writer_of(script);

	sfs_vec_foreach (object, &script->done) {
		end_table(script, *object);
	}
	sfs_vec_foreach (object, &script->done) {
		create_waiting_keys(script, *object, false);
	}
	sfs_vec_foreach (object, &script->done) {
		pg_validate_here(&writer, *object);
	}
	/* From below: what is there already the key of a table above takes over. */
	for (size_t i = script->done.len; i-- > 0;) {
		create_keys_of_attached(script, script->done.items[i]);
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		sfs_vec_foreach (object, &script->done) {
			create_parts(script, *object, kinds[i], true);
			if (kinds[i] == SFS_STATISTICS) {
				create_waiting_keys(script, *object, true);
			}
		}
	}
	sfs_vec_foreach (object, &script->catalog->objects) {
		if (!(*object)->owner && comes_last(script, *object)) {
			create(script, *object);
		}
	}
	sfs_vec_foreach (object, &script->done) {
		if (has_late_index(script, *object)) {
			pg_print_after(&writer, *object);
		}
	}
}

int
pg_print_all(const struct sfs_catalog *catalog, struct sfs_str *out, struct sfs_error *err)
{
	struct script script = { .catalog = catalog };

	(void)err;
	script.marks = sfs_alloc(catalog->objects.len + 1);
	script.begun = sfs_alloc(catalog->objects.len + 1);
	script.omitted = sfs_alloc(catalog->objects.len + 1);
	sfs_plan_init(&script.plan);
	sfs_vec_foreach (object, &catalog->objects) {
		if (!(*object)->owner && !comes_last(&script, *object)) {
			visit(&script, *object);
		}
	}
	finish(&script);
	sfs_str_add(out, "SET check_function_bodies = off;\n\n");
	pg_write_steps(&script.plan, 0, out);
	sfs_plan_finish(&script.plan);
	sfs_vec_finish(&script.done);
	free(script.marks);
	free(script.begun);
	free(script.omitted);
	return 0;
}
