// SPDX-License-Identifier: MIT
/* Files and directories of a draft are made, changed, moved and removed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/draft_claim.h"
#include "fs/draft_told.h"
#include "fs/draft_tree.h"

enum {
	OURS = S_IRUSR | S_IWUSR, /* whatever others may: we read and write what is kept */
	PLAIN = 0644,
};

/* ---- on the disk ---- */

/* The directories above a file, on the disk too: then they are the draft's own. */
static int
make_above(const struct mnt_place *place)
{
	char *above sfs_auto(free) = sfs_strdup(place->file);

	*strrchr(above, '/') = '\0';
	if (access(above, F_OK) == 0) {
		return 0;
	}
	mnt_told_above(place->draft, place->path);
	return sfs_file_mkdirs(above, S_IRWXU | 0755, NULL);
}

/* Puts a text at a place in one step, with the time of the live file that it comes from. */
static int
put(const struct mnt_place *place, const struct mnt_found *found)
{
	char *fresh sfs_auto(free) = sfs_file_join(place->draft->folder, "new");
	const struct timespec times[2] = { found->stat.st_mtim, found->stat.st_mtim };
	int r = mnt_draft_charge(place->draft, (int64_t)found->text->len, 1);

	r = r < 0 ? r : make_above(place);
	if (r < 0) {
		return r;
	}
	(void)unlink(fresh);
	if (sfs_file_create_at(AT_FDCWD, fresh, found->text->bytes, found->text->len, PLAIN) < 0 ||
		utimensat(AT_FDCWD, fresh, times, 0) < 0 || rename(fresh, place->file) < 0) {
		r = -errno;
		mnt_draft_discharge(place->draft, found->text->len, 1);
	}
	mnt_told_changed(place->draft, place->path);
	return r;
}

static int
erase(const struct mnt_place *place)
{
	struct stat kept;

	if (lstat(place->file, &kept) < 0 || unlink(place->file) < 0) {
		return -errno;
	}
	mnt_draft_discharge(place->draft, (uint64_t)kept.st_size, 1);
	mnt_draft_changed(place->draft);
	mnt_told_changed(place->draft, place->path);
	return 0;
}

/* ---- files ---- */

int
mnt_place_own(struct mnt_drafts *drafts, const struct mnt_place *place, struct mnt_text *base)
{
	struct mnt_found found sfs_auto(found) = { 0 };

	mnt_place_look(drafts, place, &found);
	if (found.type != MNT_LIVE_FILE) {
		return found.type == MNT_KEPT_FILE ? 0 : -ENOENT;
	}
	int r = mnt_claim_add(place->draft, place->path, place->path, base ? base : found.text);
	return r < 0 ? r : put(place, &found);
}

/* A file stands again where one was taken away. */
static int
take_place(const struct mnt_place *place)
{
	struct mnt_claim *claim = mnt_claim_of(place->draft, place->path);
	bool free = claim && !claim->now && !mnt_claim_at(place->draft, place->path);

	return free ? mnt_claim_move(place->draft, claim, place->path) : 0;
}

