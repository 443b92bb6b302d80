// SPDX-License-Identifier: MIT
/* Values of a catalog in the words of drizzle's snapshots. */
#include <string.h>

#include "migrate/snapshot.h"
#include "migrate/words.h"

/* PostgreSQL's, in bytes. drizzle does not know it. */
enum { NAME_LIMIT = 63 };

json_t *
sfs_snapshot_string(const char *text)
{
	json_t *value = json_string(text);

	if (!value) {
		char *clean sfs_auto(free) = sfs_strdup(text);

		for (char *c = clean; *c; c++) {
			*c = *c & 0x80 ? '?' : *c;
		}
		value = json_string(clean);
	}
	return value;
}

void
sfs_snapshot_set(json_t *object, const char *key, json_t *value)
{
	json_t *clean = sfs_snapshot_string(key);

	(void)json_object_set_new(object, json_string_value(clean), value);
	json_decref(clean);
}

json_t *
sfs_snapshot_full_name(const char *name, const char *usual)
{
	/* The server cuts between characters, so up to three bytes more can be missing. */
	size_t len = strlen(name);
	bool cut = len >= NAME_LIMIT - 3 && len <= NAME_LIMIT && strlen(usual) > NAME_LIMIT &&
		   sfs_starts_with(usual, name);

	return sfs_snapshot_string(cut ? usual : name);
}

json_t *
sfs_snapshot_names(enum sfs_dialect dialect, const char *list)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	json_t *names = json_array();

	sfs_words_cut(&words, dialect, list);
	size_t open = 0, end = words.tokens.len;
	while (open < words.tokens.len && !sfs_words_are(&words, open, "(")) {
		open++;
	}
	if (open < words.tokens.len) {
		end = sfs_words_past(&words, open) - 1;
	}
	for (size_t i = open < words.tokens.len ? open + 1 : 0; i < end; i++) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		if (sfs_words_name(&words, i)) {
			sfs_words_add_name(&words, i, &name);
			(void)json_array_append_new(
				names, sfs_snapshot_string(sfs_str_text(&name)));
		}
	}
	return names;
}

/* 70, true or "auto". */
static json_t *
option_value(const char *text)
{
	static const char *const words[][2] = { { "false", "true" }, { "off", "on" } };
	char *end;
	long long number = strtoll(text, &end, 10);

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(words[i / 2][i % 2], text) == 0) {
			return json_boolean(i % 2);
		}
	}
	return *text && !*end ? json_integer(number) : sfs_snapshot_string(text);
}

json_t *
sfs_snapshot_options(enum sfs_dialect dialect, const char *options)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	json_t *object = json_object();

	sfs_words_cut(&words, dialect, options);
	for (size_t i = 0; i < words.tokens.len;) {
		size_t end = sfs_words_find(&words, i, ","), is = sfs_words_find(&words, i, "=");
		struct sfs_str key sfs_auto(str) = SFS_STR_INIT, value sfs_auto(str) = SFS_STR_INIT;

		sfs_words_add(&words, i, is < end ? is : end, &key);
		if (is < end) {
			sfs_words_add(&words, is + 1, end, &value);
		}
		sfs_snapshot_set(object, sfs_str_text(&key), option_value(sfs_str_text(&value)));
		i = end + 1;
	}
	return object;
}

/* Past `::type(1, 2)[]` that begins at `at`, or `at` when no cast begins there. */
static size_t
past_cast(const struct sfs_words *words, size_t at)
{
	if (!sfs_words_are(words, at, "::") || !sfs_words_name(words, at + 1)) {
		return at;
	}
	at += 2;
	while (sfs_words_are(words, at, ".") && sfs_words_name(words, at + 1)) {
		at += 2;
	}
	/* "character varying", "timestamp without time zone" ... */
	while (sfs_words_are(words, at, "varying") || sfs_words_are(words, at, "precision") ||
		sfs_words_are(words, at, "without") || sfs_words_are(words, at, "with") ||
		sfs_words_are(words, at, "time") || sfs_words_are(words, at, "zone")) {
		at++;
	}
	at = sfs_words_are(words, at, "(") ? sfs_words_past(words, at) : at;
	while (sfs_words_are(words, at, "[")) {
		at += 2;
	}
	return at;
}

/*
 * Past the `::text` that the server puts behind a column of varchar, whose operators are those of text;
 * `at` when it is none.
 */
static size_t
past_relabel(const struct sfs_words *words, size_t at, const struct sfs_object *column)
{
	const char *type = sfs_object_get(column, SFS_COLUMN_TYPE);
	bool relabels = words->dialect == SFS_POSTGRES && type &&
			sfs_starts_with(type, "character varying") && !sfs_ends_with(type, "]");

	return relabels && sfs_words_are(words, at, "::") && sfs_words_are(words, at + 1, "text") &&
			       !sfs_words_are(words, at + 2, "[")
		       ? at + 2
		       : at;
}

static void
add_quoted(struct sfs_str *out, const char *name)
{
	sfs_str_addc(out, '"');
	for (; *name; name++) {
		sfs_str_add(out, *name == '"' ? "\"\"" : (char[]){ *name, 0 });
	}
	sfs_str_addc(out, '"');
}

