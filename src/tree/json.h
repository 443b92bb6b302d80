/* SPDX-License-Identifier: MIT */
#ifndef SFS_TREE_JSON_H
#define SFS_TREE_JSON_H

#include "tree/tree.h"

/*
 * A catalog and where its objects stand in the tree made of it, as JSON: versioned, in a form that
 * programs may rely on (schemafs-tree(5)). The same schema gives the same bytes. Bytes that are not
 * UTF-8 become U+FFFD.
 */
void sfs_tree_json(
	const struct sfs_catalog *catalog, const struct sfs_tree *tree, struct sfs_str *out);

#endif
