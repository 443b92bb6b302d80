// SPDX-License-Identifier: MIT
/* The thread that keeps the tree like the database. */
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "base/alloc.h"
#include "base/redact.h"
#include "fs/control.h"
#include "fs/database.h"
#include "fs/migrations.h"
#include "fs/opened.h"
#include "fs/owed.h"
#include "fs/refresh.h"
#include "fs/stir.h"
#include "fs/times.h"
#include "fs/watch.h"
#include "fs/whole.h"

enum {
	POLL_MS = 300,
	POLL_HEARD_MS = 1000, /* where who writes is heard: only to be sure */
	POLL_FILE_MS = 200, /* SQLite: a look into the file, where nobody tells who writes to it */
	QUIET_MS = 300,     /* our own changes are shown already: more may follow */
	QUIET_MAX_MS = 1000,
	WHOLE_MS = 2000,   /* what is written of the whole follows when changes have come to rest */
	WHOLE_FACTOR = 10, /* of the time that reading everything takes */
	WHOLE_MAX_MS = 60000,
	RETRY_MAX_MS = 5000,
	SETTLED_MS = 3000, /* after that without a change, times are written down */
	END_MS = 2000,     /* how long an unmount waits for a server that does not answer */
};

struct mnt_watch {
	struct mnt *mnt;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool ending; /* protected by lock */
	bool ended;  /* protected by lock */
	bool kicked; /* protected by lock */
	bool rung;   /* protected by lock; somebody wrote to the file */

	struct mnt_whole *whole; /* owned */
	struct mnt_stir *stir;   /* owned; NULL: the database is in no file */

	pthread_mutex_t db_lock; /* held to cancel, and to replace the connection */
	struct sfs_db *db;       /* owned; NULL while it is lost */

	/* The thread's own: */
	char *fingerprint; /* owned; of what is shown, NULL: unknown */
	struct mnt_known known;
	int64_t whole_due;              /* when everything is read for generated/; 0: no need */
	uint64_t whole_changes;         /* ours that the last reading of everything had */
	uint64_t changes;               /* ours that were seen */
	int64_t quiet_until, quiet_end; /* 0: no change of ours is waited for */
	uint64_t openings;              /* as of the last look */
	bool trimmed;                   /* since then */
	uint64_t node_changes;
	int64_t settled_at; /* 0: nothing to write down */
	unsigned retry_ms;
};

void
mnt_watch_show(struct mnt *mnt, struct sfs_db *db)
{
	if (!db || mnt_refresh_whole(mnt, db, NULL, NULL) < 0) {
		mnt_watch_kick(mnt);
	}
}

/* ---- watching ---- */

static void
replace_db(struct mnt_watch *watch, struct sfs_db *db)
{
	pthread_mutex_lock(&watch->db_lock);
	if (watch->db) {
		watch->db->driver->close(watch->db);
	}
	watch->db = db;
	pthread_mutex_unlock(&watch->db_lock);
}

static unsigned
poll_ms(const struct mnt_watch *watch)
{
	if (watch->stir) {
		return POLL_HEARD_MS;
	}
	return watch->mnt->driver->file ? POLL_FILE_MS : POLL_MS;
}

/* What is shown stays; the connection is opened anew, with growing waits. */
static void
lose(struct mnt_watch *watch, const struct sfs_error *err)
{
	struct sfs_str reason sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&reason, err->message ? err->message : "the database does not answer");
	sfs_redact(&reason);
	mnt_control_stale(watch->mnt, sfs_str_text(&reason));
	replace_db(watch, NULL);
	free(sfs_steal(watch->fingerprint));
	watch->retry_ms = watch->retry_ms ? watch->retry_ms * 2 : poll_ms(watch);
	watch->retry_ms = watch->retry_ms < RETRY_MAX_MS ? watch->retry_ms : RETRY_MAX_MS;
}

static int
reopen(struct mnt_watch *watch, struct sfs_error *err)
{
	struct sfs_open_options options = { .read_only = true,
		.patience_ms = MNT_LOOK_PATIENCE_MS };
	struct sfs_db *db = NULL;
	int r = mnt_database_open(watch->mnt, &options, &db, err);

	if (r == 0) {
		replace_db(watch, db);
	}
	return r;
}