int
mnt_place_create(struct mnt_drafts *drafts, const struct mnt_place *place, mode_t mode, int *ret_fd)
{
	int r = mnt_draft_charge(place->draft, 0, 1);

	r = r < 0 ? r : make_above(place);
	if (r < 0) {
		return r;
	}
	int fd = open(place->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		(mode & 0777) | OURS);
	if (fd < 0) {
		r = -errno;
		mnt_draft_discharge(place->draft, 0, 1);
		return r;
	}
	mnt_draft_changed(place->draft);
	r = take_place(place);
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int
mnt_place_unlink(struct mnt_drafts *drafts, const struct mnt_place *place)
{
	enum { QUIET_MS = 2000 };
	struct mnt_found found sfs_auto(found) = { 0 };
	struct mnt_claim *claim = mnt_claim_at(place->draft, place->path);
	int r = 0;

	mnt_place_look(drafts, place, &found);
	switch (found.type) {
	case MNT_NOTHING:
		return -ENOENT;
	case MNT_KEPT_DIRECTORY:
	case MNT_LIVE_DIRECTORY:
		return -EISDIR;
	case MNT_PLAN_FILE:
		/* `rm -r` wants them to go, and the directory next. */
		place->draft->quiet_until[mnt_place_said(place)] = mnt_now() + QUIET_MS;
		return 0;
	case MNT_LIVE_FILE:
		return mnt_claim_add(place->draft, place->path, NULL, found.text);
	case MNT_KEPT_FILE:
		break;
	}
	struct mnt_text *live sfs_auto(mnt_text) = mnt_live_text(drafts->mnt, place->path);
	if (claim) {
		r = mnt_claim_move(place->draft, claim, NULL);
	} else if (live && !mnt_claim_of(place->draft, place->path)) {
		/* It came after the draft's own, and goes with that. */
		r = mnt_claim_add(place->draft, place->path, NULL, live);
	}
	return r < 0 ? r : erase(place);
}

int
mnt_place_written(struct mnt_drafts *drafts, const struct mnt_place *place)
{
	struct mnt_claim *here = mnt_claim_at(place->draft, place->path);

	mnt_draft_changed(place->draft);
	/* The difference was shown: what is written after that knows of it. */
	return here && here->told ? mnt_claim_rebase(place->draft, here, here->told) : 0;
}

int
mnt_place_settle(struct mnt_drafts *drafts, const struct mnt_place *place)
{
	struct mnt_claim *claim = mnt_claim_of(place->draft, place->path);
	struct mnt_claim *here = mnt_claim_at(place->draft, place->path);
	struct mnt_text *live sfs_auto(mnt_text) = mnt_live_text(drafts->mnt, place->path);
	struct stat kept;
	int r = 0;

	if (!live || lstat(place->file, &kept) < 0 || (size_t)kept.st_size != live->len) {
		return 0;
	}
	struct mnt_text *text sfs_auto(mnt_text) = mnt_place_text(place);
	if (!text || !mnt_text_equal(live, text->bytes, text->len)) {
		return 0;
	}
	if (here && here != claim) {
		/* Another object was moved here, and this text is not its own. */
		r = mnt_claim_move(place->draft, here, NULL);
	}
	/* The claim last: without it the file alone would be one more object of that name. */
	r = r < 0 ? r : erase(place);
	return r == 0 && claim ? mnt_claim_release(place->draft, claim) : r;
}

/* ---- directories ---- */

int
mnt_place_mkdir(struct mnt_drafts *drafts, const struct mnt_place *place, mode_t mode)
{
	struct mnt_claim *claim = mnt_claim_of(place->draft, place->path);
	int r = mnt_draft_charge(place->draft, 0, 1);

	r = r < 0 ? r : make_above(place);
	if (r == 0 && mkdir(place->file, (mode & 0777) | S_IRWXU) < 0) {
		r = -errno;
		mnt_draft_discharge(place->draft, 0, 1);
	}
	mnt_draft_changed(place->draft);
	/* A file that was removed here stays removed when the directory goes again. */
	return r == 0 && claim && !claim->base ? mnt_claim_release(place->draft, claim) : r;
}

static bool
is_empty(struct mnt_drafts *drafts, const struct mnt_place *directory)
{
	struct mnt_live_names names sfs_auto(live_names) = { 0 };

	mnt_place_list(drafts, directory, &names);
	sfs_vec_foreach (name, &names) {
		struct mnt_place place sfs_auto(place) = { 0 };

		mnt_place_below(directory, name->name, &place);
		if (mnt_place_said(&place) == MNT_SAID) {
			return false;
		}
	}
	return true;
}

int
mnt_place_rmdir(struct mnt_drafts *drafts, const struct mnt_place *place)
{
	struct mnt_found found sfs_auto(found) = { 0 };
	int r = 0;

	mnt_place_look(drafts, place, &found);
	if (!mnt_found_directory(&found)) {
		return found.type == MNT_NOTHING ? -ENOENT : -ENOTDIR;
	}
	if (!is_empty(drafts, place)) {
		return -ENOTEMPTY;
	}
	if (!*place->path) {
		return mnt_draft_remove(drafts, place->draft);
	}
	if (mnt_live_is_directory(drafts->mnt, place->path)) {
		r = mnt_claim_add(place->draft, place->path, NULL, NULL);
	}
	if (r == 0 && found.type == MNT_KEPT_DIRECTORY) {
		r = rmdir(place->file) < 0 ? -errno : 0;
		mnt_draft_discharge(place->draft, 0, 1);
	}
	mnt_draft_changed(place->draft);
	return r;
}

/* ---- renames ---- */

/* What stands at the target of a rename gives way, and its object is what comes. */
static int
clear_target(struct mnt_drafts *drafts, const struct mnt_place *to, const struct mnt_found *target,
	struct mnt_text *base)
{
	if (target->type == MNT_LIVE_FILE) {
		return mnt_claim_add(to->draft, to->path, to->path, base ? base : target->text);
	}
	if (target->type == MNT_KEPT_FILE) {
		mnt_draft_discharge(to->draft, (uint64_t)target->stat.st_size, 1);
		return 0;
	}
	return mnt_found_directory(target) ? mnt_place_rmdir(drafts, to) : 0;
}

/* Two objects can not have one place: what had it before, or has its name in the live tree, is gone. */
static int
oust(const struct mnt_place *to, const char *live)
{
	struct mnt_claim *claim = mnt_claim_at(to->draft, to->path);

	return claim && strcmp(claim->live, live) != 0 ? mnt_claim_move(to->draft, claim, NULL) : 0;
}

static int
move_live_file(
	const struct mnt_place *from, const struct mnt_place *to, const struct mnt_found *found)
{
	int r = oust(to, from->path);

	r = r < 0 ? r : mnt_claim_add(from->draft, from->path, to->path, found->text);

	/* Should this fail the object is gone from the draft and stays so; its text is the live one. */
	return r < 0 ? r : put(to, found);
}

/* With a claim it is the object that moves, without one its text becomes that of what is there. */
static int
move_kept_file(const struct mnt_place *from, const struct mnt_place *to)
{
	struct mnt_claim *claim = mnt_claim_at(from->draft, from->path);
	int r = make_above(to);

	if (r == 0 && claim) {
		r = oust(to, claim->live);
		r = r < 0 ? r : mnt_claim_move(from->draft, claim, to->path);
	}
	if (r == 0 && rename(from->file, to->file) < 0) {
		r = -errno;
	}
	return r < 0 || claim ? r : take_place(to);
}

/* A directory that the live tree has part in moves file by file: each is claimed. */
static int
move_each(struct mnt_drafts *drafts, const struct mnt_place *from, const struct mnt_place *to)
{
	struct mnt_live_names names sfs_auto(live_names) = { 0 };
	int r = mnt_place_mkdir(drafts, to, 0755);

	mnt_place_list(drafts, from, &names);
	for (size_t i = 0; r == 0 && i < names.len; i++) {
		struct mnt_place old sfs_auto(place) = { 0 }, new sfs_auto(place) = { 0 };

		mnt_place_below(from, names.items[i].name, &old);
		mnt_place_below(to, names.items[i].name, &new);
		r = mnt_place_rename(drafts, &old, &new, NULL);
	}
	return r < 0 ? r : mnt_place_rmdir(drafts, from);
}

static int
move_directory(struct mnt_drafts *drafts, const struct mnt_place *from, const struct mnt_place *to)
{
	struct mnt_claim *gone = mnt_claim_of(to->draft, to->path);
	size_t len = strlen(from->path);

	if (strncmp(from->path, to->path, len) == 0 && to->path[len] == '/') {
		return -EINVAL;
	}
	if (mnt_live_is_directory(drafts->mnt, from->path)) {
		return move_each(drafts, from, to);
	}
	int r = make_above(to);
	r = r < 0 ? r : mnt_claims_move_below(from->draft, from->path, to->path);
	if (r == 0 && rename(from->file, to->file) < 0) {
		r = -errno;
	}
	return r == 0 && gone && !gone->base ? mnt_claim_release(to->draft, gone) : r;
}

int
mnt_place_rename(struct mnt_drafts *drafts, const struct mnt_place *from,
	const struct mnt_place *to, struct mnt_text *base)
{
	struct mnt_found found sfs_auto(found) = { 0 }, target sfs_auto(found) = { 0 };

	mnt_place_look(drafts, from, &found);
	mnt_place_look(drafts, to, &target);
	if (found.type == MNT_NOTHING) {
		return -ENOENT;
	}
	if (found.type == MNT_PLAN_FILE || target.type == MNT_PLAN_FILE || !*from->path) {
		return -EPERM;
	}
	if (target.type != MNT_NOTHING &&
		mnt_found_directory(&found) != mnt_found_directory(&target)) {
		return mnt_found_directory(&target) ? -EISDIR : -ENOTDIR;
	}
	int r = clear_target(drafts, to, &target, base);
	if (r == 0) {
		r = mnt_found_directory(&found)   ? move_directory(drafts, from, to)
		    : found.type == MNT_LIVE_FILE ? move_live_file(from, to, &found)
						  : move_kept_file(from, to);
	}
	mnt_draft_changed(from->draft);
	return r;
}
