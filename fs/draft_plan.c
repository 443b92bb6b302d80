// SPDX-License-Identifier: MIT
/* From what a draft asks for to its plan. */
#include <errno.h>
#include <string.h>

#include "apply/fingerprint.h"
#include "base/alloc.h"
#include "diff/text.h"
#include "fs/control.h"
#include "fs/draft_claim.h"
#include "fs/draft_edits.h"
#include "fs/draft_phases.h"
#include "fs/draft_plan.h"
#include "fs/draft_said.h"

/* How many errors are looked for; the plan is tried without each that was found. */
enum { MAX_PROBLEMS = 20 };

/* The making of one view. */
struct planner {
	struct mnt *mnt;
	struct sfs_db *db; /* NULL until it is needed */
	struct mnt_wishes *wishes;
	struct sfs_plan plan; /* owned */
	char fingerprint[SFS_FINGERPRINT_SIZE];
};

/* ---- asking the database ---- */

static int
need_db(struct planner *p, struct sfs_error *err)
{
	p->db = p->db ? p->db : mnt_jobs_db(p->mnt, err);
	return p->db ? 0 : err->errnum ? -err->errnum : -EIO;
}

/* What has to do with the way to the database, and nothing with the draft. */
static bool
is_outage(int r)
{
	return r == -EIO || r == -ETIMEDOUT || r == -EINTR || r == -EAGAIN || r == -ECONNREFUSED;
}

/* Whether what the database has now means what the wish says: then others made it true. */
static int
is_so_already(struct planner *p, const struct mnt_wish *wish, bool *ret_so)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_edit edit = { .path = wish->renamed ? wish->renamed : wish->path,
		.text = wish->text ? wish->text->bytes : NULL,
		.len = wish->text ? wish->text->len : 0 };

	*ret_so = false;
	if (!wish->text || (!wish->renamed && !wish->live) || (wish->renamed && wish->live)) {
		return 0;
	}
	int r = sfs_edit_plan(p->db, &edit, 1, &outcome, &err);
	mnt_jobs_note(p->mnt, r);
	*ret_so = r == 0 && !outcome.plan.steps.len;
	return is_outage(r) ? r : 0;
}

static void
tell_conflict(struct planner *p, struct mnt_wish *wish)
{
	struct sfs_error err = SFS_ERROR_INIT;
	struct sfs_str difference sfs_auto(str) = SFS_STR_INIT;

	wish->refused = true;
	if (!wish->base) {
		(void)sfs_error_set(&err, EEXIST,
			"%s came into the database since it was made here", wish->path);
		sfs_error_hint(&err, "remove it from the draft to see what is there");
	} else {
		(void)sfs_error_set(&err, ESTALE,
			"%s changed in the database since the draft changed it", wish->path);
		sfs_text_difference(
			wish->base->bytes, wish->live ? wish->live->bytes : "", &difference);
		sfs_error_detail(&err,
			"from what the draft began with (-) to what is there now "
			"(+):\n%s",
			sfs_str_text(&difference));
		sfs_error_hint(&err, "make the file of the draft what it shall be, seeing this "
				     "difference, and save it; or copy the live file over it");
	}
	err.file = sfs_strdup(wish->file ? wish->file : wish->path);
	mnt_wishes_problem(p->wishes, &err);
}

static int
find_conflicts(struct planner *p, struct sfs_error *err)
{
	sfs_vec_foreach (wish, &p->wishes->wishes) {
		bool so = false;

		if (wish->done || wish->follows || !mnt_wish_is_late(wish)) {
			continue;
		}
		int r = need_db(p, err);
		r = r < 0 ? r : is_so_already(p, wish, &so);
		if (r < 0) {
			return err->errnum ? r : sfs_error_set(err, -r, "the database is away");
		}
		wish->done = so;
		if (!so) {
			tell_conflict(p, wish);
		}
	}
	return 0;
}

