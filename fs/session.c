// SPDX-License-Identifier: MIT
/* One mount from its beginning to its end: options, threads, the loop, signals. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/control.h"
#include "fs/database.h"
#include "fs/draft.h"
#include "fs/folder.h"
#include "fs/migrations.h"
#include "fs/notify.h"
#include "fs/opened.h"
#include "fs/ops.h"
#include "fs/owed.h"
#include "fs/pending.h"
#include "fs/refresh.h"
#include "fs/refusal.h"
#include "fs/refuse.h"
#include "fs/registry.h"
#include "fs/rights.h"
#include "fs/times.h"
#include "fs/view.h"
#include "fs/watch.h"

static const struct fuse_lowlevel_ops operations = {
	.init = mnt_op_init,
	.lookup = mnt_op_lookup,
	.forget = mnt_op_forget,
	.forget_multi = mnt_op_forget_multi,
	.getattr = mnt_op_getattr,
	.setattr = mnt_op_setattr,
	.statfs = mnt_op_statfs,
	.getxattr = mnt_op_getxattr,
	.listxattr = mnt_op_listxattr,
	.opendir = mnt_op_opendir,
	.readdir = mnt_op_readdir,
	.readdirplus = mnt_op_readdirplus,
	.releasedir = mnt_op_releasedir,
	.create = mnt_op_create,
	.open = mnt_op_open,
	.read = mnt_op_read,
	.write = mnt_op_write,
	.flush = mnt_op_flush,
	.fsync = mnt_op_fsync,
	.release = mnt_op_release,
	.unlink = mnt_op_unlink,
	.mkdir = mnt_op_mkdir,
	.rmdir = mnt_op_rmdir,
	.rename = mnt_op_rename,
	.mknod = mnt_op_mknod,
	.symlink = mnt_op_symlink,
	.link = mnt_op_link,
};

/* What libfuse hands around as one connection's parts. */
struct connection {
	struct mnt mnt;
	struct sfs_db *db;      /* owned until the watching thread has it */
	char *fingerprint;      /* owned until the watching thread has it */
	struct mnt_known known; /* the same */
	int registry_fd;
	bool mounted;
	bool has_signals;
};

void
mnt_op_init(void *userdata, struct fuse_conn_info *conn)
{
	struct mnt *mnt = userdata;

	/* Access lists are asked for once and remembered, instead of at every `ls -l`. */
	conn->want |= conn->capable & FUSE_CAP_POSIX_ACL;
	conn->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
	mnt->can_expire = conn->capable & FUSE_CAP_EXPIRE_ONLY;
	mnt->no_open = mnt->read_only && conn->capable & FUSE_CAP_NO_OPEN_SUPPORT;
}

/* ---- before the mount ---- */

static int
find_folders(struct mnt *mnt, const char *identity, struct sfs_error *err)
{
	char *home sfs_auto(free) = NULL;
	int r = sfs_file_state_home(&home, err);

	if (r < 0) {
		return r;
	}
	mnt->state = sfs_file_join(home, identity);
	mnt->migrations = mnt->options->project ? sfs_strdup(mnt->project.migrations)
						: sfs_file_join(mnt->state, "migrations");
	r = sfs_file_mkdirs(mnt->state, 0700, err);
	if (r < 0 && mnt->read_only) {
		/* Nothing is to be kept that could be lost. */
		sfs_error_finish(err);
		return 0;
	}
	return r;
}

static int
open_databases(struct connection *c, struct sfs_error *err)
{
	struct mnt *mnt = &c->mnt;
	const char *target = mnt->options->target;
	struct sfs_open_options options = { .read_only = mnt->options->read_only,
		.patience_ms = MNT_LOOK_PATIENCE_MS };

	mnt->driver = sfs_driver_for(target);
	if (!mnt->driver) {
		return sfs_error_set(err, EINVAL, "%s names no database that we know", target);
	}
	int r = mnt->options->project ? sfs_project_read(mnt->options->project, &mnt->project, err)
				      : 0;
	if (r == 0) {
		r = mnt_database_open(mnt, &options, &c->db, err);
	}
	if (r < 0) {
		return r;
	}
	mnt->description = sfs_strdup(mnt->driver->describe(c->db));
	mnt->read_only = options.read_only || mnt->driver->is_read_only(c->db);
	return find_folders(mnt, mnt->driver->identity(c->db), err);
}

