// SPDX-License-Identifier: MIT
/* PostgreSQL as a driver. */
#include "drivers/postgres/bodies.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/migrator.h"
#include "drivers/postgres/scratch/evaluate.h"
#include "drivers/postgres/scratch/scratch.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/plan/plan.h"
#include "drivers/postgres/read/read.h"
#include "drivers/rows.h"

static int
read_catalog(struct sfs_db *base, const struct sfs_scope *scope, struct sfs_catalog **ret_catalog,
	struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	struct pg_read_options options = { 0 };
	int r = db->in_transaction ? 0 : pg_ready(db, err);

	if (scope) {
		options.scope = *scope;
	}
	return r < 0 ? r : pg_read(db, &options, ret_catalog, err);
}

static int
print_object(const struct sfs_catalog *catalog, const struct sfs_object *object,
	struct sfs_str *out, struct sfs_error *err)
{
	(void)err;
	pg_print_object(catalog, object, out);
	return 0;
}

const struct sfs_driver sfs_postgres_driver = {
	.name = "postgresql",
	.dialect = SFS_POSTGRES,
	.restates = true,
	.accepts = pg_accepts,
	.open = pg_open,
	.close = pg_close,
	.describe = pg_describe,
	.identity = pg_identity,
	.is_read_only = pg_is_read_only,
	.read = read_catalog,
	.fingerprint = pg_fingerprint,
	.census = pg_census,
	.recent = pg_recent,
	.print = print_object,
	.print_all = pg_print_all,
	.evaluate = pg_evaluate,
	.replay = pg_replay,
	.plan = pg_plan,
	.begin = pg_begin,
	.exec = pg_exec,
	.end = pg_end,
	.pace = pg_pace,
	.check_body = pg_check_body,
	.ledger_read = pg_ledger_read,
	.ledger_append = pg_ledger_append,
	.migrator = &pg_migrator,
	.rows = &pg_rows,
	.lock = pg_lock,
	.lock_here = pg_lock_here,
	.unlock = pg_unlock,
	.cancel = pg_cancel,
};
