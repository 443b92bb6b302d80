// SPDX-License-Identifier: MIT
/* Refuses what the kernel asks of a mount that ends. */
#include "fs/refuse.h"

#include <errno.h>
#include <linux/fuse.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

enum { LOOK_MS = 20 };

struct mnt_refuser {
	struct fuse_session *session;
	pthread_t thread;
	int ending; /* atomic */
};

/* What is only told wants no answer. */
static bool
wants_answer(uint32_t opcode)
{
	return opcode != FUSE_FORGET && opcode != FUSE_BATCH_FORGET && opcode != FUSE_INTERRUPT;
}

static void
refuse(const struct mnt_refuser *refuser, const struct fuse_buf *request)
{
	struct fuse_in_header asked;
	struct fuse_out_header answer = { .len = sizeof answer, .error = -ENOTCONN };

	if (request->size < sizeof asked) {
		return;
	}
	memcpy(&asked, request->mem, sizeof asked);
	answer.unique = asked.unique;
	if (wants_answer(asked.opcode)) {
		/* Nobody is left to be told that it could not be sent. */
		(void)!write(fuse_session_fd(refuser->session), &answer, sizeof answer);
	}
}

static void *
run(void *data)
{
	struct mnt_refuser *refuser = data;
	struct fuse_buf request = { 0 };

	while (!__atomic_load_n(&refuser->ending, __ATOMIC_ACQUIRE)) {
		struct pollfd fd = { .fd = fuse_session_fd(refuser->session), .events = POLLIN };
		int n = poll(&fd, 1, LOOK_MS);

		if (n == 0 || (n < 0 && errno == EINTR)) {
			continue;
		}
		n = fd.revents & POLLIN ? fuse_session_receive_buf(refuser->session, &request)
					: -ENODEV;
		if (n > 0) {
			refuse(refuser, &request);
		} else if (n != -EINTR && n != -EAGAIN) {
			/* The kernel has let go of it: it asks nothing more. */
			break;
		}
	}
	free(request.mem);
	return NULL;
}

struct mnt_refuser *
mnt_refuser_create(struct fuse_session *session)
{
	struct mnt_refuser *refuser = sfs_alloc(sizeof *refuser);

	refuser->session = session;
	/* After a signal the session counts as ended, and hands nothing out. */
	fuse_session_reset(session);
	if (pthread_create(&refuser->thread, NULL, run, refuser) != 0) {
		free(refuser);
		return NULL;
	}
	return refuser;
}

void
mnt_refuser_destroy(struct mnt_refuser *refuser)
{
	if (refuser) {
		__atomic_store_n(&refuser->ending, 1, __ATOMIC_RELEASE);
		(void)pthread_join(refuser->thread, NULL);
		free(refuser);
	}
}
