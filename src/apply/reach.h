/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_REACH_H
#define SFS_APPLY_REACH_H

#include "base/vec.h"
#include "catalog/catalog.h"
#include "diff/diff.h"

/*
 * How far a change of some files reaches: which others have to be read again by the server, since
 * what they say could mean something else now, or nothing any more.
 *
 * An object that needs another is reached when that one is gone or differs in anything that can be
 * seen from outside. Who needs a part (a column, a key) looks at that part alone; whose own form
 * follows the whole (a child table, a row type) is reached by any change of it, and passes that on.
 */
struct sfs_reach {
	const struct sfs_catalog *from;      /* as it is; with its dependencies */
	const struct sfs_catalog *evaluated; /* what the files that were read again define */
	const struct sfs_renames
		*renames; /* of `from`, of which `evaluated` has the new names; NULL: none */
	/* Whether the file that the object stands in was read again, or is gone. */
	bool (*is_read)(void *data, const struct sfs_object *object);
	/* Whether that file was reached by a change of a form, so that all who need it are. */
	bool (*is_shaken)(void *data, const struct sfs_object *object);
	void *data;
};

/* An object with a file, that has to be read again. */
struct sfs_reached {
	const struct sfs_object *object; /* of `from` */
	bool shaken;
};
struct sfs_reached_list SFS_VEC_OF(struct sfs_reached);

/* Adds what is reached and not read yet; the same object may come more than once. */
void sfs_reach_find(const struct sfs_reach *reach, struct sfs_reached_list *ret_list);

/*
 * Whether `evaluated` has a new name that another object, which is not read again, has already; `all` is the
 * whole of what there is. Also true for a new overload beside a routine of another file.
 */
bool sfs_reach_collides(const struct sfs_reach *reach, const struct sfs_catalog *all);

#endif
