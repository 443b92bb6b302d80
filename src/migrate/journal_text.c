// SPDX-License-Identifier: MIT
/* A journal's text with other entries at its end. jansson has read it, so it is known to be JSON. */
#include <string.h>

#include "migrate/journal_text.h"
#include "migrate/stringify.h"

struct span {
	size_t start, end;
};

/* The place of things in the text. */
struct places {
	size_t first;     /* where the first entry begins */
	struct span kept; /* the last entry that is kept */
	size_t end;       /* past the last entry */
	size_t n;         /* how many there are */
};

static size_t
past_space(const char *text, size_t len, size_t at)
{
	while (at < len && strchr(" \t\r\n", text[at]) && text[at]) {
		at++;
	}
	return at;
}

/* Past the string that begins at `at`. */
static size_t
past_string(const char *text, size_t len, size_t at)
{
	for (at++; at < len && text[at] != '"'; at++) {
		at += text[at] == '\\';
	}
	return at < len ? at + 1 : len;
}

/* Past the value that begins at `at`. */
static size_t
past_value(const char *text, size_t len, size_t at)
{
	size_t depth = 0;

	while (at < len) {
		char c = text[at];

		if (c == '"') {
			at = past_string(text, len, at);
		} else if (c == '{' || c == '[') {
			depth++;
			at++;
		} else if (depth && (c == '}' || c == ']')) {
			depth--;
			at++;
		} else if (!depth &&
			   (c == ',' || c == '}' || c == ']' || (c && strchr(" \t\r\n", c)))) {
			return at;
		} else {
			at++;
			continue;
		}
		if (!depth) {
			return at;
		}
	}
	return at;
}

/* Where the value of the object's `entries` begins; `len` when it has none. */
static size_t
find_entries(const char *text, size_t len)
{
	static const char key[] = "\"entries\"";
	const char *open = memchr(text, '{', len);
	size_t at = open ? (size_t)(open - text) + 1 : len, found = len;

	while (at < len) {
		size_t start = past_space(text, len, at), end;

		if (start >= len || text[start] != '"') {
			return found;
		}
		end = past_string(text, len, start);
		at = past_space(text, len, end);
		at = past_space(text, len, at + (at < len && text[at] == ':'));
		/* Of two of a name the last one counts. */
		if (end - start == sizeof key - 1 && memcmp(text + start, key, end - start) == 0) {
			found = at;
		}
		at = past_space(text, len, past_value(text, len, at));
		at += at < len && text[at] == ',';
	}
	return found;
}

static bool
find_places(const char *text, size_t len, size_t kept, struct places *places)
{
	size_t at = find_entries(text, len);

	if (at >= len || text[at] != '[') {
		return false;
	}
	at = past_space(text, len, at + 1);
	places->first = at;
	while (at < len && text[at] == '{') {
		size_t end = past_value(text, len, at);

		places->n++;
		if (places->n == kept) {
			places->kept = (struct span){ at, end };
		}
		places->end = end;
		at = past_space(text, len, end);
		at = past_space(text, len, at + (at < len && text[at] == ','));
	}
	return kept && places->n >= kept && places->kept.end > places->kept.start + 2;
}

/* Appends the space that stands in the text from `at` on. */
static void
add_space(const char *text, size_t len, size_t at, struct sfs_str *out)
{
	sfs_str_addn(out, text + at, past_space(text, len, at) - at);
}

/* Appends an entry in the form of the one that stands at `like`. */
static void
add_entry(const char *text, size_t len, struct span like, json_t *entry, struct sfs_str *out)
{
	size_t key_end = past_string(text, len, past_space(text, len, like.start + 1));
	size_t colon = past_space(text, len, key_end), last = like.end - 1;
	size_t value_end = past_value(text, len, past_space(text, len, colon + 1));
	size_t comma = past_space(text, len, value_end);
	size_t next = text[comma] == ',' ? comma + 1 : like.start + 1;
	const char *key;
	json_t *value;
	bool first = true;

	while (last > like.start && strchr(" \t\r\n", text[last - 1])) {
		last--;
	}
	sfs_str_addc(out, '{');
	json_object_foreach(entry, key, value)
	{
		json_t *name = json_string(key);

		sfs_str_add(out, first ? "" : ",");
		add_space(text, len, first ? like.start + 1 : next, out);
		sfs_json_stringify(name, out);
		json_decref(name);
		add_space(text, len, key_end, out);
		sfs_str_addc(out, ':');
		add_space(text, len, colon + 1, out);
		sfs_json_stringify(value, out);
		first = false;
	}
	add_space(text, len, last, out);
	sfs_str_addc(out, '}');
}

bool
sfs_journal_text_splice(
	const char *text, size_t len, size_t kept, const json_t *entries, struct sfs_str *out)
{
	struct places places = { 0 };
	size_t between;

	if (!find_places(text, len, kept, &places)) {
		return false;
	}
	/* What stands before the first entry stands between two: a line break and its indentation. */
	between = places.first;
	while (between && strchr(" \t\r\n", text[between - 1])) {
		between--;
	}
	sfs_str_addn(out, text, places.kept.end);
	for (size_t i = kept; i < json_array_size(entries); i++) {
		sfs_str_addc(out, ',');
		sfs_str_addn(out, text + between, places.first - between);
		add_entry(text, len, places.kept, json_array_get(entries, i), out);
	}
	sfs_str_addn(out, text + places.end, len - places.end);
	return true;
}
