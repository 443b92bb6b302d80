// SPDX-License-Identifier: MIT
/* What of a folder is applied: its journal against drizzle's table. */
#include <errno.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "migrate/set.h"

enum { MAX_MIGRATION = 256 << 20 };

void
sfs_set_finish(struct sfs_set *set)
{
	sfs_vec_foreach (entry, &set->entries) {
		sfs_str_finish(&entry->text);
	}
	sfs_vec_finish(&set->entries);
	sfs_vec_finish(&set->rows);
	sfs_journal_finish(&set->journal);
	memset(set, 0, sizeof *set);
}

const char *
sfs_migration_state_name(enum sfs_migration_state state)
{
	static const char *const names[] = {
		[SFS_MIGRATION_PENDING] = "pending",
		[SFS_MIGRATION_APPLIED] = "applied",
		[SFS_MIGRATION_EDITED] = "edited",
		[SFS_MIGRATION_GONE] = "gone",
	};
	return names[state];
}

/* ---- the folder ---- */

static int
read_file(const char *directory, struct sfs_migration *entry, struct sfs_error *err)
{
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", entry->tag);
	char *path sfs_auto(free) = sfs_file_join(directory, name);
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	int r = sfs_file_read(path, MAX_MIGRATION, &entry->text, &fault);

	if (r == -ENOENT) {
		entry->state = SFS_MIGRATION_GONE;
		return 0;
	}
	if (r < 0) {
		sfs_error_move(err, &fault);
		return r;
	}
	sfs_sha256(sfs_str_text(&entry->text), entry->text.len, entry->hash);
	return 0;
}

static int
read_folder(struct sfs_set *set, const char *directory, struct sfs_error *err)
{
	sfs_vec_foreach (listed, &set->journal.entries) {
		struct sfs_migration entry = {
			.idx = listed->idx, .when = listed->when, .tag = listed->tag
		};
		int r = read_file(directory, &entry, err);

		sfs_vec_push(&set->entries, entry);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* ---- side by side ---- */

/* The hashes that the text would have with the other line endings. */
static void
hash_endings(const struct sfs_str *text, char ret_lf[65], char ret_crlf[65])
{
	struct sfs_str lf sfs_auto(str) = SFS_STR_INIT, crlf sfs_auto(str) = SFS_STR_INIT;
	const char *bytes = sfs_str_text(text);

	for (size_t i = 0; i < text->len; i++) {
		if (bytes[i] == '\r' && i + 1 < text->len && bytes[i + 1] == '\n') {
			continue;
		}
		if (bytes[i] == '\n') {
			sfs_str_addc(&crlf, '\r');
		}
		sfs_str_addc(&crlf, bytes[i]);
		sfs_str_addc(&lf, bytes[i]);
	}
	sfs_sha256(sfs_str_text(&lf), lf.len, ret_lf);
	sfs_sha256(sfs_str_text(&crlf), crlf.len, ret_crlf);
}

/* What makes a row that of an entry; the first rule that holds for a free row takes it. */
enum rule { SAME, SAME_TEXT, SAME_WHEN, OTHER_ENDINGS, N_RULES };

static bool
agrees(enum rule rule, const struct sfs_migration *entry, const struct sfs_ledger_row *row,
	const char *lf, const char *crlf)
{
	bool text = entry->hash[0] && strcmp(entry->hash, row->hash) == 0;

	switch (rule) {
	case SAME:
		return text && entry->when == row->created_at;
	case SAME_TEXT:
		return text;
	case OTHER_ENDINGS:
		return strcmp(lf, row->hash) == 0 || strcmp(crlf, row->hash) == 0;
	case SAME_WHEN:
		return entry->when == row->created_at;
	case N_RULES:
		break;
	}
	return false;
}

static void
take(struct sfs_migration *entry, const struct sfs_ledger_row *row, enum rule rule, bool endings)
{
	memcpy(entry->applied, row->hash, sizeof entry->applied);
	entry->restamped = entry->when != row->created_at;
	entry->line_endings = endings;
	if (entry->state != SFS_MIGRATION_GONE) {
		entry->state = rule == SAME || rule == SAME_TEXT ? SFS_MIGRATION_APPLIED
								 : SFS_MIGRATION_EDITED;
	}
}

static void
apply_rule(struct sfs_set *set, enum rule rule, bool *taken)
{
	sfs_vec_foreach (entry, &set->entries) {
		char lf[65] = "", crlf[65] = "";

		if (entry->applied[0]) {
			continue;
		}
		if (rule >= SAME_WHEN && entry->hash[0]) {
			hash_endings(&entry->text, lf, crlf);
		}
		for (size_t i = 0; i < set->rows.len && !entry->applied[0]; i++) {
			const struct sfs_ledger_row *row = &set->rows.items[i];

			if (!taken[i] && agrees(rule, entry, row, lf, crlf)) {
				taken[i] = true;
				take(entry, row, rule, agrees(OTHER_ENDINGS, entry, row, lf, crlf));
			}
		}
	}
}

static void
count(struct sfs_set *set, const bool *taken)
{
	bool behind = false;

	for (size_t i = set->entries.len; i-- > 0;) {
		struct sfs_migration *entry = &set->entries.items[i];

		entry->late = entry->state == SFS_MIGRATION_PENDING && behind;
		behind |= entry->applied[0] != '\0';
		set->n_pending += entry->state == SFS_MIGRATION_PENDING;
		set->n_late += entry->late;
		set->n_edited += entry->state == SFS_MIGRATION_EDITED;
	}
	for (size_t i = 0; i < set->rows.len; i++) {
		set->n_unknown += !taken[i];
	}
}

static void
compare(struct sfs_set *set)
{
	bool *taken sfs_auto(free) = sfs_alloc((set->rows.len + 1) * sizeof *taken);

	for (enum rule rule = SAME; rule < N_RULES; rule++) {
		apply_rule(set, rule, taken);
	}
	count(set, taken);
}

int
sfs_set_require_files(const struct sfs_set *set, const char *directory, struct sfs_error *err)
{
	sfs_vec_foreach (entry, &set->entries) {
		if (entry->state == SFS_MIGRATION_GONE && !entry->applied[0]) {
			return sfs_error_set(err, ENOENT,
				"%s/%s.sql is in the journal, but not in the folder", directory,
				entry->tag);
		}
	}
	return 0;
}

int
sfs_set_read(
	struct sfs_db *db, const char *directory, struct sfs_set *ret_set, struct sfs_error *err)
{
	struct sfs_set set sfs_auto(set) = { 0 };
	int r = sfs_journal_read(directory, db->driver->name, &set.journal, err);

	if (r == 0) {
		r = read_folder(&set, directory, err);
	}
	if (r == 0) {
		r = db->driver->ledger_read(db, &set.rows, err);
	}
	if (r < 0) {
		return r;
	}
	compare(&set);
	*ret_set = set;
	memset(&set, 0, sizeof set);
	return 0;
}
