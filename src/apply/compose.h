/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_COMPOSE_H
#define SFS_APPLY_COMPOSE_H

#include "apply/target.h"

/* What edits make of a catalog. */
struct sfs_composition {
	const struct sfs_catalog *from;
	const struct sfs_catalog
		*evaluated; /* what the server made of the texts; NULL: there were none */
	const struct sfs_targets *targets;
	struct sfs_renames *renames; /* those that follow from the paths are added */
};

/* The catalog as the edits ask for it, sealed, with its dependencies; owned by the caller. */
struct sfs_catalog *sfs_compose(const struct sfs_composition *composition);

/* Whether any object stands in the file that `file`, an identity without a signature, names. */
bool sfs_file_defined(const struct sfs_catalog *catalog, const struct sfs_identity *file);

#endif