/* The column whose name stands by itself, and is neither a function nor what follows a dot; or NULL. */
static const struct sfs_object *
column_at(const struct sfs_words *words, size_t at, const struct sfs_object *table)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (!table || !sfs_words_name(words, at) || sfs_words_are(words, at + 1, "(") ||
		sfs_words_are(words, at + 1, ".") ||
		(at && (sfs_words_are(words, at - 1, ".") || sfs_words_are(words, at - 1, "::")))) {
		return NULL;
	}
	sfs_words_add_name(words, at, &name);
	return sfs_object_part(table, SFS_COLUMN, sfs_str_text(&name));
}

/* `public.f(`: a person who writes for drizzle has it in the search path. */
static bool
is_public_function(const struct sfs_words *words, size_t at)
{
	return words->dialect == SFS_POSTGRES && sfs_words_are(words, at, "public") &&
	       sfs_words_are(words, at + 1, ".") && sfs_words_name(words, at + 2) &&
	       sfs_words_are(words, at + 3, "(") && !(at && sfs_words_are(words, at - 1, "."));
}

/* Whether one of the words stands at the top of the tokens first .. end - 1. */
static bool
has_word(const struct sfs_words *words, size_t first, size_t end, const char *const *which)
{
	for (; *which; which++) {
		if (sfs_words_find(words, first, *which) < end) {
			return true;
		}
	}
	return false;
}

/*
 * Whether the group from `open` to `past` needs no parentheses: a column, or a condition beside AND
 * and OR. The server puts them everywhere, people do not.
 */
static bool
is_spare(const struct sfs_words *words, size_t open, size_t past, const struct sfs_object *table)
{
	static const char *const binds[] = { "AND", "OR", "BETWEEN", ",", "SELECT", "WITH",
		"VALUES", NULL };
	bool call =
		open && (sfs_words_name(words, open - 1) || sfs_words_are(words, open - 1, "]"));
	bool after = !open || sfs_words_are(words, open - 1, "AND") ||
		     sfs_words_are(words, open - 1, "OR") || sfs_words_are(words, open - 1, "(");
	bool before = past == words->tokens.len || sfs_words_are(words, past, "AND") ||
		      sfs_words_are(words, past, "OR") || sfs_words_are(words, past, ")");

	if (after && before) {
		return !has_word(words, open + 1, past - 1, binds);
	}
	return !call && past == open + 3 && column_at(words, open + 1, table);
}

/* Which tokens are parentheses that say nothing; owned by the caller. */
static bool *
find_spare(const struct sfs_words *words, const struct sfs_object *table)
{
	bool *spare = sfs_alloc(words->tokens.len + 1);

	memset(spare, 0, words->tokens.len + 1);
	for (size_t i = 0; i < words->tokens.len; i++) {
		size_t past = sfs_words_are(words, i, "(") ? sfs_words_past(words, i) : 0;

		/* One that is not closed is what the server would not have written. */
		if (past && sfs_words_are(words, past - 1, ")") &&
			is_spare(words, i, past, table)) {
			spare[i] = spare[past - 1] = true;
		}
	}
	return spare;
}

/* `text` with what stands in the way of comparing it as a text left out. */
static void
strip_spare(enum sfs_dialect dialect, const struct sfs_object *table, const char *text,
	struct sfs_str *out)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	size_t end = 0;

	sfs_words_cut(&words, dialect, text);
	bool *spare sfs_auto(free) = find_spare(&words, table);
	for (size_t i = 0; i < words.tokens.len; i++) {
		const struct sfs_token *token = &words.tokens.items[i];

		sfs_str_addn(out, text + end, token->offset - end);
		sfs_str_addn(out, text + token->offset, spare[i] ? 0 : token->len);
		end = token->offset + token->len;
	}
}

json_t *
sfs_snapshot_expression(enum sfs_dialect dialect, const struct sfs_object *table,
	const char *expression, bool qualified)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT, plain sfs_auto(str) = SFS_STR_INIT;
	size_t end = 0; /* of what was written, in the text */

	if (dialect == SFS_POSTGRES && table) {
		strip_spare(dialect, table, expression, &plain);
		expression = sfs_str_text(&plain);
	}
	sfs_words_cut(&words, dialect, expression);
	for (size_t i = 0; i < words.tokens.len;) {
		const struct sfs_token *token = &words.tokens.items[i];
		const struct sfs_object *column = column_at(&words, i, table);
		size_t next = i + 1;

		sfs_str_addn(&out, words.text + end, token->offset - end);
		if (is_public_function(&words, i)) {
			i += 2;
			end = words.tokens.items[i].offset;
			continue;
		}
		if (column) {
			if (qualified) {
				add_quoted(&out, table->id.name);
				sfs_str_addc(&out, '.');
			}
			add_quoted(&out, column->id.name);
			next = past_relabel(&words, next, column);
		} else {
			sfs_str_addn(&out, words.text + token->offset, token->len);
		}
		if (table && token->type == SFS_TOKEN_STRING) {
			next = past_cast(&words, next);
			next = next > words.tokens.len ? words.tokens.len : next;
		}
		end = words.tokens.items[next - 1].offset + words.tokens.items[next - 1].len;
		i = next;
	}
	return sfs_snapshot_string(sfs_str_text(&out));
}

char *
sfs_snapshot_inside(enum sfs_dialect dialect, const char *text)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	sfs_words_cut(&words, dialect, text);
	size_t open = 0;
	while (open < words.tokens.len && !sfs_words_are(&words, open, "(")) {
		open++;
	}
	sfs_words_add(&words, open + 1, sfs_words_past(&words, open) - 1, &out);
	return sfs_str_steal(&out);
}
