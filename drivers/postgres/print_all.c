// SPDX-License-Identifier: MIT
/* A whole catalog as one script that loads into an empty database. */
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/print.h"

/*
 * The order: each object after all that it needs. Foreign keys do not count, they come after all
 * tables. Where views go in a circle one of them is made as a stub first.
 */
enum mark { NEW, OPEN, DONE };

struct script {
	const struct sfs_catalog *catalog;
	unsigned char *marks;                    /* owned; enum mark by index in the catalog */
	unsigned char *stubs;                    /* owned; nonzero for views that got a stub */
	SFS_VEC(const struct sfs_object *) path; /* those being visited */
	struct sfs_plan plan;
};

static bool
is_foreign_key(const struct sfs_object *object)
{
	return object->id.kind == SFS_CONSTRAINT &&
	       sfs_streq(sfs_object_get(object, SFS_CONSTRAINT_TYPE), "FOREIGN KEY");
}

/* What comes after everything else: it has no dependants, and may need what its table does not. */
static bool
comes_last(const struct sfs_object *object)
{
	return is_foreign_key(object) || object->id.kind == SFS_DEFAULT_PRIVILEGES;
}

static void visit(struct script *script, const struct sfs_object *object);

static bool
is_base_type(const struct sfs_object *object)
{
	return object->id.kind == SFS_TYPE &&
	       sfs_streq(sfs_object_get(object, SFS_TYPE_VARIANT), "base");
}

/* Whether `object` is a function that the type is made of: for it the type's shell will do. */
static bool
shell_suffices(
	const struct script *script, const struct sfs_object *object, const struct sfs_object *type)
{
	struct sfs_objects uses = sfs_graph_uses(script->catalog, type);

	for (size_t i = 0; is_base_type(type) && i < uses.len; i++) {
		if (uses.items[i] == object) {
			return true;
		}
	}
	return false;
}

static void
visit_uses(struct script *script, const struct sfs_object *object)
{
	struct sfs_objects uses = sfs_graph_uses(script->catalog, object);

	for (size_t i = 0; i < uses.len; i++) {
		if (!shell_suffices(script, object, uses.items[i])) {
			visit(script, sfs_object_filed(uses.items[i]));
		}
	}
}

/* "CREATE VIEW v AS SELECT NULL::integer AS a": others can refer to it until it is made whole. */
static void
write_stub(struct script *script, const struct sfs_object *view)
{
	sfs_auto(pg_parts) struct pg_parts columns = { 0 };
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	pg_parts_of(view, SFS_COLUMN, &columns);
	sfs_str_add(&sql, "CREATE ");
	pg_write_reference(view, &sql);
	sfs_str_add(&sql, " AS\n SELECT ");
	for (size_t i = 0; i < columns.len; i++) {
		const char *collation = sfs_object_get(columns.items[i], SFS_COLUMN_COLLATION);

		sfs_str_addf(&sql, "%sNULL::%s", i ? ",\n    " : "",
			sfs_object_get(columns.items[i], SFS_COLUMN_TYPE));
		if (collation) {
			sfs_str_addf(&sql, " COLLATE %s", collation);
		}
		sfs_str_add(&sql, " AS ");
		pg_name(&sql, columns.items[i]->id.name);
	}
	(void)sfs_plan_add(&script->plan, view, sql.text);
	script->stubs[view->index] = 1;
}

/* The object is being visited and needed again: a view on the way round can be had before its time. */
static void
break_circle(struct script *script, const struct sfs_object *object)
{
	for (size_t i = script->path.len; i-- > 0;) {
		const struct sfs_object *member = script->path.items[i];

		if (member->id.kind == SFS_VIEW && !script->stubs[member->index] &&
			member == object) {
			write_stub(script, member);
			return;
		}
		if (member == object) {
			return;
		}
	}
}

/* "CREATE TYPE t": the functions that it is made of need its name before it is made. */
static void
write_shell(struct script *script, const struct sfs_object *type)
{
	struct sfs_identity id = {
		.kind = SFS_NAMESPACE, .namespace = type->id.namespace, .name = type->id.namespace
	};
	const struct sfs_object *namespace = sfs_catalog_find(script->catalog, &id);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (namespace) {
		visit(script, namespace);
	}
	sfs_str_add(&sql, "CREATE ");
	pg_write_reference(type, &sql);
	(void)sfs_plan_add(&script->plan, type, sql.text);
}

