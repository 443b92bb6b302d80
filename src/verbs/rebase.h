/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_REBASE_H
#define SFS_VERBS_REBASE_H

#include "migrate/generate.h"
#include "verbs/workspace.h"

struct sfs_rebase_request {
	char *const *tags; /* borrowed; none: what the database does not have */
	size_t n_tags;
	bool json;
};

/* schemafs generate --rebase [TAG]...: -EPERM when one of them is applied in the project's database. */
int sfs_rebase_verb(struct sfs_workspace *workspace, const struct sfs_generation *how,
	const struct sfs_rebase_request *request, struct sfs_error *err) SFS_MUST_CHECK;

#endif
