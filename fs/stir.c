// SPDX-License-Identifier: MIT
/* Watches a database's file by inotify. */
#include "fs/stir.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/alloc.h"

enum {
	SETTLE_MS = 10,     /* who writes is let finish: a reader's lock could be in his way, */
	SETTLE_ROUNDS = 10, /* and the next statement of a script follows soon; not for ever */
	PAUSE_MS = 50,      /* between two rings */
};

struct mnt_stir {
	pthread_t thread;
	char *name; /* owned; of the file, in its directory */
	int events; /* inotify's descriptor */
	int end;    /* readable when the thread shall end */
	void (*ring)(void *data);
	void *data;
};

/* What an event is about. */
enum news {
	NONE,
	WORK,   /* a journal, which comes before a change: somebody is at work */
	CHANGE, /* the file itself, or the log that is written ahead of it */
};

static enum news
news_of(const struct mnt_stir *stir, const struct inotify_event *event)
{
	size_t len = strlen(stir->name);

	if (event->mask & IN_Q_OVERFLOW) {
		return CHANGE;
	}
	if (!event->len || strncmp(event->name, stir->name, len) != 0) {
		return NONE;
	}
	return !event->name[len] || strcmp(event->name + len, "-wal") == 0 ? CHANGE : WORK;
}

/* Takes what is there; what matters most of it. */
static enum news
take_events(const struct mnt_stir *stir)
{
	_Alignas(struct inotify_event) char room[4096];
	enum news all = NONE;

	for (ssize_t n; (n = read(stir->events, room, sizeof room)) > 0;) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(room + at);
			enum news news = news_of(stir, event);

			all = news > all ? news : all;
			at += (ssize_t)(sizeof *event + event->len);
		}
	}
	return all;
}

/* Waits for the end, so long at most; whether it has come. */
static bool
ends_within(const struct mnt_stir *stir, int timeout_ms)
{
	struct pollfd end = { .fd = stir->end, .events = POLLIN };

	return poll(&end, 1, timeout_ms) > 0;
}

/* Waits until the writers have come to rest; whether the end has come instead. */
static bool
settle(const struct mnt_stir *stir)
{
	for (int round = 0; round < SETTLE_ROUNDS; round++) {
		if (ends_within(stir, SETTLE_MS)) {
			return true;
		}
		if (take_events(stir) == NONE) {
			break;
		}
	}
	return false;
}

static void *
run(void *data)
{
	struct mnt_stir *stir = data;

	for (;;) {
		struct pollfd fds[] = { { .fd = stir->end, .events = POLLIN },
			{ .fd = stir->events, .events = POLLIN } };

		if (poll(fds, 2, -1) < 0 && errno != EINTR) {
			return NULL;
		}
		if (fds[0].revents) {
			return NULL;
		}
		if (take_events(stir) != CHANGE) {
			continue;
		}
		if (settle(stir)) {
			return NULL;
		}
		stir->ring(stir->data);
		if (ends_within(stir, PAUSE_MS)) {
			return NULL;
		}
	}
}

static void
finish(struct mnt_stir *stir)
{
	if (stir->events >= 0) {
		(void)close(stir->events);
	}
	if (stir->end >= 0) {
		(void)close(stir->end);
	}
	free(stir->name);
	free(stir);
}

static bool
start(struct mnt_stir *stir, const char *folder)
{
	/* The directory, since the file may be replaced by another of its name. */
	return stir->events >= 0 && stir->end >= 0 &&
	       inotify_add_watch(stir->events, folder, IN_MODIFY | IN_CREATE | IN_MOVED_TO) >= 0 &&
	       pthread_create(&stir->thread, NULL, run, stir) == 0;
}

struct mnt_stir *
mnt_stir_create(const char *file, void (*ring)(void *data), void *data)
{
	const char *slash = strrchr(file, '/');
	char *folder sfs_auto(free) = sfs_strndup(file, slash ? (size_t)(slash - file) + 1 : 0);
	struct mnt_stir *stir = sfs_alloc(sizeof *stir);

	stir->name = sfs_strdup(slash ? slash + 1 : file);
	stir->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	stir->end = eventfd(0, EFD_CLOEXEC);
	stir->ring = ring;
	stir->data = data;
	if (!start(stir, *folder ? folder : ".")) {
		finish(stir);
		return NULL;
	}
	return stir;
}

void
mnt_stir_destroy(struct mnt_stir *stir)
{
	if (stir) {
		(void)!eventfd_write(stir->end, 1);
		(void)pthread_join(stir->thread, NULL);
		finish(stir);
	}
}
