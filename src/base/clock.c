// SPDX-License-Identifier: MIT
/* Time that passes. */
#include <time.h>

#include "base/clock.h"

int64_t
sfs_clock_ms(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
