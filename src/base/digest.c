// SPDX-License-Identifier: MIT
/* SHA-256, by libcrypto. */
/*
 * The plain functions: those that libcrypto wants to be used since 3.0 first look for a provider, which
 * takes longer than most of what is hashed here, and three megabytes for good.
 */
#define OPENSSL_API_COMPAT 0x10101000L
#include <openssl/sha.h>

#include "base/digest.h"

void
sfs_sha256(const void *data, size_t len, char ret_hex[65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[SHA256_DIGEST_LENGTH];
	SHA256_CTX context;

	/* They can not fail. */
	(void)SHA256_Init(&context);
	(void)SHA256_Update(&context, data, len);
	(void)SHA256_Final(digest, &context);
	for (unsigned i = 0; i < SHA256_DIGEST_LENGTH; i++) {
		ret_hex[2 * i] = digits[digest[i] >> 4];
		ret_hex[2 * i + 1] = digits[digest[i] & 15];
	}
	ret_hex[64] = '\0';
}
