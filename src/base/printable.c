// SPDX-License-Identifier: MIT
/* Texts of others, which may hold anything, for people. */
#include "base/printable.h"

#include <stdbool.h>

/* Bytes of the character at `at`, 0 when there is none that may be shown. */
static size_t
shown_len(const unsigned char *at, size_t rest)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = *at < 0x80 ? 1 : *at < 0xC2 ? 0 : *at < 0xE0 ? 2 : *at < 0xF0 ? 3 : 4;

	if (len == 1) {
		bool ends_line = *at == '\r' && rest > 1 && at[1] == '\n';

		return (*at >= ' ' && *at != 0x7F) || *at == '\n' || *at == '\t' || ends_line;
	}
	if (!len || *at > 0xF4 || len > rest) {
		return 0;
	}
	unsigned value = *at & (0xFFu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xC0) != 0x80) {
			return 0;
		}
		value = value << 6 | (at[i] & 0x3Fu);
	}
	bool surrogate = value >= 0xD800 && value < 0xE000;
	bool control = value < 0xA0;
	return value < least[len] || value > 0x10FFFF || surrogate || control ? 0 : len;
}

void
sfs_printable(struct sfs_str *text)
{
	struct sfs_str clean sfs_auto(str) = SFS_STR_INIT;
	const unsigned char *bytes = (const unsigned char *)sfs_str_text(text);

	for (size_t i = 0; i < text->len;) {
		size_t len = shown_len(bytes + i, text->len - i);

		if (len) {
			sfs_str_addn(&clean, (const char *)bytes + i, len);
		} else {
			sfs_str_addf(&clean, "\\x%02X", bytes[i]);
		}
		i += len ? len : 1;
	}
	if (clean.len != text->len) {
		struct sfs_str former = *text;

		*text = clean;
		clean = former;
	}
}
