// SPDX-License-Identifier: MIT
/* Plans as JSON. */
#include <stdio.h>

#include "diff/json.h"

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
sfs_json_text(const char *text)
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
step_json(const struct sfs_step *step)
{
	return json_pack("{s:o, s:o, s:o, s:b, s:b, s:b}", "sql", sfs_json_text(step->sql),
		"object", sfs_json_text(step->object), "lock", sfs_json_text(step->lock), "outside",
		step->outside, "scaffolding", step->scaffolding, "check", step->check);
}

static json_t *
hazard_json(const struct sfs_hazard *hazard)
{
	char rule[16];

	(void)snprintf(rule, sizeof rule, "H%02u", hazard->rule);
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "rule", rule, "severity",
		sfs_severity_name(hazard->severity), "object", sfs_json_text(hazard->object),
		"message", sfs_json_text(hazard->message), "lock", sfs_json_text(hazard->lock));
}

/* An answer is the same object without its text, in a file for --renames. */
static json_t *
question_json(const struct sfs_plan_question *question)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "kind", sfs_json_text(question->kind), "from",
		sfs_json_text(question->from), "to", sfs_json_text(question->to), "text",
		sfs_json_text(question->text));
}

json_t *
sfs_plan_json(const struct sfs_plan *plan)
{
	json_t *steps = json_array(), *hazards = json_array(), *questions = json_array(),
	       *notes = json_array();

	sfs_vec_foreach (step, &plan->steps) {
		(void)json_array_append_new(steps, step_json(step));
	}
	sfs_vec_foreach (hazard, &plan->hazards) {
		(void)json_array_append_new(hazards, hazard_json(hazard));
	}
	sfs_vec_foreach (question, &plan->questions) {
		(void)json_array_append_new(questions, question_json(question));
	}
	sfs_vec_foreach (note, &plan->notes) {
		(void)json_array_append_new(notes, sfs_json_text(*note));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "statements", steps, "hazards", hazards,
		"questions", questions, "notes", notes);
}