/* Which wish an error is about, NULL when that can not be told. */
static struct mnt_wish *
wish_at_fault(const struct planner *p, enum mnt_phase phase, const struct sfs_error *err)
{
	sfs_vec_foreach (wish, &p->wishes->wishes) {
		if (!wish->done && !wish->refused && !wish->follows &&
			(mnt_wish_is_known_as(wish, phase, err->file) ||
				mnt_wish_is_known_as(wish, phase, err->object) ||
				sfs_streq(err->object, wish->path))) {
			return wish;
		}
	}
	return NULL;
}

/* Plans all wishes of a phase that nothing was found against. */
static int
plan_phase(struct planner *p, enum mnt_phase phase, struct sfs_error *err)
{
	struct sfs_edit *edits sfs_auto(free) =
		sfs_alloc((p->wishes->wishes.len + 1) * sizeof *edits);
	size_t n = mnt_wishes_edits(p->wishes, phase, edits);
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };

	if (!n) {
		return 0;
	}
	int r = need_db(p, err);
	if (r == 0) {
		r = sfs_edit_plan(p->db, edits, n, &outcome, err);
		mnt_jobs_note(p->mnt, r);
	}
	if (r == 0) {
		sfs_plan_append(&p->plan, &outcome.plan);
	}
	return r;
}

/* `ret_phase`: where it failed. */
static int
plan_once(struct planner *p, enum mnt_phase *ret_phase, struct sfs_error *err)
{
	int r = 0;

	sfs_plan_finish(&p->plan);
	sfs_plan_init(&p->plan);
	for (enum mnt_phase phase = 0; r == 0 && phase < MNT_PHASES; phase++) {
		*ret_phase = phase;
		r = plan_phase(p, phase, err);
	}
	return r;
}

/* What is missing, or in the way, only because a wish with an error was left out is no error. */
static bool
is_aftermath(const struct planner *p, const struct sfs_error *err)
{
	static const char *const missing[] = { "42P01", "42703", "42704", "42883", "3F000" };

	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
		if (p->wishes->problems.len && strcmp(err->sqlstate, missing[i]) == 0) {
			return true;
		}
	}
	return p->wishes->problems.len && err->errnum == EEXIST;
}

/* The error stands where the draft has the file. */
static void
show_file(const struct mnt_wish *wish, struct sfs_error *err)
{
	if (err->file && wish->file) {
		free(err->file);
		err->file = sfs_strdup(wish->file);
	}
}

/* Plans; what is wrong with a wish is told, and the others are looked at without it. */
static int
plan(struct planner *p, struct sfs_error *err)
{
	for (;;) {
		struct sfs_error why sfs_auto(error) = SFS_ERROR_INIT;
		enum mnt_phase phase;
		int r = plan_once(p, &phase, &why);

		if (r == 0) {
			return 0;
		}
		if (is_outage(r)) {
			sfs_error_move(err, &why);
			return r;
		}
		struct mnt_wish *wish = wish_at_fault(p, phase, &why);
		if (wish) {
			wish->refused = true;
			show_file(wish, &why);
		}
		if (!wish || !is_aftermath(p, &why)) {
			mnt_wishes_problem(p->wishes, &why);
		}
		if (!wish || p->wishes->problems.len >= MAX_PROBLEMS) {
			return 0;
		}
	}
}

static bool
has_work(const struct planner *p)
{
	sfs_vec_foreach (wish, &p->wishes->wishes) {
		if (!wish->done && !wish->refused && !wish->follows) {
			return true;
		}
	}
	return false;
}

/* ---- the view ---- */

/* Puts a text in the place of another, which it takes. */
static bool
replace(struct mnt_text **place, struct mnt_text *text)
{
	bool differs = !*place || !mnt_text_equal(*place, text->bytes, text->len);

	mnt_text_unref(*place);
	*place = text;
	return differs;
}

/* That a difference was shown; needs the lock. */
static void
mark_told(struct mnt_draft *draft, const struct mnt_wish *wish)
{
	struct mnt_claim *claim = mnt_claim_of(draft, wish->path);

	if (claim && wish->refused && wish->base && wish->live && mnt_wish_is_late(wish)) {
		mnt_text_ref(wish->live);
		mnt_text_unref(claim->told);
		claim->told = wish->live;
	}
}

