// SPDX-License-Identifier: MIT
/* What a misspelt word may have meant. */
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/nearest.h"

/* Longer than any name of ours: not worth a look. */
enum { MAX_WORD = 64 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	ptrdiff_t width = (ptrdiff_t)m + 1;
	size_t *cells sfs_auto(free) = sfs_alloc((n + 1) * (m + 1) * sizeof *cells);

	for (size_t i = 0; i <= n; i++) {
		for (size_t j = 0; j <= m; j++) {
			size_t *cell = &cells[i * (m + 1) + j];

			if (!i || !j) {
				*cell = i + j;
				continue;
			}
			*cell = least(cell[-1], cell[-width]) + 1;
			*cell = least(*cell, cell[-width - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
				*cell = least(*cell, cell[-2 * width - 2] + 1);
			}
		}
	}
	return cells[n * (m + 1) + m];
}

const char *
sfs_nearest(const char *word, const void *table, size_t n, size_t size)
{
	/* A third of the letters, but one in a short word. */
	size_t len = strlen(word), best = len / 3 + 2;
	const char *found = NULL;

	for (size_t i = 0; len <= MAX_WORD && i < n; i++) {
		const char *name = *(const char *const *)((const char *)table + i * size);
		size_t d = distance(word, name);

		if (d < best) {
			best = d;
			found = name;
		}
	}
	return found;
}
