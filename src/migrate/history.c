// SPDX-License-Identifier: MIT
/* All migrations of a folder, to be run again from the beginning. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/file.h"
#include "migrate/history.h"
#include "migrate/script.h"
#include "migrate/words.h"

enum { MAX_FILE = 256 << 20 };

bool
sfs_history_exists(const char *directory)
{
	char *path sfs_auto(free) = sfs_file_join(directory, "meta/_journal.json");

	return access(path, F_OK) == 0;
}

const struct sfs_driver *
sfs_history_driver(const char *directory)
{
	static const struct sfs_driver *const drivers[] = { &sfs_postgres_driver,
		&sfs_sqlite_driver };

	if (!sfs_history_exists(directory)) {
		return NULL;
	}
	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
		struct sfs_journal journal sfs_auto(journal) = { 0 };

		if (sfs_journal_read(directory, drivers[i]->name, &journal, NULL) == 0) {
			return drivers[i];
		}
	}
	return NULL;
}

void
sfs_history_finish(struct sfs_history *history)
{
	sfs_journal_finish(&history->journal);
	sfs_vec_finish(&history->files);
	sfs_vec_finish(&history->steps);
	sfs_vec_finish(&history->ends);
	sfs_arena_destroy(history->arena);
	memset(history, 0, sizeof *history);
}

/* A file of comments alone is one that nobody has written yet. */
static bool
is_empty(enum sfs_dialect dialect, const char *text)
{
	struct sfs_words words sfs_auto(words) = { 0 };

	sfs_words_cut(&words, dialect, text);
	return words.tokens.len == 0;
}

int
sfs_history_add(struct sfs_history *history, const char *name, const char *text, size_t len,
	struct sfs_error *err)
{
	struct sfs_script script sfs_auto(script) = { 0 };
	struct sfs_source *source = sfs_arena_alloc(history->arena, sizeof *source);
	enum sfs_dialect dialect = history->driver->dialect;

	source->path = sfs_arena_strdup(history->arena, name);
	source->text = sfs_arena_strndup(history->arena, text, len);
	source->len = len;
	if (!is_empty(dialect, source->text)) {
		int r = sfs_script_parse(dialect, source->path, source->text, len, &script, err);

		if (r < 0) {
			return r;
		}
	}
	sfs_vec_foreach (statement, &script.statements) {
		sfs_vec_push(&history->steps,
			(struct sfs_replay_step){ source, statement->offset, statement->len });
	}
	sfs_vec_push(&history->files, *source);
	sfs_vec_push(&history->ends, history->steps.len);
	return 0;
}

void
sfs_history_remove(struct sfs_history *history)
{
	history->files.len--;
	history->ends.len--;
	history->steps.len = history->ends.items[history->ends.len - 1];
}

static int
add_entry(struct sfs_history *history, const struct sfs_journal_entry *entry, struct sfs_error *err)
{
	const char *name = sfs_arena_printf(history->arena, "%s.sql", entry->tag);
	char *path sfs_auto(free) = sfs_file_join(history->directory, name);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	int r = sfs_file_read(path, MAX_FILE, &text, err);

	if (r == -ENOENT) {
		sfs_error_hint(err, "the journal names it: put it back, or take its entry out of "
				    "meta/_journal.json");
	}
	return r < 0 ? r : sfs_history_add(history, path, sfs_str_text(&text), text.len, err);
}

int
sfs_history_read(const char *directory, const struct sfs_driver *driver,
	struct sfs_history *ret_history, struct sfs_error *err)
{
	struct sfs_history history sfs_auto(history) = { .driver = driver };
	int r = sfs_journal_read(directory, driver->name, &history.journal, err);

	history.arena = sfs_arena_create();
	history.directory = sfs_arena_strdup(history.arena, directory);
	sfs_vec_push(&history.ends, 0);
	for (size_t i = 0; r == 0 && i < history.journal.entries.len; i++) {
		r = add_entry(&history, &history.journal.entries.items[i], err);
	}
	if (r < 0) {
		return r;
	}
	*ret_history = history;
	memset(&history, 0, sizeof history);
	return 0;
}

int
sfs_history_replay(const struct sfs_history *history, struct sfs_db *db, const char *shadow,
	const size_t *stops, size_t n_stops, struct sfs_catalog **ret_catalogs,
	struct sfs_error *err)
{
	SFS_VEC(size_t) places = { 0 };

	for (size_t i = 0; i < n_stops; i++) {
		sfs_vec_push(&places, history->ends.items[stops[i]]);
	}
	int r = history->driver->replay(db,
		&(struct sfs_replay){
			.steps = history->steps.items,
			.n_steps = history->steps.len,
			.stops = places.items,
			.n_stops = n_stops,
			.shadow = shadow,
			.visit = history->visit,
			.visit_data = history->visit_data,
		},
		ret_catalogs, err);
	sfs_vec_finish(&places);
	return r;
}
