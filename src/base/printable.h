/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_PRINTABLE_H
#define SFS_BASE_PRINTABLE_H

#include "base/str.h"

/*
 * Makes a text one that a terminal can be shown: lines of UTF-8. What else is in it (bytes that are
 * none, and control characters, which command terminals) is written \xNN.
 */
void sfs_printable(struct sfs_str *text);

#endif
