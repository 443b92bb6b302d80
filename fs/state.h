/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_STATE_H
#define SFS_FS_STATE_H

#define FUSE_USE_VERSION 312

#include <fuse3/fuse_lowlevel.h>
#include <pthread.h>

#include "drivers/driver.h"
#include "fs/mount.h"
#include "fs/node.h"
#include "tree/project.h"

/* Kernel caches do not run out: what changes is invalidated. */
#define MNT_FOREVER (86400.0 * 365 * 10)

/* How long a file that was moved aside or unlinked may be away before that counts. */
#define MNT_GRACE_MS 1000

/* How long what only looks waits for one answer of the database. */
#define MNT_LOOK_PATIENCE_MS 30000

struct mnt_drafts;
/* What all programs together may have open: files, and names in open directories. */
#define MNT_HANDLES_LIMIT ((size_t)16384)
#define MNT_LISTED_LIMIT  ((size_t)2 << 20)

struct mnt_jobs;
struct mnt_notify;
struct mnt_watch;

/* What `status` tells about the connection. Protected by the mount's lock. */
struct mnt_health {
	char *stale;      /* owned; why the tree may be behind, NULL: it is not */
	size_t n_objects; /* as of the last refresh */
	size_t n_locked;
	char *invisible; /* owned; lines, what the role may not see; NULL: nothing */
	char *warning;   /* owned; the last thing that went wrong on our side; NULL: nothing */
};

/* What the database has of the folder of migrations, as it was last looked at. (fs/folder.h) */
struct mnt_folder {
	pthread_mutex_t lock;    /* held over a look, and so never inside the mount's lock */
	uint64_t listing;        /* a hash of what was in the folder */
	int64_t due;             /* when to look again, milliseconds, monotonic */
	bool known;              /* there was an answer */
	SFS_VEC(char *) applied; /* owned; tags that are */
	SFS_VEC(struct mnt_waiting {
		char *tag;             /* owned */
		struct mnt_text *text; /* counted */
	})
	waiting; /* those of the journal that are not applied, in its order */

	/* Protected by the mount's lock. */
	char *notes;    /* owned; lines for `status`: late, edited, unknown ones; NULL: none */
	char *progress; /* owned; lines: those that are half done, and how far; NULL: none */
};

/* The last rename that was refused: mv(1) asks three times. Protected by the mount's lock. */
struct mnt_refused {
	char *path; /* owned; the new path */
	struct mnt_text *text;
	pid_t thread;
	int verdict;
	int64_t until; /* milliseconds, monotonic */
};

/*
 * One mount. `lock` protects the nodes and all that hangs on them; it is never held over a call that
 * can wait: no database, no disk, no reply.
 */
struct mnt {
	/* Set before the first request and constant since. */
	const struct sfs_mount_options *options;
	const struct sfs_driver *driver;
	char *description;          /* owned; the database, for people */
	char *state;                /* owned; our directory on the disk */
	char *migrations;           /* owned; drizzle's folder */
	struct sfs_project project; /* with -o project= */
	bool found;                 /* atomic; the file of the database was there */
	bool read_only;
	bool no_open;    /* read-only, and the kernel can do without open and release */
	bool can_expire; /* the kernel knows how to expire an entry */
	struct fuse_session *session;
	struct mnt_jobs *jobs;
	struct mnt_notify *notify;
	struct mnt_watch *watch;
	struct mnt_drafts *drafts; /* NULL: another daemon has them */

	pthread_mutex_t opened_lock; /* the innermost: held for no other */
	struct mnt_opened *opened;   /* opened.h */
	uint64_t openings;           /* how many there were */

	pthread_mutex_t lock;
	struct mnt_nodes nodes;
	size_t n_drafts;
	bool owes;        /* some node may be owed (owed.h) */
	int64_t owed_due; /* when that is tried again */
	struct mnt_health health;
	uint64_t changes; /* counts the changes that we made in the database */
	SFS_VEC(char *)
	touched;            /* owned; files that show what was not read together with a census */
	bool committing;    /* one is, or may be, in the database and not in the tree yet */
	int64_t reading_ms; /* atomic; how long the last reading of the whole catalog took */
	uint64_t shown;     /* nodes.changes as of the last `status` */
	struct mnt_refused refused;
	struct mnt_folder folder;
	uint64_t
		times_hash; /* of what is written down; the watching thread's own, then the main one's */
	uint64_t refresh; /* counts refreshes */
	size_t handles;   /* files that are open */
	size_t listed;    /* names that open directories hold */
};

static inline void
mnt_auto_unlock(struct mnt **mnt)
{
	if (*mnt) {
		pthread_mutex_unlock(&(*mnt)->lock);
	}
}

/* Holds the mount's lock to the end of the scope. */
#define MNT_LOCK(which)                                                                            \
	__attribute__((cleanup(mnt_auto_unlock), unused)) struct mnt *locked_ =                    \
		(pthread_mutex_lock(&(which)->lock), (which))

/* Milliseconds of a clock that only goes forward. */
int64_t mnt_now(void);

#endif
