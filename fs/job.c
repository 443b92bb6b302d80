// SPDX-License-Identifier: MIT
/* The thread that changes the database, and its queue. */
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/database.h"
#include "fs/job.h"
#include "fs/notify.h"
#include "fs/process.h"

/* An idle connection costs the server a process, and SQLite the whole schema in our memory. */
enum { IDLE_MS = 10000 };

struct mnt_jobs {
	struct mnt *mnt;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	SFS_VEC(struct mnt_job *) queue; /* protected by lock */
	fuse_req_t current;              /* protected by lock; the request being worked on */
	bool interrupted; /* protected by lock; its sender does not want it any more */
	bool held;        /* protected by lock; the kernel holds a directory for it */
	bool opening;     /* protected by lock; nothing was asked of the database for it yet */
	bool answered;    /* protected by lock; it was interrupted then, and told so */
	bool ending;      /* protected by lock */

	pthread_mutex_t db_lock; /* held to cancel, and to replace the connection */
	struct sfs_db *db;       /* owned; NULL while nobody needs it, or when it was lost */

	/* The job thread's own: */
	bool suspect; /* the last answer sounded like a lost connection */
	bool refused; /* the last answer was that nothing can be written here: a standby, for now */
	int64_t asked; /* when the job that runs was pushed */
	bool begun;    /* it was given the database */
	int64_t lost;  /* when the database could not be opened; 0: it could */
	int lost_errnum;
	char *lost_message; /* owned */
};

struct mnt_job *
mnt_job_create(struct mnt *mnt, fuse_req_t req, struct mnt_node *node,
	void (*run)(struct mnt *mnt, struct mnt_job *job))
{
	struct mnt_job *job = sfs_alloc(sizeof *job);
	struct sfs_str path = SFS_STR_INIT;

	job->run = run;
	job->req = req;
	job->who.uid = getuid();
	memcpy(job->who.program, "schemafs", 9);
	if (req) {
		const struct fuse_ctx *context = fuse_req_ctx(req);

		job->who.thread = context->pid;
		job->who.uid = context->uid;
		mnt_process_name(context->pid, job->who.program);
	}
	if (node) {
		mnt_node_ref(node);
		job->node = node;
		mnt_node_path(node, &path);
	}
	job->path = sfs_str_steal(&path);
	return job;
}

void
mnt_job_drop(struct mnt *mnt, struct mnt_job *job)
{
	mnt_node_unref(&mnt->nodes, job->node);
	mnt_node_unref(&mnt->nodes, job->other);
	mnt_text_unref(job->text);
	mnt_text_unref(job->base);
	free(job->path);
	free(job->new_path);
	free(job);
}

static void
destroy(struct mnt *mnt, struct mnt_job *job)
{
	MNT_LOCK(mnt);
	mnt_job_drop(mnt, job);
}

/*
 * A connection that does not come can not be hurried, but nobody needs to wait for it: what is
 * interrupted by then is not begun. Needs the lock.
 */
static void
answer_interrupted(struct mnt_jobs *jobs, fuse_req_t req)
{
	jobs->current = NULL;
	jobs->answered = true;
	if (jobs->held) {
		(void)fuse_reply_err(req, EINTR);
	} else {
		mnt_notify_reply(jobs->mnt, req, EINTR);
	}
}

/* Called by libfuse, from any thread, when the caller of a request was interrupted. */
static void
on_interrupt(fuse_req_t req, void *data)
{
	struct mnt_jobs *jobs = data;

	/* Both locks are held so that it can not hit the next job. Cancelling does not wait. */
	pthread_mutex_lock(&jobs->lock);
	if (jobs->current == req) {
		jobs->interrupted = true;
		pthread_mutex_lock(&jobs->db_lock);
		if (jobs->db) {
			jobs->db->driver->cancel(jobs->db);
		}
		pthread_mutex_unlock(&jobs->db_lock);
		if (jobs->opening) {
			answer_interrupted(jobs, req);
		}
	}
	pthread_mutex_unlock(&jobs->lock);
}

void
mnt_job_push(struct mnt *mnt, struct mnt_job *job)
{
	struct mnt_jobs *jobs = mnt->jobs;

	job->pushed = mnt_now();
	pthread_mutex_lock(&jobs->lock);
	sfs_vec_push(&jobs->queue, job);
	pthread_cond_signal(&jobs->wake);
	pthread_mutex_unlock(&jobs->lock);
}

/*
 * While the kernel holds a directory its names can not be invalidated, but its listing can: what a
 * refusal put there is seen as soon as the call returns.
 */
