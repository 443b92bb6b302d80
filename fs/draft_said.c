// SPDX-License-Identifier: MIT
/* The three files in which a draft says what it asks of the database. */
#include "apply/fingerprint.h"
#include "base/redact.h"
#include "diff/json.h"
#include "fs/draft_said.h"

static struct mnt_text *
text_of(struct sfs_str *text)
{
	sfs_redact(text);
	return mnt_text_create(sfs_str_text(text), text->len);
}

struct mnt_text *
mnt_said_plan(const struct mnt_planned *of)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (of->wishes->problems.len) {
		sfs_str_addf(&text,
			"-- There is no plan: `status` beside this file tells what is wrong.\n");
	} else if (!of->plan->steps.len) {
		sfs_str_add(
			&text, "-- The database is as this draft says: nothing is to be done.\n");
	} else {
		sfs_fingerprint_header(of->fingerprint, &text);
		sfs_plan_format(of->plan, false, &text);
	}
	return text_of(&text);
}

static json_t *
error_json(const struct sfs_error *err)
{
	return json_pack("{s:o, s:o, s:i, s:i, s:o, s:o, s:o}", "message",
		sfs_json_text(err->message), "file", sfs_json_text(err->file), "line",
		(int)err->line, "column", (int)err->column, "sqlstate",
		sfs_json_text(*err->sqlstate ? err->sqlstate : NULL), "detail",
		sfs_json_text(err->detail), "hint", sfs_json_text(err->hint));
}

struct mnt_text *
mnt_said_json(const struct mnt_planned *of)
{
	bool fits = !of->wishes->problems.len && of->plan->steps.len;
	json_t *root = sfs_plan_json(of->plan), *errors = json_array();
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	char *fingerprint sfs_auto(free) = sfs_asprintf("sha256:%s", of->fingerprint);

	if (of->wishes->problems.len) {
		/* What was planned without those that failed is no plan. */
		(void)json_array_clear(json_object_get(root, "statements"));
		(void)json_array_clear(json_object_get(root, "hazards"));
		(void)json_array_clear(json_object_get(root, "questions"));
	}
	sfs_vec_foreach (problem, &of->wishes->problems) {
		(void)json_array_append_new(errors, error_json(problem));
	}
	(void)json_object_set_new(root, "version", json_integer(1));
	(void)json_object_set_new(root, "draft", sfs_json_text(of->draft));
	(void)json_object_set_new(
		root, "fingerprint", fits ? sfs_json_text(fingerprint) : json_null());
	(void)json_object_set_new(root, "errors", errors);
	char *dump sfs_auto(free) = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	sfs_str_addf(&text, "%s\n", dump ? dump : "{}");
	return text_of(&text);
}

static void
add_wishes(const struct mnt_planned *of, struct sfs_str *out)
{
	sfs_vec_foreach (wish, &of->wishes->wishes) {
		if (wish->done || wish->follows) {
			continue;
		}
		if (wish->renamed) {
			sfs_str_addf(out, "  renamed  %s -> %s\n", wish->path, wish->file);
		} else {
			sfs_str_addf(out, "  %s  %s\n",
				!wish->text   ? "removed"
				: !wish->base ? "new    "
					      : "changed",
				wish->file ? wish->file : wish->path);
		}
	}
}

struct mnt_text *
mnt_said_status(const struct mnt_planned *of, const struct sfs_error *outage)
{
	const struct sfs_plan *plan = of->plan;
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	size_t n = of->wishes->problems.len;

	sfs_str_addf(&text, "draft     %s\n", of->draft);
	if (outage) {
		char *message sfs_auto(free) = sfs_error_format(outage);
		sfs_str_addf(&text, "plan      not known: %s", message);
	} else if (n) {
		sfs_str_addf(&text, "plan      none, %zu error%s\n", n, n == 1 ? "" : "s");
	} else {
		sfs_str_addf(&text, "plan      %zu statements%s\n", plan->steps.len,
			sfs_plan_severity(plan) >= SFS_LOSS ? ", which can lose data" : "");
	}
	sfs_str_add(&text, "changes\n");
	add_wishes(of, &text);
	sfs_vec_foreach (problem, &of->wishes->problems) {
		char *message sfs_auto(free) = sfs_error_format(problem);
		sfs_str_addf(&text, "\n%s", message);
	}
	if (!outage && !n) {
		struct sfs_str hazards sfs_auto(str) = SFS_STR_INIT;
		sfs_plan_format_hazards(plan, &hazards);
		sfs_str_addf(&text, "%s%s", hazards.len ? "\n" : "", sfs_str_text(&hazards));
	}
	return text_of(&text);
}
