// SPDX-License-Identifier: MIT
/* What verbs print: plans, hazards, errors, as text and as JSON. */
#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"
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

/* The length of the UTF-8 character at `text`, 0 when there is none that JSON could hold. */
static size_t
character(const char *text)
{
	for (size_t len = 1; len <= 4; len++) {
		json_t *one = json_stringn(text, len);

		if (one) {
			json_decref(one);
			return len;
		}
		if (!text[len]) {
			break;
		}
	}
	return 0;
}

json_t *
sfs_output_string(const char *text)
{
	struct sfs_str clean sfs_auto(str) = SFS_STR_INIT;

	if (!text) {
		return json_null();
	}
	json_t *value = json_string(text);
	if (value) {
		return value;
	}
	while (*text) {
		size_t len = character(text);

		sfs_str_addn(&clean, len ? text : "\xEF\xBF\xBD", len ? len : 3);
		text += len ? len : 1;
	}
	return json_string(sfs_str_text(&clean));
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

static json_t *
step_json(const struct sfs_step *step)
{
	return json_pack("{s:o, s:o, s:o, s:b, s:b}", "sql", sfs_output_string(step->sql), "object",
		sfs_output_string(step->object), "lock", sfs_output_string(step->lock), "outside",
		step->outside, "scaffolding", step->scaffolding);
}

static json_t *
hazard_json(const struct sfs_hazard *hazard)
{
	char rule[16];

	(void)snprintf(rule, sizeof rule, "H%02u", hazard->rule);
	return json_pack("{s:s, s:s, s:o, s:o}", "rule", rule, "severity",
		sfs_severity_name(hazard->severity), "object", sfs_output_string(hazard->object),
		"message", sfs_output_string(hazard->message));
}

json_t *
sfs_output_plan(const struct sfs_plan *plan)
{
	json_t *steps = json_array(), *hazards = json_array(), *questions = json_array();

	sfs_vec_foreach (step, &plan->steps) {
		(void)json_array_append_new(steps, step_json(step));
	}
	sfs_vec_foreach (hazard, &plan->hazards) {
		(void)json_array_append_new(hazards, hazard_json(hazard));
	}
	sfs_vec_foreach (question, &plan->questions) {
		(void)json_array_append_new(questions, sfs_output_string(*question));
	}
	return json_pack(
		"{s:o, s:o, s:o}", "statements", steps, "hazards", hazards, "questions", questions);
}

void
sfs_output_hazards(const struct sfs_plan *plan)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_plan_format_hazards(plan, &text);
	(void)fputs(sfs_str_text(&text), stderr);
}

void
sfs_output_sql(const struct sfs_plan *plan)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_plan_format(plan, false, &text);
	(void)fputs(sfs_str_text(&text), stdout);
}
