// SPDX-License-Identifier: MIT
/* What a draft does with live objects, in memory and in its journal. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/draft_claim.h"

#define JOURNAL "journal"

/*
 * Records, each begun by a line; fields have their odd bytes as %XX, and "-" is none:
 *
 *   C <len> <live> <now>   claimed; `len` bytes of text and a newline follow; "-": a directory
 *   M <live> <now>         it has another place
 *   R <live>               released
 */

enum { JOURNAL_LIMIT = 1 << 30, LEAST_LIMIT = 4 << 20 };

/* ---- in memory ---- */

static void
destroy(struct mnt_claim *claim)
{
	free(claim->live);
	free(claim->now);
	free(claim->was);
	mnt_text_unref(claim->base);
	mnt_text_unref(claim->told);
	free(claim);
}

void
mnt_claims_finish(struct mnt_draft *draft)
{
	void *value;

	for (size_t i = 0; draft->bylive && sfs_map_next(draft->bylive, &i, NULL, &value);) {
		destroy(value);
	}
	sfs_map_destroy(draft->bylive);
	sfs_map_destroy(draft->bynow);
	draft->bylive = draft->bynow = NULL;
	if (draft->journal >= 0) {
		(void)close(draft->journal);
		draft->journal = -1;
	}
}

struct mnt_claim *
mnt_claim_of(const struct mnt_draft *draft, const char *live)
{
	return sfs_map_get(draft->bylive, live);
}

struct mnt_claim *
mnt_claim_at(const struct mnt_draft *draft, const char *path)
{
	return sfs_map_get(draft->bynow, path);
}

static void
place(struct mnt_draft *draft, struct mnt_claim *claim, const char *now)
{
	if (claim->now && mnt_claim_at(draft, claim->now) == claim) {
		(void)sfs_map_remove(draft->bynow, claim->now);
	}
	free(claim->was);
	claim->was = claim->now;
	claim->now = sfs_strdup(now);
	if (claim->now) {
		/* Removed first: the key is that of the claim which stands there. */
		(void)sfs_map_remove(draft->bynow, claim->now);
		sfs_map_set(draft->bynow, claim->now, claim);
	}
}

static void
forget(struct mnt_draft *draft, struct mnt_claim *claim)
{
	place(draft, claim, NULL);
	(void)sfs_map_remove(draft->bylive, claim->live);
	destroy(claim);
}

static struct mnt_claim *
remember(struct mnt_draft *draft, const char *live, const char *now, struct mnt_text *base)
{
	struct mnt_claim *claim = mnt_claim_of(draft, live);

	if (claim) {
		mnt_text_unref(claim->base);
	} else {
		claim = sfs_alloc(sizeof *claim);
		claim->live = sfs_strdup(live);
		sfs_map_set(draft->bylive, claim->live, claim);
	}
	claim->base = mnt_text_ref(base);
	place(draft, claim, now);
	return claim;
}

/* ---- the journal, written ---- */

static void
add_path(struct sfs_str *out, const char *path)
{
	sfs_str_addc(out, ' ');
	if (!path) {
		sfs_str_addc(out, '-');
		return;
	}
	for (const unsigned char *at = (const unsigned char *)path; *at; at++) {
		bool alone = at == (const unsigned char *)path && !at[1];

		if (*at <= ' ' || *at == '%' || *at >= 0x7f || (*at == '-' && alone)) {
			sfs_str_addf(out, "%%%02X", *at);
		} else {
			sfs_str_addc(out, (char)*at);
		}
	}
}

static void
add_claim(struct sfs_str *out, const char *live, const char *now, const struct mnt_text *base)
{
	if (base) {
		sfs_str_addf(out, "C %zu", base->len);
	} else {
		sfs_str_add(out, "C -");
	}
	add_path(out, live);
	add_path(out, now);
	sfs_str_addc(out, '\n');
	if (base) {
		sfs_str_addn(out, base->bytes, base->len);
		sfs_str_addc(out, '\n');
	}
}

