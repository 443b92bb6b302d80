// SPDX-License-Identifier: MIT
/* Refusals that have come to nothing: what was asked for is so by now. */
#include <string.h>

#include "base/alloc.h"
#include "fs/refusal.h"
#include "sql/lexer.h"

struct paths SFS_VEC_OF(char *);

/* Whether two texts say the same but for blanks and comments. */
static bool
says_the_same(enum sfs_dialect dialect, const struct mnt_text *a, const struct mnt_text *b)
{
	struct sfs_lexer left, right;
	struct sfs_token x, y;

	sfs_lexer_init(&left, dialect, a->bytes, a->len);
	sfs_lexer_init(&right, dialect, b->bytes, b->len);
	while (sfs_lexer_word(&left, &x)) {
		if (!sfs_lexer_word(&right, &y) || x.len != y.len ||
			memcmp(a->bytes + x.offset, b->bytes + y.offset, x.len) != 0) {
			return false;
		}
	}
	return !sfs_lexer_word(&right, &y);
}

static const struct mnt_node *
note_beside(const struct mnt_node *directory, const char *name, const char *suffix)
{
	struct sfs_str note sfs_auto(str) = SFS_STR_INIT;

	mnt_refusal_path(name, suffix, &note);
	return mnt_node_child(directory, sfs_str_text(&note));
}

/* Without a text it was a drop, or a rename: what it was about is not here any more. */
static bool
is_so(enum sfs_dialect dialect, const struct mnt_node *directory, const char *name)
{
	const struct mnt_node *node = mnt_node_child(directory, name);
	const struct mnt_node *text = note_beside(directory, name, ".rej");

	if (!text) {
		return !node;
	}
	return node && node->role == MNT_OBJECT && node->exists && !node->buffer && node->text &&
	       text->role == MNT_NOTE && says_the_same(dialect, node->text, text->text);
}

/* Needs the lock. */
static void
collect(enum sfs_dialect dialect, const struct mnt_node *directory, struct paths *paths)
{
	void *value;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		const struct mnt_node *node = value;

		if (node->role == MNT_DIRECTORY) {
			collect(dialect, node, paths);
		}
		/* One that was cut does not tell what it is beside. */
		if (node->role != MNT_NOTE || !sfs_ends_with(node->name, ".sql.error")) {
			continue;
		}
		char *name sfs_auto(free) =
			sfs_strndup(node->name, strlen(node->name) - strlen(".error"));

		if (is_so(dialect, directory, name)) {
			struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

			mnt_node_path(directory, &path);
			sfs_str_addf(&path, "/%s", name);
			sfs_vec_push(paths, sfs_str_steal(&path));
		}
	}
}

void
mnt_refusals_review(struct mnt *mnt)
{
	static const char *const tops[] = { "schema", "database" };
	struct paths paths = { 0 };

	{
		MNT_LOCK(mnt);
		for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
			const struct mnt_node *top = mnt_node_child(mnt->nodes.root, tops[i]);

			if (top) {
				collect(mnt->driver->dialect, top, &paths);
			}
		}
	}
	sfs_vec_foreach (path, &paths) {
		mnt_absolve(mnt, *path);
		free(*path);
	}
	sfs_vec_finish(&paths);
}
