// SPDX-License-Identifier: MIT
/* The kernel's requests, from the one thread that reads them to who answers. */
#include "fs/loop.h"

#include <errno.h>
#include <linux/fuse.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/draft.h"

enum {
	WORKERS = 2,
	MAX_QUEUED = 64, /* more than so many requests wait with the kernel */
};

struct queued {
	struct queued *next;
	struct fuse_buf buf; /* its memory is owned */
};

struct loop {
	struct mnt *mnt;
	int ended_fd; /* an eventfd: the reader has ended */
	int failed;   /* of the reader: 0 or -errno */
	pthread_t reader, workers[WORKERS];
	size_t n_workers;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t come, gone;
	struct queued *first, **end;
	size_t n_queued;
	bool ending;
};

/* ---- requests that may take a while ---- */

static struct queued *
next_request(struct loop *loop)
{
	struct queued *queued;

	pthread_mutex_lock(&loop->lock);
	while (!loop->first && !loop->ending) {
		pthread_cond_wait(&loop->come, &loop->lock);
	}
	queued = loop->first;
	if (queued) {
		loop->first = queued->next;
		loop->end = loop->first ? loop->end : &loop->first;
		loop->n_queued--;
		pthread_cond_signal(&loop->gone);
	}
	pthread_mutex_unlock(&loop->lock);
	return queued;
}

static void *
work(void *data)
{
	struct loop *loop = data;
	struct queued *queued;

	while ((queued = next_request(loop))) {
		fuse_session_process_buf(loop->mnt->session, &queued->buf);
		free(queued->buf.mem);
		free(queued);
	}
	return NULL;
}

static void
enqueue(struct loop *loop, const struct fuse_buf *buf)
{
	struct queued *queued = sfs_alloc(sizeof *queued);

	/* The reader's own buffer has room for the largest write. */
	queued->buf = *buf;
	queued->buf.mem = sfs_alloc(buf->size);
	memcpy(queued->buf.mem, buf->mem, buf->size);
	pthread_mutex_lock(&loop->lock);
	while (loop->n_queued >= MAX_QUEUED) {
		pthread_cond_wait(&loop->gone, &loop->lock);
	}
	*loop->end = queued;
	loop->end = &queued->next;
	loop->n_queued++;
	pthread_cond_signal(&loop->come);
	pthread_mutex_unlock(&loop->lock);
}

/* ---- the reader ---- */

/* What is answered from memory, unless it is about a draft; and what others must not overtake. */
static bool
is_quick(const struct loop *loop, const struct fuse_buf *buf)
{
	static const bool quick[] = {
		[FUSE_LOOKUP] = true,
		[FUSE_FORGET] = true,
		[FUSE_GETATTR] = true,
		[FUSE_OPEN] = true,
		[FUSE_READ] = true,
		[FUSE_STATFS] = true,
		[FUSE_RELEASE] = true,
		[FUSE_GETXATTR] = true,
		[FUSE_LISTXATTR] = true,
		[FUSE_INIT] = true,
		[FUSE_OPENDIR] = true,
		[FUSE_READDIR] = true,
		[FUSE_RELEASEDIR] = true,
		[FUSE_INTERRUPT] = true,
		[FUSE_DESTROY] = true,
		[FUSE_BATCH_FORGET] = true,
		[FUSE_READDIRPLUS] = true,
	};
	struct fuse_in_header header;

	if (buf->flags & FUSE_BUF_IS_FD || buf->size < sizeof header) {
		return true;
	}
	memcpy(&header, buf->mem, sizeof header);
	return header.opcode < sizeof quick / sizeof *quick && quick[header.opcode] &&
	       !mnt_is_stage(loop->mnt, header.nodeid);
}

static void
end_buffer(void *data)
{
	struct fuse_buf *buf = data;

	free(buf->mem);
}

static void *
take(void *data)
{
	struct loop *loop = data;
	struct fuse_session *session = loop->mnt->session;
	struct fuse_buf buf = { .mem = NULL };

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cleanup_push(end_buffer, &buf);
	while (!fuse_session_exited(session)) {
		/* Only while it waits is it ended by others. */
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
		int n = fuse_session_receive_buf(session, &buf);
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);

		if (n == -EINTR || n == -EAGAIN) {
			continue;
		}
		if (n <= 0) {
			loop->failed = n;
			break;
		}
		if (is_quick(loop, &buf)) {
			fuse_session_process_buf(session, &buf);
		} else {
			enqueue(loop, &buf);
		}
	}
	pthread_cleanup_pop(1);
	fuse_session_exit(session);
	(void)!write(loop->ended_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	return NULL;
}

/* ---- from the beginning to the end ---- */

static bool
start(struct loop *loop)
{
	while (loop->n_workers < WORKERS &&
		pthread_create(&loop->workers[loop->n_workers], NULL, work, loop) == 0) {
		loop->n_workers++;
	}
	return loop->n_workers && pthread_create(&loop->reader, NULL, take, loop) == 0;
}

/* A signal that comes before the wait ends it, too: but for that, signals are kept out. */
static void
wait_for_end(const struct loop *loop, const sigset_t *mask)
{
	struct pollfd ended = { .fd = loop->ended_fd, .events = POLLIN };

	while (!fuse_session_exited(loop->mnt->session)) {
		(void)ppoll(&ended, 1, NULL, mask);
	}
}

static void
finish_workers(struct loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	loop->ending = true;
	pthread_cond_broadcast(&loop->come);
	pthread_mutex_unlock(&loop->lock);
	for (size_t i = 0; i < loop->n_workers; i++) {
		pthread_join(loop->workers[i], NULL);
	}
}

int
mnt_loop(struct mnt *mnt, struct sfs_error *err)
{
	int ended_fd sfs_auto(fd) = eventfd(0, EFD_CLOEXEC);
	struct loop loop = { .mnt = mnt,
		.ended_fd = ended_fd,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.come = PTHREAD_COND_INITIALIZER,
		.gone = PTHREAD_COND_INITIALIZER };
	sigset_t all, old;

	loop.end = &loop.first;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	bool started = ended_fd >= 0 && start(&loop);
	if (started) {
		wait_for_end(&loop, &old);
		(void)pthread_cancel(loop.reader);
		pthread_join(loop.reader, NULL);
	}
	finish_workers(&loop);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	fuse_session_reset(mnt->session);
	if (!started) {
		return sfs_error_set(err, EAGAIN, "cannot start a thread");
	}
	return loop.failed < 0 ? sfs_error_set(err, -loop.failed, "the kernel ended the mount: %s",
					 strerror(-loop.failed))
			       : 0;
}
