// SPDX-License-Identifier: MIT
/* Saves: one file's text, judged by the database. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "fs/control.h"
#include "fs/notify.h"
#include "fs/pending.h"
#include "fs/record.h"
#include "fs/refusal.h"
#include "fs/save.h"
#include "fs/view.h"

bool
mnt_is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!strchr(" \t\r\n\f\v", text[i]) || !text[i]) {
			return false;
		}
	}
	return true;
}

bool
mnt_says_nothing(const struct mnt *mnt, const char *text, size_t len)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, mnt->driver->dialect, text, len);
	return !sfs_lexer_word(&lexer, &token);
}

/* ---- asking the database ---- */

/* A text can hold what none that is sent to a database can. */
static int
check_text(const struct sfs_edit *edit, struct sfs_error *err)
{
	const char *zero = edit->text ? memchr(edit->text, '\0', edit->len) : NULL;

	if (!zero) {
		return 0;
	}
	(void)sfs_error_set(err, EINVAL, "the text contains a NUL byte");
	sfs_error_position(err, edit->path, edit->text, (size_t)(zero - edit->text));
	return -EINVAL;
}

/* For the log. */
static char *
name_all(const struct sfs_edit *edits, size_t n)
{
	struct sfs_str names = SFS_STR_INIT;

	for (size_t i = 0; i < n; i++) {
		sfs_str_separate(&names, ", ");
		sfs_str_add(&names, edits[i].path);
		if (edits[i].renamed) {
			sfs_str_addf(&names, " -> %s", edits[i].renamed);
		}
	}
	return sfs_str_steal(&names);
}

int
mnt_save_apply_all(struct mnt *mnt, struct mnt_job *job, const struct sfs_edit *edits, size_t n,
	struct sfs_outcome *outcome, struct sfs_error *err)
{
	int r = 0;

	if (job->interrupted) {
		return sfs_error_set(err, EINTR, "interrupted before it began");
	}
	struct sfs_db *db = mnt_jobs_db(mnt, err);
	if (!db) {
		return err->errnum ? -err->errnum : -EIO;
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		r = check_text(&edits[i], err);
	}
	if (r < 0) {
		return r;
	}
	r = mnt_record_apply(mnt, db, edits, n, outcome, err);
	mnt_jobs_note(mnt, r);
	if (r < 0) {
		MNT_LOCK(mnt);
		mnt->committing = false;
	}
	if (r == 0 && outcome->changed) {
		char *what sfs_auto(free) = name_all(edits, n);

		mnt_control_log(mnt, &job->who, what, NULL, &outcome->plan);
	}
	return r;
}

int
mnt_save_apply(struct mnt *mnt, struct mnt_job *job, const struct sfs_edit *edit,
	struct sfs_outcome *outcome, struct sfs_error *err)
{
	return mnt_save_apply_all(mnt, job, edit, 1, outcome, err);
}

void
mnt_save_publish(struct mnt *mnt, const struct sfs_outcome *outcome)
{
	mnt_view_outcome(mnt, outcome);
	mnt->changes += outcome->changed;
	mnt->committing = false;
}

void
mnt_save_refuse(struct mnt *mnt, struct mnt_job *job, const char *path, const struct sfs_error *err,
	const struct mnt_text *text)
{
	mnt_refuse(mnt, path, err, text);
	mnt_control_log(mnt, &job->who, path, err, NULL);
	mnt_control_update(mnt);
}

/* ---- a file that was written ---- */

/* What makes a text unfit before anybody reads it. */
static int
check_whole(const struct mnt *mnt, const struct mnt_job *job, struct sfs_error *err)
{
	const struct mnt_buffer *buffer = job->node->buffer;

	if (buffer && buffer->killed) {
		return sfs_error_set(err, EINTR,
			"the program that wrote this was killed by signal %d", buffer->killed);
	}
	if (buffer && buffer->broken) {
		return sfs_error_set(err, buffer->broken, "not all of it could be written: %s",
			strerror(buffer->broken));
	}
	return 0;
}

void
mnt_settle(struct mnt *mnt, struct mnt_node *node)
{
	struct mnt_buffer *buffer = node->buffer;

	if (!buffer || node->writers || buffer->judging || mnt_buffer_unjudged(buffer)) {
		return;
	}
	mnt_buffer_destroy(buffer);
	node->buffer = NULL;
	node->stale_pages = true;
	mnt_notify_node(mnt, node);
}

