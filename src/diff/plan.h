/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_PLAN_H
#define SFS_DIFF_PLAN_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"
#include "catalog/object.h"
#include "diff/diff.h"

/* How bad a hazard is: the rules H01..H70 are told in docs/hazards.md. */
enum sfs_severity {
	SFS_INFO,
	SFS_WARN,
	SFS_LOSS, /* class X: data or protection can be lost; refused under apply=safe */
};

struct sfs_hazard {
	unsigned rule; /* 2 for H02 */
	enum sfs_severity severity;
	const char *object;  /* as sfs_identity_describe() says it */
	const char *message; /* what can happen, with the facts measured */
	const char *lock;    /* the strongest lock that it is taken under; NULL: none on a table */
};

/* How a statement may wait and how long it may take. */
enum sfs_pace {
	SFS_PACE_FREE,   /* as long as it takes; waits for a lock as the session does */
	SFS_PACE_BRIEF,  /* others wait for the lock that it holds, and it has little to do */
	SFS_PACE_ONLINE, /* nobody waits for it, so it may wait for others, and take its time */
};

/* One statement of a plan, ready to send. */
struct sfs_step {
	const char *sql;    /* without the final `;` */
	const char *object; /* what it is about, described; NULL for scaffolding */
	const char *lock;   /* the strongest lock it takes on a user's table, NULL for none */
	const char
		*undo; /* of an `outside` one: takes away what it leaves when it fails; or NULL */
	enum sfs_pace pace;
	bool outside;     /* runs by itself, outside of a transaction: can not, or shall not */
	bool check;       /* asks whether all works on, and changes nothing: left out of texts */
	bool scaffolding; /* SET, PRAGMA and the like: needed, but no change by itself */
};

/* A rename that a person may have meant; the names as sfs_renames_read() takes them. */
struct sfs_plan_question {
	const char *text; /* "is column a.x the former a.y? then say so with -- renamed from: y" */
	const char *kind, *from, *to;
};

/* Ordered statements that bring one database to another schema. All texts live in its arena. */
struct sfs_plan {
	struct sfs_arena *arena; /* owned; NULL in an empty plan that was never written to */
	SFS_VEC(struct sfs_step) steps;
	SFS_VEC(struct sfs_hazard) hazards;
	SFS_VEC(struct sfs_plan_question) questions;
	SFS_VEC(const char *) notes; /* what a person should know; nothing is at risk */
	bool rebuilds;               /* SQLite: foreign keys must be off, outside the transaction */
};

void sfs_plan_init(struct sfs_plan *plan);
void sfs_plan_finish(struct sfs_plan *plan);
SFS_DEFINE_AUTO_VALUE(plan, struct sfs_plan, sfs_plan_finish)

/* Appends a step with a copy of its text; returns it, valid until the next add. */
struct sfs_step *sfs_plan_add(
	struct sfs_plan *plan, const struct sfs_object *object, const char *sql);
struct sfs_step *sfs_plan_addf(struct sfs_plan *plan, const struct sfs_object *object,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

void sfs_plan_hazard(struct sfs_plan *plan, unsigned rule, enum sfs_severity severity,
	const struct sfs_object *object, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Appends copies of all that another plan has, which is carried out after this one. */
void sfs_plan_append(struct sfs_plan *plan, const struct sfs_plan *other);

/* Adds the questions of a diff, in words and for programs. */
void sfs_plan_ask(struct sfs_plan *plan, const struct sfs_diff *diff);

/* Adds a note with a copy of its text. */
void sfs_plan_note(struct sfs_plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How many statements its text has. */
size_t sfs_plan_size(const struct sfs_plan *plan);

/* The worst hazard, SFS_INFO when there is none. */
enum sfs_severity sfs_plan_severity(const struct sfs_plan *plan);

/* "info", "warning", "data loss". */
const char *sfs_severity_name(enum sfs_severity severity);

/* Hazards, questions and notes alone, a comment line each. */
void sfs_plan_format_hazards(const struct sfs_plan *plan, struct sfs_str *out);

/*
 * What stands before a step in a script: for one that shall run by itself although it could run in a
 * transaction a comment line that says so to whoever runs the script, for others "".
 */
const char *sfs_step_directive(const struct sfs_step *step);

/*
 * The plan as a script that a person can read and run: hazards and questions as comments first,
 * then each statement with its `;`. `breakpoints` puts drizzle's marker between statements.
 */
void sfs_plan_format(const struct sfs_plan *plan, bool breakpoints, struct sfs_str *out);

#endif
