/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_OPENED_H
#define SFS_FS_OPENED_H

#include "fs/state.h"

/*
 * What the kernel has opened and names in its requests until it releases it. A mount that ends first
 * never hears of the rest: the list tells what is left. The first member of what is opened.
 */
struct mnt_opened {
	struct mnt_opened *previous, *next;
	void (*drop)(struct mnt *mnt, struct mnt_opened *opened); /* gives it back */
};

/* Enters it, and takes it out again; from any thread, with any lock held. */
void mnt_opened_add(struct mnt *mnt, struct mnt_opened *opened,
	void (*drop)(struct mnt *mnt, struct mnt_opened *opened));
void mnt_opened_remove(struct mnt *mnt, struct mnt_opened *opened);

/* How many were entered so far; from any thread, with any lock held. */
uint64_t mnt_opened_count(struct mnt *mnt);

/* When no request can come any more: drops all that is left. */
void mnt_opened_finish(struct mnt *mnt);

#endif
