/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_TEXT_H
#define SFS_DIFF_TEXT_H

#include "base/str.h"

/*
 * Appends the lines in which two texts differ, `-` before those of `a` and `+` before those of `b`:
 * one block, from the first line that differs to the last. For messages.
 */
void sfs_text_difference(const char *a, const char *b, struct sfs_str *out);

#endif
