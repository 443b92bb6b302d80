// SPDX-License-Identifier: MIT
/* From the files of a draft and their claims to what it asks of the database. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "catalog/path.h"
#include "fs/draft_claim.h"
#include "fs/draft_edits.h"
#include "fs/draft_phases.h"
#include "fs/draft_told.h"
#include "fs/save.h"
#include "sql/quote.h"

struct collector {
	struct mnt_drafts *drafts;
	struct mnt_draft *draft;
	struct mnt_wishes *out;
	struct sfs_map *taken; /* owned; files that a claim accounts for, by path */
};

static void
wish_finish(struct mnt_wish *wish)
{
	free(wish->path);
	free(wish->renamed);
	free(wish->file);
	mnt_text_unref(wish->text);
	mnt_text_unref(wish->written);
	mnt_text_unref(wish->base);
	mnt_text_unref(wish->live);
}

void
mnt_wishes_finish(struct mnt_wishes *wishes)
{
	sfs_vec_foreach (wish, &wishes->wishes) {
		wish_finish(wish);
	}
	sfs_vec_foreach (problem, &wishes->problems) {
		sfs_error_finish(problem);
	}
	sfs_vec_finish(&wishes->wishes);
	sfs_vec_finish(&wishes->problems);
}

void
mnt_wishes_problem(struct mnt_wishes *wishes, struct sfs_error *err)
{
	struct sfs_error problem = SFS_ERROR_INIT;

	sfs_error_move(&problem, err);
	sfs_vec_push(&wishes->problems, problem);
}

bool
mnt_wish_is_late(const struct mnt_wish *wish)
{
	if (!wish->base || !wish->live) {
		return wish->base != wish->live;
	}
	return !mnt_text_equal(wish->base, wish->live->bytes, wish->live->len);
}

/* ---- files ---- */

static void
set_place(const struct collector *c, const char *path, struct mnt_place *ret_place)
{
	const struct mnt_place root = { .draft = c->draft, .path = (char *)"" };

	mnt_place_below(&root, path, ret_place);
}

/* The text of a file that the draft keeps, NULL when it keeps none of that path. */
static struct mnt_text *
kept_text(const struct collector *c, const char *path)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct stat kept;

	set_place(c, path, &place);
	return lstat(place.file, &kept) == 0 && S_ISREG(kept.st_mode) ? mnt_place_text(&place)
								      : NULL;
}

static bool
is_object(const char *path)
{
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_identity id;

	return sfs_path_parse(path, arena, &id) == 0;
}

static void
problem(const struct collector *c, const char *path, int errnum, const char *message,
	const char *hint)
{
	struct sfs_error err = SFS_ERROR_INIT;

	(void)sfs_error_set(&err, errnum, "%s", message);
	sfs_error_hint(&err, "%s", hint);
	err.file = sfs_strdup(path);
	mnt_wishes_problem(c->out, &err);
}

/* Whether a text can be sent at all; says so if not. */
static bool
is_sound(const struct collector *c, const char *path, const struct mnt_text *text)
{
	struct sfs_error err = SFS_ERROR_INIT;
	const char *zero = memchr(text->bytes, '\0', text->len);

	if (!zero) {
		return true;
	}
	(void)sfs_error_set(&err, EINVAL, "the text contains a NUL byte");
	sfs_error_position(&err, path, text->bytes, (size_t)(zero - text->bytes));
	mnt_wishes_problem(c->out, &err);
	return false;
}

/* ---- claims ---- */

static void
wish_for(struct collector *c, struct mnt_wish wish)
{
	wish.done = wish.text && !wish.renamed && wish.live &&
		    mnt_text_equal(wish.live, wish.text->bytes, wish.text->len);
	sfs_vec_push(&c->out->wishes, wish);
}

/* The object's file is where it was: it is edited, wherever else a copy of it went. */
static void
edited(struct collector *c, const struct mnt_claim *claim, struct mnt_text *text,
	struct mnt_text *live)
{
	sfs_map_set(c->taken, claim->live, c);
	if (!is_sound(c, claim->live, text)) {
		return;
	}
	if (mnt_says_nothing(c->drafts->mnt, text->bytes, text->len)) {
		problem(c, claim->live, EINVAL, "the file says nothing",
			"an emptied file drops nothing; remove the file to drop the object");
		return;
	}
	wish_for(c, (struct mnt_wish){ .path = sfs_strdup(claim->live),
			    .file = sfs_strdup(claim->live),
			    .text = mnt_text_ref(text),
			    .base = mnt_text_ref(claim->base),
			    .live = mnt_text_ref(live) });
}

