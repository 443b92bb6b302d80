// SPDX-License-Identifier: MIT
/* The snapshots of a folder whose migrations get another order. */
#include <errno.h>
#include <string.h>

#include "migrate/rebase_chain.h"
#include "migrate/snapshot.h"

/* The names of tables and columns that a snapshot tells. A new reference. */
static json_t *
names_of(const json_t *snapshot)
{
	json_t *names = json_object(), *table, *column;
	const char *key, *name;

	json_object_foreach(json_object_get(snapshot, "tables"), key, table)
	{
		json_t *columns = json_object();

		json_object_foreach(json_object_get(table, "columns"), name, column)
		{
			(void)json_object_set_new(columns, name, json_true());
		}
		(void)json_object_set_new(names, key, columns);
	}
	return names;
}

/* Whether a snapshot can be that of the schema. */
static bool
fits(const json_t *snapshot, const struct sfs_catalog *catalog)
{
	json_t *made = sfs_snapshot_make(catalog);
	json_t *a = names_of(snapshot), *b = names_of(made);
	bool same = json_equal(a, b);

	json_decref(made);
	json_decref(a);
	json_decref(b);
	return same;
}

bool
sfs_rebase_share(const char *a, const char *b)
{
	size_t prefix = strcspn(a, "_");

	return prefix == strcspn(b, "_") && strncmp(a, b, prefix) == 0;
}

/* The moved migration whose snapshot had the same file as the tag's, NULL for none. */
static struct sfs_move *
sharer(const struct sfs_rebase *rebase, const char *tag)
{
	sfs_vec_foreach (move, &rebase->moves) {
		if (sfs_rebase_share(move->from, tag)) {
			return move;
		}
	}
	return NULL;
}

void
sfs_chain_finish(struct sfs_chain *chain)
{
	sfs_vec_foreach (catalog, &chain->catalogs) {
		sfs_catalog_destroy(*catalog);
	}
	sfs_vec_finish(&chain->catalogs);
	json_decref(chain->newest);
	json_decref(chain->remade);
	json_decref(chain->words);
}
/* The snapshot of the first `n` files, made of the newest before; a new reference. */
static json_t *
follow(const struct sfs_chain *chain, size_t n, const json_t *words)
{
	const char *prev = json_string_value(json_object_get(chain->newest, "id"));
	json_t *want = sfs_snapshot_make(chain->catalogs.items[n - chain->first]), *out;
	struct sfs_renames none = { 0 };

	if (chain->newest && sfs_snapshot_is_current(chain->newest)) {
		json_t *have = sfs_snapshot_make(chain->catalogs.items[chain->n - chain->first]);

		out = sfs_snapshot_merge(chain->newest, have, want, &none);
		sfs_snapshot_reword(out, have, want, words);
		json_decref(have);
	} else {
		out = json_incref(want);
	}
	json_decref(want);
	sfs_snapshot_identify(out, prev ? prev : SFS_SNAPSHOT_NONE);
	return out;
}

static void
advance(struct sfs_chain *chain, json_t *snapshot, size_t n)
{
	json_decref(chain->newest);
	chain->newest = snapshot;
	chain->n = n;
}

/* One that stays: its snapshot is read, or made again when it is another's that a merge has left. */
static int
keep_snapshot(struct sfs_chain *chain, size_t n, struct sfs_error *err)
{
	const struct sfs_history *history = chain->history;
	const char *tag = history->journal.entries.items[n - 1].tag;
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_move *other = sharer(chain->rebase, tag);
	json_t *snapshot = NULL;
	int r = sfs_snapshot_read(history->directory, tag, &snapshot, &fault);

	if (r == -ENOENT) {
		return 0;
	}
	if (r < 0) {
		sfs_error_move(err, &fault);
		return r;
	}
	if (other && !fits(snapshot, chain->catalogs.items[n - chain->first])) {
		json_t *made = follow(chain, n, NULL);

		(void)json_object_set(chain->remade, tag, made);
		(void)json_object_set_new(chain->words, other->from, snapshot);
		snapshot = made;
	}
	advance(chain, snapshot, n);
	return 0;
}

/* Of one that moves nobody shared the file with: it is in drizzle's words. */
static void
find_words(struct sfs_chain *chain, const struct sfs_move *move)
{
	json_t *snapshot = NULL;

	sfs_vec_foreach (entry, &chain->history->journal.entries) {
		if (sfs_rebase_share(entry->tag, move->from)) {
			return;
		}
	}
	if (sfs_snapshot_read(chain->history->directory, move->from, &snapshot, NULL) == 0) {
		(void)json_object_set_new(chain->words, move->from, snapshot);
	}
}

int
sfs_chain_make(struct sfs_chain *chain, struct sfs_error *err)
{
	size_t kept = chain->history->journal.entries.len;
	int r = 0;

	for (size_t n = chain->first + 1; r == 0 && n <= kept; n++) {
		r = keep_snapshot(chain, n, err);
	}
	for (size_t i = 0; r == 0 && i < chain->rebase->moves.len; i++) {
		struct sfs_move *move = &chain->rebase->moves.items[i];

		find_words(chain, move);
		move->snapshot =
			follow(chain, kept + i + 1, json_object_get(chain->words, move->from));
		advance(chain, json_incref(move->snapshot), kept + i + 1);
	}
	return r;
}

int
sfs_chain_begin(struct sfs_chain *chain, struct sfs_error *err)
{
	struct sfs_history until = *chain->history;
	struct sfs_base base = { 0 };
	size_t n = 0;

	while (n < until.journal.entries.len &&
		!sharer(chain->rebase, until.journal.entries.items[n].tag)) {
		n++;
	}
	until.journal.entries.len = n;
	int r = sfs_base_find(&until, &base, err);
	chain->newest = base.snapshot;
	chain->n = chain->first = base.n;
	chain->remade = json_object();
	chain->words = json_object();
	return r;
}
