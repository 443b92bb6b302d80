/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_REFUSAL_H
#define SFS_FS_REFUSAL_H

#include "fs/job.h"

/*
 * What a person gets when a file is refused: NAME.error says why and what to do, NAME.rej keeps the
 * text, NAME.plan holds the plan when one was made. They stand beside the file and, so that
 * they survive anything, below "refused" in our state directory. None needs the lock; all take it.
 */

/* `text` may be NULL: then there is no .rej. */
void mnt_refuse(struct mnt *mnt, const char *path, const struct sfs_error *err,
	const struct mnt_text *text);

/* Removes all three: the file is good, or gone. */
void mnt_absolve(struct mnt *mnt, const char *path);

/* Removes one of them, by the path of the note. */
void mnt_refusal_remove(struct mnt *mnt, const char *note_path);

/* Whether it was refused at that time or later. */
bool mnt_refused_since(const struct mnt *mnt, const char *path, const struct timespec *time);

/* A directory has another name, and so have the notes in it. */
void mnt_refusals_move(struct mnt *mnt, const char *from, const char *to);

/* Removes those of what is so by now, whoever did it. (review.c) */
void mnt_refusals_review(struct mnt *mnt);

/* Brings back those of a former mount. */
void mnt_refusals_load(struct mnt *mnt);

/* The path of a note; names that would get too long are cut and told apart by a hash. */
void mnt_refusal_path(const char *path, const char *suffix, struct sfs_str *out);

/* Where a note is on the disk; owned by the caller. */
char *mnt_refusal_file(const struct mnt *mnt, const char *note_path);

#endif
