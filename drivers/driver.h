/* SPDX-License-Identifier: MIT */
#ifndef SFS_DRIVERS_DRIVER_H
#define SFS_DRIVERS_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "catalog/catalog.h"
#include "catalog/graph.h"
#include "diff/diff.h"
#include "diff/plan.h"
#include "sql/lexer.h"
#include "tree/tree.h"

/*
 * What the engine asks of a database. A driver is one struct of functions; the engine and the file
 * system know no other way in. Unless said otherwise a function returns 0 or -errno and fills `err`.
 *
 * A `struct sfs_db` is one open database with one or more connections. It is used by one thread at
 * a time, but for `cancel`.
 */
struct sfs_db {
	const struct sfs_driver *driver;
	unsigned
		patience_ms; /* one statement is given up with -ETIMEDOUT after so long; 0: as long as
			       * the server is there, it may work */
	int64_t online_above; /* bytes from which plan() changes a table online, 0: every table;
			       * open() sets the default, whoever knows better overwrites it */
	unsigned locked;      /* how many have taken the lock: apply/lock.h */
	uint64_t statements;  /* how many have been sent */
	int interrupted;      /* atomic; cancel() sets it, whoever begins new work clears it */
};

/* `online_above` of a database: what it is where nothing is said, and what no table is above. */
#define SFS_ONLINE_DEFAULT (INT64_C(64) << 20)
#define SFS_ONLINE_NEVER   INT64_MAX

struct sfs_open_options {
	bool read_only;           /* the session refuses writes by itself */
	unsigned lock_timeout_ms; /* 0: the default, 2000 */
	unsigned patience_ms;     /* what the database's `patience_ms` is from the start */
	bool existing; /* -EIO where there is none; a file that is not there is no new database */
};

/* Which part of the database to read. */
struct sfs_scope {
	const struct sfs_identity *objects; /* borrowed; NULL: everything */
	size_t n_objects;
	const uint64_t *tags; /* borrowed; the objects by their tags in a census instead */
	size_t n_tags;
	bool alone;        /* `objects` alone, not what depends on them */
	bool dependencies; /* fill the catalog's graph; always done when only a part is read */
	bool texts;        /* only print() will look at it: what that does without may be missing */
	bool folded; /* parts may be left folded (catalog/fold.h): with `texts`, of everything */
	/*
	 * A whole catalog of the same database, read with `texts` a moment ago: of a part, objects
	 * may be taken from there as they were then. NULL: none.
	 */
	const struct sfs_catalog *known;
};

/* Whether only a part is read. */
static inline bool
sfs_scope_is_partial(const struct sfs_scope *scope)
{
	return scope->objects || scope->tags;
}

/*
 * The objects that have files, by `tag` as struct sfs_object has it, ascending; `sign` differs after
 * every change of an object's own definition. Tag 0 stands for all that is not told apart.
 */
struct sfs_census_entry {
	uint64_t tag, sign;
};
struct sfs_census SFS_VEC_OF(struct sfs_census_entry);

/* A text to be understood by the server, and the file that it stands in. */
struct sfs_source {
	const char *path; /* for errors; a path of the tree, or the name of a .sql file */
	const char *text; /* NUL-terminated */
	size_t len;
	const struct sfs_identity *id; /* what the path names; NULL: as sfs_path_parse() tells */
	bool former;                   /* it uses the names from before the evaluation's renames */
};

/*
 * What the server should make of texts.
 *
 * `whole` false: each source is a file of the tree and may define only what its path names, with
 * its parts; everything else it refers to is as it is in the database now, or as another of the
 * sources says. The catalog that comes back holds just what the sources define.
 *
 * `whole` true: the sources together are a schema, in any order and any layout, that stands by
 * itself; the catalog that comes back is that of a database holding nothing else.
 */
struct sfs_evaluation {
	const struct sfs_source *sources;
	size_t n_sources;
	bool whole;
	const char
		*shadow; /* an empty database to use as the scratch place, NULL: one of our own */
	/*
	 * `whole` false: names under which nothing stands any more, unless a source makes it, whatever
	 * the database has.
	 */
	const struct sfs_identity *gone;
	size_t n_gone;
	/* `whole` false: what goes by other names than in the sources that are `former`; NULL: none. */
	const struct sfs_renames *renames;
	/*
	 * `whole` false: what comes back must be what the whole would give. So the texts say all of what
	 * new objects grant; -ENOTSUP where it can not be had like that.
	 */
	bool literal;
};

