// SPDX-License-Identifier: MIT
/* SHA-256, by libcrypto. */
#include <stdlib.h>

#include <openssl/evp.h>

#include "base/digest.h"

void
sfs_sha256(const void *data, size_t len, char ret_hex[65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL) != 1 || n != 32) {
		/* Only the lack of memory does this: see alloc.c. */
		abort();
	}
	for (unsigned i = 0; i < n; i++) {
		ret_hex[2 * i] = digits[digest[i] >> 4];
		ret_hex[2 * i + 1] = digits[digest[i] & 15];
	}
	ret_hex[64] = '\0';
}
