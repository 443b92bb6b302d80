/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_WHOLE_H
#define SFS_FS_WHOLE_H

#include "fs/state.h"

/*
 * Reads everything for generated/, on a connection and in a thread of its own: meanwhile what changes
 * in the database still shows without delay.
 */
struct mnt_whole *mnt_whole_create(struct mnt *mnt);

/* Ends a reading that is under way. Accepts NULL. */
void mnt_whole_destroy(struct mnt_whole *whole);

/* Begins a reading; false when one is under way still, or no thread is to be had. */
bool mnt_whole_begin(struct mnt_whole *whole);

/* Once after a reading that came to nothing, so that it has to be done again: true. */
bool mnt_whole_failed(struct mnt_whole *whole);

#endif
