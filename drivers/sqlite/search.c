// SPDX-License-Identifier: MIT
/* A name looked for in many texts (Horspool's way): most of their bytes are never looked at. */
#include <string.h>

#include "drivers/sqlite/stored.h"

void
lite_needle_init(struct lite_needle *needle, const char *lower_case)
{
	size_t len = strlen(lower_case);

	needle->text = (const unsigned char *)lower_case;
	needle->len = len;
	memset(needle->skip, len < UINT8_MAX ? (int)len : UINT8_MAX, sizeof needle->skip);
	for (size_t i = 0; i + 1 < len; i++) {
		size_t left = len - 1 - i;
		unsigned char skip = left < UINT8_MAX ? (unsigned char)left : UINT8_MAX;
		unsigned char c = needle->text[i];

		needle->skip[c] = skip;
		needle->skip[c >= 'a' && c <= 'z' ? c & ~32 : c] = skip;
	}
}

bool
lite_needle_in(const struct lite_needle *needle, const char *text)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + strlen(text);
	size_t len = needle->len;

	while (len && (size_t)(end - at) >= len) {
		size_t i = len;

		while (i && sfs_lower((char)at[i - 1]) == (char)needle->text[i - 1]) {
			i--;
		}
		if (!i) {
			return true;
		}
		at += needle->skip[at[len - 1]];
	}
	return !len;
}