static int
read_first(struct connection *c, struct sfs_error *err)
{
	struct mnt *mnt = &c->mnt;
	int r;

	{
		MNT_LOCK(mnt);
		mnt_view_init(mnt);
	}
	mnt_control_init(mnt);
	/* Before reading: what changes in between is read once more. */
	r = mnt->driver->fingerprint(c->db, &c->fingerprint, err);
	r = r < 0 ? r : mnt_refresh_whole(mnt, c->db, &c->known, err);
	if (r < 0) {
		return r;
	}
	mnt_pending_load(mnt, c->db);
	mnt_migrations_refresh(mnt, c->db, true);
	mnt_refusals_load(mnt);
	r = mnt_drafts_create(mnt, err);
	if (r < 0) {
		return r;
	}
	mnt_control_update(mnt);
	/* Last: what came before has touched the directories. */
	mnt_times_load(mnt);
	return 0;
}

/* ---- the mount ---- */

/* As an option's value: a comma would end it. */
static void
add_source(struct sfs_str *out, const char *description)
{
	sfs_str_add(out, "fsname=schemafs:");
	for (const char *at = description; *at; at++) {
		sfs_str_addc(out, *at == ',' || *at == '\\' ? ' ' : *at);
	}
}

static int
start_session(struct connection *c, struct sfs_error *err)
{
	struct mnt *mnt = &c->mnt;
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct sfs_str options sfs_auto(str) = SFS_STR_INIT;

	add_source(&options, mnt->description);
	sfs_str_addf(&options, ",subtype=schemafs,default_permissions,nosuid,nodev%s%s%s%s",
		mnt->read_only ? ",ro" : "", mnt->options->allow_other ? ",allow_other" : "",
		mnt->options->no_exec ? ",noexec" : "", mnt->options->no_atime ? ",noatime" : "");
	(void)fuse_opt_add_arg(&args, "schemafs");
	(void)fuse_opt_add_arg(&args, "-o");
	(void)fuse_opt_add_arg(&args, sfs_str_text(&options));
	mnt->session = fuse_session_new(&args, &operations, sizeof operations, mnt);
	fuse_opt_free_args(&args);
	if (!mnt->session) {
		return sfs_error_set(err, EIO, "libfuse refused to start");
	}
	c->has_signals = fuse_set_signal_handlers(mnt->session) == 0;
	if (fuse_session_mount(mnt->session, mnt->options->mountpoint) != 0) {
		return sfs_error_set(err, EIO,
			"cannot mount on %s (is /dev/fuse there, and fusermount3?)",
			mnt->options->mountpoint);
	}
	c->mounted = true;
	return 0;
}

