// SPDX-License-Identifier: MIT
/* Objects as the text of their files. */
#include <string.h>

#include "drivers/postgres/print/print.h"

/* The first word of a statement, which tells groups apart. */
static bool
same_verb(const char *a, const char *b)
{
	size_t len = strcspn(a, " ");

	return len == strcspn(b, " ") && memcmp(a, b, len) == 0;
}

void
pg_write_steps(const struct sfs_plan *plan, size_t first, struct sfs_str *out)
{
	for (size_t i = first; i < plan->steps.len; i++) {
		const char *sql = plan->steps.items[i].sql;
		const char *before = i > first ? plan->steps.items[i - 1].sql : NULL;

		if (before &&
			(!same_verb(before, sql) || strchr(before, '\n') || strchr(sql, '\n'))) {
			sfs_str_addc(out, '\n');
		}
		sfs_str_addf(out, "%s;\n", sql);
	}
}

/* Where people look for a statement: definitions, then comments, then who may do what. */
static int
group(const char *sql)
{
	static const struct {
		const char *words;
		int group;
	} groups[] = {
		{ "COMMENT ON ", 1 },
		{ "REVOKE ", 2 },
		{ "GRANT ", 2 },
		{ "SECURITY LABEL ", 3 },
		{ "ALTER DEFAULT PRIVILEGES ", 4 },
	};

	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		if (sfs_starts_with(sql, groups[i].words)) {
			return groups[i].group;
		}
	}
	return 0;
}

/* The steps by group, each in its order. */
static void
gather(const struct sfs_plan *plan, struct sfs_plan *ret_plan)
{
	for (int wanted = 0; wanted <= 4; wanted++) {
		sfs_vec_foreach (step, &plan->steps) {
			if (group(step->sql) == wanted) {
				(void)sfs_plan_add(ret_plan, NULL, step->sql);
			}
		}
	}
}

void
pg_print_object(
	const struct sfs_catalog *catalog, const struct sfs_object *object, struct sfs_str *out)
{
	const struct pg_kind *kind = pg_kind(object->id.kind);
	sfs_auto(plan) struct sfs_plan plan, gathered;
	struct pg_writer writer = { .catalog = catalog, .plan = &plan, .file = true };

	sfs_plan_init(&plan);
	sfs_plan_init(&gathered);
	if (kind && kind->create) {
		kind->create(&writer, object);
	}
	gather(&plan, &gathered);
	pg_write_steps(&gathered, 0, out);
}
