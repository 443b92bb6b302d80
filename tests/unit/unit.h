/* SPDX-License-Identifier: MIT */
#ifndef SFS_TESTS_UNIT_H
#define SFS_TESTS_UNIT_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

#define UNIT_COUNT(array) (sizeof(array) / sizeof *(array))

/* Numbers that look random and are the same in every run: xorshift64*. */
static inline uint64_t
unit_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Checks the text and empties the string, for a next case. */
static inline void
unit_expect(struct sfs_str *str, const char *expected)
{
	assert_string_equal(sfs_str_text(str), expected);
	sfs_str_truncate(str, 0);
}

#endif
