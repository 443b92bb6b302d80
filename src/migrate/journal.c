// SPDX-License-Identifier: MIT
/* drizzle's journal: which migrations a folder holds, and in which order. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/file.h"
#include "migrate/journal.h"
#include "migrate/journal_text.h"
#include "migrate/stringify.h"

enum { MAX_JOURNAL = 64 << 20 };

static const char journal_name[] = "meta/_journal.json";

/* What drizzle-kit writes in a folder that it begins. */
static const char folder_version[] = "7";

static const struct {
	const char *dialect, *alias, *entry_version;
} dialects[] = {
	{ "postgresql", "pg", "7" },
	{ "sqlite", NULL, "6" },
};

void
sfs_journal_finish(struct sfs_journal *journal)
{
	json_decref(journal->root);
	sfs_vec_finish(&journal->entries);
	sfs_str_finish(&journal->text);
	memset(journal, 0, sizeof *journal);
}

static bool
is_dialect(const char *text, const char *dialect)
{
	for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
		if (strcmp(dialects[i].dialect, dialect) == 0) {
			return strcmp(text, dialect) == 0 || sfs_streq(text, dialects[i].alias);
		}
	}
	return false;
}

static const char *
entry_version(const struct sfs_journal *journal)
{
	const char *text = json_string_value(json_object_get(journal->root, "dialect"));

	for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
		if (is_dialect(text, dialects[i].dialect)) {
			return dialects[i].entry_version;
		}
	}
	return folder_version;
}

/* Real folders hold whole numbers as 1.0e3 after some formatters. */
static bool
read_number(const json_t *value, int64_t *ret_number)
{
	if (json_is_integer(value)) {
		*ret_number = json_integer_value(value);
		return true;
	}
	if (json_is_real(value) && json_real_value(value) > -9e15 &&
		json_real_value(value) < 9e15) {
		*ret_number = (int64_t)json_real_value(value);
		return true;
	}
	return false;
}

static int
read_entry(struct sfs_journal *journal, size_t i, const json_t *value, const char *path,
	struct sfs_error *err)
{
	struct sfs_journal_entry entry = {
		.idx = (int64_t)i,
		.tag = json_string_value(json_object_get(value, "tag")),
	};

	(void)read_number(json_object_get(value, "idx"), &entry.idx);
	if (!entry.tag || !*entry.tag || strchr(entry.tag, '/')) {
		return sfs_error_set(err, EINVAL, "%s: entry %zu has no usable tag", path, i);
	}
	if (!read_number(json_object_get(value, "when"), &entry.when)) {
		return sfs_error_set(
			err, EINVAL, "%s: entry %s has no usable `when`", path, entry.tag);
	}
	sfs_vec_push(&journal->entries, entry);
	return 0;
}

static int
read_root(struct sfs_journal *journal, const char *path, const char *dialect, struct sfs_error *err)
{
	const char *said = json_string_value(json_object_get(journal->root, "dialect"));
	const json_t *entries = json_object_get(journal->root, "entries"), *value;
	size_t i;

	if (!json_is_array(entries)) {
		return sfs_error_set(err, EINVAL, "%s is no journal of migrations", path);
	}
	if (!said || !is_dialect(said, dialect)) {
		return sfs_error_set(err, EINVAL, "%s is for %s, the database is %s", path,
			said ? said : "no dialect", dialect);
	}
	json_array_foreach(entries, i, value)
	{
		int r = read_entry(journal, i, value, path, err);

		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static int
parse(const char *path, const struct sfs_str *text, struct sfs_journal *journal,
	struct sfs_error *err)
{
	static const char bom[] = "\xEF\xBB\xBF";
	size_t skip = sfs_starts_with(sfs_str_text(text), bom) ? sizeof bom - 1 : 0;
	json_error_t fault;

	journal->root = json_loadb(sfs_str_text(text) + skip, text->len - skip, 0, &fault);
	if (journal->root) {
		return 0;
	}
	int r = sfs_error_set(err, EINVAL, "%s", fault.text);
	if (err) {
		err->file = sfs_strdup(path);
		err->line = fault.line > 0 ? (unsigned)fault.line : 1;
		err->column = fault.column > 0 ? (unsigned)fault.column : 1;
	}
	return r;
}

int
sfs_journal_read(const char *directory, const char *dialect, struct sfs_journal *ret_journal,
	struct sfs_error *err)
{
	struct sfs_journal journal sfs_auto(journal) = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	char *path sfs_auto(free) = sfs_file_join(directory, journal_name);
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	int r = sfs_file_read(path, MAX_JOURNAL, &text, &fault);

	if (r == -ENOENT) {
		journal.root = json_pack("{s:s, s:s, s:[]}", "version", folder_version, "dialect",
			dialect, "entries");
		r = 0;
	} else if (r < 0) {
		sfs_error_move(err, &fault);
		return r;
	} else {
		r = parse(path, &text, &journal, err);
	}
	if (r == 0) {
		r = read_root(&journal, path, dialect, err);
	}
	if (r < 0) {
		return r;
	}
	journal.n_read = journal.entries.len;
	journal.text = text;
	text = (struct sfs_str)SFS_STR_INIT;
	*ret_journal = journal;
	memset(&journal, 0, sizeof journal);
	return 0;
}

const struct sfs_journal_entry *
sfs_journal_find(const struct sfs_journal *journal, const char *tag)
{
	sfs_vec_foreach (entry, &journal->entries) {
		if (strcmp(entry->tag, tag) == 0) {
			return entry;
		}
	}
	return NULL;
}

int64_t
sfs_journal_next(const struct sfs_journal *journal)
{
	size_t n = journal->entries.len;

	return n ? journal->entries.items[n - 1].idx + 1 : 0;
}

void
sfs_journal_append(struct sfs_journal *journal, const char *tag, int64_t when)
{
	int64_t idx = sfs_journal_next(journal);
	json_t *entry = json_pack("{s:I, s:s, s:I, s:s, s:b}", "idx", (json_int_t)idx, "version",
		entry_version(journal), "when", (json_int_t)when, "tag", tag, "breakpoints", true);

	(void)json_array_append_new(json_object_get(journal->root, "entries"), entry);
	sfs_vec_push(
		&journal->entries, (struct sfs_journal_entry){
					   .idx = idx,
					   .when = when,
					   .tag = json_string_value(json_object_get(entry, "tag")),
				   });
}

json_t *
sfs_journal_take(struct sfs_journal *journal, size_t at)
{
	json_t *entries = json_object_get(journal->root, "entries");
	json_t *entry = json_incref(json_array_get(entries, at));

	(void)json_array_remove(entries, at);
	journal->entries.len--;
	memmove(journal->entries.items + at, journal->entries.items + at + 1,
		(journal->entries.len - at) * sizeof *journal->entries.items);
	journal->n_read = at < journal->n_read ? at : journal->n_read;
	return entry;
}

int
sfs_journal_write(const struct sfs_journal *journal, const char *directory, struct sfs_error *err)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	char *path sfs_auto(free) = sfs_file_join(directory, journal_name);

	if (!sfs_journal_text_splice(sfs_str_text(&journal->text), journal->text.len,
		    journal->n_read, json_object_get(journal->root, "entries"), &text)) {
		sfs_json_stringify(journal->root, &text);
	}
	return sfs_file_write(path, sfs_str_text(&text), text.len, 0666, err);
}