/* The journal as short as it can be. */
static struct sfs_str
render(const struct mnt_draft *draft)
{
	struct sfs_str out = SFS_STR_INIT;
	void *value;

	for (size_t i = 0; sfs_map_next(draft->bylive, &i, NULL, &value);) {
		const struct mnt_claim *claim = value;

		add_claim(&out, claim->live, claim->now, claim->base);
	}
	return out;
}

/*
 * Writes the journal anew, with what there is to tell and no more: files that are opened, and left as
 * they were, would let it grow for ever.
 */
static int
rewrite(struct mnt_draft *draft, bool sync)
{
	enum { SHARE = 4 };
	char *path sfs_auto(free) = sfs_file_join(draft->folder, JOURNAL);
	struct sfs_str text sfs_auto(str) = render(draft);
	const char *bytes = sfs_str_text(&text);
	const mode_t mode = S_IRUSR | S_IWUSR;

	if (draft->journal >= 0) {
		(void)close(draft->journal);
		draft->journal = -1;
	}
	draft->journal_limit = LEAST_LIMIT + SHARE * (off_t)text.len;
	return sync ? sfs_file_write(path, bytes, text.len, mode, NULL)
		    : sfs_file_write_fast(path, bytes, text.len, mode, NULL);
}

static off_t
open_journal(struct mnt_draft *draft)
{
	if (draft->journal < 0) {
		char *path sfs_auto(free) = sfs_file_join(draft->folder, JOURNAL);

		draft->journal =
			open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
	}
	return draft->journal < 0 ? -1 : lseek(draft->journal, 0, SEEK_END);
}

/* A record is there as a whole or not at all: what a crash cut short is left out when it is read. */
static int
append(struct mnt_draft *draft, const struct sfs_str *record)
{
	off_t end = open_journal(draft);

	if (end > draft->journal_limit && rewrite(draft, false) == 0) {
		end = open_journal(draft);
	}
	if (end < 0) {
		return -errno;
	}
	ssize_t n = write(draft->journal, sfs_str_text(record), record->len);
	if (n == (ssize_t)record->len) {
		mnt_draft_changed(draft);
		return 0;
	}
	int r = n < 0 ? -errno : -ENOSPC;
	return ftruncate(draft->journal, end) < 0 ? -EIO : r;
}

int
mnt_claims_sync(struct mnt_draft *draft)
{
	return draft->journal >= 0 && fdatasync(draft->journal) < 0 ? -errno : 0;
}

int
mnt_claim_add(struct mnt_draft *draft, const char *live, const char *now, struct mnt_text *base)
{
	struct sfs_str record sfs_auto(str) = SFS_STR_INIT;

	if (sfs_map_len(draft->bylive) >= MNT_DRAFT_FILES) {
		return -EDQUOT;
	}
	add_claim(&record, live, now, base);
	int r = append(draft, &record);
	if (r == 0) {
		(void)remember(draft, live, now, base);
	}
	return r;
}

int
mnt_claim_move(struct mnt_draft *draft, struct mnt_claim *claim, const char *now)
{
	struct sfs_str record sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addc(&record, 'M');
	add_path(&record, claim->live);
	add_path(&record, now);
	sfs_str_addc(&record, '\n');
	int r = append(draft, &record);
	if (r == 0) {
		place(draft, claim, now);
	}
	return r;
}

int
mnt_claim_rebase(struct mnt_draft *draft, struct mnt_claim *claim, struct mnt_text *base)
{
	struct sfs_str record sfs_auto(str) = SFS_STR_INIT;

	add_claim(&record, claim->live, claim->now, base);
	int r = append(draft, &record);
	if (r == 0) {
		mnt_text_ref(base);
		mnt_text_unref(claim->base);
		claim->base = base;
		mnt_text_unref(claim->told);
		claim->told = NULL;
	}
	return r;
}

int
mnt_claim_release(struct mnt_draft *draft, struct mnt_claim *claim)
{
	struct sfs_str record sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addc(&record, 'R');
	add_path(&record, claim->live);
	sfs_str_addc(&record, '\n');
	int r = append(draft, &record);
	if (r == 0) {
		forget(draft, claim);
	}
	return r;
}

