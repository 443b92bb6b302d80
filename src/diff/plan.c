// SPDX-License-Identifier: MIT
/* A plan: ordered statements with what they risk, and the text that a person reads of it. */
#include <stdarg.h>
#include <string.h>

#include "diff/plan.h"
#include "sql/lexer.h"
#include "diff/renames.h"
#include "sql/quote.h"

void
sfs_plan_init(struct sfs_plan *plan)
{
	memset(plan, 0, sizeof *plan);
	plan->arena = sfs_arena_create();
}

void
sfs_plan_finish(struct sfs_plan *plan)
{
	sfs_vec_finish(&plan->steps);
	sfs_vec_finish(&plan->hazards);
	sfs_vec_finish(&plan->questions);
	sfs_vec_finish(&plan->notes);
	sfs_arena_destroy(plan->arena);
	memset(plan, 0, sizeof *plan);
}

static const char *
describe(struct sfs_plan *plan, const struct sfs_object *object)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (!object) {
		return NULL;
	}
	sfs_identity_describe(&object->id, &text);
	return sfs_arena_strndup(plan->arena, sfs_str_text(&text), text.len);
}

struct sfs_step *
sfs_plan_add(struct sfs_plan *plan, const struct sfs_object *object, const char *sql)
{
	struct sfs_step step = {
		.sql = sfs_arena_strdup(plan->arena, sql),
		.object = describe(plan, object),
		.scaffolding = !object,
	};

	sfs_vec_push(&plan->steps, step);
	return &plan->steps.items[plan->steps.len - 1];
}

struct sfs_step *
sfs_plan_addf(struct sfs_plan *plan, const struct sfs_object *object, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *sql sfs_auto(free) = sfs_vasprintf(format, args);
	va_end(args);
	return sfs_plan_add(plan, object, sql);
}

void
sfs_plan_hazard(struct sfs_plan *plan, unsigned rule, enum sfs_severity severity,
	const struct sfs_object *object, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *message sfs_auto(free) = sfs_vasprintf(format, args);
	va_end(args);

	struct sfs_hazard hazard = {
		.rule = rule,
		.severity = severity,
		.object = describe(plan, object),
		.message = sfs_arena_strdup(plan->arena, message),
	};
	sfs_vec_push(&plan->hazards, hazard);
}

void
sfs_plan_append(struct sfs_plan *plan, const struct sfs_plan *other)
{
	struct sfs_arena *arena = plan->arena;

	sfs_vec_foreach (step, &other->steps) {
		struct sfs_step copy = *step;

		copy.sql = sfs_arena_strdup(arena, step->sql);
		copy.object = sfs_arena_strdup(arena, step->object);
		copy.lock = sfs_arena_strdup(arena, step->lock);
		copy.undo = sfs_arena_strdup(arena, step->undo);
		sfs_vec_push(&plan->steps, copy);
	}
	sfs_vec_foreach (hazard, &other->hazards) {
		struct sfs_hazard copy = *hazard;

		copy.object = sfs_arena_strdup(arena, hazard->object);
		copy.message = sfs_arena_strdup(arena, hazard->message);
		copy.lock = sfs_arena_strdup(arena, hazard->lock);
		sfs_vec_push(&plan->hazards, copy);
	}
	sfs_vec_foreach (question, &other->questions) {
		struct sfs_plan_question copy = {
			.text = sfs_arena_strdup(arena, question->text),
			.kind = sfs_arena_strdup(arena, question->kind),
			.from = sfs_arena_strdup(arena, question->from),
			.to = sfs_arena_strdup(arena, question->to),
		};

		sfs_vec_push(&plan->questions, copy);
	}
	sfs_vec_foreach (note, &other->notes) {
		sfs_vec_push(&plan->notes, sfs_arena_strdup(arena, *note));
	}
	plan->rebuilds |= other->rebuilds;
}

static const char *
renames_name(struct sfs_plan *plan, enum sfs_dialect dialect, const struct sfs_object *object,
	const char *label)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	sfs_renames_write_name(dialect, &object->id, label, &name);
	return sfs_arena_strndup(plan->arena, sfs_str_text(&name), name.len);
}

