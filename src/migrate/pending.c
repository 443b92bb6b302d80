// SPDX-License-Identifier: MIT
/* A migration dropped into pending/: run, recorded, numbered and put into drizzle's folder. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "apply/fingerprint.h"
#include "apply/lock.h"
#include "base/digest.h"
#include "migrate/folder.h"
#include "migrate/kept.h"
#include "migrate/pending.h"
#include "migrate/progress.h"
#include "migrate/runner.h"

enum { LOCK_TIMEOUT_MS = 30000 };

/* One call's work. */
struct migration {
	struct sfs_db *db;
	const char *directory, *name; /* borrowed */
	struct sfs_text text;
	struct sfs_script script;    /* owned */
	struct sfs_journal journal;  /* owned */
	struct sfs_ledger_rows rows; /* owned */
	struct sfs_ledger_row row;
	char *tag; /* owned */
};

static void
migration_finish(struct migration *m)
{
	sfs_script_finish(&m->script);
	sfs_journal_finish(&m->journal);
	sfs_vec_finish(&m->rows);
	free(m->tag);
}
SFS_DEFINE_AUTO_VALUE(migration, struct migration, migration_finish)

/* ---- names and numbers ---- */

static int
check_name(const char *name, struct sfs_error *err)
{
	json_t *value = json_string(name);
	bool usable = value && sfs_ends_with(name, ".sql") && !strchr(name, '/') && name[0] != '.';

	json_decref(value);
	return usable ? 0
		      : sfs_error_set(err, EINVAL, "a migration's name ends in .sql and is UTF-8");
}

/* How many digits stand before the first `_`, 0 when that is no prefix. */
static size_t
prefix_len(const char *stem)
{
	size_t n = strspn(stem, "0123456789");

	return stem[n] == '_' ? n : 0;
}

/* Length of drizzle's prefixes by date (YYYYMMDDhhmmss) and by seconds. */
enum { DATE_PREFIX = 14, UNIX_PREFIX = 10 };

/* The prefix that the next migration gets, in the way of the one before it. */
static void
add_prefix(const struct sfs_journal *journal, struct sfs_str *out)
{
	size_t n = journal->entries.len;
	size_t before = n ? prefix_len(journal->entries.items[n - 1].tag) : 0;
	time_t now = time(NULL);
	struct tm utc;
	char text[32];

	if (before == DATE_PREFIX && gmtime_r(&now, &utc)) {
		(void)strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc);
		sfs_str_add(out, text);
	} else if (before == UNIX_PREFIX) {
		sfs_str_addf(out, "%lld", (long long)now);
	} else {
		sfs_str_addf(out, "%04lld", (long long)sfs_journal_next(journal));
	}
}

/* A name that has a prefix of the folder's form and the right number keeps it. */
static char *
make_tag(const struct sfs_journal *journal, const char *name)
{
	char *stem sfs_auto(free) = sfs_strndup(name, strlen(name) - strlen(".sql"));
	struct sfs_str tag sfs_auto(str) = SFS_STR_INIT;
	size_t given = prefix_len(stem);

	add_prefix(journal, &tag);
	bool by_time = tag.len == DATE_PREFIX || tag.len == UNIX_PREFIX;
	bool keeps = given == tag.len && (by_time || strncmp(stem, sfs_str_text(&tag), given) == 0);
	if (keeps) {
		return sfs_steal(stem);
	}
	/* Another number of the same form is out of date and goes; anything else is the name. */
	sfs_str_addf(&tag, "_%s", given == tag.len ? stem + given + 1 : stem);
	return sfs_str_steal(&tag);
}

/* Later than all that is recorded: drizzle runs nothing that is older than its newest row. */
static int64_t
make_when(const struct migration *m)
{
	struct timespec now;
	int64_t when;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	when = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	sfs_vec_foreach (entry, &m->journal.entries) {
		when = entry->when >= when ? entry->when + 1 : when;
	}
	sfs_vec_foreach (row, &m->rows) {
		when = row->created_at >= when ? row->created_at + 1 : when;
	}
	return when;
}

