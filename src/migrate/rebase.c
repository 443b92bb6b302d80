// SPDX-License-Identifier: MIT
/* generate --rebase: the migrations of a branch behind those that were merged meanwhile. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "migrate/name.h"
#include "migrate/rebase_chain.h"
#include "migrate/snapshot.h"

enum { MAX_FILE = 256 << 20 };

void
sfs_rebase_finish(struct sfs_rebase *rebase)
{
	sfs_vec_foreach (move, &rebase->moves) {
		free(move->from);
		free(move->to);
		free(move->text);
		json_decref(move->snapshot);
	}
	sfs_vec_finish(&rebase->moves);
	memset(rebase, 0, sizeof *rebase);
}

static char *
path_of(const struct sfs_history *history, const char *tag)
{
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", tag);

	return sfs_file_join(history->directory, name);
}

/* ---- taking them out ---- */

static bool
is_one_of(const char *tag, const char *const *tags, size_t n_tags)
{
	for (size_t i = 0; i < n_tags; i++) {
		if (strcmp(tags[i], tag) == 0) {
			return true;
		}
	}
	return false;
}

/* Takes the named entries out of the journal, in its order. */
static void
take_entries(struct sfs_history *history, const char *const *tags, size_t n_tags,
	struct sfs_rebase *rebase)
{
	struct sfs_journal *journal = &history->journal;

	for (size_t i = 0, file = 0; i < journal->entries.len; file++) {
		const char *tag = journal->entries.items[i].tag;
		const struct sfs_source *source = &history->files.items[file];

		if (!is_one_of(tag, tags, n_tags)) {
			i++;
			continue;
		}
		struct sfs_move move = { .from = sfs_strdup(tag),
			.text = sfs_strndup(source->text, source->len),
			.len = source->len };
		json_t *entry = sfs_journal_take(journal, i);

		move.breakpoints = !json_is_false(json_object_get(entry, "breakpoints"));
		json_decref(entry);
		sfs_vec_push(&rebase->moves, move);
	}
}

/* The files of those that no journal names, in the order in which they were asked for. */
static int
take_files(struct sfs_history *history, const char *const *tags, size_t n_tags,
	struct sfs_rebase *rebase, struct sfs_error *err)
{
	for (size_t i = 0; i < n_tags; i++) {
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
		bool known = false;

		sfs_vec_foreach (move, &rebase->moves) {
			known = known || strcmp(move->from, tags[i]) == 0;
		}
		if (known) {
			continue;
		}
		char *path sfs_auto(free) = path_of(history, tags[i]);
		int r = sfs_file_read(path, MAX_FILE, &text, err);
		if (r < 0) {
			return r;
		}
		struct sfs_move move = {
			.from = sfs_strdup(tags[i]), .len = text.len, .breakpoints = true
		};
		move.text = sfs_str_steal(&text);
		sfs_vec_push(&rebase->moves, move);
	}
	return 0;
}

/* Whether the last entries are the named ones and nothing is wrong with their numbers and times. */
static bool
is_in_place(const struct sfs_journal *journal, const char *const *tags, size_t n_tags)
{
	size_t n = journal->entries.len;

	for (size_t i = 0; i < n_tags; i++) {
		if (!sfs_journal_find(journal, tags[i])) {
			return false;
		}
	}
	for (size_t i = n - n_tags; i < n; i++) {
		const struct sfs_journal_entry *entry = &journal->entries.items[i];

		if (!is_one_of(entry->tag, tags, n_tags)) {
			return false;
		}
		for (size_t before = 0; before < i; before++) {
			const struct sfs_journal_entry *other = &journal->entries.items[before];
			size_t prefix = strcspn(other->tag, "_");

			if (other->when >= entry->when || other->idx >= entry->idx ||
				(prefix && prefix == strcspn(entry->tag, "_") &&
					strncmp(other->tag, entry->tag, prefix) == 0)) {
				return false;
			}
		}
	}
	return true;
}

/* ---- the new order ---- */

/* Runs the entries that stay and then those that move; reads what each makes from `first` on. */
static int
run_in_order(const struct sfs_history *history, const struct sfs_history *read,
	struct sfs_chain *chain, struct sfs_error *err)
{
	const struct sfs_generation *how = chain->rebase->how;
	struct sfs_history order sfs_auto(history) = { .driver = history->driver,
		.directory = history->directory,
		.arena = sfs_arena_create() };
	SFS_VEC(size_t) stops = { 0 };
	int r = 0;

	sfs_vec_push(&order.ends, 0);
	for (size_t i = 0; r == 0 && i < read->files.len; i++) {
		const struct sfs_source *source = &read->files.items[i];

		r = sfs_history_add(&order, source->path, source->text, source->len, err);
	}
	sfs_vec_foreach (move, &chain->rebase->moves) {
		char *path sfs_auto(free) = path_of(history, move->from);

		r = r < 0 ? r : sfs_history_add(&order, path, move->text, move->len, err);
	}
	for (size_t n = chain->first; n <= order.files.len; n++) {
		sfs_vec_push(&stops, n);
		sfs_vec_push(&chain->catalogs, NULL);
	}
	if (r == 0) {
		r = sfs_history_replay(&order, how->db, how->shadow, stops.items, stops.len,
			chain->catalogs.items, err);
	}
	sfs_vec_finish(&stops);
	return r;
}