static void
ask(struct sfs_plan *plan, const struct sfs_diff *diff, const struct sfs_question *question)
{
	const struct sfs_object *from = question->from, *to = question->to;
	enum sfs_dialect dialect = diff->to->dialect;
	struct sfs_str old sfs_auto(str) = SFS_STR_INIT;
	struct sfs_plan_question asked = {
		.kind = question->to_label ? "enum value" : sfs_kind_info(to->id.kind)->name,
		.from = renames_name(plan, dialect, from, question->from_label),
		.to = renames_name(plan, dialect, to, question->to_label),
	};

	if (question->to_label) {
		sfs_quote_literal(&old, dialect, question->from_label);
	} else if (!sfs_streq(from->id.namespace, to->id.namespace) &&
		   to->id.kind != SFS_NAMESPACE) {
		sfs_quote_qualified(&old, dialect, from->id.namespace, from->id.name);
	} else {
		sfs_quote_name(&old, dialect, from->id.name);
	}
	asked.text = sfs_arena_printf(plan->arena,
		"is %s %s the former %s? then say so with -- renamed from: %s", asked.kind,
		asked.to, asked.from, sfs_str_text(&old));
	sfs_vec_push(&plan->questions, asked);
}

void
sfs_plan_ask(struct sfs_plan *plan, const struct sfs_diff *diff)
{
	sfs_vec_foreach (question, &diff->questions) {
		ask(plan, diff, question);
	}
}

void
sfs_plan_note(struct sfs_plan *plan, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text sfs_auto(free) = sfs_vasprintf(format, args);
	va_end(args);
	sfs_vec_push(&plan->notes, sfs_arena_strdup(plan->arena, text));
}

size_t
sfs_plan_size(const struct sfs_plan *plan)
{
	size_t n = 0;

	sfs_vec_foreach (step, &plan->steps) {
		n += !step->check;
	}
	return n;
}

enum sfs_severity
sfs_plan_severity(const struct sfs_plan *plan)
{
	enum sfs_severity worst = SFS_INFO;

	sfs_vec_foreach (hazard, &plan->hazards) {
		if (hazard->severity > worst) {
			worst = hazard->severity;
		}
	}
	return worst;
}

const char *
sfs_severity_name(enum sfs_severity severity)
{
	static const char *const names[] = {
		[SFS_INFO] = "info",
		[SFS_WARN] = "warning",
		[SFS_LOSS] = "data loss",
	};

	return names[severity];
}

/* A comment line; a newline in the text must not end the comment. */
static void
add_comment(struct sfs_str *out, const char *text)
{
	for (const char *at = text; *at; at++) {
		if (*at == '\n' || *at == '\r') {
			sfs_str_add(out, "\n--   ");
		} else {
			sfs_str_addc(out, *at);
		}
	}
	sfs_str_addc(out, '\n');
}

void
sfs_plan_format_hazards(const struct sfs_plan *plan, struct sfs_str *out)
{
	sfs_vec_foreach (hazard, &plan->hazards) {
		sfs_str_addf(
			out, "-- %s H%02u: ", sfs_severity_name(hazard->severity), hazard->rule);
		if (hazard->object) {
			sfs_str_addf(out, "%s: ", hazard->object);
		}
		add_comment(out, hazard->message);
		if (hazard->lock) {
			sfs_str_truncate(out, out->len - 1);
			sfs_str_addf(out, "; takes %s\n", hazard->lock);
		}
	}
	sfs_vec_foreach (question, &plan->questions) {
		sfs_str_add(out, "-- question: ");
		add_comment(out, question->text);
	}
	sfs_vec_foreach (note, &plan->notes) {
		sfs_str_add(out, "-- note: ");
		add_comment(out, *note);
	}
}

/* What is done CONCURRENTLY no transaction takes: that needs no word of ours. */
static bool
tells_itself(const char *sql)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, sql, strlen(sql));
	while (sfs_lexer_word(&lexer, &token)) {
		if (sfs_token_is(sql, &token, "CONCURRENTLY")) {
			return true;
		}
	}
	return false;
}

const char *
sfs_step_directive(const struct sfs_step *step)
{
	return step->outside && !tells_itself(step->sql) ? "-- schemafs: alone\n" : "";
}

void
sfs_plan_format(const struct sfs_plan *plan, bool breakpoints, struct sfs_str *out)
{
	sfs_plan_format_hazards(plan, out);
	bool first = true;

	for (size_t i = 0; i < plan->steps.len; i++) {
		if (plan->steps.items[i].check) {
			continue;
		}
		if (!first && breakpoints) {
			sfs_str_add(out, "--> statement-breakpoint\n");
		}
		first = false;
		sfs_str_addf(out, "%s%s;\n", sfs_step_directive(&plan->steps.items[i]),
			plan->steps.items[i].sql);
	}
}
