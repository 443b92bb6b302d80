// SPDX-License-Identifier: MIT
/* The thread that invalidates the kernel's caches. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "fs/draft_told.h"
#include "fs/notify.h"

/*
 * An answer that was on its way when the kernel was told to forget installs the old state after that: it
 * is the asking process that does so, once it is scheduled. So everything is told again, when such an
 * answer will have arrived, and when it must have on a machine that has far too much to do.
 */
static const int64_t again_ms[] = { 100, 2000 };

enum { N_AGAIN = sizeof again_ms / sizeof *again_ms };

enum item_type {
	ITEM_NODE,
	ITEM_NAME,
	ITEM_DRAFTS,
	ITEM_REPLY,
};

struct item {
	enum item_type type;
	unsigned told;    /* how often */
	int64_t due;      /* of those told before: not earlier than this */
	fuse_ino_t ino;   /* the node, or the directory of the name */
	char *key;        /* owned; says what it is about, of drafts: a path; NULL for replies */
	const char *name; /* in the key */
	fuse_req_t req;
	int errnum;
};

struct queue SFS_VEC_OF(struct item);

struct mnt_notify {
	struct mnt *mnt;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct queue queue;      /* protected by lock */
	struct sfs_map *waiting; /* owned; protected by lock; the keys of what is queued */
	struct queue again
		[N_AGAIN]; /* the thread's own; by how often they were told, in order of `due` */
	bool ending;       /* protected by lock */
};

int64_t
mnt_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
send_name(const struct mnt *mnt, fuse_ino_t parent, const char *name)
{
	size_t len = strlen(name);

	/* Expiring makes the kernel ask again; invalidating would cut off a directory in use. */
	if (mnt->can_expire) {
		(void)fuse_lowlevel_notify_expire_entry(
			mnt->session, parent, name, len, FUSE_LL_EXPIRE_ONLY);
	} else {
		(void)fuse_lowlevel_notify_inval_entry(mnt->session, parent, name, len);
	}
	(void)fuse_lowlevel_notify_inval_inode(mnt->session, parent, 0, 0);
}

/* Looked up only now, and each time: whoever queues it can not hold the lock of the drafts. */
static void
send_drafts(const struct mnt *mnt, const char *path)
{
	struct mnt_told_list list = { 0 };
	const char *slash = strrchr(path, '/');

	if (!mnt->drafts) {
		return;
	}
	mnt_told_at(mnt->drafts, path, &list);
	sfs_vec_foreach (told, &list) {
		if (told->parent) {
			send_name(mnt, told->parent, slash ? slash + 1 : path);
		}
		if (told->ino) {
			(void)fuse_lowlevel_notify_inval_inode(mnt->session, told->ino, 0, 0);
		}
	}
	sfs_vec_finish(&list);
}

static void
send_item(struct mnt_notify *notify, struct item *item)
{
	struct mnt *mnt = notify->mnt;

	/* What the kernel does not know it need not forget: ENOENT is fine. */
	switch (item->type) {
	case ITEM_NODE:
		(void)fuse_lowlevel_notify_inval_inode(mnt->session, item->ino, 0, 0);
		break;
	case ITEM_NAME:
		send_name(mnt, item->ino, item->name);
		break;
	case ITEM_DRAFTS:
		send_drafts(mnt, item->key);
		break;
	case ITEM_REPLY:
		(void)fuse_reply_err(item->req, item->errnum);
		break;
	}
	if (item->type != ITEM_REPLY && item->told < N_AGAIN) {
		struct queue *again = &notify->again[item->told];

		item->due = mnt_now() + again_ms[item->told++];
		sfs_vec_push(again, *item);
		item->key = NULL;
	}
	free(item->key);
}

static void
send_due(struct mnt_notify *notify, struct queue *again)
{
	int64_t now = mnt_now();
	size_t n = 0;

	while (n < again->len && again->items[n].due <= now) {
		send_item(notify, &again->items[n++]);
	}
	if (!n) {
		return;
	}
	again->len -= n;
	memmove(again->items, again->items + n, again->len * sizeof *again->items);
}

/* When the next of those is due that are to be told again; INT64_MAX: there is none. */
static int64_t
next_due(const struct mnt_notify *notify)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < N_AGAIN; i++) {
		const struct queue *again = &notify->again[i];

		if (again->len && again->items[0].due < due) {
			due = again->items[0].due;
		}
	}
	return due;
}

/* Waits for work; returns with the lock held. */
static void
wait_for_work(struct mnt_notify *notify)
{
	pthread_mutex_lock(&notify->lock);
	while (!notify->queue.len && !notify->ending) {
		int64_t due = next_due(notify);
		if (due == INT64_MAX) {
			pthread_cond_wait(&notify->wake, &notify->lock);
			continue;
		}
		struct timespec until = { due / 1000, due % 1000 * 1000000 };
		if (pthread_cond_timedwait(&notify->wake, &notify->lock, &until) == ETIMEDOUT) {
			return;
		}
	}
}

