/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_DIGEST_H
#define SFS_BASE_DIGEST_H

#include <stddef.h>

/* SHA-256 as 64 lower-case hex digits and a NUL. */
void sfs_sha256(const void *data, size_t len, char ret_hex[65]);

#endif
