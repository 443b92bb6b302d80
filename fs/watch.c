// SPDX-License-Identifier: MIT
/* The thread that keeps the tree like the database. */
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "base/alloc.h"
#include "base/redact.h"
#include "fs/control.h"
#include "fs/migrations.h"
#include "fs/times.h"
#include "fs/view.h"
#include "fs/watch.h"

enum {
	POLL_MS = 1000,
	POLL_FILE_MS = 200, /* SQLite: a look into the file */
	QUIET_MAX_MS = 1000,
	QUIET_FACTOR = 10, /* of the time that reading takes: the rest after our own changes */
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

	pthread_mutex_t db_lock; /* held to cancel, and to replace the connection */
	struct sfs_db *db;       /* owned; NULL while it is lost */

	/* The thread's own: */
	char *fingerprint; /* owned; of what is shown, NULL: unknown */
	uint64_t changes;  /* ours that were seen */
	int64_t quiet_until;
	uint64_t node_changes;
	int64_t settled_at; /* 0: nothing to write down */
	unsigned retry_ms;
};

/* ---- reading ---- */

struct reading {
	struct sfs_tree tree;
	struct sfs_str schema;
	struct sfs_str invisible;
};

static void
reading_finish(struct reading *reading)
{
	sfs_tree_finish(&reading->tree);
	sfs_str_finish(&reading->schema);
	sfs_str_finish(&reading->invisible);
}

SFS_DEFINE_AUTO_VALUE(reading, struct reading, reading_finish)

static int
read_database(struct mnt *mnt, struct sfs_db *db, struct reading *reading, struct sfs_error *err)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
	struct sfs_scope scope = { .dependencies = true, .texts = true };
	struct sfs_error whole sfs_auto(error) = SFS_ERROR_INIT;
	int r = mnt->driver->read(db, &scope, &catalog, err);

	if (r < 0) {
		return r;
	}
	r = sfs_tree_render(mnt->driver, catalog, &reading->tree, err);
	if (r < 0) {
		return r;
	}
	if (mnt->driver->print_all(catalog, &reading->schema, &whole) < 0) {
		/* The objects can be shown all the same. */
		mnt_control_warn(mnt, "generated/schema.sql: %s", whole.message);
	}
	sfs_vec_foreach (line, &catalog->invisible) {
		sfs_str_addf(&reading->invisible, "  %s\n", *line);
	}
	return 0;
}

static int
show(struct mnt *mnt, struct reading *reading, uint64_t changes)
{
	MNT_LOCK(mnt);
	if (mnt->changes != changes) {
		return -EAGAIN;
	}
	mnt_view_refresh(mnt, &reading->tree);
	free(mnt->health.invisible);
	mnt->health.invisible = reading->invisible.len ? sfs_str_steal(&reading->invisible) : NULL;
	return 0;
}

int
mnt_watch_read(struct mnt *mnt, struct sfs_db *db, struct sfs_error *err)
{
	struct reading reading sfs_auto(reading) = { 0 };
	int64_t start = mnt_now();
	uint64_t changes;

	{
		MNT_LOCK(mnt);
		changes = mnt->changes;
	}
	int r = read_database(mnt, db, &reading, err);
	if (r < 0) {
		return r;
	}
	if (show(mnt, &reading, changes) < 0) {
		return sfs_error_set(err, EAGAIN, "the database changed while it was read");
	}
	__atomic_store_n(&mnt->reading_ms, mnt_now() - start, __ATOMIC_RELAXED);
	sfs_tree_finish(&reading.tree);
	mnt_control_schema(mnt, sfs_str_text(&reading.schema), reading.schema.len);
	mnt_control_update(mnt);
	sfs_str_finish(&reading.schema);
	/* A catalog is large and short-lived: give its memory back. */
	(void)malloc_trim(0);
	return 0;
}

void
mnt_watch_show(struct mnt *mnt, struct sfs_db *db)
{
	if (!db || mnt_watch_read(mnt, db, NULL) < 0) {
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
	return watch->mnt->driver->dialect == SFS_SQLITE ? POLL_FILE_MS : POLL_MS;
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
	int r = watch->mnt->driver->open(watch->mnt->options->target, &options, &db, err);

	if (r == 0) {
		replace_db(watch, db);
	}
	return r;
}

/* Our own changes are shown already; the whole is read once they have come to rest. */
static bool
is_quiet(struct mnt_watch *watch)
{
	uint64_t changes;

	{
		MNT_LOCK(watch->mnt);
		changes = watch->mnt->changes;
	}
	if (changes != watch->changes) {
		watch->changes = changes;
		int64_t wait =
			QUIET_FACTOR * __atomic_load_n(&watch->mnt->reading_ms, __ATOMIC_RELAXED);
		watch->quiet_until = mnt_now() + (wait < QUIET_MAX_MS ? wait : QUIET_MAX_MS);
	}
	return mnt_now() >= watch->quiet_until;
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
	if (!sfs_streq(fingerprint, watch->fingerprint)) {
		r = mnt_watch_read(watch->mnt, watch->db, err);
		if (r == -EAGAIN) {
			return 0;
		}
		if (r < 0) {
			return r;
		}
		free(watch->fingerprint);
		watch->fingerprint = sfs_steal(fingerprint);
		forget_schema(watch);
	}
	watch->retry_ms = 0;
	mnt_control_stale(watch->mnt, NULL);
	return 0;
}

/* Returns whether to go on. */
static bool
rest(struct mnt_watch *watch)
{
	int64_t due = mnt_now() + (watch->retry_ms ? watch->retry_ms : poll_ms(watch));
	struct timespec until = { due / 1000, due % 1000 * 1000000 };
	int r = 0;

	pthread_mutex_lock(&watch->lock);
	while (!watch->ending && !watch->kicked && r != ETIMEDOUT) {
		r = pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
	}
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

static void *
run(void *data)
{
	struct mnt_watch *watch = data;

	forget_schema(watch);
	while (rest(watch)) {
		struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

		if (look(watch, &err) < 0) {
			lose(watch, &err);
		}
		mnt_migrations_refresh(watch->mnt);
		mnt_control_tick(watch->mnt);
		keep_times(watch);
	}
	pthread_mutex_lock(&watch->lock);
	watch->ended = true;
	pthread_cond_broadcast(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	return NULL;
}

struct mnt_watch *
mnt_watch_create(struct mnt *mnt, struct sfs_db *db, char *fingerprint)
{
	struct mnt_watch *watch = sfs_alloc(sizeof *watch);
	pthread_condattr_t attributes;

	watch->mnt = mnt;
	watch->db = db;
	watch->fingerprint = fingerprint;
	pthread_mutex_init(&watch->lock, NULL);
	pthread_mutex_init(&watch->db_lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
		free(watch);
		return NULL;
	}
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
	if (!wait_for_end(watch)) {
		pthread_mutex_lock(&watch->db_lock);
		if (watch->db) {
			watch->db->driver->cancel(watch->db);
		}
		pthread_mutex_unlock(&watch->db_lock);
	}
	pthread_join(watch->thread, NULL);
	replace_db(watch, NULL);
	free(watch->fingerprint);
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
