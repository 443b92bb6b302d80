/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_MENTION_H
#define SFS_SQLITE_MENTION_H

#include "base/str.h"

/*
 * Calls `found` for every table or view that the text of a view or trigger reads or writes, by what
 * stands behind FROM, JOIN, INTO, UPDATE and the like; names in lower case, more than once perhaps.
 * What a trigger stands on is not among it. Common table expressions look like tables here.
 */
void lite_mentions(const char *text, void (*found)(void *data, const char *name), void *data);

#endif
