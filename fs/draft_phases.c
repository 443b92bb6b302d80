// SPDX-License-Identifier: MIT
/* By which names, and so in which order, what a draft asks for is planned. */
#include <string.h>

#include "base/alloc.h"
#include "catalog/path.h"
#include "diff/compare.h"
#include "diff/hint_target.h"
#include "fs/draft_phases.h"
#include "sql/quote.h"
#include "sql/statement.h"

struct sorter {
	enum sfs_dialect dialect;
	struct mnt_wishes *wishes;
	struct sfs_arena *arena;   /* owned; of names */
	struct sfs_renames spaces; /* owned; of namespaces */
	struct sfs_map *fresh;     /* owned; names that renames bring */
	struct sfs_map *former;    /* owned; names that renames take away */
};

/* ---- namespaces ---- */

static bool
identify(const struct sorter *s, const char *path, struct sfs_identity *ret_id)
{
	return path && sfs_path_parse(path, s->arena, ret_id) == 0;
}

/* Whether a wish gives a namespace another name. */
static bool
renames_space(const struct sorter *s, const struct mnt_wish *wish)
{
	struct sfs_identity id;

	return wish->renamed && identify(s, wish->path, &id) && id.kind == SFS_NAMESPACE;
}

static void
find_spaces(struct sorter *s)
{
	sfs_vec_foreach (wish, &s->wishes->wishes) {
		struct sfs_rename rename = { 0 };

		if (!wish->done && renames_space(s, wish) &&
			identify(s, wish->path, &rename.from) &&
			identify(s, wish->renamed, &rename.to)) {
			sfs_vec_push(&s->spaces, rename);
		}
	}
}

/* The path in the namespace's former directory; NULL when it is the same. Owned by the caller. */
static char *
former_path(const struct sorter *s, const char *path)
{
	struct sfs_identity id;

	if (!identify(s, path, &id) || id.kind == SFS_NAMESPACE) {
		return NULL;
	}
	sfs_vec_foreach (rename, &s->spaces) {
		struct sfs_str to sfs_auto(str) = SFS_STR_INIT, from sfs_auto(str) = SFS_STR_INIT;

		sfs_path_encode(&to, rename->to.name, false);
		sfs_path_encode(&from, rename->from.name, false);
		if (sfs_starts_with(path, "schema/") &&
			strncmp(path + strlen("schema/"), sfs_str_text(&to), to.len) == 0 &&
			path[strlen("schema/") + to.len] == '/') {
			return sfs_asprintf("schema/%s%s", sfs_str_text(&from),
				path + strlen("schema/") + to.len);
		}
	}
	return NULL;
}

static void
use_former_path(const struct sorter *s, char **path)
{
	char *former = former_path(s, *path);

	if (former) {
		free(*path);
		*path = former;
	}
}

/* It comes true with another rename. */
static void
drop_rename(struct mnt_wish *wish)
{
	if (sfs_streq(wish->renamed, wish->path)) {
		free(sfs_steal(wish->renamed));
		wish->follows = !wish->text;
	}
}

/* A namespace that is renamed takes along what is in it: that is told by where it is until then. */
static void
use_former_place(const struct sorter *s, struct mnt_wish *wish)
{
	if (wish->renamed) {
		use_former_path(s, &wish->renamed);
	} else if (!wish->base) {
		use_former_path(s, &wish->path);
	}
	drop_rename(wish);
}

/* Who renames a table may move the files of its triggers along: they come with it, as they are. */
static void
use_former_relation(const struct sorter *s, struct mnt_wish *wish)
{
	struct sfs_identity id, from, to;

	if (wish->done || !identify(s, wish->renamed, &id) || !id.relation) {
		return;
	}
	sfs_vec_foreach (other, &s->wishes->wishes) {
		struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

		if (other->done || other == wish || !identify(s, other->renamed, &to) ||
			!identify(s, other->path, &from) || to.relation ||
			!sfs_streq(to.namespace, id.namespace) ||
			!sfs_streq(to.name, id.relation)) {
			continue;
		}
		id.namespace = from.namespace;
		id.relation = from.name;
		sfs_path_of(&id, &path);
		free(wish->renamed);
		wish->renamed = sfs_str_steal(&path);
		break;
	}
	drop_rename(wish);
}

