/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_FOLDER_H
#define SFS_MIGRATE_FOLDER_H

#include "drivers/driver.h"
#include "migrate/journal.h"

/*
 * A migration enters drizzle's folder in three steps around the database's commit, so that at no
 * point a crash can leave the ledger and the folder apart for good:
 *   stage    the text is written under a hidden name, before the transaction
 *   ...      the database commits the statements with the ledger's row
 *   publish  the file gets its name and the journal its entry
 * What a crash left staged is published or thrown away by sfs_folder_recover(), as the ledger says.
 */

struct sfs_text {
	const char *text; /* borrowed */
	size_t len;
};

/*
 * Writes `text` as the staged file of `tag`. -EEXIST when TAG.sql is there with another text, unless
 * the journal has it: then it waits there, and is written again as it is applied.
 */
int sfs_folder_stage(const char *directory, const struct sfs_journal *journal, const char *tag,
	const struct sfs_text *text, struct sfs_error *err) SFS_MUST_CHECK;

/* Forgets what was staged. */
void sfs_folder_unstage(const char *directory, const char *tag);

/* Writes TAG.sql, appends it to `journal`, which is written, and forgets what was staged. */
int sfs_folder_publish(const char *directory, struct sfs_journal *journal, const char *tag,
	const struct sfs_text *text, int64_t when, struct sfs_error *err) SFS_MUST_CHECK;

/* The tag of what is staged, owned by the caller; NULL when nothing is. */
char *sfs_folder_staged(const char *directory);

/* Whether something is staged, which a run that is under way or was interrupted has left. */
bool sfs_folder_has_staged(const char *directory);

/*
 * Ends what was begun in `directory`: publishes each staged file whose hash is in `rows`, removes
 * the others. `ret_tag` (owned by the caller, NULL when none) is the tag published for `hash`.
 */
int sfs_folder_recover(const char *directory, struct sfs_journal *journal,
	const struct sfs_ledger_rows *rows, const char *hash, char **ret_tag,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
