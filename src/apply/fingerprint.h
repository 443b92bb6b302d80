/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_FINGERPRINT_H
#define SFS_APPLY_FINGERPRINT_H

#include "drivers/driver.h"

/*
 * Which schema a plan was made for. The fingerprint is a SHA-256 over the canonical text of every
 * object of the database: the same schema has the same fingerprint on every server, whatever its
 * data. A saved plan carries it as a comment before its first statement:
 *
 *   -- schemafs: plan for schema sha256:64 lower-case hex digits
 *
 * (drivers' own fingerprint() is another thing: cheap, of one server, to notice that a look is due.)
 */
enum { SFS_FINGERPRINT_SIZE = 65 }; /* hex digits and a NUL */

/* Of a tree that was rendered from the whole catalog of a database. */
void sfs_fingerprint_tree(const struct sfs_tree *tree, char ret_fingerprint[SFS_FINGERPRINT_SIZE]);

/* Of a whole catalog, read with or without `texts`. */
int sfs_fingerprint_catalog(const struct sfs_driver *driver, const struct sfs_catalog *catalog,
	char ret_fingerprint[SFS_FINGERPRINT_SIZE], struct sfs_error *err) SFS_MUST_CHECK;

/* Of the database as it is now; inside begin() .. end() as that transaction sees it. */
int sfs_fingerprint_database(struct sfs_db *db, char ret_fingerprint[SFS_FINGERPRINT_SIZE],
	struct sfs_error *err) SFS_MUST_CHECK;

/* Whether a comment, from its first byte, is such a header. */
bool sfs_fingerprint_is_header(const char *comment, size_t len);

/* Appends the header line of a saved plan, with its newline. */
void sfs_fingerprint_header(const char fingerprint[SFS_FINGERPRINT_SIZE], struct sfs_str *out);

/*
 * The fingerprint in a script's header, "" when it has none. -EINVAL when there is a header that
 * holds no fingerprint; `name` is the script's, for the error.
 */
int sfs_fingerprint_find(enum sfs_dialect dialect, const char *name, const char *text, size_t len,
	char ret_fingerprint[SFS_FINGERPRINT_SIZE], struct sfs_error *err) SFS_MUST_CHECK;

/*
 * 0 when the script carries no fingerprint or that of the database as it is now; -ESTALE when the
 * database changed since the plan was made.
 */
int sfs_plan_check_fingerprint(struct sfs_db *db, const char *name, const char *text, size_t len,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
