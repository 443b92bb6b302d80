// SPDX-License-Identifier: MIT
/* Bodies of routines that a person wrote: what can not be right is refused as any other text. */
#include "apply/bodies.h"

static bool
is_routine(const struct sfs_object *object)
{
	return object->id.kind == SFS_FUNCTION || object->id.kind == SFS_PROCEDURE;
}

/* What a body may say depends on the names of the arguments, too. */
static bool
is_written(const struct sfs_catalog *from, const struct sfs_object *routine)
{
	static const int attributes[] = { SFS_FUNCTION_BODY, SFS_FUNCTION_ARGUMENTS,
		SFS_FUNCTION_RESULT, SFS_FUNCTION_LANGUAGE };
	const struct sfs_object *before = sfs_catalog_find(from, &routine->id);
	bool written = !before;

	for (size_t i = 0; !written && i < sizeof attributes / sizeof *attributes; i++) {
		written = sfs_attribute_differs(before, routine, attributes[i]);
	}
	return written;
}

static const struct sfs_target *
writer_of(const struct sfs_targets *targets, const struct sfs_object *routine)
{
	struct sfs_identity file = routine->id;

	file.signature = NULL;
	sfs_vec_foreach (target, targets) {
		if (target->evaluated && !target->follows &&
			sfs_identity_equal(&target->to, &file)) {
			return target;
		}
	}
	return NULL;
}

int
sfs_bodies_check(struct sfs_db *db, const struct sfs_catalog *from, const struct sfs_catalog *to,
	const struct sfs_targets *targets, struct sfs_error *err)
{
	int r = 0;

	sfs_vec_foreach (object, &to->objects) {
		const struct sfs_target *target =
			is_routine(*object) ? writer_of(targets, *object) : NULL;

		if (r == 0 && target && db->driver->check_body && is_written(from, *object)) {
			struct sfs_source source = sfs_target_source(target);

			r = db->driver->check_body(db, &(*object)->id, &source, err);
		}
	}
	return r;
}