/* What others made true goes; what the plan is about is remembered. Needs the lock. */
static void
account(struct mnt_drafts *drafts, struct mnt_draft *draft, const struct planner *p)
{
	struct mnt_draft_view *view = &draft->view;

	sfs_vec_foreach (wish, &p->wishes->wishes) {
		mark_told(draft, wish);
		if (wish->done && !wish->implied) {
			(void)!mnt_wish_fulfil(drafts, draft, wish->path, wish->file, wish->text);
		} else if (!wish->implied) {
			sfs_vec_push(&view->taken,
				(struct mnt_draft_part){ sfs_strdup(wish->path),
					sfs_strdup(wish->file),
					mnt_text_ref(wish->written ? wish->written : wish->text) });
		}
	}
}

static struct mnt_planned
planned(const struct planner *p, const char *draft)
{
	return (struct mnt_planned){
		.draft = draft, .wishes = p->wishes, .plan = &p->plan, .fingerprint = p->fingerprint
	};
}

/* Needs the lock. */
static void
publish(struct mnt_drafts *drafts, struct mnt_draft *draft, const struct planner *p,
	uint64_t generation, uint64_t live)
{
	struct mnt_draft_view *view = &draft->view;
	struct mnt_planned of = planned(p, draft->name);
	bool current = draft->generation == generation;

	mnt_draft_view_forget(view);
	bool differs = replace(&view->said[MNT_SAID_PLAN], mnt_said_plan(&of));
	differs |= replace(&view->said[MNT_SAID_JSON], mnt_said_json(&of));
	differs |= replace(&view->said[MNT_SAID_STATUS], mnt_said_status(&of, NULL));
	if (differs) {
		(void)clock_gettime(CLOCK_REALTIME, &view->time);
	}
	view->verdict = p->wishes->problems.len
				? -(p->wishes->problems.items[0].errnum
						  ? p->wishes->problems.items[0].errnum
						  : EINVAL)
				: 0;
	view->empty = !p->plan.steps.len;
	account(drafts, draft, p);
	view->generation = current ? draft->generation : generation;
	view->live = live;
}

static bool
is_current(struct mnt *mnt, const struct mnt_draft *draft, bool even_if_live_moved)
{
	MNT_LOCK(mnt);
	return draft->view.said[MNT_SAID_PLAN] && draft->view.generation == draft->generation &&
	       (!even_if_live_moved || draft->view.live == mnt->nodes.changes);
}

static uint64_t
live_changes(struct mnt *mnt)
{
	MNT_LOCK(mnt);
	return mnt->nodes.changes;
}

static int
make_plan(struct planner *p, struct sfs_error *err)
{
	int r = find_conflicts(p, err);

	if (r == 0 && has_work(p)) {
		r = plan(p, err);
	}
	return r;
}

int
mnt_draft_look_again(
	struct mnt *mnt, const char *name, bool even_if_live_moved, struct sfs_error *err)
{
	struct mnt_drafts *drafts = mnt->drafts;
	struct mnt_wishes wishes sfs_auto(wishes) = { 0 };
	struct planner p = { .mnt = mnt, .wishes = &wishes };
	uint64_t generation, live = live_changes(mnt);

	{
		MNT_DRAFT_LOCK(drafts);
		struct mnt_draft *draft = mnt_draft_find(drafts, name);
		if (!draft) {
			return sfs_error_set(err, ENOENT, "there is no draft %s", name);
		}
		if (is_current(mnt, draft, even_if_live_moved)) {
			return 0;
		}
		/* That of what is shown: should the database be ahead of it, the plan is refused. */
		mnt_live_fingerprint(mnt, p.fingerprint);
		mnt_wishes_collect(drafts, draft, &wishes);
		generation = draft->generation;
	}
	int r = make_plan(&p, err);
	{
		MNT_DRAFT_LOCK(drafts);
		struct mnt_draft *draft = mnt_draft_find(drafts, name);
		if (draft && r == 0) {
			publish(drafts, draft, &p, generation, live);
		} else if (draft) {
			struct mnt_planned of = planned(&p, name);
			(void)replace(
				&draft->view.said[MNT_SAID_STATUS], mnt_said_status(&of, err));
			draft->view.generation = 0;
		}
	}
	sfs_plan_finish(&p.plan);
	return r;
}
