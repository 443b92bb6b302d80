// SPDX-License-Identifier: MIT
/* What is written of the whole, read beside the watching. */
#include "fs/whole.h"

#include "base/alloc.h"
#include "fs/database.h"
#include "fs/refresh.h"

struct mnt_whole {
	struct mnt *mnt;
	pthread_t thread; /* the owner's own */
	bool started;     /* the same: the thread is to be joined */
	pthread_mutex_t lock;
	struct sfs_db *db; /* owned; protected by lock; while a reading is under way */
	bool ending;       /* protected by lock */
	bool running;      /* protected by lock */
	bool failed;       /* protected by lock */
};

struct mnt_whole *
mnt_whole_create(struct mnt *mnt)
{
	struct mnt_whole *whole = sfs_alloc(sizeof *whole);

	whole->mnt = mnt;
	pthread_mutex_init(&whole->lock, NULL);
	return whole;
}

static int
read_whole(struct mnt_whole *whole, struct sfs_error *err)
{
	struct sfs_open_options options = { .read_only = true,
		.patience_ms = MNT_LOOK_PATIENCE_MS };
	struct sfs_db *db = NULL;
	int r = mnt_database_open(whole->mnt, &options, &db, err);

	if (r < 0) {
		return r;
	}
	pthread_mutex_lock(&whole->lock);
	bool ending = whole->ending;
	whole->db = db;
	pthread_mutex_unlock(&whole->lock);
	r = ending ? 0 : mnt_refresh_generated(whole->mnt, db, err);
	pthread_mutex_lock(&whole->lock);
	whole->db = NULL;
	pthread_mutex_unlock(&whole->lock);
	db->driver->close(db);
	return r;
}

static void *
run(void *data)
{
	struct mnt_whole *whole = data;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	int r = read_whole(whole, &err);

	pthread_mutex_lock(&whole->lock);
	whole->running = false;
	whole->failed = r < 0;
	pthread_mutex_unlock(&whole->lock);
	return NULL;
}

static bool
is_running(struct mnt_whole *whole)
{
	pthread_mutex_lock(&whole->lock);
	bool running = whole->running;
	pthread_mutex_unlock(&whole->lock);
	return running;
}

/* When it has nothing more to do. */
static void
join(struct mnt_whole *whole)
{
	if (whole->started) {
		pthread_join(whole->thread, NULL);
		whole->started = false;
	}
}

bool
mnt_whole_begin(struct mnt_whole *whole)
{
	if (is_running(whole)) {
		return false;
	}
	join(whole);
	/* Nobody else is there before the thread is. */
	whole->running = true;
	if (pthread_create(&whole->thread, NULL, run, whole) != 0) {
		whole->running = false;
		return false;
	}
	whole->started = true;
	return true;
}

bool
mnt_whole_failed(struct mnt_whole *whole)
{
	pthread_mutex_lock(&whole->lock);
	bool failed = whole->failed;
	whole->failed = false;
	pthread_mutex_unlock(&whole->lock);
	return failed;
}

void
mnt_whole_destroy(struct mnt_whole *whole)
{
	if (!whole) {
		return;
	}
	pthread_mutex_lock(&whole->lock);
	whole->ending = true;
	if (whole->db) {
		whole->db->driver->cancel(whole->db);
	}
	pthread_mutex_unlock(&whole->lock);
	join(whole);
	pthread_mutex_destroy(&whole->lock);
	free(whole);
}
