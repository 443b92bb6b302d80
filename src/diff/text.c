// SPDX-License-Identifier: MIT
/* The lines in which two texts differ, for messages. */
#include <string.h>

#include "diff/text.h"

/* How much of the two texts is the same, in whole lines, counted from the front. */
static size_t
common_head(const char *a, const char *b)
{
	size_t same = 0;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++) {
		if (a[i] == '\n') {
			same = i + 1;
		}
	}
	return same;
}

/* The same from the back, not reaching into the heads. */
static size_t
common_tail(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t same = 0;

	for (size_t i = 1; i <= a_len && i <= b_len && a[a_len - i] == b[b_len - i]; i++) {
		if (i == a_len || i == b_len || a[a_len - i - 1] == '\n') {
			same = i;
		}
	}
	return same;
}

static void
add_lines(struct sfs_str *out, char mark, const char *text, size_t len)
{
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) : len;

		sfs_str_addc(out, mark);
		sfs_str_addn(out, text, line);
		sfs_str_addc(out, '\n');
		line += newline != NULL;
		text += line;
		len -= line;
	}
}

void
sfs_text_difference(const char *a, const char *b, struct sfs_str *out)
{
	size_t head = common_head(a, b);
	size_t a_len = strlen(a + head), b_len = strlen(b + head);
	size_t tail = common_tail(a + head, a_len, b + head, b_len);

	add_lines(out, '-', a + head, a_len - tail);
	add_lines(out, '+', b + head, b_len - tail);
}