static void
renamed(struct collector *c, const struct mnt_claim *claim, struct mnt_text *text,
	struct mnt_text *live)
{
	bool same = mnt_text_equal(claim->base, text->bytes, text->len);

	sfs_map_set(c->taken, claim->now, c);
	if (!is_sound(c, claim->now, text)) {
		return;
	}
	struct mnt_text *there sfs_auto(mnt_text) = mnt_live_text(c->drafts->mnt, claim->now);
	wish_for(c, (struct mnt_wish){ .path = sfs_strdup(claim->live),
			    .renamed = sfs_strdup(claim->now),
			    .file = sfs_strdup(claim->now),
			    .text = same ? NULL : mnt_text_ref(text),
			    .base = mnt_text_ref(claim->base),
			    .live = mnt_text_ref(live) });
	/* Somebody did the same. */
	c->out->wishes.items[c->out->wishes.len - 1].done = same && !live && there;
}

static void
removed(struct collector *c, const struct mnt_claim *claim, struct mnt_text *live)
{
	wish_for(c, (struct mnt_wish){ .path = sfs_strdup(claim->live),
			    .base = mnt_text_ref(claim->base),
			    .live = mnt_text_ref(live) });
	c->out->wishes.items[c->out->wishes.len - 1].done = !live;
}

/*
 * What is in an object's former place is the object, written anew, unless that was moved to where
 * objects are: then it is another one.
 */
static void
collect_claim(struct collector *c, const struct mnt_claim *claim)
{
	const struct mnt_claim *other = mnt_claim_at(c->draft, claim->live);
	struct mnt_text *live sfs_auto(mnt_text) = mnt_live_text(c->drafts->mnt, claim->live);
	struct mnt_text *here sfs_auto(mnt_text) =
		other && other != claim ? NULL : kept_text(c, claim->live);
	bool elsewhere = claim->now && strcmp(claim->now, claim->live) != 0;
	struct mnt_text *moved sfs_auto(mnt_text) =
		elsewhere && is_object(claim->now) ? kept_text(c, claim->now) : NULL;

	if (moved) {
		renamed(c, claim, moved, live);
	} else if (here) {
		edited(c, claim, here, live);
	} else if (claim->now && !elsewhere) {
		/* Claimed by what then did not happen: it is shown as it is. */
		return;
	} else {
		removed(c, claim, live);
	}
}

/* ---- files without a claim ---- */

static void
collect_file(struct collector *c, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	if (sfs_map_has(c->taken, path)) {
		return;
	}
	if (!is_object(path)) {
		if (sfs_ends_with(name, ".sql") && name[0] != '.' && name[0] != '#') {
			problem(c, path, EINVAL, "this is not the place of any object",
				"see the directories of the live tree for where objects are");
		}
		return;
	}
	struct mnt_text *text sfs_auto(mnt_text) = kept_text(c, path);
	/* What has a claim leaves the place to this one. */
	struct mnt_text *live sfs_auto(mnt_text) =
		mnt_claim_of(c->draft, path) ? NULL : mnt_live_text(c->drafts->mnt, path);
	if (!text || !is_sound(c, path, text) ||
		mnt_says_nothing(c->drafts->mnt, text->bytes, text->len)) {
		return;
	}
	wish_for(c, (struct mnt_wish){ .path = sfs_strdup(path),
			    .file = sfs_strdup(path),
			    .text = mnt_text_ref(text),
			    .live = mnt_text_ref(live) });
}

/* A directory that was made in schema/ is a namespace, whether or not it has its own file. */
static void
imply_namespace(struct collector *c, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char *file sfs_auto(free) = sfs_asprintf("%s/schema.sql", path);
	struct sfs_str raw sfs_auto(str) = SFS_STR_INIT, text sfs_auto(str) = SFS_STR_INIT;
	struct mnt_text *kept sfs_auto(mnt_text) = kept_text(c, file);

	if (c->drafts->mnt->driver->dialect != SFS_POSTGRES || kept || name[0] == '.' ||
		mnt_live_is_directory(c->drafts->mnt, path) ||
		sfs_path_decode(&raw, name, strlen(name), false) < 0) {
		return;
	}
	sfs_str_add(&text, "CREATE SCHEMA ");
	sfs_quote_name(&text, SFS_POSTGRES, sfs_str_text(&raw));
	sfs_str_add(&text, ";\n");
	wish_for(c, (struct mnt_wish){ .path = sfs_strdup(file),
			    .text = mnt_text_create(sfs_str_text(&text), text.len),
			    .implied = true });
}

