// SPDX-License-Identifier: MIT
/* Writes namespaces. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"

void
pg_reference_namespace(const struct sfs_object *object, struct sfs_str *out)
{
	pg_name(out, object->id.name);
}

void
pg_print_namespace(struct pg_writer *writer, const struct sfs_object *object)
{
	/* An empty database has public already. */
	bool public = strcmp(object->id.name, "public") == 0;
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
	const struct sfs_object *part;

	sfs_str_addf(&sql, "CREATE SCHEMA %s", public ? "IF NOT EXISTS " : "");
	pg_name(&sql, object->id.name);
	(void)sfs_plan_add(writer->plan, object, sql.text);
	pg_write_common(writer, object);
	if (!writer->file) {
		return;
	}
	sfs_parts_foreach (part, object) {
		const struct pg_kind *kind = pg_kind(part->id.kind);

		if (kind->create) {
			kind->create(writer, part);
		}
	}
}