/* Whether our own changes, which are shown already, have come to rest or went on for long. */
static bool
is_quiet(struct mnt_watch *watch)
{
	int64_t now = mnt_now();
	uint64_t changes;

	{
		MNT_LOCK(watch->mnt);
		changes = watch->mnt->changes;
	}
	if (changes != watch->changes) {
		watch->changes = changes;
		watch->quiet_until = now + QUIET_MS;
		watch->quiet_end = watch->quiet_end ? watch->quiet_end : now + QUIET_MAX_MS;
	}
	if (now < watch->quiet_until && now < watch->quiet_end) {
		return false;
	}
	watch->quiet_end = 0;
	return true;
}

/* SQLite holds in memory what it once read; a connection that only asks for the version does not. */
static void
forget_schema(struct mnt_watch *watch)
{
	if (watch->mnt->driver->dialect == SFS_SQLITE) {
		replace_db(watch, NULL);
		(void)malloc_trim(0);
	}
}

/* What is told of the whole need not follow every change: reading everything has its price. */
static void
put_off_whole(struct mnt_watch *watch)
{
	int64_t reading = __atomic_load_n(&watch->mnt->reading_ms, __ATOMIC_RELAXED);
	int64_t wait = WHOLE_FACTOR * reading;

	wait = wait < WHOLE_MS ? WHOLE_MS : wait;
	watch->whole_due = mnt_now() + (wait < WHOLE_MAX_MS ? wait : WHOLE_MAX_MS);
}

static uint64_t
count_changes(const struct mnt_watch *watch)
{
	MNT_LOCK(watch->mnt);
	return watch->mnt->changes;
}

static int
refresh_whole(struct mnt_watch *watch, struct sfs_error *err)
{
	uint64_t changes = count_changes(watch);
	int r = mnt_refresh_whole(watch->mnt, watch->db, &watch->known, err);

	if (r == 0) {
		watch->whole_due = 0;
		watch->whole_changes = changes;
	}
	return r;
}

/*
 * What we made ourselves, and others dropped before it was counted, no census tells of: after changes
 * of ours the tree is compared as a whole. Else it is right, and only generated/ has to follow.
 */
static int
follow_whole(struct mnt_watch *watch, struct sfs_error *err)
{
	bool ours = count_changes(watch) != watch->whole_changes;

	if (mnt_whole_failed(watch->whole) || (ours && !watch->whole_due)) {
		put_off_whole(watch);
	}
	if (!watch->whole_due || mnt_now() < watch->whole_due) {
		return 0;
	}
	if (ours) {
		return refresh_whole(watch, err);
	}
	if (mnt_whole_begin(watch->whole)) {
		watch->whole_due = 0;
	}
	return 0;
}

/* -EAGAIN, which is no failure, when we changed something meanwhile: the next look will do. */
static int
refresh(struct mnt_watch *watch, bool changed, struct sfs_error *err)
{
	int r = follow_whole(watch, err);
	if (r < 0 || !changed) {
		return r;
	}
	r = mnt_refresh_recent(watch->mnt, watch->db, &watch->known, err);
	r = r < 0 ? r : mnt_refresh_some(watch->mnt, watch->db, &watch->known, err);
	if (r > 0) {
		return refresh_whole(watch, err);
	}
	if (r == 0 && !watch->whole_due) {
		put_off_whole(watch);
	}
	return r;
}

/* 1 when the database had changed, else 0 or -errno. */
static int
look(struct mnt_watch *watch, struct sfs_error *err)
{
	char *fingerprint sfs_auto(free) = NULL;

	if (!is_quiet(watch)) {
		return 0;
	}
	int r = watch->db ? 0 : reopen(watch, err);
	if (r == 0) {
		r = watch->mnt->driver->fingerprint(watch->db, &fingerprint, err);
	}
	if (r < 0) {
		return r;
	}
	bool changed = !sfs_streq(fingerprint, watch->fingerprint);
	r = refresh(watch, changed, err);
	if (r < 0) {
		return r == -EAGAIN ? 0 : r;
	}
	if (changed) {
		free(watch->fingerprint);
		watch->fingerprint = sfs_steal(fingerprint);
		forget_schema(watch);
	}
	watch->retry_ms = 0;
	mnt_control_stale(watch->mnt, NULL);
	return changed;
}

/* Returns whether to go on. */
static bool
rest(struct mnt_watch *watch)
{
	int64_t due = mnt_now() + (watch->retry_ms ? watch->retry_ms : poll_ms(watch));
	struct timespec until = { due / 1000, due % 1000 * 1000000 };
	int r = 0;

	pthread_mutex_lock(&watch->lock);
	while (!watch->ending && !watch->kicked && !watch->rung && r != ETIMEDOUT) {
		r = pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
	}
	watch->rung = false;
	if (watch->kicked) {
		watch->kicked = false;
		free(sfs_steal(watch->fingerprint));
	}
	bool going = !watch->ending;
	pthread_mutex_unlock(&watch->lock);
	return going;
}