static void
drop_listings(struct mnt *mnt, const struct mnt_job *job)
{
	fuse_ino_t inos[2] = { 0, 0 };

	{
		MNT_LOCK(mnt);
		const char *path = job->new_path ? job->new_path : job->path;
		char *above sfs_auto(free) = sfs_strdup(path);
		char *slash = strrchr(above, '/');
		const struct mnt_node *parent = job->node ? job->node->parent : NULL;

		if (slash) {
			*slash = '\0';
			const struct mnt_node *directory = mnt_node_find(&mnt->nodes, above);
			inos[0] = directory ? directory->ino : 0;
		}
		inos[1] = parent ? parent->ino : 0;
	}
	for (size_t i = 0; i < 2; i++) {
		if (inos[i]) {
			(void)fuse_lowlevel_notify_inval_inode(mnt->session, inos[i], 0, 0);
		}
	}
}

void
mnt_job_reply(struct mnt *mnt, struct mnt_job *job, int r)
{
	fuse_req_t req = job->req;

	if (!req) {
		return;
	}
	job->req = NULL;
	pthread_mutex_lock(&mnt->jobs->lock);
	bool answered = mnt->jobs->answered;
	mnt->jobs->current = NULL;
	mnt->jobs->answered = false;
	pthread_mutex_unlock(&mnt->jobs->lock);
	if (answered) {
		return;
	}
	if (job->held) {
		drop_listings(mnt, job);
		(void)fuse_reply_err(req, -r);
	} else {
		mnt_notify_reply(mnt, req, -r);
	}
}

/* The first job that may run now, taken from the queue; NULL when there is none. */
static struct mnt_job *
take(struct mnt_jobs *jobs, int64_t *ret_next)
{
	int64_t now = mnt_now();

	*ret_next = INT64_MAX;
	for (size_t i = 0; i < jobs->queue.len; i++) {
		struct mnt_job *job = jobs->queue.items[i];

		if (job->due <= now || jobs->ending) {
			jobs->queue.len--;
			memmove(jobs->queue.items + i, jobs->queue.items + i + 1,
				(jobs->queue.len - i) * sizeof *jobs->queue.items);
			return job;
		}
		*ret_next = job->due < *ret_next ? job->due : *ret_next;
	}
	return NULL;
}

static void
replace_db(struct mnt_jobs *jobs, struct sfs_db *db)
{
	pthread_mutex_lock(&jobs->db_lock);
	if (jobs->db) {
		jobs->db->driver->close(jobs->db);
	}
	jobs->db = db;
	jobs->suspect = jobs->refused = false;
	pthread_mutex_unlock(&jobs->db_lock);
}

/* Waits for a job, or until the connection was idle for long; needs the lock. */
static struct mnt_job *
wait_until_idle(struct mnt_jobs *jobs)
{
	int64_t idle = jobs->db ? mnt_now() + IDLE_MS : INT64_MAX;
	struct mnt_job *job;
	int64_t next;

	for (job = take(jobs, &next); !job && !jobs->ending; job = take(jobs, &next)) {
		next = next < idle ? next : idle;
		if (mnt_now() >= idle) {
			break;
		}
		if (next == INT64_MAX) {
			pthread_cond_wait(&jobs->wake, &jobs->lock);
		} else {
			struct timespec until = { next / 1000, next % 1000 * 1000000 };
			(void)pthread_cond_timedwait(&jobs->wake, &jobs->lock, &until);
		}
	}
	jobs->current = job ? job->req : NULL;
	jobs->held = job && job->held;
	jobs->interrupted = jobs->answered = false;
	if (jobs->db) {
		/* Who was interrupted has his answer. */
		__atomic_store_n(&jobs->db->interrupted, 0, __ATOMIC_RELEASE);
	}
	return job;
}

/* NULL at the end. */
static struct mnt_job *
wait_for_job(struct mnt_jobs *jobs)
{
	for (;;) {
		pthread_mutex_lock(&jobs->lock);
		struct mnt_job *job = wait_until_idle(jobs);
		bool ending = jobs->ending;
		pthread_mutex_unlock(&jobs->lock);
		if (job || ending) {
			return job;
		}
		replace_db(jobs, NULL);
		(void)malloc_trim(0);
	}
}

static void *
run(void *data)
{
	struct mnt_jobs *jobs = data;

	for (struct mnt_job *job = wait_for_job(jobs); job; job = wait_for_job(jobs)) {
		if (job->req) {
			/* From here on an interrupt cancels; one that came before is told at once. */
			fuse_req_interrupt_func(job->req, on_interrupt, jobs);
			job->interrupted |= fuse_req_interrupted(job->req) != 0;
		}
		jobs->asked = job->pushed;
		jobs->begun = false;
		job->run(jobs->mnt, job);
		mnt_job_reply(jobs->mnt, job, -EIO);
		destroy(jobs->mnt, job);
	}
	return NULL;
}

