// SPDX-License-Identifier: MIT
/* The drivers built in. */
#include "drivers/driver.h"

static const struct sfs_driver *const drivers[] = {
	&sfs_postgres_driver,
	&sfs_sqlite_driver,
};

const struct sfs_driver *
sfs_driver_for(const char *target)
{
	for (size_t i = 0; target && *target && i < sizeof drivers / sizeof *drivers; i++) {
		if (drivers[i]->accepts(target)) {
			return drivers[i];
		}
	}
	return NULL;
}
