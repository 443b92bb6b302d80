// SPDX-License-Identifier: MIT
/* Files on their way into drizzle's folder. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "migrate/folder.h"

enum { MAX_MIGRATION = 256 << 20 };

static const char staged_prefix[] = ".", staged_suffix[] = ".sql.applying";

static char *
staged_path(const char *directory, const char *tag)
{
	char *name sfs_auto(free) = sfs_asprintf("%s%s%s", staged_prefix, tag, staged_suffix);

	return sfs_file_join(directory, name);
}

static char *
final_path(const char *directory, const char *tag)
{
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", tag);

	return sfs_file_join(directory, name);
}

/* The tag of a staged file's name, owned by the caller; NULL for other names. */
static char *
staged_tag(const char *name)
{
	size_t len = strlen(name), affixes = sizeof staged_prefix + sizeof staged_suffix - 2;

	if (len <= affixes || !sfs_starts_with(name, staged_prefix) ||
		!sfs_ends_with(name, staged_suffix)) {
		return NULL;
	}
	return sfs_strndup(name + sizeof staged_prefix - 1, len - affixes);
}

/* Whether TAG.sql is there with this text; -EEXIST when it has another one and is nobody's. */
static int
look_for(const struct sfs_journal *journal, const char *tag, const char *path,
	const struct sfs_text *text, bool *ret_there, struct sfs_error *err)
{
	struct sfs_str there sfs_auto(str) = SFS_STR_INIT;
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	int r = sfs_file_read(path, MAX_MIGRATION, &there, &fault);

	if (r < 0 && r != -ENOENT) {
		sfs_error_move(err, &fault);
		return r;
	}
	*ret_there = r == 0 && there.len == text->len &&
		     memcmp(sfs_str_text(&there), text->text, text->len) == 0;
	if (r == 0 && !*ret_there && !sfs_journal_find(journal, tag)) {
		r = sfs_error_set(err, EEXIST, "%s is there already and is another text", path);
		sfs_error_hint(err, "it is not in the journal; remove or rename it");
		return r;
	}
	return 0;
}

int
sfs_folder_stage(const char *directory, const struct sfs_journal *journal, const char *tag,
	const struct sfs_text *text, struct sfs_error *err)
{
	char *final sfs_auto(free) = final_path(directory, tag);
	char *staged sfs_auto(free) = staged_path(directory, tag);
	bool there;
	int r = look_for(journal, tag, final, text, &there, err);

	return r < 0 ? r : sfs_file_write(staged, text->text, text->len, 0666, err);
}

void
sfs_folder_unstage(const char *directory, const char *tag)
{
	char *staged sfs_auto(free) = staged_path(directory, tag);

	(void)unlink(staged);
}

int
sfs_folder_publish(const char *directory, struct sfs_journal *journal, const char *tag,
	const struct sfs_text *text, int64_t when, struct sfs_error *err)
{
	char *final sfs_auto(free) = final_path(directory, tag);
	bool there;
	int r = look_for(journal, tag, final, text, &there, err);

	/* The file first: drizzle ignores one that the journal does not name, not the reverse. */
	if (r == 0 && !there) {
		r = sfs_file_write(final, text->text, text->len, 0666, err);
	}
	if (r < 0) {
		return r;
	}
	if (!sfs_journal_find(journal, tag)) {
		sfs_journal_append(journal, tag, when);
	}
	r = sfs_journal_write(journal, directory, err);
	if (r == 0) {
		/* Last: while it stands, recovery knows that there is something to end. */
		sfs_folder_unstage(directory, tag);
	}
	return r;
}

/* Whether the row is that of a migration which the journal has under another tag. */
static bool
is_of_another(const struct sfs_journal *journal, const char *tag, const struct sfs_ledger_row *row)
{
	sfs_vec_foreach (entry, &journal->entries) {
		if (entry->when == row->created_at && strcmp(entry->tag, tag) != 0) {
			return true;
		}
	}
	return false;
}

/* The row that the staged text has left. The same text may have been applied before. */
static const struct sfs_ledger_row *
find_row(const struct sfs_ledger_rows *rows, const struct sfs_journal *journal, const char *tag,
	const char *hash)
{
	sfs_vec_foreach (row, rows) {
		if (strcmp(row->hash, hash) == 0 && !is_of_another(journal, tag, row)) {
			return row;
		}
	}
	return NULL;
}

struct recovery {
	const char *directory;
	struct sfs_journal *journal;
	const struct sfs_ledger_rows *rows;
	const char *hash;
	char **ret_tag;
};

static int
recover_one(const struct recovery *recovery, const char *tag, struct sfs_error *err)
{
	char *staged sfs_auto(free) = staged_path(recovery->directory, tag);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	char hash[65];
	int r = sfs_file_read(staged, MAX_MIGRATION, &text, err);

	if (r < 0) {
		return r;
	}
	sfs_sha256(sfs_str_text(&text), text.len, hash);
	const struct sfs_ledger_row *row = find_row(recovery->rows, recovery->journal, tag, hash);
	if (!row) {
		sfs_folder_unstage(recovery->directory, tag);
		return 0;
	}
	r = sfs_folder_publish(recovery->directory, recovery->journal, tag,
		&(struct sfs_text){ sfs_str_text(&text), text.len }, row->created_at, err);
	if (r == 0 && strcmp(hash, recovery->hash) == 0) {
		free(*recovery->ret_tag);
		*recovery->ret_tag = sfs_strdup(tag);
	}
	return r;
}

static void
close_directory(DIR **directory)
{
	if (*directory) {
		(void)closedir(*directory);
	}
}

char *
sfs_folder_staged(const char *directory)
{
	DIR *handle __attribute__((cleanup(close_directory))) = opendir(directory);
	char *tag = NULL;
	struct dirent *entry;

	while (handle && !tag && (entry = readdir(handle))) {
		tag = staged_tag(entry->d_name);
	}
	return tag;
}

bool
sfs_folder_has_staged(const char *directory)
{
	char *tag sfs_auto(free) = sfs_folder_staged(directory);

	return tag != NULL;
}

int
sfs_folder_recover(const char *directory, struct sfs_journal *journal,
	const struct sfs_ledger_rows *rows, const char *hash, char **ret_tag, struct sfs_error *err)
{
	DIR *handle __attribute__((cleanup(close_directory))) = opendir(directory);
	struct recovery recovery = { directory, journal, rows, hash, ret_tag };
	struct dirent *entry;

	*ret_tag = NULL;
	while (handle && (entry = readdir(handle))) {
		char *tag sfs_auto(free) = staged_tag(entry->d_name);
		int r = tag ? recover_one(&recovery, tag, err) : 0;

		if (r < 0) {
			free(*ret_tag);
			*ret_tag = NULL;
			return r;
		}
	}
	return 0;
}