/* Our own threads leave signals to the main one. */
static int
start_threads(struct connection *c, struct sfs_error *err)
{
	struct mnt *mnt = &c->mnt;
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	mnt->notify = mnt_notify_create(mnt);
	if (mnt->notify) {
		mnt->jobs = mnt_jobs_create(mnt);
	}
	if (mnt->jobs) {
		mnt->watch = mnt_watch_create(mnt, c->db, c->fingerprint, &c->known);
		if (mnt->watch) {
			c->db = NULL;
			c->fingerprint = NULL;
		}
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return mnt->watch ? 0 : sfs_error_set(err, EAGAIN, "cannot start a thread");
}

/*
 * No request waits for anything but this machine, so that few threads are enough for all. The kernel
 * gives each request to the thread that has slept the longest: with many of them every one begins on
 * another processor, with nothing of ours in its cache, and opening a file costs twice as much.
 */
enum { MAX_THREADS = 3 };

static int
loop(struct mnt *mnt, struct sfs_error *err)
{
	struct fuse_loop_config *config = fuse_loop_cfg_create();

	if (!config) {
		return sfs_error_set(err, ENOMEM, "libfuse has no memory");
	}
	fuse_loop_cfg_set_max_threads(config, MAX_THREADS);
	int r = fuse_session_loop_mt(mnt->session, config);
	fuse_loop_cfg_destroy(config);
	/* Positive: the signal that ended it. */
	return r < 0 ? sfs_error_set(err, -r, "the kernel ended the mount: %s", strerror(-r)) : 0;
}

/* Before the descriptor is closed, whose number could be anybody's the next moment. */
static void
end_notifying(struct connection *c)
{
	struct mnt_refuser *refuser = c->mounted ? mnt_refuser_create(c->mnt.session) : NULL;

	mnt_notify_destroy(sfs_steal(c->mnt.notify));
	mnt_refuser_destroy(refuser);
}

/* In this order: what was promised is done, nobody asks any more, then the rest goes. */
static void
finish(struct connection *c)
{
	struct mnt *mnt = &c->mnt;

	mnt_jobs_destroy(mnt, mnt->jobs);
	mnt_watch_destroy(mnt->watch);
	if (mnt->watch) {
		mnt_owed_settle(mnt, true);
		mnt_times_save(mnt);
	}
	end_notifying(c);
	mnt_rights_raise();
	if (c->mounted) {
		fuse_session_unmount(mnt->session);
	}
	if (c->has_signals) {
		fuse_remove_signal_handlers(mnt->session);
	}
	if (mnt->session) {
		fuse_session_destroy(mnt->session);
	}
	if (c->db) {
		mnt->driver->close(c->db);
	}
	free(c->fingerprint);
	mnt_opened_finish(mnt);
	mnt_drafts_destroy(mnt->drafts);
	mnt_known_finish(&c->known);
	mnt_nodes_finish(&mnt->nodes);
	mnt_view_untouch(mnt);
	free(mnt->refused.path);
	mnt_text_unref(mnt->refused.text);
	free(mnt->health.stale);
	free(mnt->health.invisible);
	free(mnt->health.warning);
	free(mnt->description);
	free(mnt->state);
	free(mnt->migrations);
	mnt_folder_finish(&mnt->folder);
	sfs_project_finish(&mnt->project);
	pthread_mutex_destroy(&mnt->opened_lock);
	pthread_mutex_destroy(&mnt->lock);
}

/* A mount that only reads is worth having without being on the list. */
static int
enter(struct connection *c, struct sfs_error *err)
{
	const struct mnt *mnt = &c->mnt;
	int r = mnt_registry_enter(
		mnt->options->mountpoint, mnt->description, &c->registry_fd, err);

	if (r < 0 && r != -EBUSY && mnt->read_only) {
		sfs_error_finish(err);
		return 0;
	}
	return r;
}

static int
serve(struct connection *c, void (*ready)(void *data), void *data, struct sfs_error *err)
{
	int r = open_databases(c, err);

	r = r < 0 ? r : enter(c, err);
	r = r < 0 ? r : read_first(c, err);
	r = r < 0 ? r : start_session(c, err);
	/* Before any thread is there: each has its own. */
	mnt_rights_drop();
	r = r < 0 ? r : start_threads(c, err);
	if (r < 0) {
		return r;
	}
	ready(data);
	return loop(&c->mnt, err);
}

void
sfs_mount_defaults(struct sfs_mount_options *options)
{
	enum { MASK = 022, TIMEOUT_MS = 30000 };

	*options = (struct sfs_mount_options){ .policy = SFS_APPLY_SAFE,
		.uid = getuid(),
		.gid = getgid(),
		.fmask = MASK,
		.dmask = MASK,
		.timeout_ms = TIMEOUT_MS,
		.online_above = -1 };
}

int
sfs_mount_serve(const struct sfs_mount_options *options, void (*ready)(void *data), void *data,
	struct sfs_error *err)
{
	struct connection c = { .mnt = { .options = options }, .registry_fd = -1 };
	int r = sfs_mount_clean(options->mountpoint, err);

	if (r < 0) {
		return r;
	}
	mnt_rights_hide();
	/* Catalogs come and go in several threads: memory that each keeps for itself is lost. */
	(void)mallopt(M_ARENA_MAX, 2);
	pthread_mutex_init(&c.mnt.lock, NULL);
	pthread_mutex_init(&c.mnt.opened_lock, NULL);
	pthread_mutex_init(&c.mnt.folder.lock, NULL);
	mnt_nodes_init(&c.mnt.nodes);
	r = serve(&c, ready, data, err);
	finish(&c);
	if (c.registry_fd >= 0) {
		mnt_registry_leave(options->mountpoint, c.registry_fd);
	}
	return r;
}
