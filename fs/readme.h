/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_README_H
#define SFS_FS_README_H

/* The text of README.md in the root of every mount. */
extern const char mnt_readme[];

#endif
