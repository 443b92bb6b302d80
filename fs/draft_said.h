/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_SAID_H
#define SFS_FS_DRAFT_SAID_H

#include "diff/plan.h"
#include "fs/draft_edits.h"
#include "fs/text.h"

/* The three files in which a draft says what it asks of the database: plan.sql, plan.json, status. */

/* What they are written from; all of it stays the caller's. */
struct mnt_planned {
	const char *draft;
	const struct mnt_wishes *wishes; /* with what is wrong with them */
	const struct sfs_plan *plan;
	const char *fingerprint; /* of the database that the plan was made from, in hex */
};

/* Each returns a text that the caller owns, without a password in it. */

/* plan.sql: with wishes that failed there is no plan, and the text says so. */
struct mnt_text *mnt_said_plan(const struct mnt_planned *of);

/* plan.json: the same with hazards, locks, questions and errors. */
struct mnt_text *mnt_said_json(const struct mnt_planned *of);

/* status: the changes and what is wrong with them; `outage`: why nothing is known, or NULL. */
struct mnt_text *mnt_said_status(const struct mnt_planned *of, const struct sfs_error *outage);

#endif