/* What pg_print_type() wrote, but for the shell, which is there already. */
static void
drop_shell(struct script *script, size_t first)
{
	size_t n = script->plan.steps.len - first - 1;

	memmove(&script->plan.steps.items[first], &script->plan.steps.items[first + 1],
		n * sizeof *script->plan.steps.items);
	script->plan.steps.len--;
}

static void
create(struct script *script, const struct sfs_object *object)
{
	const struct pg_kind *kind = pg_kind(object->id.kind);
	struct pg_writer writer = { .catalog = script->catalog, .plan = &script->plan };
	size_t first = script->plan.steps.len;

	if (!kind || !kind->create) {
		return;
	}
	kind->create(&writer, object);
	if (is_base_type(object)) {
		drop_shell(script, first);
	} else if (script->stubs[object->index] && script->plan.steps.len > first) {
		/* CREATE VIEW takes the stub's place. */
		struct sfs_step *step = &script->plan.steps.items[first];

		step->sql = sfs_arena_printf(
			script->plan.arena, "CREATE OR REPLACE%s", step->sql + strlen("CREATE"));
	}
}

static void
visit_parts(struct script *script, const struct sfs_object *object)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, object) {
		if (!comes_last(part)) {
			visit_uses(script, part);
		}
	}
}

/* The sequences that a table's defaults name come before it. */
static void
create_before(struct script *script, const struct sfs_object *object)
{
	sfs_auto(pg_parts) struct pg_parts sequences = { 0 };

	pg_parts_of(object, SFS_SEQUENCE, &sequences);
	sfs_vec_foreach (sequence, &sequences) {
		if (!pg_is_serial(*sequence)) {
			create(script, *sequence);
		}
	}
}

static void
create_after(struct script *script, const struct sfs_object *object)
{
	static const enum sfs_kind kinds[] = { SFS_INDEX, SFS_STATISTICS };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		sfs_auto(pg_parts) struct pg_parts parts = { 0 };

		pg_parts_of(object, kinds[i], &parts);
		sfs_vec_foreach (part, &parts) {
			create(script, *part);
		}
	}
}

static void
visit(struct script *script, const struct sfs_object *object)
{
	unsigned char *mark = &script->marks[object->index];

	if (*mark == OPEN) {
		break_circle(script, object);
	}
	if (*mark != NEW) {
		return;
	}
	*mark = OPEN;
	sfs_vec_push(&script->path, object);
	visit_uses(script, object);
	visit_parts(script, object);
	script->path.len--;
	*mark = DONE;
	create_before(script, object);
	create(script, object);
	create_after(script, object);
	pg_print_after(
		&(struct pg_writer){ .catalog = script->catalog, .plan = &script->plan }, object);
}

static void
create_last(struct script *script)
{
	sfs_vec_foreach (object, &script->catalog->objects) {
		if ((*object)->owner && comes_last(*object)) {
			create(script, *object);
		}
	}
}

int
pg_print_all(const struct sfs_catalog *catalog, struct sfs_str *out, struct sfs_error *err)
{
	struct script script = { .catalog = catalog };

	(void)err;
	script.marks = sfs_alloc(catalog->objects.len + 1);
	script.stubs = sfs_alloc(catalog->objects.len + 1);
	sfs_plan_init(&script.plan);
	sfs_vec_foreach (object, &catalog->objects) {
		if (is_base_type(*object)) {
			write_shell(&script, *object);
		}
	}
	sfs_vec_foreach (object, &catalog->objects) {
		if (!(*object)->owner && !comes_last(*object)) {
			visit(&script, *object);
		}
	}
	create_last(&script);
	sfs_vec_foreach (object, &catalog->objects) {
		if (!(*object)->owner && comes_last(*object)) {
			create(&script, *object);
		}
	}
	sfs_str_add(out, "SET check_function_bodies = off;\n\n");
	pg_write_steps(&script.plan, 0, out);
	sfs_plan_finish(&script.plan);
	sfs_vec_finish(&script.path);
	free(script.marks);
	free(script.stubs);
	return 0;
}
