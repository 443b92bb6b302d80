// SPDX-License-Identifier: MIT
/* Drafts as a whole: made, found again after a remount, renamed, forgotten, and kept within bounds. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/control.h"
#include "fs/draft_claim.h"
#include "fs/view.h"

static void
auto_dir(DIR **dir)
{
	if (*dir) {
		(void)closedir(*dir);
	}
}

/* ---- one draft ---- */

void
mnt_draft_view_forget(struct mnt_draft_view *view)
{
	sfs_vec_foreach (part, &view->taken) {
		free(part->path);
		free(part->file);
		mnt_text_unref(part->text);
	}
	sfs_vec_finish(&view->taken);
}

static void
destroy(struct mnt_draft *draft)
{
	mnt_draft_view_forget(&draft->view);
	for (size_t i = 0; i < MNT_SAID; i++) {
		mnt_text_unref(draft->view.said[i]);
	}
	mnt_claims_finish(draft);
	free(draft->name);
	free(draft->folder);
	free(draft);
}

void
mnt_draft_changed(struct mnt_draft *draft)
{
	draft->generation++;
}

int
mnt_draft_charge(struct mnt_draft *draft, int64_t bytes, int files)
{
	if ((bytes > 0 && draft->bytes + (uint64_t)bytes > MNT_DRAFT_BYTES) ||
		(files > 0 && draft->files + (size_t)files > MNT_DRAFT_FILES)) {
		return -EDQUOT;
	}
	if (bytes < 0 && draft->bytes < (uint64_t)-bytes) {
		bytes = -(int64_t)draft->bytes;
	}
	draft->bytes += (uint64_t)bytes;
	draft->files += (size_t)files;
	return 0;
}

void
mnt_draft_discharge(struct mnt_draft *draft, uint64_t bytes, size_t files)
{
	draft->bytes -= bytes < draft->bytes ? bytes : draft->bytes;
	draft->files -= files < draft->files ? files : draft->files;
}

/* What is on the disk already. */
static void
measure(struct mnt_draft *draft, const char *path)
{
	DIR *dir __attribute__((cleanup(auto_dir))) = opendir(path);

	if (!dir) {
		return;
	}
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		struct stat found;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			fstatat(dirfd(dir), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) < 0) {
			continue;
		}
		draft->files++;
		if (S_ISDIR(found.st_mode)) {
			char *below sfs_auto(free) = sfs_file_join(path, entry->d_name);

			measure(draft, below);
		} else {
			draft->bytes += (uint64_t)found.st_size;
		}
	}
}

static void
add(struct mnt_drafts *drafts, struct mnt_draft *draft)
{
	struct mnt_node *stage = mnt_node_by_ino(&drafts->mnt->nodes, drafts->stage);

	sfs_map_set(drafts->byname, draft->name, draft);
	if (stage) {
		(void)clock_gettime(CLOCK_REALTIME, &stage->mtime);
	}
	drafts->mnt->nodes.changes++;
	drafts->mnt->n_drafts++;
}

/* What did not change since it was claimed is one text with the live tree's. */
static void
share_texts(struct mnt_drafts *drafts, struct mnt_draft *draft)
{
	void *value;

	for (size_t i = 0; sfs_map_next(draft->bylive, &i, NULL, &value);) {
		struct mnt_claim *claim = value;
		struct mnt_text *live sfs_auto(mnt_text) = mnt_live_text(drafts->mnt, claim->live);

		if (claim->base && live &&
			mnt_text_equal(live, claim->base->bytes, claim->base->len)) {
			mnt_text_unref(claim->base);
			claim->base = sfs_steal(live);
		}
	}
}

static int
load(struct mnt_drafts *drafts, const char *name)
{
	struct mnt_draft *draft = sfs_alloc(sizeof *draft);

	draft->drafts = drafts;
	draft->name = sfs_strdup(name);
	draft->folder = sfs_file_join(drafts->folder, name);
	char *files sfs_auto(free) = sfs_file_join(draft->folder, "files");
	int r = mnt_claims_load(draft);
	if (r < 0) {
		destroy(draft);
		return r;
	}
	measure(draft, files);
	share_texts(drafts, draft);
	draft->generation = 1;
	(void)clock_gettime(CLOCK_REALTIME, &draft->view.time);
	MNT_LOCK(drafts->mnt);
	add(drafts, draft);
	return 0;
}

struct mnt_draft *
mnt_draft_find(const struct mnt_drafts *drafts, const char *name)
{
	return sfs_map_get(drafts->byname, name);
}

/* A name with a dot before it is one of our own on the disk. */
static int
may_be_called(const struct mnt_drafts *drafts, const char *name)
{
	if (name[0] == '.') {
		return -EPERM;
	}
	return mnt_draft_find(drafts, name) ? -EEXIST : 0;
}

int
mnt_draft_create(struct mnt_drafts *drafts, const char *name)
{
	char *files sfs_auto(free) = sfs_asprintf("%s/%s/files", drafts->folder, name);
	int r = may_be_called(drafts, name);

	if (r < 0) {
		return r;
	}
	if (sfs_map_len(drafts->byname) >= MNT_DRAFTS) {
		return -EDQUOT;
	}
	r = sfs_file_mkdirs(files, 0755, NULL);
	return r < 0 ? r : load(drafts, name);
}

static struct mnt_node *
node_of(struct mnt_drafts *drafts, const struct mnt_draft *draft)
{
	return mnt_node_child(drafts->nodes.root, draft->name);
}

