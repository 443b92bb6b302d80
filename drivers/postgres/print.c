// SPDX-License-Identifier: MIT
/* Objects as the text of their files. */
#include <string.h>

#include "drivers/postgres/print.h"

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

void
pg_print_object(
	const struct sfs_catalog *catalog, const struct sfs_object *object, struct sfs_str *out)
{
	const struct pg_kind *kind = pg_kind(object->id.kind);
	sfs_auto(plan) struct sfs_plan plan;
	struct pg_writer writer = { .catalog = catalog, .plan = &plan, .file = true };

	sfs_plan_init(&plan);
	if (kind && kind->create) {
		kind->create(&writer, object);
	}
	pg_write_steps(&plan, 0, out);
}
