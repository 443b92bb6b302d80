/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PRINT_GRANTS_H
#define SFS_POSTGRES_PRINT_GRANTS_H

#include "drivers/postgres/print/print.h"

/* The lines of SFS_ATTR_ACL and the statements for them; private to grants.c and column_grants.c. */

/* The letters of an aclitem, in the order in which people list the words; letter 0 ends them. */
struct pg_privilege {
	char letter;
	const char *word;
};
extern const struct pg_privilege pg_privileges[];

/* One line of the attribute: who may do what. */
struct pg_grant {
	const char *grantee; /* with quotes where needed; "" is PUBLIC */
	size_t grantee_len;
	const char *letters;
	size_t letters_len;
};

struct pg_grants SFS_VEC_OF(struct pg_grant);

/* Takes the first of the lines; false when there is none. */
bool pg_grant_next(const char **lines, struct pg_grant *ret_grant);

/* The line of the same role as `like`. */
bool pg_grant_find(const char *lines, const struct pg_grant *like, struct pg_grant *ret_grant);
bool pg_grant_same_role(const struct pg_grant *a, const struct pg_grant *b);

/* 0 without the privilege of that letter, 1 with it, 2 with the right to grant it; ALL is letter 0. */
int pg_grant_has(const struct pg_grant *grant, char letter);

/* GRANTs that wait to be written, since what is said of one may be said of others, too. */
struct pg_told {
	struct sfs_str words; /* "SELECT (a, b), UPDATE (a)" */
	bool starred;
	struct sfs_str grantees;
};
struct pg_tolds SFS_VEC_OF(struct pg_told);

void pg_tell_grant(struct pg_tolds *tolds, const struct sfs_object *object,
	const struct sfs_str *words, bool starred, const struct pg_grant *grant);

/* Writes what waits; nothing does then. */
void pg_write_told(
	struct pg_writer *writer, const struct sfs_object *object, struct pg_tolds *tolds);

/*
 * Whether pg_write_column_grants() tells them: the owner has grants without being told, and what was
 * taken away is each column's own matter.
 */
bool pg_is_told_together(const struct sfs_object *column);

#endif
