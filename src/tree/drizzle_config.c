// SPDX-License-Identifier: MIT
/* drizzle.config.*: literals of a JavaScript object, without running it. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"
#include "tree/drizzle_config.h"

enum { MAX_CONFIG = 1 << 20 };

enum type { END, STRING, WORD, SIGN };

struct token {
	enum type type;
	char *text; /* owned; of a string what it stands for; of a sign the character */
};
struct tokens SFS_VEC_OF(struct token);

static void
tokens_finish(struct tokens *tokens)
{
	sfs_vec_foreach (token, tokens) {
		free(token->text);
	}
	sfs_vec_finish(tokens);
}
SFS_DEFINE_AUTO_VALUE(tokens, struct tokens, tokens_finish)

/* ---- tokens ---- */

static const char *
skip_blank(const char *at)
{
	for (;;) {
		at += strspn(at, " \t\r\n");
		if (sfs_starts_with(at, "//")) {
			at += strcspn(at, "\n");
		} else if (sfs_starts_with(at, "/*")) {
			const char *end = strstr(at + 2, "*/");

			at = end ? end + 2 : at + strlen(at);
		} else {
			return at;
		}
	}
}

/* Escapes stand for the character behind the backslash, which is all that paths and names need. */
static const char *
read_string(const char *at, struct sfs_str *out)
{
	char quote = *at++;

	for (; *at && *at != quote; at++) {
		if (*at == '\\' && at[1]) {
			at++;
		}
		sfs_str_addc(out, *at);
	}
	return *at ? at + 1 : at;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static void
cut(const char *at, struct tokens *tokens)
{
	for (at = skip_blank(at); *at; at = skip_blank(at)) {
		struct sfs_str text = SFS_STR_INIT;
		enum type type = SIGN;

		if (strchr("'\"`", *at)) {
			type = STRING;
			at = read_string(at, &text);
		} else if (is_word(*at)) {
			type = WORD;
			while (is_word(*at)) {
				sfs_str_addc(&text, *at++);
			}
		} else {
			sfs_str_addc(&text, *at++);
		}
		sfs_vec_push(tokens, (struct token){ type, sfs_str_steal(&text) });
	}
	sfs_vec_push(tokens, (struct token){ END, sfs_strdup("") });
}

/* ---- the object ---- */

static bool
is_sign(const struct token *token, char sign)
{
	return token->type == SIGN && token->text[0] == sign;
}

static void
take(struct sfs_drizzle_config *config, struct sfs_arena *arena, const char *path,
	const struct token *value)
{
	const struct {
		const char *path;
		const char **place;
	} keys[] = {
		{ "out", &config->out },
		{ "dialect", &config->dialect },
		{ "migrations.prefix", &config->prefix },
		{ "migrations.table", &config->table },
		{ "migrations.schema", &config->schema },
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (value->type == STRING && strcmp(keys[i].path, path) == 0 && !*keys[i].place) {
			*keys[i].place = sfs_arena_strdup(arena, value->text);
		}
	}
	if (value->type == WORD && strcmp(path, "breakpoints") == 0) {
		config->no_breakpoints = strcmp(value->text, "false") == 0;
	}
}

/*
 * Reads `key: value` pairs from behind a `{` to its `}`; returns the index behind that. Values that
 * are no literal are passed over, brackets and all.
 */
static size_t
read_object(struct sfs_drizzle_config *config, struct sfs_arena *arena, const struct tokens *tokens,
	size_t at, const char *path)
{
	unsigned depth = 0; /* of brackets in a value */
	bool at_key = true;

	while (tokens->items[at].type != END) {
		const struct token *token = &tokens->items[at];
		const struct token *next = token[1].type == END ? token : token + 1;

		if (is_sign(token, '}') && !depth) {
			return at + 1;
		}
		if (at_key && !depth && token->type != SIGN && is_sign(next, ':')) {
			char *below sfs_auto(free) =
				sfs_asprintf("%s%s%s", path, *path ? "." : "", token->text);
			at += 2;
			at_key = false;
			if (is_sign(&tokens->items[at], '{')) {
				at = read_object(config, arena, tokens, at + 1, below);
			} else if (is_sign(&tokens->items[at + (tokens->items[at].type != END)],
					   ',') ||
				   is_sign(&tokens->items[at + (tokens->items[at].type != END)],
					   '}')) {
				take(config, arena, below, &tokens->items[at++]);
			}
			continue;
		}
		depth += token->type == SIGN && strchr("([{", token->text[0]);
		depth -= token->type == SIGN && depth && strchr(")]}", token->text[0]);
		at_key = is_sign(token, ',') && !depth;
		at++;
	}
	return at;
}

static void
read_text(const char *text, struct sfs_arena *arena, struct sfs_drizzle_config *config)
{
	struct tokens tokens sfs_auto(tokens) = { 0 };

	cut(text, &tokens);
	for (size_t at = 0; tokens.items[at].type != END && !config->out && !config->dialect;) {
		/* Imports have braces, too, but nothing in them has a value. */
		at = is_sign(&tokens.items[at], '{')
			     ? read_object(config, arena, &tokens, at + 1, "")
			     : at + 1;
	}
}

int
sfs_drizzle_config_read(const char *directory, struct sfs_arena *arena,
	struct sfs_drizzle_config *ret_config, struct sfs_error *err)
{
	static const char *const names[] = { "drizzle.config.ts", "drizzle.config.js",
		"drizzle.config.mjs", "drizzle.config.cjs", "drizzle.config.mts",
		"drizzle.config.json" };
	struct sfs_drizzle_config config = { 0 };

	for (size_t i = 0; i < sizeof names / sizeof *names && !config.file; i++) {
		char *path sfs_auto(free) = sfs_file_join(directory, names[i]);
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
		struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
		int r = sfs_file_read(path, MAX_CONFIG, &text, &fault);

		if (r < 0 && r != -ENOENT) {
			sfs_error_move(err, &fault);
			return r;
		}
		if (r == 0) {
			config.file = sfs_arena_strdup(arena, path);
			read_text(sfs_str_text(&text), arena, &config);
		}
	}
	*ret_config = config;
	return 0;
}
