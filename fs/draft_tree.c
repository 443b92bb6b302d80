// SPDX-License-Identifier: MIT
/* What is to be seen in a draft. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/draft_claim.h"
#include "fs/draft_tree.h"

enum { PAGE = 4096, BLOCK = 512 };

/* ---- paths ---- */

void
mnt_place_finish(struct mnt_place *place)
{
	free(place->path);
	free(place->file);
	*place = (struct mnt_place){ 0 };
}

static void
set_place(struct mnt_draft *draft, char *path, struct mnt_place *ret_place)
{
	ret_place->draft = draft;
	ret_place->path = path;
	ret_place->file = sfs_asprintf("%s/files%s%s", draft->folder, *path ? "/" : "", path);
}

int
mnt_place_of(const struct mnt_drafts *drafts, const struct mnt_node *node, const char *name,
	struct mnt_place *ret_place)
{
	const struct mnt_node *root = drafts->nodes.root, *top = node;
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	while (top->parent && top->parent != root) {
		top = top->parent;
	}
	struct mnt_draft *draft = top->parent ? mnt_draft_find(drafts, top->name) : NULL;
	if (!draft) {
		return -ENOENT;
	}
	mnt_node_path(node, &path);
	if (name) {
		sfs_str_addf(&path, "/%s", name);
	}
	const char *below = strchr(sfs_str_text(&path), '/');
	set_place(draft, sfs_strdup(below ? below + 1 : ""), ret_place);
	return 0;
}

int
mnt_place_of_draft(const struct mnt_drafts *drafts, const char *name, struct mnt_place *ret_place)
{
	struct mnt_draft *draft = mnt_draft_find(drafts, name);

	if (!draft) {
		return -ENOENT;
	}
	set_place(draft, sfs_strdup(""), ret_place);
	return 0;
}

void
mnt_place_below(const struct mnt_place *directory, const char *name, struct mnt_place *ret_place)
{
	const char *path = directory->path;

	set_place(
		directory->draft, sfs_asprintf("%s%s%s", path, *path ? "/" : "", name), ret_place);
}

/* ---- one file ---- */

const char *const mnt_said_names[MNT_SAID] = {
	[MNT_SAID_PLAN] = "plan.sql",
	[MNT_SAID_JSON] = "plan.json",
	[MNT_SAID_STATUS] = "status",
};

enum mnt_said
mnt_place_said(const struct mnt_place *place)
{
	enum mnt_said said = 0;

	while (said < MNT_SAID && strcmp(place->path, mnt_said_names[said]) != 0) {
		said++;
	}
	return said;
}

void
mnt_found_finish(struct mnt_found *found)
{
	mnt_text_unref(found->text);
	found->text = NULL;
}

static void
set_stat(const struct mnt *mnt, mode_t mode, struct timespec mtime, struct mnt_found *found)
{
	const struct sfs_mount_options *options = mnt->options;
	bool directory = S_ISDIR(mode);

	mode &= ~(directory ? options->dmask : options->fmask);
	mode &= ~(mode_t)(mnt->read_only ? 0222 : 0);
	found->stat.st_mode = mode;
	found->stat.st_uid = options->uid;
	found->stat.st_gid = options->gid;
	/* Of a directory: that nobody counted. */
	found->stat.st_nlink = 1;
	found->stat.st_blksize = PAGE;
	found->stat.st_mtim = found->stat.st_ctim = found->stat.st_atim = mtime;
}

static void
set_size(struct mnt_found *found, off_t size)
{
	found->stat.st_size = size;
	found->stat.st_blocks = (size + BLOCK - 1) / BLOCK;
}

static void
find_said(struct mnt_drafts *drafts, const struct mnt_draft *draft, enum mnt_said said,
	struct mnt_found *found)
{
	struct mnt_text *text = draft->view.said[said];

	if (draft->quiet_until[said] > mnt_now()) {
		return;
	}
	found->type = MNT_PLAN_FILE;
	found->text = text ? mnt_text_ref(text) : mnt_text_create("", 0);
	set_stat(drafts->mnt, S_IFREG | 0444, draft->view.time, found);
	set_size(found, (off_t)found->text->len);
}

static void
find_kept(struct mnt_drafts *drafts, const struct stat *kept, struct mnt_found *found)
{
	bool directory = S_ISDIR(kept->st_mode);

	found->type = directory ? MNT_KEPT_DIRECTORY : MNT_KEPT_FILE;
	set_stat(drafts->mnt, kept->st_mode & (S_IFMT | 0777), kept->st_mtim, found);
	if (!directory) {
		set_size(found, kept->st_size);
	}
}