static void *
run(void *data)
{
	struct mnt_notify *notify = data;

	for (;;) {
		wait_for_work(notify);
		struct queue work = notify->queue;
		bool ending = notify->ending;
		memset(&notify->queue, 0, sizeof notify->queue);
		sfs_map_destroy(notify->waiting);
		notify->waiting = sfs_map_create();
		pthread_mutex_unlock(&notify->lock);

		sfs_vec_foreach (item, &work) {
			send_item(notify, item);
		}
		bool idle = work.len == 0;
		sfs_vec_finish(&work);
		if (ending && idle) {
			return NULL;
		}
		for (size_t i = 0; i < N_AGAIN; i++) {
			send_due(notify, &notify->again[i]);
		}
	}
}

static void
moves(void *data, const struct mnt_node *node)
{
	mnt_notify_drafts(data, node);
}

struct mnt_notify *
mnt_notify_create(struct mnt *mnt)
{
	struct mnt_notify *notify = sfs_alloc(sizeof *notify);
	pthread_condattr_t attributes;

	notify->mnt = mnt;
	notify->waiting = sfs_map_create();
	pthread_mutex_init(&notify->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&notify->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&notify->thread, NULL, run, notify) != 0) {
		sfs_map_destroy(notify->waiting);
		free(notify);
		return NULL;
	}
	mnt->nodes.data = mnt;
	mnt->nodes.moves = moves;
	return notify;
}

void
mnt_notify_destroy(struct mnt_notify *notify)
{
	if (!notify) {
		return;
	}
	notify->mnt->nodes.moves = NULL;
	pthread_mutex_lock(&notify->lock);
	notify->ending = true;
	pthread_cond_signal(&notify->wake);
	pthread_mutex_unlock(&notify->lock);
	pthread_join(notify->thread, NULL);
	for (size_t i = 0; i < N_AGAIN; i++) {
		sfs_vec_foreach (item, &notify->again[i]) {
			free(item->key);
		}
		sfs_vec_finish(&notify->again[i]);
	}
	sfs_map_destroy(notify->waiting);
	sfs_vec_finish(&notify->queue);
	pthread_cond_destroy(&notify->wake);
	pthread_mutex_destroy(&notify->lock);
	free(notify);
}

/*
 * What is queued already need not be queued twice: so the queue is never longer than what the kernel
 * can know of, however long it keeps us waiting.
 */
static void
push(struct mnt_notify *notify, struct item item)
{
	if (!notify) {
		/* Before the mount is ready there is nothing that the kernel could have kept. */
		free(item.key);
		return;
	}
	pthread_mutex_lock(&notify->lock);
	if (item.key && sfs_map_has(notify->waiting, item.key)) {
		free(item.key);
	} else {
		sfs_vec_push(&notify->queue, item);
		if (item.key) {
			sfs_map_set(notify->waiting, item.key, notify);
		}
		pthread_cond_signal(&notify->wake);
	}
	pthread_mutex_unlock(&notify->lock);
}

static bool
is_known(const struct mnt *mnt, const struct mnt_node *node)
{
	return node->lookups || node == mnt->nodes.root;
}

void
mnt_notify_number(struct mnt *mnt, fuse_ino_t ino)
{
	push(mnt->notify, (struct item){ .type = ITEM_NODE,
				  .ino = ino,
				  .key = sfs_asprintf("%llx", (unsigned long long)ino) });
}

void
mnt_notify_number_name(struct mnt *mnt, fuse_ino_t parent, const char *name)
{
	char *key = sfs_asprintf("%llx/%s", (unsigned long long)parent, name);

	push(mnt->notify, (struct item){ .type = ITEM_NAME,
				  .ino = parent,
				  .key = key,
				  .name = strchr(key, '/') + 1 });
}

void
mnt_notify_drafts(struct mnt *mnt, const struct mnt_node *node)
{
	struct sfs_str path = SFS_STR_INIT;

	if (!mnt->n_drafts || !mnt_live_is_shown(node)) {
		return;
	}
	mnt_node_path(node, &path);
	/* Top directories are no numbers: the keys of the other kinds are never paths. */
	push(mnt->notify, (struct item){ .type = ITEM_DRAFTS, .key = sfs_str_steal(&path) });
}

void
mnt_notify_node(struct mnt *mnt, struct mnt_node *node)
{
	mnt_notify_drafts(mnt, node);
	if (!is_known(mnt, node) || !mnt->notify) {
		return;
	}
	/*
	 * The attributes at once, which waits for nothing: who reads the new pages by the old size gets
	 * a text that is cut. The pages later: their locks may wait for an answer of ours.
	 */
	(void)fuse_lowlevel_notify_inval_inode(mnt->session, node->ino, -1, 0);
	mnt_notify_number(mnt, node->ino);
}

void
mnt_notify_name(struct mnt *mnt, struct mnt_node *parent, const char *name)
{
	if (is_known(mnt, parent)) {
		mnt_notify_number_name(mnt, parent->ino, name);
	}
}

void
mnt_notify_reply(struct mnt *mnt, fuse_req_t req, int errnum)
{
	push(mnt->notify, (struct item){ .type = ITEM_REPLY, .req = req, .errnum = errnum });
}
