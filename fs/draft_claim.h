/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_CLAIM_H
#define SFS_FS_DRAFT_CLAIM_H

#include "fs/draft.h"

/*
 * Claims: which live files and directories a draft changed, renamed or removed. Each change of them is
 * appended to a journal before the file itself is touched, so that whatever ends the daemon, the draft
 * is as before the change or as after it. Paths are relative to the draft, and so those of the live
 * tree. All need the lock of the drafts.
 */

struct mnt_claim *mnt_claim_of(const struct mnt_draft *draft, const char *live);

/* The claim that has its object at this path now; NULL: none. */
struct mnt_claim *mnt_claim_at(const struct mnt_draft *draft, const char *path);

/* Claims a live file that said `base` (NULL: a directory); `now` NULL: it is gone. */
int mnt_claim_add(struct mnt_draft *draft, const char *live, const char *now,
	struct mnt_text *base) SFS_MUST_CHECK;

/* The object is in another place now; `now` NULL: it is gone. */
int mnt_claim_move(
	struct mnt_draft *draft, struct mnt_claim *claim, const char *now) SFS_MUST_CHECK;

/* What the live object says now is known to who works on the draft. */
int mnt_claim_rebase(
	struct mnt_draft *draft, struct mnt_claim *claim, struct mnt_text *base) SFS_MUST_CHECK;

/* The draft has it as the live tree does. */
int mnt_claim_release(struct mnt_draft *draft, struct mnt_claim *claim) SFS_MUST_CHECK;

/* Those below a directory have another place, as it has. */
int mnt_claims_move_below(struct mnt_draft *draft, const char *from, const char *to) SFS_MUST_CHECK;

/* Reads the journal and writes it anew, as short as it can be. */
int mnt_claims_load(struct mnt_draft *draft) SFS_MUST_CHECK;

void mnt_claims_finish(struct mnt_draft *draft);

/* Syncs the journal. */
int mnt_claims_sync(struct mnt_draft *draft) SFS_MUST_CHECK;

#endif
