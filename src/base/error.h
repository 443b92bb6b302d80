/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_ERROR_H
#define SFS_BASE_ERROR_H

#include "base/cleanup.h"

/*
 * What went wrong, told once where it is known and carried up unchanged. A function that can fail
 * returns 0 or -errno and takes a `struct sfs_error *` last; it fills the error exactly when it
 * returns non-zero. Callers may pass NULL.
 */
struct sfs_error {
	int errnum;       /* positive errno, 0 when nothing is wrong */
	char sqlstate[6]; /* PostgreSQL's, "" when there is none */
	char *message;    /* owned; one line, no trailing newline; all below owned or NULL */
	char *detail;
	char *hint;
	char *object;    /* what it is about, as a person writes it: "table public.users" */
	char *file;      /* path of the text at fault, as the person gave it */
	char *statement; /* the statement that failed */
	char *plan;      /* the plan with its hazards, when one was made and refused */
	unsigned line;   /* 1-based, 0 when unknown */
	unsigned column; /* 1-based, counted in characters */
};

#define SFS_ERROR_INIT                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

void sfs_error_finish(struct sfs_error *err);
SFS_DEFINE_AUTO_VALUE(error, struct sfs_error, sfs_error_finish)

/* Replaces what `err` held; returns -errnum so that `return sfs_error_set(...)` reads well. */
int sfs_error_set(struct sfs_error *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds to an error that is set; each copies its text and replaces the former one. */
void sfs_error_detail(struct sfs_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sfs_error_hint(struct sfs_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sfs_error_object(struct sfs_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sfs_error_sqlstate(struct sfs_error *err, const char *sqlstate);

/* Says where in `text`, the contents of `file`, the byte at `offset` stands. */
void sfs_error_position(struct sfs_error *err, const char *file, const char *text, size_t offset);

/* Moves `from` to `to`, whose contents are dropped; `from` is left empty. `to` may be NULL. */
void sfs_error_move(struct sfs_error *to, struct sfs_error *from);

/*
 * The error as the lines that a person reads, in one form everywhere (terminal, `.error`, status):
 *   FILE:LINE:COLUMN: MESSAGE (SQLSTATE)
 *   detail: ...
 *   hint: ...
 * Owned by the caller. Secrets are redacted.
 */
char *sfs_error_format(const struct sfs_error *err);

#endif
