/* SPDX-License-Identifier: MIT */
#ifndef SFS_TREE_TREE_H
#define SFS_TREE_TREE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "catalog/catalog.h"

struct sfs_driver;

/* A file of the tree: `schema/...` or `database/...`, relative to its root. */
struct sfs_file {
	const char *path;
	const char *text; /* NUL-terminated besides */
	size_t len;
	struct sfs_identity id; /* of the first object in it; borrowed from the tree's arena */
	bool locked;            /* not to be changed by this role, or not modelled */
	uint32_t first;         /* where that object stands in its catalog's list */
};

/* A schema as files, sorted by path (bytes compared). Everything in it lives in its arena. */
struct sfs_tree {
	struct sfs_arena *arena; /* owned */
	SFS_VEC(struct sfs_file) files;
};

void sfs_tree_finish(struct sfs_tree *tree);
SFS_DEFINE_AUTO_VALUE(tree, struct sfs_tree, sfs_tree_finish)

const struct sfs_file *sfs_tree_find(const struct sfs_tree *tree, const char *path);

/* The canonical text of every object of the catalog. Nothing of the catalog is kept. */
int sfs_tree_render(const struct sfs_driver *driver, const struct sfs_catalog *catalog,
	struct sfs_tree *ret_tree, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * The same without the texts, which are NULL: sfs_tree_print() makes them, one at a time. Identities
 * are borrowed from the catalog. A text may turn out empty: then there is no such file.
 */
int sfs_tree_outline(const struct sfs_catalog *catalog, struct sfs_tree *ret_tree,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Makes the texts of an outline's files; threads that do have a printer each. */
struct sfs_tree_printer {
	const struct sfs_driver *driver;
	const struct sfs_catalog *catalog; /* parts may be folded */
	struct sfs_arena *arena;           /* owned; of what is unfolded */
	struct sfs_str text;               /* owned; the last file's */
};
int sfs_tree_print(struct sfs_tree_printer *printer, const struct sfs_file *file,
	struct sfs_error *err) SFS_MUST_CHECK;
void sfs_tree_printer_finish(struct sfs_tree_printer *printer);
SFS_DEFINE_AUTO_VALUE(tree_printer, struct sfs_tree_printer, sfs_tree_printer_finish)

/*
 * The .sql files below DIRECTORY/schema and DIRECTORY/database; other files are no part of the
 * tree. -ENOENT when neither is there; -EINVAL for a path that names no object.
 */
int sfs_tree_read(
	const char *directory, struct sfs_tree *ret_tree, struct sfs_error *err) SFS_MUST_CHECK;

struct sfs_tree_written {
	size_t written, removed, unchanged;
};

/*
 * Makes DIRECTORY hold this tree: a file whose bytes are right is not touched, a `.sql` file below
 * schema/ or database/ that names an object not in the tree is removed, with directories that
 * become empty. Nothing else in DIRECTORY is touched.
 */
int sfs_tree_write(const struct sfs_tree *tree, const char *directory,
	struct sfs_tree_written *ret_written, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * The same for an outline: each text is made, written and forgotten. Fills in the lengths of the
 * files; a file of length 0 is none.
 */
int sfs_tree_write_outline(const struct sfs_driver *driver, const struct sfs_catalog *catalog,
	struct sfs_tree *outline, const char *directory, struct sfs_tree_written *ret_written,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