/* Only PostgreSQL's names tell by themselves what they are of: all but its own have a namespace. */
static void
use_former_names(const struct sorter *s, struct mnt_wish *wish, const struct sfs_renames *renames)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (s->dialect != SFS_POSTGRES || !renames->len) {
		return;
	}
	sfs_renames_rewrite(s->dialect, wish->text->bytes, renames, true, &text);
	if (mnt_text_equal(wish->text, sfs_str_text(&text), text.len)) {
		return;
	}
	if (!wish->written) {
		wish->written = mnt_text_ref(wish->text);
	}
	mnt_text_unref(wish->text);
	wish->text = mnt_text_create(sfs_str_text(&text), text.len);
}

/* ---- which names a text uses ---- */

/* Whether a statement of the text makes what the path names. */
static bool
makes(const struct sorter *s, const struct mnt_text *text, const char *path)
{
	struct sfs_statements statements = { 0 };
	struct sfs_identity id;
	bool found = false;

	if (!identify(s, path, &id)) {
		return false;
	}
	sfs_statements_split(s->dialect, text->bytes, text->len, &statements);
	sfs_vec_foreach (statement, &statements) {
		struct sfs_hint_target target;
		struct sfs_lexer lexer;

		sfs_lexer_init(&lexer, s->dialect, text->bytes, statement->offset + statement->len);
		lexer.at = statement->offset;
		sfs_hint_target_read(&lexer, id.namespace, s->arena, &target);
		target.id.signature = NULL;
		found |= sfs_identity_equal(&target.id, &id);
	}
	sfs_vec_finish(&statements);
	return found;
}

static bool
mentions(const struct sorter *s, const struct mnt_text *text, const struct sfs_map *names)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, s->dialect, text->bytes, text->len);
	while (sfs_lexer_word(&lexer, &token)) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		if (token.type == SFS_TOKEN_WORD || token.type == SFS_TOKEN_QUOTED) {
			sfs_unquote_name(&name, s->dialect, text->bytes + token.offset, token.len);
			if (sfs_map_has(names, sfs_str_text(&name))) {
				return true;
			}
		}
	}
	return false;
}

static void
find_names(struct sorter *s)
{
	struct sfs_identity id;

	sfs_vec_foreach (wish, &s->wishes->wishes) {
		if (wish->renamed && !wish->done && identify(s, wish->path, &id)) {
			sfs_map_set(s->former, id.name, s);
		}
	}
	sfs_vec_foreach (wish, &s->wishes->wishes) {
		if (wish->renamed && !wish->done && !renames_space(s, wish) &&
			identify(s, wish->renamed, &id) && !sfs_map_has(s->former, id.name)) {
			sfs_map_set(s->fresh, id.name, s);
		}
	}
}

