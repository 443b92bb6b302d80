/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_JOURNAL_H
#define SFS_MIGRATE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

struct json_t;

/* One migration of a folder. The order of the entries is the order of the migrations. */
struct sfs_journal_entry {
	int64_t idx;
	int64_t when;    /* milliseconds; may go backwards in real folders */
	const char *tag; /* borrowed from the journal; its file is TAG.sql */
};

/* drizzle's meta/_journal.json. */
struct sfs_journal {
	struct json_t *root; /* owned; keys that we do not know are kept */
	SFS_VEC(struct sfs_journal_entry) entries;
	struct sfs_str text; /* owned; as it was read */
	size_t n_read;       /* how many entries, from the first on, are as it says */
};

/*
 * Reads the journal of DIRECTORY; a folder without one gives an empty journal for `dialect`
 * ("postgresql", "sqlite"). -EINVAL when it can not be understood or is for another dialect, with
 * file, line and column.
 */
int sfs_journal_read(const char *directory, const char *dialect, struct sfs_journal *ret_journal,
	struct sfs_error *err) SFS_MUST_CHECK;
void sfs_journal_finish(struct sfs_journal *journal);
SFS_DEFINE_AUTO_VALUE(journal, struct sfs_journal, sfs_journal_finish)

/* The entry of that tag, NULL when there is none. */
const struct sfs_journal_entry *sfs_journal_find(
	const struct sfs_journal *journal, const char *tag);

/* The idx of the next entry: the last one's plus one, not the count. */
int64_t sfs_journal_next(const struct sfs_journal *journal);

/* Appends an entry under the next idx. */
void sfs_journal_append(struct sfs_journal *journal, const char *tag, int64_t when);

/* Takes an entry out; a new reference. */
struct json_t *sfs_journal_take(struct sfs_journal *journal, size_t at);

/* Writes it atomically: in the form that it was read in, else as drizzle does. */
int sfs_journal_write(const struct sfs_journal *journal, const char *directory,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