/* A statement of a history, to be run again from the beginning. */
struct sfs_replay_step {
	const struct sfs_source *source; /* borrowed; the file that it stands in */
	size_t offset, len;              /* in its text, without the `;` */
};

/*
 * What migrations make of an empty database. The statements of a file are one transaction, unless one
 * of them can not run inside of one or needs the one before it to be committed: then each is.
 */
struct sfs_replay {
	const struct sfs_replay_step *steps;
	size_t n_steps;
	const size_t *stops; /* ascending: after how many steps to read a catalog */
	size_t n_stops;
	const char *shadow; /* an empty database to use, and to empty again; NULL: one of our own */
	/*
	 * Called at each stop with what was read there, and with the scratch place, which is open for
	 * reading rows; NULL: nobody is.
	 */
	int (*visit)(void *data, size_t stop, struct sfs_db *scratch,
		const struct sfs_catalog *catalog, struct sfs_error *err);
	void *visit_data;
};

/* A migration as the ledger has it: a row of drizzle's table. */
struct sfs_ledger_row {
	char hash[65];
	int64_t created_at; /* milliseconds; the journal's `when` */
};
struct sfs_ledger_rows SFS_VEC_OF(struct sfs_ledger_row);

struct sfs_migrator;
struct sfs_rows_driver;

struct sfs_driver {
	const char *name; /* "postgresql" or "sqlite", as in drizzle's journal */
	enum sfs_dialect dialect;
	bool restates;  /* what it tells of an object can change when only what that uses does */
	bool rehearses; /* it plans by trying out: for no database only of the whole schema */

	/* Whether `target`, as given on the command line, names a database of this driver. */
	bool (*accepts)(const char *target);

	int (*open)(const char *target, const struct sfs_open_options *options,
		struct sfs_db **ret_db, struct sfs_error *err) SFS_MUST_CHECK;
	void (*close)(struct sfs_db *db); /* accepts NULL */

	/* For people, without secrets: "postgresql:///shop on /run/pg". Borrowed from the db. */
	const char *(*describe)(struct sfs_db *db);

	/* The same for every connection to this database, now and after a restart; fit for a file name. */
	const char *(*identity)(struct sfs_db *db);

	/* The file that it is in, absolute; borrowed, NULL for none. NULL itself: it never is in a file. */
	const char *(*file)(struct sfs_db *db);

	/* Whether the server, the session or the role lets nothing be changed. */
	bool (*is_read_only)(struct sfs_db *db);

	/*
	 * Reads the catalog, sealed. With `scope->objects`: those objects (files of a name, so every
	 * overload), whatever of them exists, and, unless `alone`, all that depends on them. Inside begin() .. end() it
	 * sees that transaction; otherwise it takes a read-only snapshot of its own.
	 */
	int (*read)(struct sfs_db *db, const struct sfs_scope *scope,
		struct sfs_catalog **ret_catalog, struct sfs_error *err) SFS_MUST_CHECK;

	/* Cheap: changes whenever the schema may have changed. Owned by the caller. */
	int (*fingerprint)(
		struct sfs_db *db, char **ret_fingerprint, struct sfs_error *err) SFS_MUST_CHECK;

	/* Cheaper than reading all: tells which objects have to be read again. Added to the list. */
	int (*census)(struct sfs_db *db, struct sfs_census *ret_census,
		struct sfs_error *err) SFS_MUST_CHECK;

	/*
	 * Cheaper still: objects that may have come or changed since the last census on this connection,
	 * without signs; not those that went. No answer is no proof. NULL: there is no quicker way.
	 */
	int (*recent)(struct sfs_db *db, struct sfs_census *ret_recent,
		struct sfs_error *err) SFS_MUST_CHECK;

	/*
	 * Appends the canonical text of an object that has a file: the object with its parts and, for
	 * overloaded kinds, only this overload. Deterministic; ends in a newline. No database needed.
	 */
	int (*print)(const struct sfs_catalog *catalog, const struct sfs_object *object,
		struct sfs_str *out, struct sfs_error *err) SFS_MUST_CHECK;