static void
collect_files(struct collector *c, const char *path)
{
	struct mnt_place place sfs_auto(place) = { 0 };

	set_place(c, path, &place);
	DIR *dir = opendir(place.file);
	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		const char *name = entry->d_name;
		char *below sfs_auto(free) = sfs_asprintf("%s/%s", path, name);
		struct mnt_place inner sfs_auto(place) = { 0 };
		struct stat kept;

		set_place(c, below, &inner);
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
			lstat(inner.file, &kept) < 0) {
			continue;
		}
		if (S_ISREG(kept.st_mode)) {
			collect_file(c, below);
		} else if (S_ISDIR(kept.st_mode) && name[0] != '.') {
			if (strcmp(path, "schema") == 0) {
				imply_namespace(c, below);
			}
			collect_files(c, below);
		}
	}
	if (dir) {
		(void)closedir(dir);
	}
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct mnt_wish *)a)->path, ((const struct mnt_wish *)b)->path);
}

/* A directory that the live tree has no more need not be told to be gone. */
static void
prune(struct mnt_drafts *drafts, struct mnt_draft *draft)
{
	void *value;

	for (size_t i = 0; sfs_map_next(draft->bylive, &i, NULL, &value);) {
		struct mnt_claim *claim = value;

		if (!claim->base && !mnt_live_is_directory(drafts->mnt, claim->live) &&
			mnt_claim_release(draft, claim) < 0) {
			return;
		}
	}
}

void
mnt_wishes_collect(
	struct mnt_drafts *drafts, struct mnt_draft *draft, struct mnt_wishes *ret_wishes)
{
	struct sfs_map *taken sfs_auto(map) = sfs_map_create();
	struct collector c = {
		.drafts = drafts, .draft = draft, .out = ret_wishes, .taken = taken
	};
	void *value;

	prune(drafts, draft);
	for (size_t i = 0; sfs_map_next(draft->bylive, &i, NULL, &value);) {
		if (((const struct mnt_claim *)value)->base) {
			collect_claim(&c, value);
		}
	}
	collect_files(&c, "schema");
	collect_files(&c, "database");
	if (ret_wishes->wishes.len) {
		qsort(ret_wishes->wishes.items, ret_wishes->wishes.len,
			sizeof *ret_wishes->wishes.items, by_path);
	}
	mnt_wishes_sort(drafts->mnt, ret_wishes);
}

/* ---- what came true ---- */

/* Written again since: a change of what the live object says now, which may have another name. */
static int
go_on(struct mnt_drafts *drafts, struct mnt_draft *draft, struct mnt_claim *claim, const char *file)
{
	struct mnt_text *live sfs_auto(mnt_text) = mnt_live_text(drafts->mnt, file);

	if (!claim || !live) {
		return 0;
	}
	if (strcmp(claim->live, file) == 0) {
		return mnt_claim_rebase(draft, claim, live);
	}
	int r = mnt_claim_release(draft, claim);
	return r < 0 ? r : mnt_claim_add(draft, file, file, live);
}

int
mnt_wish_fulfil(struct mnt_drafts *drafts, struct mnt_draft *draft, const char *path,
	const char *file, const struct mnt_text *said)
{
	const struct collector c = { .drafts = drafts, .draft = draft };
	struct mnt_claim *claim = mnt_claim_of(draft, path);
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_text *text sfs_auto(mnt_text) = file ? kept_text(&c, file) : NULL;
	struct stat kept;

	/* NULL: a rename alone */
	said = said ? said : claim ? claim->base : NULL;
	if (text && said && !mnt_text_equal(text, said->bytes, said->len)) {
		return go_on(drafts, draft, claim, file);
	}
	if (text) {
		set_place(&c, file, &place);
		mnt_told_was(draft, place.path, text);
		if (lstat(place.file, &kept) < 0 || unlink(place.file) < 0) {
			return -errno;
		}
		mnt_draft_discharge(draft, (uint64_t)kept.st_size, 1);
		mnt_draft_changed(draft);
		mnt_told_changed(draft, place.path);
	}
	mnt_told_changed(draft, path);
	return claim ? mnt_claim_release(draft, claim) : 0;
}
