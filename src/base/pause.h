/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_PAUSE_H
#define SFS_BASE_PAUSE_H

#include <stdbool.h>

/*
 * Waits so many milliseconds, but not on once `stop` (atomic, set by another thread) is not 0: then the
 * answer is false, and `stop` is 0 again.
 */
bool sfs_pause(unsigned ms, int *stop);

#endif
