/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_DRIVER_H
#define SFS_POSTGRES_DRIVER_H

#include "drivers/postgres/connection.h"

/* What driver.c puts into struct sfs_driver, each as said there. */

/* connection.c */
bool pg_accepts(const char *target);
int pg_open(const char *target, const struct sfs_open_options *options, struct sfs_db **ret_db,
	struct sfs_error *err) SFS_MUST_CHECK;
void pg_close(struct sfs_db *db);
const char *pg_describe(struct sfs_db *db);
const char *pg_identity(struct sfs_db *db);
bool pg_is_read_only(struct sfs_db *db);
void pg_cancel(struct sfs_db *db);

/* transaction.c */
int pg_begin(struct sfs_db *db, bool rebuilds, struct sfs_error *err) SFS_MUST_CHECK;
int pg_exec(struct sfs_db *db, const char *sql, struct sfs_error *err) SFS_MUST_CHECK;
int pg_end(struct sfs_db *db, bool commit, struct sfs_error *err);

void pg_pace(struct sfs_db *db, enum sfs_pace pace);

/* ledger.c */
int pg_ledger_read(
	struct sfs_db *db, struct sfs_ledger_rows *ret_rows, struct sfs_error *err) SFS_MUST_CHECK;
int pg_ledger_append(
	struct sfs_db *db, const struct sfs_ledger_row *row, struct sfs_error *err) SFS_MUST_CHECK;

/* lock.c */
int pg_lock(struct sfs_db *db, unsigned timeout_ms, struct sfs_error *err) SFS_MUST_CHECK;
int pg_lock_here(struct sfs_db *db, unsigned timeout_ms, struct sfs_error *err) SFS_MUST_CHECK;
void pg_unlock(struct sfs_db *db);

/* fingerprint.c */
int pg_fingerprint(struct sfs_db *db, char **ret_fingerprint, struct sfs_error *err) SFS_MUST_CHECK;

/* census.c */
int pg_census(
	struct sfs_db *db, struct sfs_census *ret_census, struct sfs_error *err) SFS_MUST_CHECK;
int pg_recent(
	struct sfs_db *db, struct sfs_census *ret_recent, struct sfs_error *err) SFS_MUST_CHECK;

/* print/all.c */
int pg_print_all(const struct sfs_catalog *catalog, struct sfs_str *out,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