/* The folder may have it already, not applied yet: then it is run as what the journal says it is. */
static const struct sfs_journal_entry *
find_own(const struct migration *m)
{
	char *stem sfs_auto(free) = sfs_strndup(m->name, strlen(m->name) - strlen(".sql"));

	const struct sfs_journal_entry *own = sfs_journal_find(&m->journal, stem);
	sfs_vec_foreach (row, &m->rows) {
		if (own && row->created_at == own->when) {
			return NULL;
		}
	}
	return own;
}

/* ---- what was before ---- */

static int
refuse_twice(const struct migration *m, const struct sfs_ledger_row *row, struct sfs_error *err)
{
	time_t seconds = (time_t)(row->created_at / 1000);
	struct tm utc;
	char date[64] = "at an unknown time";

	if (gmtime_r(&seconds, &utc)) {
		(void)strftime(date, sizeof date, "on %Y-%m-%d at %H:%M:%S UTC", &utc);
	}
	sfs_error_set(err, EEXIST, "this migration was applied %s already", date);
	sfs_vec_foreach (entry, &m->journal.entries) {
		if (entry->when == row->created_at) {
			sfs_error_detail(err, "it is %s.sql in migrations/", entry->tag);
		}
	}
	if (err) {
		free(err->file);
		err->file = sfs_strdup(m->name);
	}
	return -EEXIST;
}

/* Ends what a crash left half done; sets m->tag when that was this very migration. */
static int
look_back(struct migration *m, struct sfs_error *err)
{
	int r = m->db->driver->ledger_read(m->db, &m->rows, err);

	if (r == 0) {
		r = sfs_journal_read(m->directory, m->db->driver->name, &m->journal, err);
	}
	if (r == 0) {
		r = sfs_folder_recover(
			m->directory, &m->journal, &m->rows, m->row.hash, &m->tag, err);
	}
	if (r < 0 || m->tag || find_own(m)) {
		return r;
	}
	sfs_vec_foreach (row, &m->rows) {
		if (strcmp(row->hash, m->row.hash) == 0) {
			return refuse_twice(m, row, err);
		}
	}
	return 0;
}

/* ---- running it ---- */

static int
run(struct migration *m, struct sfs_error *err)
{
	return sfs_run_migration(
		&(struct sfs_run){
			.db = m->db,
			.tag = m->tag,
			.name = m->name,
			.text = m->text.text,
			.len = m->text.len,
			.row = m->row,
		},
		err);
}

/*
 * A commit whose answer did not arrive may have happened. The ledger knows; when it can not be asked
 * the staged file stays until it can.
 */
static int
settle(struct migration *m, int r, struct sfs_error *err)
{
	struct sfs_ledger_rows rows = { 0 };
	bool recorded = false;

	if (m->db->driver->ledger_read(m->db, &rows, NULL) < 0) {
		return r;
	}
	sfs_vec_foreach (row, &rows) {
		recorded |= strcmp(row->hash, m->row.hash) == 0;
	}
	sfs_vec_finish(&rows);
	if (!recorded) {
		sfs_folder_unstage(m->directory, m->tag);
		return r;
	}
	sfs_error_finish(err);
	return 0;
}

static int
publish(struct migration *m, struct sfs_error *err)
{
	int r = sfs_folder_publish(
		m->directory, &m->journal, m->tag, &m->text, m->row.created_at, err);

	if (r < 0 && err) {
		char *reason sfs_auto(free) = sfs_steal(err->message);

		r = sfs_error_set(err, -r,
			"%s was applied and recorded in the database, but not in the folder: %s",
			m->name, reason);
		sfs_error_hint(err, "nothing has to be run again: the folder is put right by the "
				    "next migration, or by giving this one again");
	}
	return r;
}