/* ---- writing ---- */

static int
write_all(struct sfs_history *history, const struct sfs_chain *chain, struct sfs_error *err)
{
	const struct sfs_rebase *rebase = chain->rebase;
	json_t *snapshot;
	const char *tag;
	int r = 0;

	sfs_vec_foreach (move, &rebase->moves) {
		char *path sfs_auto(free) = path_of(history, move->to);

		r = r < 0 ? r : sfs_file_write(path, move->text, move->len, 0666, err);
	}
	json_object_foreach(chain->remade, tag, snapshot)
	{
		r = r < 0 ? r : sfs_snapshot_write(history->directory, tag, snapshot, err);
	}
	sfs_vec_foreach (move, &rebase->moves) {
		r = r < 0 ? r
			  : sfs_snapshot_write(history->directory, move->to, move->snapshot, err);
	}
	return r < 0 ? r : sfs_journal_write(&history->journal, history->directory, err);
}

/* What nothing refers to any more. */
static void
remove_former(const struct sfs_history *history, const struct sfs_rebase *rebase)
{
	sfs_vec_foreach (move, &rebase->moves) {
		char *path sfs_auto(free) = path_of(history, move->from);
		bool shared = false;

		if (sfs_journal_find(&history->journal, move->from)) {
			continue;
		}
		(void)unlink(path);
		sfs_vec_foreach (entry, &history->journal.entries) {
			shared = shared || sfs_rebase_share(entry->tag, move->from);
		}
		if (!shared) {
			sfs_snapshot_remove(history->directory, move->from);
		}
	}
}

/* Names them anew and puts them into the journal, in memory. */
static int
number(struct sfs_history *history, struct sfs_rebase *rebase, struct sfs_error *err)
{
	struct sfs_journal *journal = &history->journal;

	sfs_vec_foreach (move, &rebase->moves) {
		move->to = sfs_migration_tag(
			journal, rebase->how->prefix, sfs_migration_suffix(move->from));
		char *path sfs_auto(free) = path_of(history, move->to);
		bool own = false;

		sfs_vec_foreach (other, &rebase->moves) {
			own = own || strcmp(other->from, move->to) == 0;
		}
		if (!own && access(path, F_OK) == 0) {
			return sfs_error_set(err, EEXIST,
				"%s is there already, and the journal does not name it", path);
		}
		sfs_journal_append(journal, move->to, sfs_migration_when(journal));
		json_t *entries = json_object_get(journal->root, "entries");
		json_t *entry = json_array_get(entries, json_array_size(entries) - 1);
		(void)json_object_set_new(entry, "breakpoints", json_boolean(move->breakpoints));
	}
	return 0;
}

/* The files of `history` without those that move, as borrowed copies. */
static void
keep_files(const struct sfs_history *history, const char *const *tags, size_t n_tags,
	struct sfs_history *ret_kept)
{
	for (size_t i = 0; i < history->journal.entries.len; i++) {
		if (!is_one_of(history->journal.entries.items[i].tag, tags, n_tags)) {
			sfs_vec_push(&ret_kept->files, history->files.items[i]);
		}
	}
}

static int
rebase(struct sfs_history *history, const char *const *tags, size_t n_tags,
	struct sfs_history *kept, struct sfs_rebase *rebase, struct sfs_error *err)
{
	struct sfs_chain chain sfs_auto(chain) = { .history = history, .rebase = rebase };
	int r;

	keep_files(history, tags, n_tags, kept);
	take_entries(history, tags, n_tags, rebase);
	r = take_files(history, tags, n_tags, rebase, err);
	if (r == 0) {
		r = sfs_chain_begin(&chain, err);
	}
	if (r == 0) {
		r = run_in_order(history, kept, &chain, err);
	}
	if (r == 0) {
		r = sfs_chain_make(&chain, err);
	}
	if (r == 0) {
		r = number(history, rebase, err);
	}
	if (r < 0 || rebase->how->dry_run) {
		return r;
	}
	r = write_all(history, &chain, err);
	if (r == 0) {
		remove_former(history, rebase);
	}
	return r;
}

int
sfs_rebase_run(struct sfs_history *history, const struct sfs_generation *how,
	const char *const *tags, size_t n_tags, struct sfs_rebase *ret_rebase,
	struct sfs_error *err)
{
	struct sfs_history kept sfs_auto(history) = { 0 };

	ret_rebase->how = how;
	if (is_in_place(&history->journal, tags, n_tags)) {
		ret_rebase->needless = true;
		return 0;
	}
	return rebase(history, tags, n_tags, &kept, ret_rebase, err);
}
