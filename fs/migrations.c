// SPDX-License-Identifier: MIT
/* migrations/: a read-only view of drizzle's folder on the disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/folder.h"
#include "fs/migrations.h"
#include "fs/notify.h"
#include "fs/view.h"

/* A file or directory found on the disk. */
struct found {
	char *path; /* owned; relative to the folder */
	struct stat stat;
};

struct listing SFS_VEC_OF(struct found);

static void
listing_finish(struct listing *listing)
{
	sfs_vec_foreach (found, listing) {
		free(found->path);
	}
	sfs_vec_finish(listing);
}

SFS_DEFINE_AUTO_VALUE(listing, struct listing, listing_finish)

static void
auto_dir(DIR **dir)
{
	if (*dir) {
		(void)closedir(*dir);
	}
}

/* Lists files, and those in directories one level below: drizzle's `meta`, or a folder a migration. */
static void
list(const char *folder, const char *below, struct listing *listing)
{
	char *path sfs_auto(free) = *below ? sfs_file_join(folder, below) : sfs_strdup(folder);
	DIR *dir __attribute__((cleanup(auto_dir))) = opendir(path);

	if (!dir) {
		return;
	}
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		struct stat found;

		if (entry->d_name[0] == '.' ||
			fstatat(dirfd(dir), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) < 0) {
			continue;
		}
		if (S_ISDIR(found.st_mode) && !*below) {
			list(folder, entry->d_name, listing);
		} else if (S_ISREG(found.st_mode)) {
			sfs_vec_push(listing,
				(struct found){ .path = *below ? sfs_file_join(below, entry->d_name)
							       : sfs_strdup(entry->d_name),
					.stat = found });
		}
	}
}

static void
show(struct mnt *mnt, const struct found *found)
{
	char *path sfs_auto(free) = sfs_asprintf("migrations/%s", found->path);
	char *slash = strrchr(path, '/');
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);

	*slash = '\0';
	if (!node) {
		struct mnt_node *parent = mnt_view_directory(mnt, path);

		node = mnt_node_add(&mnt->nodes, parent, slash + 1, MNT_BACKED);
		node->locked = true;
		node->backing = sfs_file_join(mnt->migrations, found->path);
		node->mtime = (struct timespec){ 0 };
		mnt_notify_name(mnt, parent, slash + 1);
	}
	node->seen = mnt->refresh;
	if (node->backing_size != found->stat.st_size ||
		node->mtime.tv_sec != found->stat.st_mtim.tv_sec ||
		node->mtime.tv_nsec != found->stat.st_mtim.tv_nsec) {
		node->backing_size = found->stat.st_size;
		node->mtime = found->stat.st_mtim;
		node->stale_pages = true;
		mnt_notify_node(mnt, node);
	}
}

static void
remove_unseen(struct mnt *mnt, struct mnt_node *directory)
{
	SFS_VEC(struct mnt_node *) gone = { 0 };
	void *value;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		struct mnt_node *node = value;

		if (node->role == MNT_DIRECTORY) {
			remove_unseen(mnt, node);
		} else if (node->role == MNT_BACKED && node->seen != mnt->refresh) {
			sfs_vec_push(&gone, node);
		}
	}
	sfs_vec_foreach (node, &gone) {
		mnt_view_remove(mnt, *node);
	}
	sfs_vec_finish(&gone);
}

static uint64_t
hash_listing(const struct listing *listing)
{
	uint64_t hash = 0;

	sfs_vec_foreach (found, listing) {
		hash = sfs_hash_string(hash, found->path);
		hash = sfs_hash(hash, &found->stat.st_size, sizeof found->stat.st_size);
		hash = sfs_hash(hash, &found->stat.st_mtim, sizeof found->stat.st_mtim);
	}
	return hash;
}

void
mnt_migrations_refresh(struct mnt *mnt, struct sfs_db *db, bool now)
{
	struct listing listing sfs_auto(listing) = { 0 };

	pthread_mutex_lock(&mnt->folder.lock);
	list(mnt->migrations, "", &listing);
	mnt_folder_look(mnt, db, hash_listing(&listing), now);
	{
		MNT_LOCK(mnt);
		mnt->refresh++;
		sfs_vec_foreach (found, &listing) {
			if (mnt_folder_shows(mnt, found->path)) {
				show(mnt, found);
			}
		}
		struct mnt_node *directory = mnt_node_find(&mnt->nodes, "migrations");
		if (directory) {
			remove_unseen(mnt, directory);
		}
		mnt_folder_show(mnt);
	}
	pthread_mutex_unlock(&mnt->folder.lock);
}