static bool
was_a_space(const struct sorter *s, const char *name)
{
	sfs_vec_foreach (rename, &s->spaces) {
		if (strcmp(rename->from.name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* Where namespaces exchange their names, what the object is called tells which of them are meant. */
static void
use_former_spaces(const struct sorter *s, struct mnt_wish *wish)
{
	struct sfs_renames renames = { 0 };
	bool former = makes(s, wish->text, wish->path);

	sfs_vec_foreach (rename, &s->spaces) {
		if (!former || !was_a_space(s, rename->to.name)) {
			sfs_vec_push(&renames, *rename);
		}
	}
	use_former_names(s, wish, &renames);
	sfs_vec_finish(&renames);
}

/*
 * Names that came by renames, in the text of an object that there is, become those of before: so they
 * are all of one time. A name that others had before is left as it is, but for the object's own where
 * it calls itself that.
 */
static void
use_former_objects(const struct sorter *s, struct mnt_wish *wish)
{
	struct sfs_renames renames = { 0 };
	bool former = makes(s, wish->text, wish->path);

	sfs_vec_foreach (other, &s->wishes->wishes) {
		struct sfs_rename rename = { 0 };

		if (other->renamed && !other->done && identify(s, other->path, &rename.from) &&
			identify(s, other->renamed, &rename.to) &&
			rename.from.kind != SFS_NAMESPACE &&
			((other == wish && !former) || sfs_map_has(s->fresh, rename.to.name))) {
			sfs_vec_push(&renames, rename);
		}
	}
	use_former_names(s, wish, &renames);
	sfs_vec_finish(&renames);
}

/* ---- phases ---- */

static bool
is_left(const struct sorter *s, const char *path)
{
	sfs_vec_foreach (wish, &s->wishes->wishes) {
		if (wish->renamed && strcmp(wish->path, path) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether a rename brings another object to the path. */
static bool
is_taken(const struct sorter *s, const char *path)
{
	sfs_vec_foreach (wish, &s->wishes->wishes) {
		if (sfs_streq(wish->renamed, path)) {
			return true;
		}
	}
	return false;
}

/* What is changed where it is, or made, and can be said by the names that there are. */
static enum mnt_phase
phase_of(const struct sorter *s, const struct mnt_wish *wish)
{
	bool later = !wish->text ? is_taken(s, wish->path)
				 : mentions(s, wish->text, s->fresh) ||
					   (!wish->base && is_left(s, wish->path));

	return later ? MNT_NAMES : MNT_TEXTS;
}

static void
set_phase(const struct sorter *s, struct mnt_wish *wish)
{
	if (!wish->renamed) {
		wish->phase = phase_of(s, wish);
		return;
	}
	wish->phase = renames_space(s, wish) ? MNT_SPACES : MNT_NAMES;
	wish->split = wish->text && makes(s, wish->text, wish->path) &&
		      !makes(s, wish->text, wish->renamed);
}

/* Whether any text uses former names; else all can be said at once, by the new ones. */
static bool
needs_phases(const struct sorter *s)
{
	sfs_vec_foreach (wish, &s->wishes->wishes) {
		if (wish->text && (wish->split || s->spaces.len ||
					  (wish->base && mentions(s, wish->text, s->former)))) {
			return true;
		}
	}
	return false;
}

static void
sort_by_names(struct mnt *mnt, struct mnt_wishes *wishes)
{
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_map *fresh sfs_auto(map) = sfs_map_create();
	struct sfs_map *former sfs_auto(map) = sfs_map_create();
	struct sorter s = { .dialect = mnt->driver->dialect,
		.wishes = wishes,
		.arena = arena,
		.fresh = fresh,
		.former = former };

	find_spaces(&s);
	sfs_vec_foreach (wish, &wishes->wishes) {
		if (s.spaces.len && !wish->done && !renames_space(&s, wish)) {
			use_former_place(&s, wish);
			if (wish->text) {
				use_former_spaces(&s, wish);
			}
		}
	}
	sfs_vec_foreach (wish, &wishes->wishes) {
		use_former_relation(&s, wish);
	}
	find_names(&s);
	sfs_vec_foreach (wish, &wishes->wishes) {
		if (wish->text && wish->base && !wish->done) {
			use_former_objects(&s, wish);
		}
		set_phase(&s, wish);
	}
	bool phases = needs_phases(&s);
	sfs_vec_foreach (wish, &wishes->wishes) {
		wish->phase = phases || wish->phase == MNT_SPACES ? wish->phase : MNT_NAMES;
	}
	sfs_vec_finish(&s.spaces);
}

void
mnt_wishes_sort(struct mnt *mnt, struct mnt_wishes *wishes)
{
	bool renames = false;

	sfs_vec_foreach (wish, &wishes->wishes) {
		wish->phase = MNT_NAMES;
		renames = renames || (wish->renamed && !wish->done);
	}
	/* Where every name stays what it is no text needs to be looked at for them. */
	if (renames) {
		sort_by_names(mnt, wishes);
	}
}

/* ---- edits ---- */

static struct sfs_edit
edit_of(const struct mnt_wish *wish, bool renames, bool writes)
{
	bool text = writes && wish->text;

	return (struct sfs_edit){ .path = wish->path,
		.renamed = renames ? wish->renamed : NULL,
		.text = text ? wish->text->bytes : NULL,
		.len = text ? wish->text->len : 0,
		.base = wish->base ? wish->base->bytes : NULL,
		.create = !wish->base };
}

size_t
mnt_wishes_edits(const struct mnt_wishes *wishes, enum mnt_phase phase, struct sfs_edit *edits)
{
	size_t n = 0;

	sfs_vec_foreach (wish, &wishes->wishes) {
		if (wish->done || wish->refused || wish->follows) {
			continue;
		}
		if (wish->phase == phase) {
			edits[n++] = edit_of(wish, true, !wish->split);
		} else if (wish->split && phase == MNT_TEXTS) {
			edits[n++] = edit_of(wish, false, true);
		}
	}
	return n;
}

bool
mnt_wish_is_known_as(const struct mnt_wish *wish, enum mnt_phase phase, const char *path)
{
	bool renames = wish->renamed && phase == wish->phase;

	return (phase == wish->phase || (wish->split && phase == MNT_TEXTS)) &&
	       sfs_streq(renames ? wish->renamed : wish->path, path);
}
