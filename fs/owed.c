// SPDX-License-Identifier: MIT
/* Files of ours that the disk did not take at first. */
#include "fs/owed.h"

#include "base/alloc.h"
#include "base/file.h"
#include "fs/control.h"
#include "fs/refusal.h"

enum { AGAIN_MS = 1000 };

/* One that is being written. */
struct owed {
	uint64_t ino;
	char *path, *file;     /* owned; in the mount, and on the disk */
	struct mnt_text *text; /* counted */
};

struct owed_list SFS_VEC_OF(struct owed);

static void
list_finish(struct owed_list *list)
{
	sfs_vec_foreach (owed, list) {
		free(owed->path);
		free(owed->file);
		mnt_text_unref(owed->text);
	}
	sfs_vec_finish(list);
}

void
mnt_owed_add(struct mnt *mnt, const char *path)
{
	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);

	if (node) {
		node->owed = true;
		mnt->owes = true;
		mnt->owed_due = mnt_now() + AGAIN_MS;
	}
}

static char *
file_of(const struct mnt *mnt, const struct mnt_node *node, const char *path)
{
	return node->role == MNT_NOTE ? mnt_refusal_file(mnt, path)
				      : sfs_file_join(mnt->state, path);
}

static void
collect(struct mnt *mnt, bool last, struct owed_list *list)
{
	MNT_LOCK(mnt);
	if (!mnt->owes || (!last && mnt_now() < mnt->owed_due)) {
		return;
	}
	mnt->owes = false;
	mnt->owed_due = mnt_now() + AGAIN_MS;
	for (size_t i = 0; i < mnt->nodes.n_slots; i++) {
		struct mnt_node *node = mnt->nodes.slots[i];
		struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

		if (!node || !node->owed || !node->parent ||
			(node->role != MNT_NOTE && node->role != MNT_PENDING)) {
			continue;
		}
		mnt_node_path(node, &path);
		char *file = file_of(mnt, node, sfs_str_text(&path));
		sfs_vec_push(list,
			(struct owed){ node->ino, sfs_str_steal(&path), file,
				node->text ? mnt_text_ref(node->text) : mnt_text_create("", 0) });
	}
}

/* Whether the file still has that place; one that went meanwhile leaves nothing on the disk. */
static bool
note_written(struct mnt *mnt, const struct owed *owed, bool written)
{
	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, owed->path);

	if (!node || node->ino != owed->ino) {
		return false;
	}
	node->owed = !written || node->text != owed->text;
	mnt->owes |= node->owed;
	return true;
}

void
mnt_owed_settle(struct mnt *mnt, bool last)
{
	struct owed_list list = { 0 };

	collect(mnt, last, &list);
	sfs_vec_foreach (owed, &list) {
		int r = sfs_file_write(owed->file, owed->text->bytes, owed->text->len, 0600, NULL);

		if (!note_written(mnt, owed, r == 0) && r == 0) {
			(void)!sfs_file_remove(owed->file, NULL);
		}
		if (r < 0) {
			mnt_control_warn(mnt, "can not keep %s yet", owed->file);
		}
	}
	list_finish(&list);
}
