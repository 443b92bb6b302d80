// SPDX-License-Identifier: MIT
/* What the kernel was told of drafts, and has to forget. */
#include "fs/draft_told.h"

#include <string.h>

#include "base/alloc.h"
#include "fs/notify.h"
#include "fs/ops.h"

/* Follows a path as far as there are nodes; `ret_parent`: of its last name, NULL when it is not there. */
static const struct mnt_node *
walk(const struct mnt_node *node, const char *path, const struct mnt_node **ret_parent)
{
	char *copy sfs_auto(free) = sfs_strdup(path);
	char *rest = NULL;

	*ret_parent = NULL;
	for (char *name = strtok_r(copy, "/", &rest); name && node;
		name = strtok_r(NULL, "/", &rest)) {
		*ret_parent = *rest ? NULL : node;
		node = mnt_node_child(node, name);
	}
	return node;
}

static fuse_ino_t
known_number(const struct mnt_node *node)
{
	return node && node->lookups ? node->ino : 0;
}

static struct mnt_told
find(const struct mnt_node *draft, const char *path)
{
	const struct mnt_node *parent;
	const struct mnt_node *node = walk(draft, path, &parent);

	return (struct mnt_told){ known_number(parent), known_number(node) };
}

void
mnt_told_at(struct mnt_drafts *drafts, const char *path, struct mnt_told_list *ret_list)
{
	void *draft;

	MNT_DRAFT_LOCK(drafts);
	for (size_t i = 0; sfs_map_next(drafts->nodes.root->children, &i, NULL, &draft);) {
		struct mnt_told told = find(draft, path);

		if (told.parent || told.ino) {
			sfs_vec_push(ret_list, told);
		}
	}
}

static const struct mnt_node *
node_of(const struct mnt_draft *draft)
{
	return mnt_node_child(draft->drafts->nodes.root, draft->name);
}

void
mnt_told_changed(const struct mnt_draft *draft, const char *path)
{
	struct mnt *mnt = draft->drafts->mnt;
	const char *slash = strrchr(path, '/');
	struct mnt_told told = find(node_of(draft), path);

	if (told.parent) {
		mnt_notify_number_name(mnt, told.parent, slash ? slash + 1 : path);
	}
	if (told.ino) {
		mnt_notify_number(mnt, told.ino);
	}
}

void
mnt_told_above(const struct mnt_draft *draft, const char *path)
{
	char *above sfs_auto(free) = sfs_strdup(path);
	const struct mnt_node *top = node_of(draft), *parent;

	for (char *slash = strrchr(above, '/'); slash; slash = strrchr(above, '/')) {
		*slash = '\0';
		fuse_ino_t ino = known_number(walk(top, above, &parent));

		if (ino) {
			mnt_notify_number(draft->drafts->mnt, ino);
		}
	}
	if (known_number(top)) {
		mnt_notify_number(draft->drafts->mnt, top->ino);
	}
}

void
mnt_told_below(struct mnt_drafts *drafts, const struct mnt_node *node)
{
	void *child;

	if (known_number(node)) {
		mnt_notify_number(drafts->mnt, node->ino);
	}
	for (size_t i = 0; node->children && sfs_map_next(node->children, &i, NULL, &child);) {
		mnt_told_below(drafts, child);
	}
}

static void
set_text(struct mnt_node *node, struct mnt_text *text)
{
	if (node->text != text) {
		mnt_text_unref(node->text);
		node->text = mnt_text_ref(text);
	}
}

void
mnt_told_found(struct mnt_node *node, const struct mnt_found *found)
{
	set_text(node, found->type == MNT_LIVE_FILE ? found->text : NULL);
}

void
mnt_told_was(const struct mnt_draft *draft, const char *path, struct mnt_text *text)
{
	const struct mnt_node *parent, *top = node_of(draft);
	struct mnt_node *node = top ? (struct mnt_node *)walk(top, path, &parent) : NULL;

	if (node) {
		set_text(node, text);
	}
}

struct mnt_text *
mnt_told_base(struct mnt_node *node, pid_t thread)
{
	struct mnt_text *told = node->text;

	/* What the kernel was told need not be what anybody has read. */
	node->text = NULL;
	struct mnt_text *base = mnt_base_of(node, thread);
	node->text = told;
	return base;
}

double
mnt_told_timeout(const struct mnt_found *found)
{
	/* Those that we say come from jobs, each time that they are opened. */
	return found->type == MNT_PLAN_FILE ? 0 : MNT_FOREVER;
}