	/* Appends the whole catalog as one script that loads into an empty database. */
	int (*print_all)(const struct sfs_catalog *catalog, struct sfs_str *out,
		struct sfs_error *err) SFS_MUST_CHECK;

	/* Turns texts into a sealed catalog; the error says file, line and column. Leaves nothing behind. */
	int (*evaluate)(struct sfs_db *db, const struct sfs_evaluation *what,
		struct sfs_catalog **ret_catalog, struct sfs_error *err) SFS_MUST_CHECK;

	/*
	 * Writes the statements for a diff, in an order that works, with the hazards that follow from
	 * the statements. `diff->from` has its dependencies. The db is used to measure facts (are there
	 * rows?) and may be NULL: then what would depend on them is assumed.
	 */
	int (*plan)(struct sfs_db *db, const struct sfs_diff *diff, struct sfs_plan *plan,
		struct sfs_error *err) SFS_MUST_CHECK;

	/*
	 * Runs a history in a scratch place and reads what it makes: `ret_catalogs` receives a sealed
	 * catalog, with its dependencies, for each stop; on failure none. Roles that it creates are
	 * there for the time being only; what else belongs to the server is left out. The error says
	 * file, line and column. SQLite: `db` may be NULL.
	 */
	int (*replay)(struct sfs_db *db, const struct sfs_replay *what,
		struct sfs_catalog **ret_catalogs, struct sfs_error *err) SFS_MUST_CHECK;

	/*
	 * A transaction that changes the schema: begin() also takes what it must before (SQLite: turns
	 * foreign keys off outside the transaction when `rebuilds`), end() commits or rolls back and
	 * puts that back. exec() runs one statement, inside or outside of one. end() after a failure
	 * with `commit` false always succeeds as far as the database is concerned.
	 */
	int (*begin)(struct sfs_db *db, bool rebuilds, struct sfs_error *err) SFS_MUST_CHECK;
	int (*exec)(struct sfs_db *db, const char *sql, struct sfs_error *err) SFS_MUST_CHECK;
	int (*end)(struct sfs_db *db, bool commit, struct sfs_error *err);

	/*
	 * While a plan is applied: how long the statements that exec() runs from now on may wait for a lock and may take, until
	 * end() or the next call. NULL: the database knows no such limits.
	 */
	void (*pace)(struct sfs_db *db, enum sfs_pace pace);

	/*
	 * Inside a transaction: whether the body of a routine that `source` has defined holds, as far
	 * as the database can tell; the error says where it does not. NULL: it knows no routines.
	 */
	int (*check_body)(struct sfs_db *db, const struct sfs_identity *routine,
		const struct sfs_source *source, struct sfs_error *err) SFS_MUST_CHECK;

	/* drizzle's table of applied migrations: made when missing; oldest first. */
	int (*ledger_read)(struct sfs_db *db, struct sfs_ledger_rows *ret_rows,
		struct sfs_error *err) SFS_MUST_CHECK;
	int (*ledger_append)(struct sfs_db *db, const struct sfs_ledger_row *row,
		struct sfs_error *err) SFS_MUST_CHECK;

	/* What else running migrations asks: drivers/migrator.h. */
	const struct sfs_migrator *migrator;

	/* Rows of tables: drivers/rows.h. */
	const struct sfs_rows_driver *rows;

	/*
	 * Held by one process at a time for the database; polls until `timeout_ms`, then -EBUSY with
	 * the holder in the detail. lock_here() takes the same one at less cost, where no script of a
	 * person's runs that could give it back. Callers use sfs_lock() (apply/lock.h), which nests.
	 */
	int (*lock)(struct sfs_db *db, unsigned timeout_ms, struct sfs_error *err) SFS_MUST_CHECK;
	int (*lock_here)(
		struct sfs_db *db, unsigned timeout_ms, struct sfs_error *err) SFS_MUST_CHECK;
	void (*unlock)(struct sfs_db *db);

	/* From any thread, without waiting: what runs on `db` now or next fails with -EINTR soon. */
	void (*cancel)(struct sfs_db *db);
};

/* The drivers built in. */
extern const struct sfs_driver sfs_postgres_driver;
extern const struct sfs_driver sfs_sqlite_driver;

/* The driver for a target, NULL when none takes it. */
const struct sfs_driver *sfs_driver_for(const char *target);

#endif
