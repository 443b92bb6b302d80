/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_JOB_H
#define SFS_FS_JOB_H

#include "fs/state.h"

/* Who asked for something: for the log, and for what a process has read before. */
struct mnt_who {
	pid_t thread;
	uid_t uid;
	char program[16];
};

/*
 * Work for the one thread that may wait for the database. A handler makes a job and returns; the job
 * answers its request. Jobs run one after the other, in order, and so saves never meet each other.
 */
struct mnt_job {
	void (*run)(struct mnt *mnt, struct mnt_job *job); /* answers `req`; the lock is not held */
	fuse_req_t req;                                    /* NULL when nobody waits */
	int64_t due;                                       /* not before this; 0: at once */
	int64_t pushed;                                    /* when it was handed over */
	bool interrupted; /* the caller was killed or lost patience before it began */
	struct mnt_who who;
	struct mnt_node *node; /* referred to; what it is about */
	struct mnt_node
		*other;        /* referred to; of a rename: what stands at the new place, or NULL */
	char *path;            /* owned; from the root of the mount */
	char *new_path;        /* owned; of a rename, else NULL */
	struct mnt_text *text; /* counted; what the file shall say */
	struct mnt_text *base; /* counted; what the person started from */
	uint64_t version;      /* of the node's buffer that `text` was taken from; 0: of none */
	uint64_t ino;          /* of an inode of a draft; 0: of none */
	bool creates;          /* the database must not have it yet */
	bool closing;          /* the file was closed, not only synchronised */
	bool exchanges; /* a rename by which what stands at the new place comes to the old one */
	bool held;      /* the kernel holds a directory until the answer */
};

/* A job by the sender of `req` (NULL: by us); the node may be NULL. Needs the mount's lock. */
struct mnt_job *mnt_job_create(struct mnt *mnt, fuse_req_t req, struct mnt_node *node,
	void (*run)(struct mnt *mnt, struct mnt_job *job));

/* Hands the job over. */
void mnt_job_push(struct mnt *mnt, struct mnt_job *job);

/* Forgets a job that was not handed over; its request is the caller's. Needs the lock. */
void mnt_job_drop(struct mnt *mnt, struct mnt_job *job);

/* Answers the job's request, after the invalidations queued so far unless the kernel holds a directory. */
void mnt_job_reply(struct mnt *mnt, struct mnt_job *job, int r);

struct mnt_jobs *mnt_jobs_create(struct mnt *mnt);

/* Runs what is queued, and what is due later too, then ends the thread. Accepts NULL. */
void mnt_jobs_destroy(struct mnt *mnt, struct mnt_jobs *jobs);

/*
 * From a job: the database, opened when it is needed and closed after a while without work; NULL with
 * `err` filled.
 */
struct sfs_db *mnt_jobs_db(struct mnt *mnt, struct sfs_error *err);

/* From a job: what the database answered; a lost connection is opened again for the next job. */
void mnt_jobs_note(struct mnt *mnt, int r);

#endif
