// SPDX-License-Identifier: MIT
/* What an object is called, as the path of its file, and back. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/map.h"
#include "catalog/path.h"

#define SUFFIX         ".sql"
#define NAME_MAX_BYTES 255 /* of a file name, on Linux */
#define HASH_DIGITS    16

/* A component alone, or each of two that a dot joins, so that the name with its suffix fits. */
#define ALONE_MAX  (NAME_MAX_BYTES - (sizeof SUFFIX - 1))
#define JOINED_MAX ((ALONE_MAX - 1) / 2)

static bool
is_continuation(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

/* How many bytes the character takes, 0 when it is none of UTF-8. Stops at the NUL. */
static size_t
character_len(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	if (c[0] < 0x80) {
		return 1;
	}
	if (c[0] >= 0xC2 && c[0] <= 0xDF && is_continuation(c[1])) {
		return 2;
	}
	if ((c[0] & 0xF0) == 0xE0 && is_continuation(c[1]) && is_continuation(c[2])) {
		bool overlong = c[0] == 0xE0 && c[1] < 0xA0;
		bool surrogate = c[0] == 0xED && c[1] >= 0xA0;

		return overlong || surrogate ? 0 : 3;
	}
	if (c[0] >= 0xF0 && c[0] <= 0xF4 && is_continuation(c[1]) && is_continuation(c[2]) &&
		is_continuation(c[3])) {
		bool overlong = c[0] == 0xF0 && c[1] < 0x90;
		bool beyond = c[0] == 0xF4 && c[1] >= 0x90;

		return overlong || beyond ? 0 : 4;
	}
	return 0;
}

static bool
is_hash(const char *text)
{
	return strlen(text) == HASH_DIGITS && strspn(text, "0123456789abcdef") == HASH_DIGITS;
}

/* Whether the byte at `at` of `name` has to be written as %XX. */
static bool
is_escaped(const char *name, const char *at, bool joined)
{
	unsigned char c = (unsigned char)*at;

	if (c < 0x20 || c == 0x7f || c == '/' || c == '%') {
		return true;
	}
	if (c == '.') {
		return joined || at == name;
	}
	if (c == '~') {
		/* A backup's name, or what a name that was cut ends in. */
		return at[1] == '\0' || is_hash(at + 1);
	}
	return at == name && (c == '-' || c == '#');
}

static void
add_escaped(struct sfs_str *out, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";

	sfs_str_addc(out, '%');
	sfs_str_addc(out, digits[c >> 4]);
	sfs_str_addc(out, digits[c & 15]);
}

void
sfs_path_encode(struct sfs_str *out, const char *name, bool joined)
{
	size_t start = out->len, limit = joined ? JOINED_MAX : ALONE_MAX;
	size_t cut = 0; /* where the name can be cut with room for its hash */

	for (const char *at = name; *at;) {
		size_t len = character_len(at);

		if (out->len - start <= limit - 1 - HASH_DIGITS) {
			cut = out->len;
		}
		if (!len || is_escaped(name, at, joined)) {
			add_escaped(out, (unsigned char)*at++);
		} else {
			sfs_str_addn(out, at, len);
			at += len;
		}
	}
	if (!*name) {
		/* SQLite has names without a letter; a lone % stands for nothing else. */
		sfs_str_addc(out, '%');
	}
	if (out->len - start > limit) {
		sfs_str_truncate(out, cut);
		sfs_str_addf(
			out, "~%016llx", (unsigned long long)sfs_hash_string(SFS_HASH_INIT, name));
	}
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
sfs_path_decode(struct sfs_str *out, const char *text, size_t len, bool joined)
{
	struct sfs_str again sfs_auto(str) = SFS_STR_INIT;
	size_t start = out->len;

	for (size_t at = 0; at < len && !(len == 1 && text[0] == '%'); at++) {
		if (text[at] != '%') {
			sfs_str_addc(out, text[at]);
			continue;
		}
		int high = at + 2 < len ? digit_of(text[at + 1]) : -1;
		int low = at + 2 < len ? digit_of(text[at + 2]) : -1;
		if (high < 0 || low < 0) {
			sfs_str_truncate(out, start);
			return -EINVAL;
		}
		sfs_str_addc(out, (char)(high << 4 | low));
		at += 2;
	}
	/* One name, one file: what another text decodes to is no second way to say it. */
	sfs_path_encode(&again, sfs_str_text(out) + start, joined);
	if (again.len != len || memcmp(sfs_str_text(&again), text, len) != 0) {
		sfs_str_truncate(out, start);
		return -EINVAL;
	}
	return 0;
}

static void
add_file(struct sfs_str *out, const struct sfs_identity *id, const struct sfs_kind_info *info)
{
	sfs_str_add(out, info->directory);
	sfs_str_addc(out, '/');
	if (info->level == SFS_LEVEL_RELATION) {
		sfs_path_encode(out, id->relation ? id->relation : "", true);
		sfs_str_addc(out, '.');
	}
	sfs_path_encode(out, id->name, info->level == SFS_LEVEL_RELATION);
	sfs_str_add(out, SUFFIX);
}

void
sfs_path_of(const struct sfs_identity *id, struct sfs_str *out)
{
	const struct sfs_kind_info *info = sfs_kind_info(id->kind);

	if (id->kind == SFS_GRANTS && id->relation) {
		/* On what an extension brought. */
		struct sfs_identity extension = { .kind = SFS_EXTENSION, .name = id->relation };

		sfs_path_of(&extension, out);
	} else if (id->kind == SFS_NAMESPACE ||
		   (id->kind == SFS_DEFAULT_PRIVILEGES && id->namespace)) {
		sfs_str_add(out, "schema/");
		sfs_path_encode(out, id->namespace ? id->namespace : id->name, false);
		sfs_str_add(out, "/schema" SUFFIX);
	} else if (info->level == SFS_LEVEL_DATABASE) {
		sfs_str_add(out, "database/");
		add_file(out, id, info);
	} else if (info->level != SFS_LEVEL_PART) {
		sfs_str_add(out, "schema/");
		sfs_path_encode(out, id->namespace ? id->namespace : "", false);
		sfs_str_addc(out, '/');
		add_file(out, id, info);
	}
}

/* A name that was cut can not be read back: it stays as it is written. */
static const char *
parse_component(struct sfs_arena *arena, const char *text, size_t len, bool joined)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	size_t limit = joined ? JOINED_MAX : ALONE_MAX;

	if (sfs_path_decode(&name, text, len, joined) == 0) {
		return sfs_arena_strdup(arena, sfs_str_text(&name));
	}
	const char *copy = sfs_arena_strndup(arena, text, len);
	bool cut = len > HASH_DIGITS && len <= limit && copy[len - HASH_DIGITS - 1] == '~' &&
		   is_hash(copy + len - HASH_DIGITS);
	return cut ? copy : NULL;
}

/* `file` is "name.sql" or "relation.name.sql". */
static int
parse_file(const char *file, struct sfs_arena *arena, struct sfs_identity *id)
{
	bool joined = sfs_kind_info(id->kind)->level == SFS_LEVEL_RELATION;
	size_t len = strlen(file);

	if (strchr(file, '/') || !sfs_ends_with(file, SUFFIX)) {
		return -ENOENT;
	}
	len -= sizeof SUFFIX - 1;
	if (joined) {
		const char *dot = memchr(file, '.', len);

		id->relation =
			dot ? parse_component(arena, file, (size_t)(dot - file), true) : NULL;
		if (!id->relation) {
			return -ENOENT;
		}
		len -= (size_t)(dot - file) + 1;
		file = dot + 1;
	}
	id->name = parse_component(arena, file, len, joined);
	return id->name ? 0 : -ENOENT;
}

/* The directory up to the next slash; NULL when there is none. */
static const char *
take_directory(struct sfs_arena *arena, const char **path)
{
	const char *slash = strchr(*path, '/');

	if (!slash || slash == *path) {
		return NULL;
	}
	const char *directory = sfs_arena_strndup(arena, *path, (size_t)(slash - *path));
	*path = slash + 1;
	return directory;
}

static int
parse_directory(
	const char *path, struct sfs_arena *arena, enum sfs_level level, struct sfs_identity *id)
{
	const char *directory = take_directory(arena, &path);

	if (!directory) {
		return -ENOENT;
	}
	id->kind = sfs_kind_by_directory(directory, level);
	if (id->kind == SFS_KIND_COUNT && level == SFS_LEVEL_NAMESPACE) {
		id->kind = sfs_kind_by_directory(directory, SFS_LEVEL_RELATION);
	}
	return id->kind == SFS_KIND_COUNT ? -ENOENT : parse_file(path, arena, id);
}

static int
parse_namespace(const char *path, struct sfs_arena *arena, struct sfs_identity *id)
{
	const char *directory = take_directory(arena, &path);

	if (!directory) {
		return -ENOENT;
	}
	id->namespace = parse_component(arena, directory, strlen(directory), false);
	if (!id->namespace) {
		return -ENOENT;
	}
	if (strcmp(path, "schema" SUFFIX) == 0) {
		id->kind = SFS_NAMESPACE;
		id->name = id->namespace;
		return 0;
	}
	return parse_directory(path, arena, SFS_LEVEL_NAMESPACE, id);
}

int
sfs_path_parse(const char *path, struct sfs_arena *arena, struct sfs_identity *ret_id)
{
	struct sfs_identity id = { 0 };
	int rc = -ENOENT;

	if (sfs_starts_with(path, "schema/")) {
		rc = parse_namespace(path + strlen("schema/"), arena, &id);
	} else if (sfs_starts_with(path, "database/")) {
		rc = parse_directory(path + strlen("database/"), arena, SFS_LEVEL_DATABASE, &id);
	}
	if (rc == 0) {
		*ret_id = id;
	}
	return rc;
}
