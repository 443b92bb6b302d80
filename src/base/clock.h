/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_CLOCK_H
#define SFS_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment, which go on evenly whatever is done to the time of day. */
int64_t sfs_clock_ms(void);

#endif