int
mnt_claims_move_below(struct mnt_draft *draft, const char *from, const char *to)
{
	size_t len = strlen(from);
	void *value;
	int r = 0;

	for (size_t i = 0; r == 0 && sfs_map_next(draft->bylive, &i, NULL, &value);) {
		struct mnt_claim *claim = value;

		if (claim->now && strncmp(claim->now, from, len) == 0 && claim->now[len] == '/') {
			char *now sfs_auto(free) = sfs_asprintf("%s%s", to, claim->now + len);

			r = mnt_claim_move(draft, claim, now);
		}
	}
	return r;
}

/* ---- the journal, read ---- */

/* Decodes a field that ends at a space or the newline; NULL when it is malformed. */
static const char *
read_path(const char *at, const char *end, char **ret_path)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
	unsigned byte;

	if (at >= end || *at++ != ' ') {
		return NULL;
	}
	if (at < end && *at == '-' && (at + 1 == end || at[1] == ' ')) {
		*ret_path = NULL;
		return at + 1;
	}
	for (; at < end && *at != ' '; at++) {
		if (*at == '%') {
			if (end - at < 3 || sscanf(at + 1, "%2X", &byte) != 1 || !byte) {
				return NULL;
			}
			sfs_str_addc(&path, (char)byte);
			at += 2;
		} else {
			sfs_str_addc(&path, *at);
		}
	}
	*ret_path = sfs_str_steal(&path);
	return at;
}

/* One record; returns where the next begins, NULL when this one is cut short. */
static const char *
read_record(struct mnt_draft *draft, const char *at, const char *end)
{
	const char *line_end = memchr(at, '\n', (size_t)(end - at));
	char *live sfs_auto(free) = NULL;
	char *now sfs_auto(free) = NULL;
	struct mnt_text *base sfs_auto(mnt_text) = NULL;
	char type = *at;
	size_t len = 0;

	if (!line_end) {
		return NULL;
	}
	const char *next = line_end + 1, *field = at + 1;
	if (type == 'C') {
		int used = 0;

		if (sscanf(field, " %zu%n", &len, &used) == 1) {
			if ((size_t)(end - next) < len + 1) {
				return NULL;
			}
			base = mnt_text_create(next, len);
			next += len + 1;
		} else if (strncmp(field, " -", 2) == 0) {
			used = 2;
		}
		field += used;
	}
	field = read_path(field, line_end, &live);
	if (field && type != 'R') {
		field = read_path(field, line_end, &now);
	}
	if (!field || !live) {
		return NULL;
	}
	struct mnt_claim *claim = mnt_claim_of(draft, live);
	if (type == 'C') {
		(void)remember(draft, live, now, base);
	} else if (claim && type == 'M') {
		place(draft, claim, now);
	} else if (claim) {
		forget(draft, claim);
	}
	return next;
}

/* The last move may have been told and not done. */
static void
settle_places(struct mnt_draft *draft)
{
	void *value;

	for (size_t i = 0; sfs_map_next(draft->bylive, &i, NULL, &value);) {
		struct mnt_claim *claim = value;
		char *now sfs_auto(free) =
			claim->now ? sfs_asprintf("%s/files/%s", draft->folder, claim->now) : NULL;
		char *was sfs_auto(free) =
			claim->was ? sfs_asprintf("%s/files/%s", draft->folder, claim->was) : NULL;

		if (now && access(now, F_OK) < 0 && was && access(was, F_OK) == 0) {
			char *back sfs_auto(free) = sfs_strdup(claim->was);

			place(draft, claim, back);
		}
		free(claim->was);
		claim->was = NULL;
	}
}

int
mnt_claims_load(struct mnt_draft *draft)
{
	char *path sfs_auto(free) = sfs_file_join(draft->folder, JOURNAL);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	draft->journal = -1;
	draft->bylive = sfs_map_create();
	draft->bynow = sfs_map_create();
	draft->journal_limit = LEAST_LIMIT;
	if (access(path, F_OK) < 0) {
		return 0;
	}
	int r = sfs_file_read(path, JOURNAL_LIMIT, &text, NULL);
	if (r < 0) {
		return r;
	}
	const char *at = sfs_str_text(&text), *end = at + text.len;
	while (at && at < end) {
		at = read_record(draft, at, end);
	}
	settle_places(draft);
	return rewrite(draft, true);
}
