// SPDX-License-Identifier: MIT
/* -o record: saves that become migrations. */
#include <ctype.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/lock.h"
#include "base/alloc.h"
#include "fs/control.h"
#include "fs/migrations.h"
#include "fs/record.h"
#include "migrate/record.h"

/* "alter_users" for an edit of .../tables/users.sql. */
static char *
name_of(const struct sfs_edit *edit)
{
	const char *verb = !edit->text && !edit->renamed ? "drop"
			   : edit->renamed               ? "rename"
			   : edit->create                ? "create"
							 : "alter";
	const char *stem = strrchr(edit->path, '/');
	struct sfs_str name = SFS_STR_INIT;

	sfs_str_addf(&name, "%s_", verb);
	stem = stem ? stem + 1 : edit->path;
	for (const char *at = stem; *at && strcmp(at, ".sql") != 0; at++) {
		bool plain = isalnum((unsigned char)*at) || *at == '_';

		sfs_str_addc(&name, plain ? (char)tolower((unsigned char)*at) : '_');
	}
	return sfs_str_steal(&name);
}

/* What is committed and not shown yet is nobody else's to show: mnt_save_publish() does. */
struct commit {
	struct mnt *mnt;
	struct sfs_record *record; /* NULL: it is not recorded */
};

static int
see_commit(void *data, const struct sfs_plan *plan, struct sfs_error *err)
{
	const struct commit *commit = data;
	int r = commit->record ? sfs_record_plan(commit->record, plan, err) : 0;

	if (r == 0) {
		MNT_LOCK(commit->mnt);
		commit->mnt->committing = true;
	}
	return r;
}

static int
apply_recorded(struct mnt *mnt, struct sfs_record *record, const struct sfs_edit *edits, size_t n,
	struct sfs_outcome *outcome, struct sfs_error *err)
{
	struct commit commit = { mnt, record };
	struct sfs_witness witness = { see_commit, &commit };
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	int r = sfs_record_begin(record, err);

	if (r < 0) {
		return r;
	}
	r = sfs_edit_apply(record->db, edits, n, mnt->options->policy, &witness, outcome, err);
	if (sfs_record_end(record, r, &fault) < 0) {
		/* It is done and in the ledger: the save is none that failed. */
		mnt_control_warn(mnt,
			"%s.sql was applied and recorded, and is not in the folder yet: %s",
			record->tag, fault.message);
	}
	return r;
}

int
mnt_record_apply(struct mnt *mnt, struct sfs_db *db, const struct sfs_edit *edits, size_t n,
	struct sfs_outcome *outcome, struct sfs_error *err)
{
	if (!mnt->options->record) {
		struct commit commit = { .mnt = mnt };

		return sfs_edit_apply(db, edits, n, mnt->options->policy,
			&(struct sfs_witness){ see_commit, &commit }, outcome, err);
	}
	char *name sfs_auto(free) = name_of(edits);
	struct sfs_record record sfs_auto(record) = {
		.db = db,
		.directory = mnt->migrations,
		.project = mnt->options->project ? &mnt->project : NULL,
		.name = name,
	};
	int r = sfs_lock(db, SFS_LOCK_PLAN, SFS_LOCK_PLAN_MS, err);
	if (r < 0) {
		return r;
	}
	r = apply_recorded(mnt, &record, edits, n, outcome, err);
	sfs_unlock(db);
	if (r == 0 && record.tag) {
		mnt_migrations_refresh(mnt, db, true);
	}
	return r;
}
