/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_REBASE_CHAIN_H
#define SFS_MIGRATE_REBASE_CHAIN_H

#include "migrate/rebase.h"

/* The folder in its new order, and how far its snapshots have been looked at. */
struct sfs_chain {
	const struct sfs_history *history; /* of the entries that stay */
	struct sfs_rebase *rebase;
	size_t first;                           /* the number of files of catalogs.items[0] */
	SFS_VEC(struct sfs_catalog *) catalogs; /* owned; of first, first + 1, ... files */
	json_t *newest;                         /* owned; the newest snapshot; NULL: none */
	size_t n;                               /* for how many files it stands */
	json_t *remade;                         /* owned; tag: snapshot, of those that stay */
	json_t *words; /* owned; tag: the former snapshot, of those that move */
};

void sfs_chain_finish(struct sfs_chain *chain);
SFS_DEFINE_AUTO_VALUE(chain, struct sfs_chain, sfs_chain_finish)

/* Whether two tags have the same snapshot file. */
bool sfs_rebase_share(const char *a, const char *b);

/* The newest snapshot before the first that a merge may have overwritten. */
int sfs_chain_begin(struct sfs_chain *chain, struct sfs_error *err) SFS_MUST_CHECK;

/* The snapshots of those that move, and of those that stay and have lost theirs. */
int sfs_chain_make(struct sfs_chain *chain, struct sfs_error *err) SFS_MUST_CHECK;

#endif
