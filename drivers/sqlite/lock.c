// SPDX-License-Identifier: MIT
/* One migrator at a time: a lock on a file of our own, since SQLite has none that outlives a commit. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "base/file.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/ledger.h"

enum { POLL_MS = 50 };

/* The file is never removed: a second process could lock the one that is gone. */
static int
open_lock(struct lite_db *db, int *ret_fd, struct sfs_error *err)
{
	char *home sfs_auto(free) = NULL;
	int r = sfs_file_state_home(&home, err);

	if (r < 0) {
		return r;
	}
	char *directory sfs_auto(free) = sfs_file_join(home, "locks");
	r = sfs_file_mkdirs(directory, 0700, err);
	if (r < 0) {
		return r;
	}
	char *path sfs_auto(free) = sfs_asprintf("%s/%s", directory, db->identity);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		return sfs_error_set(err, errno, "%s: %s", path, strerror(errno));
	}
	*ret_fd = fd;
	return 0;
}

/* Who holds the lock wrote it down. */
static void
say_who(int fd, struct sfs_error *err)
{
	char who[64] = { 0 };

	if (pread(fd, who, sizeof who - 1, 0) > 0) {
		sfs_error_detail(err, "held by process %s", who);
	}
}

static void
write_down(int fd)
{
	char *who sfs_auto(free) = sfs_asprintf("%ld", (long)getpid());

	if (ftruncate(fd, 0) == 0) {
		(void)!pwrite(fd, who, strlen(who), 0);
	}
}

int
lite_lock(struct sfs_db *base, unsigned timeout_ms, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	int fd sfs_auto(fd) = -1;
	int r = db->lock_fd >= 0 ? 0 : open_lock(db, &fd, err);

	if (r < 0 || db->lock_fd >= 0) {
		return r;
	}
	for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += POLL_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			return sfs_error_set(err, errno, "flock: %s", strerror(errno));
		}
		if (waited >= timeout_ms) {
			r = sfs_error_set(
				err, EBUSY, "another process is changing %s", db->description);
			say_who(fd, err);
			return r;
		}
		(void)nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000L }, NULL);
	}
	write_down(fd);
	db->lock_fd = fd;
	fd = -1;
	return 0;
}

/* BEGIN IMMEDIATE keeps others out in any case, where there is no place to keep a lock, too. */
int
lite_lock_here(struct sfs_db *base, unsigned timeout_ms, struct sfs_error *err)
{
	struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
	int r = lite_of(base)->path ? lite_lock(base, timeout_ms, &own) : 0;

	if (r != -EBUSY && r != -EINTR) {
		return 0;
	}
	sfs_error_move(err, &own);
	return r;
}

void
lite_unlock(struct sfs_db *base)
{
	struct lite_db *db = lite_of(base);

	if (db->lock_fd >= 0) {
		(void)close(db->lock_fd);
		db->lock_fd = -1;
	}
}