struct mnt_jobs *
mnt_jobs_create(struct mnt *mnt)
{
	struct mnt_jobs *jobs = sfs_alloc(sizeof *jobs);
	pthread_condattr_t attributes;

	jobs->mnt = mnt;
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_mutex_init(&jobs->db_lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&jobs->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&jobs->thread, NULL, run, jobs) != 0) {
		free(jobs);
		return NULL;
	}
	return jobs;
}

void
mnt_jobs_destroy(struct mnt *mnt, struct mnt_jobs *jobs)
{
	if (!jobs) {
		return;
	}
	pthread_mutex_lock(&jobs->lock);
	jobs->ending = true;
	pthread_cond_signal(&jobs->wake);
	pthread_mutex_unlock(&jobs->lock);
	pthread_join(jobs->thread, NULL);
	if (jobs->db) {
		jobs->db->driver->close(jobs->db);
	}
	free(jobs->lost_message);
	sfs_vec_finish(&jobs->queue);
	pthread_cond_destroy(&jobs->wake);
	pthread_mutex_destroy(&jobs->lock);
	pthread_mutex_destroy(&jobs->db_lock);
	free(jobs);
}

/* What was found out while this job waited is not tried again for it: a queue would add up the waits. */
static bool
is_known_lost(const struct mnt_jobs *jobs)
{
	return jobs->lost && jobs->asked <= jobs->lost;
}

static int
tell_lost(const struct mnt_jobs *jobs, struct sfs_error *err)
{
	return sfs_error_set(err, jobs->lost_errnum, "%s", jobs->lost_message);
}

/* Whether the sender of the job that runs has lost patience. */
static bool
set_opening(struct mnt_jobs *jobs, bool opening)
{
	pthread_mutex_lock(&jobs->lock);
	jobs->opening = opening;
	bool interrupted = jobs->interrupted;
	pthread_mutex_unlock(&jobs->lock);
	return interrupted;
}

static void
note_lost(struct mnt_jobs *jobs, const struct sfs_error *why)
{
	jobs->lost = mnt_now();
	jobs->lost_errnum = why->errnum ? why->errnum : EIO;
	free(jobs->lost_message);
	jobs->lost_message = sfs_strdup(why->message ? why->message : "no database");
}

/* From which size on a table is changed online: as the mount says, else its project. */
static void
settle_online(const struct mnt *mnt, struct sfs_db *db)
{
	int64_t above = mnt->options->online_above;

	if (above < 0 && mnt->options->project) {
		above = mnt->project.online_above;
	}
	if (above >= 0) {
		db->online_above = above;
	}
}

static int
open_db(struct mnt *mnt, struct sfs_error *err)
{
	struct mnt_jobs *jobs = mnt->jobs;
	struct sfs_error why sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_open_options options = { .read_only = mnt->read_only,
		.patience_ms = mnt->options->timeout_ms };
	struct sfs_db *db = NULL;

	/* Later in a job something may be done already, and that is then the answer. */
	bool interrupted = !jobs->begun && set_opening(jobs, true);
	int r = interrupted ? 0 : mnt_database_open(mnt, &options, &db, &why);
	interrupted |= set_opening(jobs, false) && !jobs->begun;
	if (r < 0) {
		note_lost(jobs, &why);
		(void)tell_lost(jobs, err);
	}
	if (db) {
		settle_online(mnt, db);
		jobs->lost = 0;
		replace_db(jobs, db);
	}
	return interrupted ? sfs_error_set(err, EINTR, "interrupted before it began") : r;
}

struct sfs_db *
mnt_jobs_db(struct mnt *mnt, struct sfs_error *err)
{
	struct mnt_jobs *jobs = mnt->jobs;

	if (jobs->db && jobs->refused) {
		replace_db(jobs, NULL);
	}
	if (jobs->db && jobs->suspect) {
		char *fingerprint sfs_auto(free) = NULL;

		jobs->suspect = false;
		if (mnt->driver->fingerprint(jobs->db, &fingerprint, NULL) < 0) {
			replace_db(jobs, NULL);
		}
	}
	if (!jobs->db && is_known_lost(jobs)) {
		(void)tell_lost(jobs, err);
		return NULL;
	}
	if (!jobs->db && open_db(mnt, err) < 0) {
		return NULL;
	}
	jobs->begun = true;
	jobs->db->patience_ms = mnt->options->timeout_ms;
	return jobs->db;
}

void
mnt_jobs_note(struct mnt *mnt, int r)
{
	mnt->jobs->suspect |= r == -EIO || r == -ETIMEDOUT;
	mnt->jobs->refused |= r == -EROFS;
}
