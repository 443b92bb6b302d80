/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_MOUNT_H
#define SFS_FS_MOUNT_H

#include <stdbool.h>
#include <sys/types.h>

#include "apply/edit.h"
#include "base/error.h"
#include "base/vec.h"

/* What `schemafs mount` was asked for. All texts are borrowed. */
struct sfs_mount_options {
	const char *target;     /* the database */
	const char *mountpoint; /* an existing directory, absolute */
	const char *
		project; /* directory whose migrations folder is shown and written; NULL: kept in the state directory */
	bool record; /* each save becomes a migration there */
	enum sfs_policy policy;
	bool read_only;
	bool allow_other;
	bool no_exec, no_atime; /* for the kernel */
	uid_t uid;              /* who files belong to */
	gid_t gid;
	mode_t fmask, dmask; /* the permissions that files and directories do not have */
	int64_t online_above; /* bytes from which a table is changed online; -1: as the project says */
	unsigned timeout_ms; /* how long a save waits for one answer of the database; 0: for ever */
};

/* Those of who calls, and what is usual. */
void sfs_mount_defaults(struct sfs_mount_options *options);

/*
 * Mounts and serves until the file system is unmounted or the process gets SIGTERM or SIGINT.
 * `ready` is called once, from this thread, when the tree can be used. Returns 0 after a clean
 * unmount, or -errno with `err` filled.
 */
int sfs_mount_serve(const struct sfs_mount_options *options, void (*ready)(void *data), void *data,
	struct sfs_error *err) SFS_MUST_CHECK;

/* A mount of ours, as the registry has it. */
struct sfs_mount_entry {
	char *mountpoint; /* owned */
	char *database;   /* owned; for people, without secrets */
	pid_t pid;
	bool alive; /* its daemon is there */
};

struct sfs_mount_list SFS_VEC_OF(struct sfs_mount_entry);

void sfs_mount_list_finish(struct sfs_mount_list *list);
SFS_DEFINE_AUTO_VALUE(mount_list, struct sfs_mount_list, sfs_mount_list_finish)

/* Our mounts, by mountpoint, the dead ones too. */
int sfs_mount_list(struct sfs_mount_list *ret_list, struct sfs_error *err) SFS_MUST_CHECK;

/* Takes away what a dead daemon left: the mount and its entry. Nothing to take is success. */
int sfs_mount_clean(const char *mountpoint, struct sfs_error *err) SFS_MUST_CHECK;

/* Unmounts and waits until the daemon has gone. -EBUSY while files are open in there. */
int sfs_mount_end(const char *mountpoint, struct sfs_error *err) SFS_MUST_CHECK;

/* An absolute path without symbolic links, of a dead mount too; owned by the caller. */
int sfs_mount_resolve(const char *directory, char **ret_path, struct sfs_error *err) SFS_MUST_CHECK;

#endif
