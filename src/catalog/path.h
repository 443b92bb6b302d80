/* SPDX-License-Identifier: MIT */
#ifndef SFS_CATALOG_PATH_H
#define SFS_CATALOG_PATH_H

#include "base/arena.h"
#include "base/error.h"
#include "catalog/object.h"

/*
 * Names as file names (DESIGN section 2). Reversible: `/`, control bytes, DEL, `%`, bytes that are
 * not UTF-8, a leading dot or dash or `#`, a trailing `~` or one that 16 hex digits end, and, inside
 * a component that is joined by dots, a dot, are written %XX (upper-case hex); an empty name is `%`.
 * A name that would make the file name longer than 255 bytes (251 of them written, or 125 for each
 * of two joined ones) is cut at a character and ends in `~` and 16 hex digits of its hash: such a
 * name is found by looking for the object whose path it is, not by decoding.
 */
void sfs_path_encode(struct sfs_str *out, const char *name, bool joined);

/* The inverse; -EINVAL when `text` is not what sfs_path_encode would have written. */
int sfs_path_decode(struct sfs_str *out, const char *text, size_t len, bool joined) SFS_MUST_CHECK;

/*
 * The path of the file that `id` stands in, relative to the root of the tree:
 * "schema/public/tables/users.sql". For a part: id->relation's file must be asked for instead.
 */
void sfs_path_of(const struct sfs_identity *id, struct sfs_str *out);

/*
 * What a path names; the signature stays NULL, and a name that was cut is given as it is written.
 * The texts live in `arena`. -ENOENT when it is not the path of an object's file.
 */
int sfs_path_parse(
	const char *path, struct sfs_arena *arena, struct sfs_identity *ret_id) SFS_MUST_CHECK;

#endif
