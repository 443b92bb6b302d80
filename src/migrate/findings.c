// SPDX-License-Identifier: MIT
/* What a check has found. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "migrate/findings.h"

void
sfs_findings_finish(struct sfs_findings *findings)
{
	sfs_vec_foreach (finding, &findings->list) {
		free(finding->subject);
		free(finding->message);
		free(finding->detail);
	}
	sfs_vec_finish(&findings->list);
	findings->n_problems = 0;
}

__attribute__((format(printf, 5, 0))) static struct sfs_finding *
add(struct sfs_findings *findings, bool problem, const char *code, const char *subject,
	const char *format, va_list args)
{
	struct sfs_finding finding = {
		.code = code,
		.problem = problem,
		.subject = subject ? sfs_strdup(subject) : NULL,
	};
	va_list again;

	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	finding.message = sfs_alloc((size_t)len + 1);
	(void)vsnprintf(finding.message, (size_t)len + 1, format, args);
	sfs_vec_push(&findings->list, finding);
	findings->n_problems += problem;
	return &findings->list.items[findings->list.len - 1];
}

struct sfs_finding *
sfs_findings_problem(struct sfs_findings *findings, const char *code, const char *subject,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct sfs_finding *finding = add(findings, true, code, subject, format, args);
	va_end(args);
	return finding;
}

struct sfs_finding *
sfs_findings_note(struct sfs_findings *findings, const char *code, const char *subject,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct sfs_finding *finding = add(findings, false, code, subject, format, args);
	va_end(args);
	return finding;
}

void
sfs_findings_error(
	struct sfs_findings *findings, const char *code, const char *subject, struct sfs_error *err)
{
	struct sfs_finding *finding =
		sfs_findings_problem(findings, code, subject, "%s", err->message);
	struct sfs_str detail sfs_auto(str) = SFS_STR_INIT;

	finding->line = err->line;
	finding->column = err->column;
	if (err->detail) {
		sfs_str_addf(&detail, "%s\n", err->detail);
	}
	if (err->hint) {
		sfs_str_addf(&detail, "%s\n", err->hint);
	}
	finding->detail = detail.len ? sfs_str_steal(&detail) : NULL;
	sfs_error_finish(err);
}

void
sfs_finding_format(const struct sfs_finding *finding, struct sfs_str *out)
{
	if (finding->subject) {
		sfs_str_add(out, finding->subject);
		if (finding->line) {
			sfs_str_addf(out, ":%u:%u", finding->line, finding->column);
		}
		sfs_str_add(out, ": ");
	}
	sfs_str_addf(out, "%s\n", finding->message);
	for (const char *at = finding->detail; at && *at;) {
		const char *end = strchrnul(at, '\n');

		sfs_str_addf(out, "    %.*s\n", (int)(end - at), at);
		at = *end ? end + 1 : end;
	}
}
