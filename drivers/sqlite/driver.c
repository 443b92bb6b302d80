// SPDX-License-Identifier: MIT
/* The SQLite driver as the engine sees it. */
#include "drivers/sqlite/census.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/evaluate.h"
#include "drivers/sqlite/ledger.h"
#include "drivers/sqlite/plan.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/transaction.h"
#include "drivers/rows.h"

const struct sfs_driver sfs_sqlite_driver = {
	.name = "sqlite",
	.dialect = SFS_SQLITE,
	.rehearses = true,
	.accepts = lite_accepts,
	.open = lite_open,
	.close = lite_close,
	.describe = lite_describe,
	.identity = lite_identity,
	.file = lite_file,
	.is_read_only = lite_is_read_only,
	.read = lite_read,
	.fingerprint = lite_fingerprint,
	.census = lite_census,
	.print = lite_print,
	.print_all = lite_print_all,
	.evaluate = lite_evaluate,
	.replay = lite_replay,
	.plan = lite_plan,
	.begin = lite_begin,
	.exec = lite_exec,
	.end = lite_end,
	.ledger_read = lite_ledger_read,
	.ledger_append = lite_ledger_append,
	.migrator = &lite_migrator,
	.rows = &lite_rows,
	.lock = lite_lock,
	.lock_here = lite_lock_here,
	.unlock = lite_unlock,
	.cancel = lite_cancel,
};
