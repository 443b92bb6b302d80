// SPDX-License-Identifier: MIT
/* plan.sql, plan.json and status of a draft: opened, and the plan carried out. */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/draft_edits.h"
#include "fs/draft_plan.h"
#include "fs/move.h"
#include "fs/notify.h"
#include "fs/pending.h"
#include "fs/refusal.h"

/* ---- opening ---- */

/* From a job too. */
static void
reply_said(fuse_req_t req, struct mnt *mnt, uint64_t ino, struct fuse_file_info *fi)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_drafts *drafts = mnt->drafts;
	int r = -ENOENT;

	{
		MNT_DRAFT_LOCK(drafts);
		struct mnt_node *node = mnt_node_by_ino(&drafts->nodes, ino);
		enum mnt_said said = MNT_SAID;
		if (node && mnt_place_of(drafts, node, NULL, &place) == 0) {
			said = mnt_place_said(&place);
		}
		if (said != MNT_SAID && place.draft->view.said[said]) {
			mnt_draft_open_text(drafts, node, place.draft->view.said[said], fi);
			r = 0;
		}
	}
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
	} else if (fuse_reply_open(req, fi) == -ENOENT) {
		mnt_draft_close(drafts, mnt_draft_handle_of(fi));
	}
}

static void
run_open(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	const char *name = job->path, *file = job->new_path;
	int r = job->interrupted ? -EINTR : mnt_draft_look_again(mnt, name, true, &err);

	if (r < 0 && !(r != -EINTR && strcmp(file, "status") == 0)) {
		mnt_job_reply(mnt, job, r);
		return;
	}
	/* Status tells why there is nothing better to tell. */
	struct fuse_file_info fi = { .flags = 0 };
	fuse_req_t req = job->req;
	job->req = NULL;
	reply_said(req, mnt, job->ino, &fi);
}

void
mnt_draft_open_said(fuse_req_t req, fuse_ino_t ino, const char *draft, const char *path,
	struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	struct mnt_job *job;

	{
		MNT_LOCK(mnt);
		job = mnt_job_create(mnt, req, NULL, run_open);
	}
	free(job->path);
	job->path = sfs_strdup(draft);
	job->new_path = sfs_strdup(path);
	job->ino = ino;
	mnt_job_push(mnt, job);
}

/* ---- carrying out ---- */

/* What the plan was about is done. */
static void
conclude(struct mnt *mnt, const char *name)
{
	MNT_DRAFT_LOCK(mnt->drafts);
	struct mnt_draft *draft = mnt_draft_find(mnt->drafts, name);

	if (!draft) {
		return;
	}
	sfs_vec_foreach (part, &draft->view.taken) {
		if (mnt_wish_fulfil(mnt->drafts, draft, part->path, part->file, part->text) < 0) {
			/* It is found to be done when it is looked at next. */
			break;
		}
	}
	mnt_draft_view_forget(&draft->view);
	mnt_draft_changed(draft);
}

/* The plan as it was shown last, made anew if the draft changed since. */
static int
take_plan(struct mnt *mnt, struct mnt_job *job, const char *name, struct sfs_error *err)
{
	int r = mnt_draft_look_again(mnt, name, false, err);

	if (r < 0) {
		return r;
	}
	MNT_DRAFT_LOCK(mnt->drafts);
	const struct mnt_draft *draft = mnt_draft_find(mnt->drafts, name);
	if (!draft) {
		return sfs_error_set(err, ENOENT, "there is no draft %s", name);
	}
	if (draft->view.verdict < 0) {
		r = sfs_error_set(err, -draft->view.verdict, "the draft %s has errors", name);
		sfs_error_detail(err, "%s", draft->view.said[MNT_SAID_STATUS]->bytes);
		return r;
	}
	if (draft->view.empty) {
		return sfs_error_set(err, EINVAL, "the draft %s changes nothing", name);
	}
	mnt_text_unref(job->text);
	job->text = mnt_text_ref(draft->view.said[MNT_SAID_PLAN]);
	return 0;
}

static void
run_apply(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	char *name sfs_auto(free) = sfs_strdup(job->path + strlen("stage/"));

	*strrchr(name, '/') = '\0';
	int r = take_plan(mnt, job, name, &err);
	if (r == 0) {
		r = mnt_pending_apply(mnt, job, job->new_path, &err);
		if (r < 0) {
			/* It stays where it is, in the draft. */
			mnt_pending_forget(mnt, job->new_path);
		}
	}
	if (r < 0) {
		mnt_move_refuse(mnt, job, job->new_path, &err, NULL, r);
		return;
	}
	conclude(mnt, name);
	mnt_move_applied(mnt, job);
}

int
mnt_draft_apply(struct mnt *mnt, fuse_req_t req, const char *draft, fuse_ino_t new_parent,
	const char *new_name)
{
	struct mnt_text *shown sfs_auto(mnt_text) = NULL;

	{
		MNT_DRAFT_LOCK(mnt->drafts);
		const struct mnt_draft *found = mnt_draft_find(mnt->drafts, draft);
		shown = found && found->view.said[MNT_SAID_PLAN]
				? mnt_text_ref(found->view.said[MNT_SAID_PLAN])
				: mnt_text_create("", 0);
	}
	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_node_by_ino(&mnt->nodes, new_parent);
	int r = mnt_may_change(mnt, parent, new_name);
	if (r < 0) {
		return r;
	}
	if (mnt_role_of(parent, new_name) != MNT_PENDING) {
		return -EXDEV;
	}
	if (mnt_visible_child(parent, new_name)) {
		return -EEXIST;
	}
	struct mnt_job *job = mnt_job_create(mnt, req, NULL, run_apply);
	free(job->path);
	job->path = sfs_asprintf("stage/%s/plan.sql", draft);
	job->new_path = sfs_asprintf("pending/%s", new_name);
	job->text = mnt_text_ref(shown);
	job->held = true;
	return mnt_move_push(mnt, job);
}
