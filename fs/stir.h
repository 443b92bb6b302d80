/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_STIR_H
#define SFS_FS_STIR_H

#include "fs/state.h"

/*
 * Notices when somebody writes to the file that a database is in, so that nobody has to wait for the
 * next look. What is missed is seen a moment later all the same. NULL where that can not be had.
 */
struct mnt_stir;

/* `ring` is called from a thread of its own, not more often than the database can be asked. */
struct mnt_stir *mnt_stir_create(const char *file, void (*ring)(void *data), void *data);
void mnt_stir_destroy(struct mnt_stir *stir); /* accepts NULL */

#endif
