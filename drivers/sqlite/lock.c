// SPDX-License-Identifier: MIT
/* One migrator at a time: a lock on a file of our own, since SQLite has none that outlives a commit. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/pause.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/ledger.h"

enum { POLL_MS = 50 };

static const char suffix[] = "-schemafs-lock";

/*
 * Beside the database, so that runners of different users and homes exclude each other. Not the
 * database itself: closing a second descriptor of it would drop the locks of SQLite's own.
 */
static int
open_beside(const struct lite_db *db)
{
	char *path sfs_auto(free) = sfs_asprintf("%s%s", db->path, suffix);
	struct stat database;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		/* Another user's may be locked, too. */
		return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	/* Whoever may write the database may take its lock. */
	if (stat(db->path, &database) == 0) {
		(void)!fchmod(fd, database.st_mode & 0666);
	}
	return fd;
}

/* Where nothing can be made beside the database: for this user alone. Such a file is never removed. */
static int
open_at_home(const struct lite_db *db, int *ret_fd, struct sfs_error *err)
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

static int
open_lock(const struct lite_db *db, int *ret_fd, bool *ret_beside, struct sfs_error *err)
{
	int fd = db->path ? open_beside(db) : -1;

	*ret_beside = fd >= 0;
	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	return open_at_home(db, ret_fd, err);
}

/* Whether what was opened still has its name: who had it before takes the file away. */
static bool
is_still_there(const struct lite_db *db, int fd)
{
	char *path sfs_auto(free) = sfs_asprintf("%s%s", db->path, suffix);
	struct stat mine, named;

	return fstat(fd, &mine) == 0 && lstat(path, &named) == 0 && mine.st_ino == named.st_ino &&
	       mine.st_dev == named.st_dev;
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

/* -EAGAIN: another has it. */
static int
try_lock(struct lite_db *db, struct sfs_error *err)
{
	int fd sfs_auto(fd) = -1;
	bool beside;
	int r = open_lock(db, &fd, &beside, err);

	if (r < 0) {
		return r;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		r = errno == EWOULDBLOCK || errno == EINTR
			    ? -EAGAIN
			    : sfs_error_set(err, errno, "flock: %s", strerror(errno));
		if (r == -EAGAIN) {
			(void)sfs_error_set(
				err, EBUSY, "another schemafs is changing %s", db->description);
			say_who(fd, err);
		}
		return r;
	}
	if (beside && !is_still_there(db, fd)) {
		return try_lock(db, err);
	}
	write_down(fd);
	db->lock_fd = fd;
	db->lock_beside = beside;
	fd = -1;
	return 0;
}

int
lite_lock(struct sfs_db *base, unsigned timeout_ms, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);

	if (db->lock_fd >= 0) {
		return 0;
	}
	for (unsigned waited = 0;; waited += POLL_MS) {
		struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
		int r = try_lock(db, &own);

		if (r == 0) {
			return 0;
		}
		if (r != -EAGAIN || waited >= timeout_ms) {
			sfs_error_move(err, &own);
			return r == -EAGAIN ? -EBUSY : r;
		}
		if (!sfs_pause(POLL_MS, &base->interrupted)) {
			sfs_error_finish(&own);
			return sfs_error_set(err, EINTR, "interrupted while waiting for the lock");
		}
	}
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
		if (db->lock_beside) {
			char *path sfs_auto(free) = sfs_asprintf("%s%s", db->path, suffix);

			/* Before the lock goes: afterwards it could be another's. */
			(void)unlink(path);
		}
		(void)close(db->lock_fd);
		db->lock_fd = -1;
	}
}
