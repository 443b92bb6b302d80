// SPDX-License-Identifier: MIT
/* Files while they are written. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/buffer.h"

struct mnt_buffer *
mnt_buffer_create(const struct mnt_text *start, struct mnt_text *base)
{
	struct mnt_buffer *buffer = sfs_alloc(sizeof *buffer);

	if (start) {
		sfs_str_addn(&buffer->bytes, start->bytes, start->len);
	}
	buffer->base = mnt_text_ref(base);
	(void)clock_gettime(CLOCK_REALTIME, &buffer->changed);
	return buffer;
}

void
mnt_buffer_destroy(struct mnt_buffer *buffer)
{
	if (buffer) {
		sfs_str_finish(&buffer->bytes);
		mnt_text_unref(buffer->base);
		free(buffer);
	}
}

static void
touch(struct mnt_buffer *buffer)
{
	buffer->version++;
	(void)clock_gettime(CLOCK_REALTIME, &buffer->changed);
}

static int
fits(struct mnt_buffer *buffer, off_t end)
{
	if (end < 0 || (uint64_t)end > MNT_FILE_LIMIT) {
		buffer->broken = EFBIG;
		return -EFBIG;
	}
	return 0;
}

static void
fill(struct mnt_buffer *buffer, size_t size)
{
	while (buffer->bytes.len < size) {
		sfs_str_addc(&buffer->bytes, '\0');
	}
}

int
mnt_buffer_write(struct mnt_buffer *buffer, const char *bytes, size_t len, off_t offset)
{
	int r = fits(buffer, offset + (off_t)len);

	if (r < 0) {
		return r;
	}
	size_t start = (size_t)offset;
	fill(buffer, start);
	size_t inside = buffer->bytes.len - start < len ? buffer->bytes.len - start : len;
	if (inside) {
		memcpy(buffer->bytes.text + start, bytes, inside);
	}
	sfs_str_addn(&buffer->bytes, bytes + inside, len - inside);
	touch(buffer);
	return 0;
}

int
mnt_buffer_resize(struct mnt_buffer *buffer, off_t size)
{
	int r = fits(buffer, size);

	if (r < 0) {
		return r;
	}
	if ((size_t)size == 0) {
		/* From nothing: what was wrong before is gone with it. */
		buffer->broken = 0;
		buffer->killed = 0;
	}
	sfs_str_truncate(&buffer->bytes, (size_t)size);
	fill(buffer, (size_t)size);
	touch(buffer);
	return 0;
}

bool
mnt_buffer_unjudged(const struct mnt_buffer *buffer)
{
	return buffer->version != buffer->judged;
}
