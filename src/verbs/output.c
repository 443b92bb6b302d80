// SPDX-License-Identifier: MIT
/* What verbs print: plans, hazards, errors, as text and as JSON. */
#include <stdio.h>
#include <string.h>

#include "apply/fingerprint.h"
#include "base/redact.h"
#include "base/str.h"
#include "diff/json.h"
#include "verbs/output.h"

enum { JSON_VERSION = 1 };

void
sfs_output_json(json_t *value)
{
	json_t *whole = json_pack("{s:i}", "version", JSON_VERSION);

	(void)json_object_update(whole, value);
	json_decref(value);
	(void)json_dumpf(whole, stdout, JSON_INDENT(2));
	(void)putchar('\n');
	json_decref(whole);
}

json_t *
sfs_output_string(const char *text)
{
	return sfs_json_text(text);
}

static json_t *
redacted(const char *text)
{
	struct sfs_str clean sfs_auto(str) = SFS_STR_INIT;

	if (!text) {
		return json_null();
	}
	sfs_str_add(&clean, text);
	sfs_redact(&clean);
	return sfs_output_string(sfs_str_text(&clean));
}

json_t *
sfs_output_error(const struct sfs_error *err)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:o, s:o}", "errno",
		strerrorname_np(err->errnum), "sqlstate",
		sfs_output_string(err->sqlstate[0] ? err->sqlstate : NULL), "message",
		redacted(err->message), "detail", redacted(err->detail), "hint",
		redacted(err->hint), "object", redacted(err->object), "file", redacted(err->file),
		"line", (int)err->line, "column", (int)err->column, "statement",
		redacted(err->statement), "plan", redacted(err->plan));
}

json_t *
sfs_output_plan(const struct sfs_plan *plan)
{
	return sfs_plan_json(plan);
}

void
sfs_output_fingerprint(json_t *value, const char *fingerprint)
{
	char *text sfs_auto(free) = *fingerprint ? sfs_asprintf("sha256:%s", fingerprint) : NULL;

	(void)json_object_set_new(value, "schema", sfs_output_string(text));
}

void
sfs_output_hazards(const struct sfs_plan *plan)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_plan_format_hazards(plan, &text);
	(void)fputs(sfs_str_text(&text), stderr);
}

void
sfs_output_header(const char *fingerprint)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (*fingerprint) {
		sfs_fingerprint_header(fingerprint, &text);
		(void)fputs(sfs_str_text(&text), stdout);
	}
}

void
sfs_output_sql(const struct sfs_plan *plan)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_plan_format(plan, false, &text);
	(void)fputs(sfs_str_text(&text), stdout);
}