/* Writes the verdict down; needs the lock. */
static void
conclude(struct mnt *mnt, struct mnt_job *job, int verdict)
{
	struct mnt_node *node = job->node;
	struct mnt_buffer *buffer = node->buffer;

	if (buffer) {
		buffer->judging = 0;
		buffer->judged = job->version;
		buffer->verdict = verdict;
		sfs_sha256(job->text->bytes, job->text->len, buffer->hash);
		mnt_text_unref(buffer->base);
		buffer->base = mnt_text_ref(node->text);
	}
	if (verdict == 0 && job->who.thread) {
		mnt_node_note_reading(node, job->who.thread, node->text);
	} else if (node->parent && !node->exists && job->closing) {
		/* The tree shows what the database has; the text is in the .rej file. */
		mnt_view_remove(mnt, node);
	}
	node->stale_pages = true;
	mnt_notify_node(mnt, node);
	mnt_settle(mnt, node);
}

/* Whether the same bytes, written once more, would meet with the same: no lock, no impatience, no cut wire. */
static bool
is_lasting(int verdict)
{
	return verdict != -EINTR && verdict != -EBUSY && verdict != -EIO && verdict != -ETIMEDOUT;
}

/* The verdict on these bytes if they were judged a moment ago: descriptors are closed more than once. */
static bool
known_verdict(struct mnt *mnt, struct mnt_job *job, int *ret_verdict)
{
	MNT_LOCK(mnt);
	struct mnt_buffer *buffer = job->node->buffer;
	char hash[65];

	if (!buffer || !buffer->judged) {
		return false;
	}
	sfs_sha256(job->text->bytes, job->text->len, hash);
	if (buffer->judged != job->version &&
		(!is_lasting(buffer->verdict) || strcmp(hash, buffer->hash) != 0)) {
		return false;
	}
	buffer->judging = 0;
	buffer->judged = job->version;
	*ret_verdict = buffer->verdict;
	mnt_settle(mnt, job->node);
	return true;
}

static int
save(struct mnt *mnt, struct mnt_job *job, struct sfs_outcome *outcome, struct sfs_error *err)
{
	{
		MNT_LOCK(mnt);
		int r = check_whole(mnt, job, err);
		if (r < 0) {
			return r;
		}
	}
	return mnt_save_apply(mnt, job,
		&(struct sfs_edit){
			.path = job->path,
			.text = job->text->bytes,
			.len = job->text->len,
			.base = job->base ? job->base->bytes : NULL,
			.create = job->creates,
		},
		outcome, err);
}

static void
run_save(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	int verdict;

	if (known_verdict(mnt, job, &verdict)) {
		mnt_job_reply(mnt, job, verdict);
		return;
	}
	verdict = save(mnt, job, &outcome, &err);
	if (verdict < 0) {
		mnt_save_refuse(mnt, job, job->path, &err, job->text);
	}
	{
		MNT_LOCK(mnt);
		if (verdict == 0) {
			mnt_save_publish(mnt, &outcome);
		}
		conclude(mnt, job, verdict);
	}
	if (verdict == 0) {
		mnt_absolve(mnt, job->path);
		mnt_control_update(mnt);
	}
	mnt_job_reply(mnt, job, verdict);
}

/* A migration: the same, with another judge. */
static void
run_pending(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	int verdict;

	if (known_verdict(mnt, job, &verdict)) {
		mnt_job_reply(mnt, job, verdict);
		return;
	}
	{
		MNT_LOCK(mnt);
		verdict = check_whole(mnt, job, &err);
	}
	if (verdict == 0) {
		verdict = mnt_pending_apply(mnt, job, job->path, &err);
	} else {
		(void)!mnt_pending_keep(mnt, job->path, job->text, NULL);
	}
	if (verdict < 0) {
		mnt_save_refuse(mnt, job, job->path, &err, NULL);
	}
	{
		MNT_LOCK(mnt);
		(void)mnt_node_set_text(job->node, job->text);
		job->node->exists = true; /* it stays, whatever the verdict */
		job->node->in_folder = false;
		conclude(mnt, job, verdict);
		if (verdict == 0) {
			mnt_view_remove(mnt, job->node);
		}
	}
	if (verdict == 0) {
		mnt_absolve(mnt, job->path);
		mnt_control_update(mnt);
	}
	mnt_job_reply(mnt, job, verdict);
}

