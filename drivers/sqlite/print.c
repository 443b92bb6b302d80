// SPDX-License-Identifier: MIT
/* Objects as files: the texts that SQLite itself keeps, each ended by a `;`. */
#include <string.h>

#include "catalog/graph.h"
#include "drivers/sqlite/print.h"

const char *
lite_stored(const struct sfs_object *object)
{
	static const int attributes[SFS_KIND_COUNT] = {
		[SFS_TABLE] = SFS_TABLE_SQL,
		[SFS_INDEX] = SFS_INDEX_SQL,
		[SFS_VIEW] = SFS_VIEW_SQL,
		[SFS_TRIGGER] = SFS_TRIGGER_SQL,
	};
	int attribute = attributes[object->id.kind];

	return attribute ? sfs_object_get(object, attribute) : NULL;
}

bool
lite_ends_in_comment(const char *text)
{
	size_t len = strlen(text);
	const char *line = memrchr(text, '\n', len);
	struct sfs_token token = { 0 }, last = { 0 };
	struct sfs_lexer lexer;

	/* Only a text whose last line has a comment's start in it is worth a closer look. */
	if (!strstr(line ? line : text, "--")) {
		return false;
	}
	sfs_lexer_init(&lexer, SFS_SQLITE, text, len);
	while (sfs_lexer_next(&lexer, &token)) {
		last = token;
	}
	return last.type == SFS_TOKEN_COMMENT && text[last.offset] == '-';
}

static void
add_statement(struct sfs_str *out, const char *text)
{
	sfs_str_add(out, text);
	sfs_str_add(out, lite_ends_in_comment(text) ? "\n;\n" : ";\n");
}

int
lite_print(const struct sfs_catalog *catalog, const struct sfs_object *object, struct sfs_str *out,
	struct sfs_error *err)
{
	const char *text = lite_stored(object);
	struct sfs_object *part;

	(void)catalog;
	(void)err;
	/* The one namespace has nothing to say, and so no file. */
	if (text) {
		add_statement(out, text);
	}
	sfs_parts_foreach (part, object) {
		if (part->id.kind == SFS_INDEX) {
			add_statement(out, lite_stored(part));
		}
	}
	return 0;
}

int
lite_print_all(const struct sfs_catalog *catalog, struct sfs_str *out, struct sfs_error *err)
{
	static const enum sfs_kind kinds[] = { SFS_TABLE, SFS_VIEW, SFS_TRIGGER };
	struct sfs_order order = { 0 };
	int r = 0;

	sfs_graph_order(catalog, &order);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		for (size_t i = 0; r == 0 && i < order.len; i++) {
			if (order.items[i]->id.kind == kinds[k]) {
				sfs_str_separate(out, "\n");
				r = lite_print(catalog, order.items[i], out, err);
			}
		}
	}
	sfs_vec_finish(&order);
	return r;
}