/* Once things have come to rest, so that a crash loses little. */
static void
keep_times(struct mnt_watch *watch)
{
	uint64_t changes;

	{
		MNT_LOCK(watch->mnt);
		changes = watch->mnt->nodes.changes;
	}
	if (changes != watch->node_changes) {
		watch->node_changes = changes;
		watch->settled_at = mnt_now() + SETTLED_MS;
	} else if (watch->settled_at && mnt_now() >= watch->settled_at) {
		watch->settled_at = 0;
		mnt_times_save(watch->mnt);
	}
}

/* Who reads a whole tree leaves holes in our memory: they go back once nothing was opened for a while. */
static void
give_memory_back(struct mnt_watch *watch)
{
	uint64_t openings = mnt_opened_count(watch->mnt);

	if (openings != watch->openings) {
		watch->openings = openings;
		watch->trimmed = false;
	} else if (!watch->trimmed) {
		watch->trimmed = true;
		(void)malloc_trim(0);
	}
}

static void *
run(void *data)
{
	struct mnt_watch *watch = data;

	forget_schema(watch);
	while (rest(watch)) {
		struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
		int r = look(watch, &err);

		if (r < 0) {
			lose(watch, &err);
		}
		mnt_migrations_refresh(watch->mnt, watch->db, r > 0);
		mnt_control_tick(watch->mnt);
		mnt_owed_settle(watch->mnt, false);
		keep_times(watch);
		give_memory_back(watch);
	}
	pthread_mutex_lock(&watch->lock);
	watch->ended = true;
	pthread_cond_broadcast(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	return NULL;
}

static void
ring(void *data)
{
	struct mnt_watch *watch = data;

	pthread_mutex_lock(&watch->lock);
	watch->rung = true;
	pthread_cond_broadcast(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
}

static struct mnt_stir *
listen_for_writers(struct mnt_watch *watch, struct sfs_db *db)
{
	const struct sfs_driver *driver = watch->mnt->driver;
	const char *file = driver->file ? driver->file(db) : NULL;

	return file ? mnt_stir_create(file, ring, watch) : NULL;
}

struct mnt_watch *
mnt_watch_create(struct mnt *mnt, struct sfs_db *db, char *fingerprint, struct mnt_known *known)
{
	struct mnt_watch *watch = sfs_alloc(sizeof *watch);
	pthread_condattr_t attributes;

	watch->mnt = mnt;
	watch->db = db;
	watch->fingerprint = fingerprint;
	watch->known = *known;
	pthread_mutex_init(&watch->lock, NULL);
	pthread_mutex_init(&watch->db_lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	watch->whole = mnt_whole_create(mnt);
	watch->stir = listen_for_writers(watch, db);
	if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
		mnt_stir_destroy(watch->stir);
		mnt_whole_destroy(watch->whole);
		free(watch);
		return NULL;
	}
	*known = (struct mnt_known){ 0 };
	return watch;
}

static bool
wait_for_end(struct mnt_watch *watch)
{
	int64_t due = mnt_now() + END_MS;
	struct timespec until = { due / 1000, due % 1000 * 1000000 };
	int r = 0;

	pthread_mutex_lock(&watch->lock);
	watch->ending = true;
	pthread_cond_broadcast(&watch->wake);
	while (!watch->ended && r != ETIMEDOUT) {
		r = pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
	}
	bool ended = watch->ended;
	pthread_mutex_unlock(&watch->lock);
	return ended;
}

void
mnt_watch_destroy(struct mnt_watch *watch)
{
	if (!watch) {
		return;
	}
	mnt_stir_destroy(watch->stir);
	if (!wait_for_end(watch)) {
		pthread_mutex_lock(&watch->db_lock);
		if (watch->db) {
			watch->db->driver->cancel(watch->db);
		}
		pthread_mutex_unlock(&watch->db_lock);
	}
	pthread_join(watch->thread, NULL);
	mnt_whole_destroy(watch->whole);
	replace_db(watch, NULL);
	free(watch->fingerprint);
	mnt_known_finish(&watch->known);
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	pthread_mutex_destroy(&watch->db_lock);
	free(watch);
}

void
mnt_watch_kick(struct mnt *mnt)
{
	struct mnt_watch *watch = mnt->watch;

	if (watch) {
		pthread_mutex_lock(&watch->lock);
		watch->kicked = true;
		pthread_cond_broadcast(&watch->wake);
		pthread_mutex_unlock(&watch->lock);
	}
}
