/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_FINDINGS_H
#define SFS_MIGRATE_FINDINGS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

/* Something that `check` has to say. */
struct sfs_finding {
	const char *code; /* stable, for programs: "duplicate-idx" */
	bool problem;     /* else it is only worth knowing */
	char *subject;    /* owned; a tag or a file of the folder, NULL: the folder */
	char *message;    /* owned; one line */
	char *detail;     /* owned; lines that each end in a newline, or NULL */
	unsigned line;    /* of the subject; 0: unknown */
	unsigned column;
};

struct sfs_findings {
	SFS_VEC(struct sfs_finding) list;
	size_t n_problems;
};

void sfs_findings_finish(struct sfs_findings *findings);
SFS_DEFINE_AUTO_VALUE(findings, struct sfs_findings, sfs_findings_finish)

/* Both return the finding, which is valid until the next one is added. `code` is borrowed for good. */
struct sfs_finding *sfs_findings_problem(struct sfs_findings *findings, const char *code,
	const char *subject, const char *format, ...) __attribute__((format(printf, 4, 5)));
struct sfs_finding *sfs_findings_note(struct sfs_findings *findings, const char *code,
	const char *subject, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* An error as a problem, with its position. What `err` held is dropped. */
void sfs_findings_error(struct sfs_findings *findings, const char *code, const char *subject,
	struct sfs_error *err);

/* Appends "SUBJECT:LINE:COLUMN: MESSAGE" and the detail, indented. */
void sfs_finding_format(const struct sfs_finding *finding, struct sfs_str *out);

#endif
