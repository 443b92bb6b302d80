// SPDX-License-Identifier: MIT
/* Waiting that can be ended before its time. */
#include "base/pause.h"

#include <time.h>

enum { SLICE_MS = 10 };

bool
sfs_pause(unsigned ms, int *stop)
{
	for (;;) {
		if (__atomic_exchange_n(stop, 0, __ATOMIC_ACQ_REL)) {
			return false;
		}
		if (!ms) {
			return true;
		}
		unsigned slice = ms < SLICE_MS ? ms : SLICE_MS;

		(void)nanosleep(&(struct timespec){ .tv_nsec = slice * 1000000L }, NULL);
		ms -= slice;
	}
}
