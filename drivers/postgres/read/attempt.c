// SPDX-License-Identifier: MIT
/* Reading the catalog beside others who change it: what they have spoilt is read anew. */
#include <errno.h>

#include "base/clock.h"
#include "base/pause.h"
#include "base/str.h"
#include "drivers/postgres/read/read.h"

/*
 * The server's functions see what is there now, and not what the snapshot has: of what was dropped
 * meanwhile they give nothing, or an internal error.
 */
static bool
is_of_the_moment(int r, const struct sfs_error *err)
{
	return r == -EAGAIN || (r < 0 && sfs_streq(err->sqlstate, "XX000"));
}

/* The texts of views and rules lock what they are on until the read ends. */
static bool
is_locked(int r, const struct sfs_error *err)
{
	return r < 0 && (sfs_streq(err->sqlstate, "55P03") || sfs_streq(err->sqlstate, "40P01"));
}

/* Waits with no lock held, longer each time. */
static int
wait_for_others(struct pg_db *db, unsigned *waited_ms, struct sfs_error *err)
{
	unsigned pause = *waited_ms + PG_READ_LOCK_TIMEOUT_MS / 2;

	*waited_ms += pause + PG_READ_LOCK_TIMEOUT_MS;
	return sfs_pause(pause, &pg_root(db)->interrupted)
		       ? 0
		       : sfs_error_set(err, EINTR, "interrupted while waiting for a lock");
}

int
pg_read(struct pg_db *db, const struct pg_read_options *options, struct sfs_catalog **ret_catalog,
	struct sfs_error *err)
{
	enum { TRIES = 10 };
	/* What a transaction around this one has locked stays so: giving way would help nobody. */
	const bool nested = PQtransactionStatus(db->conn) != PQTRANS_IDLE;
	const int64_t deadline = sfs_clock_ms() + db->lock_timeout_ms;
	unsigned waited_ms = 0;

	for (int try = 1;; try++) {
		struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
		int r = pg_read_once(db, options, ret_catalog, &own);
		bool locked = is_locked(r, &own) && !nested && waited_ms < db->lock_timeout_ms;

		bool again = try < TRIES || sfs_clock_ms() < deadline;

		if (!locked && !(is_of_the_moment(r, &own) && again)) {
			if (r < 0) {
				sfs_error_move(err, &own);
			}
			return r;
		}
		if (locked && (r = wait_for_others(db, &waited_ms, err)) < 0) {
			return r;
		}
	}
}
