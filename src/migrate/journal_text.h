/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_JOURNAL_TEXT_H
#define SFS_MIGRATE_JOURNAL_TEXT_H

#include <jansson.h>

#include "base/str.h"

/*
 * Appends to `out` the text of a journal with its first `kept` entries as they stand there and those of
 * `entries` (all, as they shall be) behind them, in the form of the last one that is kept: what a
 * formatter made of the file stays, and a diff shows what is new. False, and nothing is appended, when
 * the text has no entries to go by.
 */
bool sfs_journal_text_splice(
	const char *text, size_t len, size_t kept, const json_t *entries, struct sfs_str *out);

#endif