/* fsync of a migration keeps it; it is applied when it is closed. */
static void
run_keep(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	mnt_job_reply(mnt, job, mnt_pending_keep(mnt, job->path, job->text, &err));
}

static bool
push_verdict_job(struct mnt *mnt, fuse_req_t req, struct mnt_node *node, bool closing,
	void (*run)(struct mnt *mnt, struct mnt_job *job))
{
	struct mnt_buffer *buffer = node->buffer;
	struct mnt_job *job = mnt_job_create(mnt, req, node, run);

	job->text = mnt_text_create(sfs_str_text(&buffer->bytes), buffer->bytes.len);
	job->base = mnt_text_ref(buffer->base);
	job->version = buffer->version;
	job->closing = closing;
	/* What was not there when the writing began: somebody else's of that name is not overwritten. */
	job->creates = !buffer->base;
	buffer->judging = run == run_keep ? buffer->judging : buffer->version;
	mnt_job_push(mnt, job);
	return true;
}

/* Files that only live here are what was written to them. */
static void
keep_in_memory(struct mnt *mnt, struct mnt_node *node)
{
	struct mnt_buffer *buffer = node->buffer;
	struct mnt_text *text sfs_auto(mnt_text) =
		mnt_text_create(sfs_str_text(&buffer->bytes), buffer->bytes.len);

	(void)mnt_node_set_text(node, text);
	node->gone = false;
	node->mtime = buffer->changed;
	buffer->judged = buffer->version;
	buffer->verdict = -buffer->broken;
}

bool
mnt_judge(struct mnt *mnt, fuse_req_t req, struct mnt_node *node, bool wrote, bool closing,
	int *ret_verdict)
{
	struct mnt_buffer *buffer = node->buffer;

	*ret_verdict = 0;
	if (!buffer || (!wrote && !mnt_buffer_unjudged(buffer))) {
		return false;
	}
	if (!req && buffer->judging && buffer->judging == buffer->version) {
		/* Who waited for it was interrupted. */
		return true;
	}
	if (!node->parent || !mnt_buffer_unjudged(buffer)) {
		/* A file that was removed is nobody's text, unless it was removed for being refused. */
		*ret_verdict = buffer->verdict;
		return false;
	}
	const char *text = sfs_str_text(&buffer->bytes);
	size_t len = buffer->bytes.len;
	bool whole = !buffer->broken && !buffer->killed;
	bool database = node->role == MNT_OBJECT || node->role == MNT_PENDING;
	if (!database || (whole && !node->exists && mnt_says_nothing(mnt, text, len))) {
		keep_in_memory(mnt, node);
		*ret_verdict = buffer->verdict;
		return false;
	}
	if (whole && mnt_is_blank(text, len)) {
		/* Emptied, and nothing written yet: not a drop, and nothing to save. */
		return false;
	}
	if (node->role == MNT_PENDING) {
		return push_verdict_job(mnt, req, node, closing, closing ? run_pending : run_keep);
	}
	return push_verdict_job(mnt, req, node, closing, run_save);
}

/* ---- a file that was removed or moved aside ---- */

static int
drop(struct mnt *mnt, struct mnt_job *job, struct sfs_outcome *outcome, struct sfs_error *err)
{
	return mnt_save_apply(mnt, job, &(struct sfs_edit){ .path = job->path }, outcome, err);
}

void
mnt_save_drop(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	int r = drop(mnt, job, &outcome, &err);

	if (r < 0) {
		mnt_save_refuse(mnt, job, job->path, &err, NULL);
	}
	{
		MNT_LOCK(mnt);
		if (r == 0) {
			mnt_save_publish(mnt, &outcome);
		} else if (job->node->hidden) {
			mnt_view_unhide(mnt, job->node);
		}
	}
	if (r == 0) {
		mnt_absolve(mnt, job->path);
		mnt_control_update(mnt);
	}
	mnt_job_reply(mnt, job, r);
}

void
mnt_save_reappear(struct mnt *mnt, struct mnt_job *job)
{
	bool drops = false;

	{
		MNT_LOCK(mnt);
		struct mnt_node *node = job->node;
		if (!node->hidden || !node->parent || node->deadline != job->due) {
			/* It came back, or went away again later: another job's business. */
			return;
		}
		drops = node->drop;
		if (!drops) {
			mnt_view_unhide(mnt, node);
		}
	}
	if (drops) {
		mnt_save_drop(mnt, job);
	}
}
