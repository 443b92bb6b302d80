// SPDX-License-Identifier: MIT
/* What may be there already or may be missing: a migration has to run on either database. */
#include <string.h>

#include "migrate/generate.h"
#include "sql/quote.h"

/* How a step is to be guarded, by whose object it is about. */
enum guard { NONE, EXTERNAL, OPTIONAL };

static bool
is_about(const struct sfs_step *step, const struct sfs_object *object)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct sfs_object *part;

	sfs_identity_describe(&object->id, &text);
	if (strcmp(step->object, sfs_str_text(&text)) == 0) {
		return true;
	}
	sfs_parts_foreach (part, object) {
		if (is_about(step, part)) {
			return true;
		}
	}
	return false;
}

/* The object that a step makes, if it is one of those; NULL if it is the project's own. */
static const struct sfs_object *
find_object(const struct sfs_project *project, const struct sfs_diff *diff,
	const struct sfs_step *step, enum guard *ret_guard)
{
	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *object = change->to;
		enum guard guard = !object || !step->object                   ? NONE
				   : sfs_project_is_optional(project, object) ? OPTIONAL
				   : sfs_project_is_external(project, object) ? EXTERNAL
									      : NONE;

		if (guard != NONE && is_about(step, object)) {
			*ret_guard = guard;
			return object;
		}
	}
	return NULL;
}

/* Runs the statement where the server has the extension, or, `made`, the database. */
static void
add_if_there(const char *sql, const char *name, bool made, struct sfs_str *out)
{
	struct sfs_str body sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&body, " BEGIN\nIF EXISTS (SELECT FROM pg_catalog.%s = ",
		made ? "pg_extension WHERE extname" : "pg_available_extensions WHERE name");
	sfs_quote_literal(&body, SFS_POSTGRES, name);
	sfs_str_addf(&body, ") THEN\n%s;\nEND IF;\nEND ", sql);
	sfs_str_add(out, "DO ");
	sfs_quote_dollar(out, "do", sfs_str_text(&body));
}

void
sfs_generate_guard(const struct sfs_project *project, const struct sfs_diff *diff,
	enum sfs_dialect dialect, bool repeatable, struct sfs_plan *plan)
{
	const struct sfs_object *before = NULL;

	sfs_vec_foreach (step, &plan->steps) {
		struct sfs_str guarded sfs_auto(str) = SFS_STR_INIT;
		enum guard guard = NONE;
		const struct sfs_object *object = find_object(project, diff, step, &guard);

		if (guard == OPTIONAL) {
			add_if_there(step->sql, object->id.name, object == before, &guarded);
		} else if (guard == EXTERNAL && !repeatable) {
			(void)sfs_idempotent_add(dialect, step->sql, &guarded);
		}
		if (guarded.len) {
			step->sql = sfs_arena_strdup(plan->arena, sfs_str_text(&guarded));
		}
		before = object;
	}
}