static void
take_out(struct mnt_drafts *drafts, struct mnt_draft *draft)
{
	(void)sfs_map_remove(drafts->byname, draft->name);
	MNT_LOCK(drafts->mnt);
	drafts->mnt->nodes.changes++;
	drafts->mnt->n_drafts--;
}

int
mnt_draft_remove(struct mnt_drafts *drafts, struct mnt_draft *draft)
{
	char *trash sfs_auto(free) =
		sfs_asprintf("%s/.gone.%" PRIu64, drafts->folder, ++drafts->trash);
	struct mnt_node *node = node_of(drafts, draft);

	/* Gone at once or not at all; what is left of it goes after that, or with the next mount. */
	if (rename(draft->folder, trash) < 0) {
		return -errno;
	}
	(void)!sfs_file_remove(trash, NULL);
	if (node) {
		mnt_node_detach(&drafts->nodes, node);
	}
	take_out(drafts, draft);
	destroy(draft);
	return 0;
}

int
mnt_draft_rename(struct mnt_drafts *drafts, struct mnt_draft *draft, const char *name)
{
	char *folder sfs_auto(free) = sfs_file_join(drafts->folder, name);
	struct mnt_node *node = node_of(drafts, draft);
	int r = may_be_called(drafts, name);

	if (r < 0) {
		return r;
	}
	if (rename(draft->folder, folder) < 0) {
		return -errno;
	}
	take_out(drafts, draft);
	free(draft->name);
	free(draft->folder);
	draft->name = sfs_strdup(name);
	draft->folder = sfs_steal(folder);
	if (node) {
		mnt_node_move(&drafts->nodes, node, drafts->nodes.root, name);
	}
	MNT_LOCK(drafts->mnt);
	add(drafts, draft);
	return 0;
}

size_t
mnt_draft_kept(const struct mnt_draft *draft)
{
	size_t kept = draft->files;
	void *value;

	for (size_t i = 0; sfs_map_next(draft->bylive, &i, NULL, &value);) {
		kept += ((const struct mnt_claim *)value)->now == NULL;
	}
	return kept;
}

/* ---- all of them ---- */

static void
load_all(struct mnt_drafts *drafts)
{
	DIR *dir __attribute__((cleanup(auto_dir))) = opendir(drafts->folder);

	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		char *path sfs_auto(free) = sfs_file_join(drafts->folder, entry->d_name);
		struct stat found;

		if (sfs_starts_with(entry->d_name, ".gone.")) {
			(void)!sfs_file_remove(path, NULL);
		} else if (entry->d_name[0] != '.' && lstat(path, &found) == 0 &&
			   S_ISDIR(found.st_mode) && load(drafts, entry->d_name) < 0) {
			mnt_control_warn(drafts->mnt, "cannot read the draft %s", entry->d_name);
		}
	}
}

/* One daemon at a time keeps the drafts of a database. */
static int
lock_folder(struct mnt_drafts *drafts)
{
	char *path sfs_auto(free) = sfs_file_join(drafts->folder, ".lock");

	drafts->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (drafts->lock_fd < 0) {
		return -errno;
	}
	return flock(drafts->lock_fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

static void
show_stage(struct mnt_drafts *drafts)
{
	MNT_LOCK(drafts->mnt);
	struct mnt_node *stage = mnt_view_directory(drafts->mnt, "stage");

	stage->kept = true;
	drafts->stage = stage->ino;
}

int
mnt_drafts_create(struct mnt *mnt, struct sfs_error *err)
{
	if (mnt->read_only) {
		/* Where nothing can be changed there is nothing to draft. */
		return 0;
	}
	struct mnt_drafts *drafts = sfs_alloc(sizeof *drafts);

	drafts->mnt = mnt;
	drafts->folder = sfs_file_join(mnt->state, "stage");
	drafts->byname = sfs_map_create();
	drafts->lock_fd = -1;
	pthread_mutex_init(&drafts->lock, NULL);
	mnt_nodes_init(&drafts->nodes);
	drafts->nodes.mark = MNT_DRAFT_MARK;
	int r = sfs_file_mkdirs(drafts->folder, S_IRWXU, err);
	if (r < 0) {
		mnt_drafts_destroy(drafts);
		return r;
	}
	r = lock_folder(drafts);
	if (r < 0) {
		/* The mount is worth having without them. */
		mnt_drafts_destroy(drafts);
		mnt_control_warn(mnt, "%s",
			r == -EWOULDBLOCK
				? "another mount of this database has the drafts: there is no stage/ here"
				: "the drafts can not be locked: there is no stage/");
		return 0;
	}
	show_stage(drafts);
	load_all(drafts);
	mnt->drafts = drafts;
	return 0;
}

void
mnt_drafts_destroy(struct mnt_drafts *drafts)
{
	void *value;

	if (!drafts) {
		return;
	}
	for (size_t i = 0; sfs_map_next(drafts->byname, &i, NULL, &value);) {
		destroy(value);
	}
	sfs_map_destroy(drafts->byname);
	mnt_nodes_finish(&drafts->nodes);
	sfs_vec_finish(&drafts->open);
	if (drafts->lock_fd >= 0) {
		(void)close(drafts->lock_fd);
	}
	pthread_mutex_destroy(&drafts->lock);
	free(drafts->folder);
	free(drafts);
}