/*
 * A saved plan is for one schema. What was begun and is half done has changed that already: it goes on,
 * as its own progress says.
 */
static int
check_schema(const struct migration *m, struct sfs_error *err)
{
	struct sfs_progress_list begun sfs_auto(progress_list) = { 0 };
	int r = sfs_progress_read(m->db, &begun, err);

	if (r < 0) {
		return r;
	}
	sfs_vec_foreach (progress, &begun) {
		if (strcmp(progress->hash, m->row.hash) == 0) {
			return 0;
		}
	}
	return sfs_plan_check_fingerprint(m->db, m->name, m->text.text, m->text.len, err);
}

static int
apply_locked(struct migration *m, struct sfs_error *err)
{
	int r = look_back(m, err);

	if (r < 0 || m->tag) {
		return r;
	}
	r = check_schema(m, err);
	if (r < 0) {
		return r;
	}
	const struct sfs_journal_entry *own = find_own(m);
	m->tag = own ? sfs_strdup(own->tag) : make_tag(&m->journal, m->name);
	m->row.created_at = own ? own->when : make_when(m);
	r = sfs_folder_stage(m->directory, &m->journal, m->tag, &m->text, err);
	if (r < 0) {
		return r;
	}
	r = run(m, err);
	if (r < 0) {
		r = settle(m, r, err);
	}
	if (r == 0) {
		sfs_kept_write(m->db, m->row.hash, m->text.text, m->text.len);
	}
	return r < 0 ? r : publish(m, err);
}

int
sfs_pending_apply(struct sfs_db *db, const char *directory, const char *name, const char *text,
	size_t len, char **ret_tag, struct sfs_error *err)
{
	struct migration m sfs_auto(migration) = {
		.db = db,
		.directory = directory,
		.name = name,
		.text = { text, len },
	};
	int r = check_name(name, err);

	if (r == 0 && db->driver->is_read_only(db)) {
		r = sfs_error_set(err, EROFS, "the database is read-only");
	}
	if (r == 0) {
		r = sfs_script_parse(db->driver->dialect, name, text, len, &m.script, err);
	}
	if (r == 0 && !m.script.statements.len) {
		r = sfs_error_set(err, EINVAL, "there is no statement in it");
		sfs_error_position(err, name, text, 0);
	}
	if (r == 0) {
		r = sfs_lock(db, SFS_LOCK_SCRIPTS, LOCK_TIMEOUT_MS, err);
	}
	if (r < 0) {
		return r;
	}
	sfs_sha256(text, len, m.row.hash);
	r = apply_locked(&m, err);
	sfs_unlock(db);
	if (r == 0) {
		*ret_tag = sfs_steal(m.tag);
	}
	return r;
}

static int
recover_locked(struct migration *m, struct sfs_error *err)
{
	int r = m->db->driver->ledger_read(m->db, &m->rows, err);

	if (r < 0) {
		return r;
	}
	sfs_vec_foreach (row, &m->rows) {
		if (strcmp(row->hash, m->row.hash) != 0) {
			continue;
		}
		r = sfs_journal_read(m->directory, m->db->driver->name, &m->journal, err);
		r = r < 0 ? r
			  : sfs_folder_recover(
				    m->directory, &m->journal, &m->rows, m->row.hash, &m->tag, err);
		return r < 0 ? r : 1;
	}
	return 0;
}

int
sfs_pending_recover(struct sfs_db *db, const char *directory, const char *text, size_t len,
	struct sfs_error *err)
{
	struct migration m sfs_auto(migration) = { .db = db, .directory = directory };
	int r = sfs_lock(db, SFS_LOCK_SCRIPTS, 0, err);

	if (r < 0) {
		return r;
	}
	sfs_sha256(text, len, m.row.hash);
	r = recover_locked(&m, err);
	sfs_unlock(db);
	return r;
}