static void
find_live(struct mnt_drafts *drafts, const struct mnt_place *place, struct mnt_found *found)
{
	const struct mnt_claim *claim = mnt_claim_of(place->draft, place->path);
	struct mnt_live live sfs_auto(live) = { 0 };

	if ((claim && !sfs_streq(claim->now, claim->live)) ||
		!mnt_live_find(drafts->mnt, place->path, &live)) {
		return;
	}
	if (live.text) {
		found->type = MNT_LIVE_FILE;
		set_stat(drafts->mnt, S_IFREG | (live.locked ? 0444 : 0666), live.mtime, found);
		set_size(found, (off_t)live.text->len);
		found->text = sfs_steal(live.text);
	} else {
		found->type = MNT_LIVE_DIRECTORY;
		set_stat(drafts->mnt, S_IFDIR | 0777, live.mtime, found);
	}
}

void
mnt_place_look(
	struct mnt_drafts *drafts, const struct mnt_place *place, struct mnt_found *ret_found)
{
	enum mnt_said said = mnt_place_said(place);
	struct stat kept;

	*ret_found = (struct mnt_found){ .type = MNT_NOTHING };
	if (said != MNT_SAID) {
		find_said(drafts, place->draft, said, ret_found);
	} else if (lstat(place->file, &kept) == 0) {
		find_kept(drafts, &kept, ret_found);
	} else {
		find_live(drafts, place, ret_found);
	}
}

struct mnt_text *
mnt_place_text(const struct mnt_place *place)
{
	struct sfs_str bytes sfs_auto(str) = SFS_STR_INIT;

	return sfs_file_read(place->file, MNT_FILE_LIMIT, &bytes, NULL) < 0
		       ? NULL
		       : mnt_text_create(sfs_str_text(&bytes), bytes.len);
}

/* ---- directories ---- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct mnt_live_name *)a)->name, ((const struct mnt_live_name *)b)->name);
}

/* Not every file system tells the type beside the name. */
static bool
is_directory(DIR *dir, const struct dirent *entry)
{
	struct stat found;

	if (entry->d_type != DT_UNKNOWN) {
		return entry->d_type == DT_DIR;
	}
	return fstatat(dirfd(dir), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(found.st_mode);
}

static void
list_kept(const struct mnt_place *directory, struct mnt_live_names *names)
{
	DIR *dir = opendir(directory->file);

	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			sfs_vec_push(names, (struct mnt_live_name){ sfs_strdup(entry->d_name),
						    is_directory(dir, entry) });
		}
	}
	if (dir) {
		(void)closedir(dir);
	}
}

/* Live names that the draft neither has taken away nor has a file for. */
static void
list_live(struct mnt_drafts *drafts, const struct mnt_place *directory, const struct sfs_map *taken,
	struct mnt_live_names *names)
{
	struct mnt_live_names live sfs_auto(live_names) = { 0 };

	mnt_live_list(drafts->mnt, directory->path, &live);
	sfs_vec_foreach (name, &live) {
		char *path sfs_auto(free) = sfs_asprintf(
			"%s%s%s", directory->path, *directory->path ? "/" : "", name->name);
		const struct mnt_claim *claim = mnt_claim_of(directory->draft, path);

		if (!sfs_map_has(taken, name->name) &&
			(!claim || sfs_streq(claim->now, claim->live))) {
			sfs_vec_push(names, *name);
			name->name = NULL;
		}
	}
}

void
mnt_place_list(struct mnt_drafts *drafts, const struct mnt_place *directory,
	struct mnt_live_names *ret_names)
{
	struct sfs_map *taken sfs_auto(map) = sfs_map_create();
	const struct mnt_claim *claim = mnt_claim_of(directory->draft, directory->path);

	list_kept(directory, ret_names);
	sfs_vec_foreach (name, ret_names) {
		sfs_map_set(taken, name->name, name->name);
	}
	if (!claim) {
		list_live(drafts, directory, taken, ret_names);
	}
	for (size_t i = 0; !*directory->path && i < MNT_SAID; i++) {
		if (directory->draft->quiet_until[i] <= mnt_now()) {
			sfs_vec_push(ret_names,
				(struct mnt_live_name){ sfs_strdup(mnt_said_names[i]), false });
		}
	}
	if (ret_names->len) {
		qsort(ret_names->items, ret_names->len, sizeof *ret_names->items, by_name);
	}
}
