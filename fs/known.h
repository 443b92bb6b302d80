/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_KNOWN_H
#define SFS_FS_KNOWN_H

#include "base/map.h"
#include "drivers/driver.h"

/*
 * What the tree shows, by the database's own names: which object stands in which file, and the sign
 * it had in the census that was taken before it was read. From the next census follows which objects
 * have to be read again.
 */
struct mnt_known_object {
	uint64_t tag, sign;
	char *path; /* owned; NULL: it has no file of its own */
};

struct mnt_known {
	SFS_VEC(struct mnt_known_object) objects; /* ascending by tag; empty: nothing is known */
};

void mnt_known_finish(struct mnt_known *known);
SFS_DEFINE_AUTO_VALUE(mnt_known, struct mnt_known, mnt_known_finish)

/* All of a catalog that was read after the census. */
void mnt_known_build(struct mnt_known *known, const struct sfs_census *census,
	const struct sfs_catalog *catalog);

/* The census as it would be if only those of `recent` had changed; their signs are none. */
void mnt_known_suppose(const struct mnt_known *known, const struct sfs_census *recent,
	struct sfs_census *ret_census);

/* What stands in the files of these paths is to be read again, whatever the census says. */
void mnt_known_doubt(struct mnt_known *known, const struct sfs_map *paths);

struct mnt_tags SFS_VEC_OF(uint64_t);

/*
 * The objects that are new, changed or gone since, with those that share a file with one of them,
 * ascending. False when everything has to be read: nothing was known, too much changed, or what is
 * not told apart did.
 */
bool mnt_known_compare(
	const struct mnt_known *known, const struct sfs_census *census, struct mnt_tags *ret_tags);

/*
 * Adds those that stand in a file of the catalog's objects without being in the catalog; whether
 * there were any: then the catalog has to be read once more.
 */
bool mnt_known_complete(const struct mnt_known *known, const struct sfs_census *census,
	const struct sfs_catalog *catalog, struct mnt_tags *tags);

/* Whether one of `tags` that stood in a file and was counted was not there any more when it was read. */
bool mnt_known_misses(const struct mnt_known *known, const struct sfs_census *census,
	const struct sfs_catalog *catalog, const struct mnt_tags *tags);

/* Brings it up to date after `tags` were read, which gave `catalog`. `old_paths` receives, borrowed
 * from `former`, where they and what depends on them stood; `former` takes over what was known. */
struct mnt_paths SFS_VEC_OF(const char *);

void mnt_known_update(struct mnt_known *known, const struct sfs_census *census,
	const struct mnt_tags *tags, const struct sfs_catalog *catalog, struct mnt_known *former,
	struct mnt_paths *old_paths);

#endif
