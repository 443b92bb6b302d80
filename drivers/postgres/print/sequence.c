// SPDX-License-Identifier: MIT
/* Writes sequences. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"

bool
pg_is_serial(const struct sfs_object *sequence)
{
	if (!sequence->owner) {
		return false;
	}
	const struct sfs_object *part;

	sfs_parts_foreach (part, sequence->owner) {
		if (part->id.kind == SFS_COLUMN &&
			sfs_streq(sfs_object_get(part, SFS_COLUMN_SERIAL), sequence->id.name)) {
			return true;
		}
	}
	return false;
}

void
pg_print_sequence(struct pg_writer *writer, const struct sfs_object *object)
{
	static const struct {
		int attribute;
		const char *clause;
	} clauses[] = {
		{ SFS_SEQUENCE_TYPE, "AS" },
		{ SFS_SEQUENCE_START, "START WITH" },
		{ SFS_SEQUENCE_INCREMENT, "INCREMENT BY" },
		{ SFS_SEQUENCE_MINIMUM, "MINVALUE" },
		{ SFS_SEQUENCE_MAXIMUM, "MAXVALUE" },
		{ SFS_SEQUENCE_CACHE, "CACHE" },
	};
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_addf(&sql, "CREATE %sSEQUENCE ",
		sfs_object_has(object, SFS_SEQUENCE_PERSISTENCE) ? "UNLOGGED " : "");
	pg_qualified(&sql, object->id.namespace, object->id.name);
	for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
		const char *value = sfs_object_get(object, clauses[i].attribute);

		if (value) {
			sfs_str_addf(&sql, "\n    %s %s", clauses[i].clause, value);
		}
	}
	if (sfs_object_has(object, SFS_SEQUENCE_CYCLE)) {
		sfs_str_add(&sql, "\n    CYCLE");
	}
	(void)sfs_plan_add(writer->plan, object, sql.text);
	pg_write_common(writer, object);
}
