// SPDX-License-Identifier: MIT
/* A list of what is open, for the end of the mount. */
#include "fs/opened.h"

void
mnt_opened_add(struct mnt *mnt, struct mnt_opened *opened,
	void (*drop)(struct mnt *mnt, struct mnt_opened *opened))
{
	pthread_mutex_lock(&mnt->opened_lock);
	opened->drop = drop;
	opened->previous = NULL;
	opened->next = mnt->opened;
	if (mnt->opened) {
		mnt->opened->previous = opened;
	}
	mnt->opened = opened;
	mnt->openings++;
	pthread_mutex_unlock(&mnt->opened_lock);
}

void
mnt_opened_remove(struct mnt *mnt, struct mnt_opened *opened)
{
	pthread_mutex_lock(&mnt->opened_lock);
	if (opened->previous) {
		opened->previous->next = opened->next;
	} else {
		mnt->opened = opened->next;
	}
	if (opened->next) {
		opened->next->previous = opened->previous;
	}
	pthread_mutex_unlock(&mnt->opened_lock);
}

uint64_t
mnt_opened_count(struct mnt *mnt)
{
	pthread_mutex_lock(&mnt->opened_lock);
	uint64_t count = mnt->openings;
	pthread_mutex_unlock(&mnt->opened_lock);
	return count;
}

void
mnt_opened_finish(struct mnt *mnt)
{
	while (mnt->opened) {
		mnt->opened->drop(mnt, mnt->opened);
	}
}
