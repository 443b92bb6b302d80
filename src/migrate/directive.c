// SPDX-License-Identifier: MIT
/* What a script says to us in its comments: `-- schemafs: backfill batch=500`, `-- schemafs: alone`. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/fingerprint.h"
#include "migrate/script.h"

enum { USUAL_BATCH = 1000, MAX_BATCH = 100000000, MAX_PAUSE_MS = 3600000 };

static const char introducer[] = "schemafs:";

struct reader {
	const struct sfs_script *script;
	struct sfs_way *way;
	struct sfs_error *err;
	bool told; /* which way the statement goes */
};

static int
refuse(const struct reader *reader, const char *at, size_t len, const char *reason)
{
	int r = sfs_error_set(reader->err, EINVAL, "%.*s: %s", (int)len, at, reason);

	sfs_error_position(reader->err, reader->script->name, reader->script->text,
		(size_t)(at - reader->script->text));
	sfs_error_hint(reader->err, "a directive is -- schemafs: backfill batch=500 pause=100, or "
				    "-- schemafs: alone");
	return r;
}

/* `batch=500`: the number behind the sign, -1 when it is none within the bounds. */
static int64_t
number_of(const char *word, size_t len, int64_t low, int64_t high)
{
	const char *digits = memchr(word, '=', len);
	char *rest;

	if (!digits || digits + 1 == word + len || digits[1] < '0' || digits[1] > '9') {
		return -1;
	}
	int64_t number = strtoll(digits + 1, &rest, 10);
	return rest == word + len && number >= low && number <= high ? number : -1;
}

static int
read_word(struct reader *reader, const char *word, size_t len)
{
	static const char batch[] = "batch=", pause[] = "pause=", backfill[] = "backfill",
			  alone[] = "alone";
	struct sfs_way *way = reader->way;

	if (!reader->told && len == sizeof backfill - 1 && memcmp(word, backfill, len) == 0) {
		way->mode = SFS_RUN_BATCHED;
		reader->told = true;
		return 0;
	}
	if (!reader->told && len == sizeof alone - 1 && memcmp(word, alone, len) == 0) {
		way->mode = SFS_RUN_OUTSIDE;
		reader->told = true;
		return 0;
	}
	if (reader->told && way->mode != SFS_RUN_BATCHED) {
		return refuse(reader, word, len, "this is for a backfill");
	}
	if (len >= sizeof batch - 1 && memcmp(word, batch, sizeof batch - 1) == 0) {
		way->batch = number_of(word, len, 1, MAX_BATCH);
		return way->batch < 0 ? refuse(reader, word, len, "it takes a number of rows") : 0;
	}
	if (len >= sizeof pause - 1 && memcmp(word, pause, sizeof pause - 1) == 0) {
		way->pause_ms = number_of(word, len, 0, MAX_PAUSE_MS);
		return way->pause_ms < 0 ? refuse(reader, word, len, "it takes milliseconds") : 0;
	}
	return refuse(reader, word, len, "there is no such directive");
}

/* The words behind `-- schemafs:`; other comments say nothing to us. */
static int
read_comment(struct reader *reader, const char *text, size_t len)
{
	static const char space[] = " \t\r";
	const char *end = text + len, *at = text;
	int r = 0;

	if (len < 2 || memcmp(at, "--", 2) != 0 || sfs_fingerprint_is_header(text, len)) {
		return 0;
	}
	at += 2;
	while (at < end && strchr(space, *at)) {
		at++;
	}
	if ((size_t)(end - at) < sizeof introducer - 1 ||
		memcmp(at, introducer, sizeof introducer - 1) != 0) {
		return 0;
	}
	at += sizeof introducer - 1;
	while (r == 0 && at < end) {
		const char *word = at;

		while (at < end && !strchr(space, *at)) {
			at++;
		}
		r = at > word ? read_word(reader, word, (size_t)(at - word)) : 0;
		at += at < end;
	}
	if (r == 0 && !reader->told) {
		r = refuse(reader, text, len, "there is no such directive");
	}
	if (!reader->way->batch) {
		reader->way->batch = USUAL_BATCH;
	}
	return r;
}

int
sfs_directive_read(enum sfs_dialect dialect, const struct sfs_script *script, size_t start,
	size_t end, struct sfs_way *way, struct sfs_error *err)
{
	struct reader reader = { script, way, err, false };
	struct sfs_lexer lexer;
	struct sfs_token token;
	int r = 0;

	sfs_lexer_init(&lexer, dialect, script->text, end);
	lexer.at = start;
	while (r == 0 && sfs_lexer_next(&lexer, &token)) {
		if (token.type == SFS_TOKEN_COMMENT) {
			r = read_comment(&reader, script->text + token.offset, token.len);
		}
	}
	return r;
}
