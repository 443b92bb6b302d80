// SPDX-License-Identifier: MIT
/* In which order the statements of a script are tried, again and again until none is left. */
#include <errno.h>
#include <string.h>

#include "drivers/postgres/scratch/loader.h"

/* How many statements are on their way before their results are taken. */
enum { WINDOW = 128, WINDOW_BYTES = 1 << 18 };

/* As much of a circle as an error names. */
enum { CIRCLE_MAX = 12 };

/* ---- each statement a transaction of its own ---- */

static int
take_window(struct pg_loader *l, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < l->units.len; i++) {
		struct pg_unit *unit = &l->units.items[i];
		bool failed = false;

		r = pg_load_take(l, unit, &failed, err);
		r = r ? r : pg_load_take_sync(l, err);
		if (!r && failed && unit->type == PG_UNIT_TASK) {
			sfs_vec_push(&l->failed, unit->task);
		}
	}
	l->units.len = 0;
	return r;
}

/* When so many fail as they come, the rest of them is better tried sorted. */
static bool
is_hopeless(const struct pg_loader *l, size_t tried)
{
	return !l->sorted && l->failed.len > WINDOW && l->failed.len > tried / 2;
}

static int
run_each(struct pg_loader *l, const struct pg_order *order, struct sfs_error *err)
{
	size_t bytes = 0;
	int r = 0;

	for (size_t i = 0; !r && i < order->len; i++) {
		if (is_hopeless(l, i)) {
			sfs_vec_push(&l->failed, order->items[i]);
			continue;
		}
		r = pg_load_task(l, order->items[i], &bytes, err);
		if (!r && (l->units.len >= WINDOW || bytes >= WINDOW_BYTES)) {
			bytes = 0;
			r = take_window(l, err);
		}
	}
	return r ? r : take_window(l, err);
}

/* ---- all in the transaction that is open ---- */

/* Sends from..to under a savepoint; `stopped` is the place of the one that failed, or `to`. */
static int
try_range(struct pg_loader *l, const struct pg_order *order, size_t from, size_t to,
	struct sfs_error *err)
{
	size_t bytes = 0, at = from;
	bool failed = false;
	int r = pg_load_send(l, PG_UNIT_OWN, 0, "SAVEPOINT schemafs", err);

	for (size_t i = from; !r && i < to; i++) {
		r = pg_load_task(l, order->items[i], &bytes, err);
	}
	r = r ? r : pg_load_send(l, PG_UNIT_OWN, 0, "RELEASE SAVEPOINT schemafs", err);
	if (!r && !PQpipelineSync(l->db->conn)) {
		r = pg_error(l->db, NULL, NULL, err);
	}
	l->stopped = to;
	for (size_t i = 0; !r && i < l->units.len; i++) {
		bool this = false;

		/* What follows a failure is answered, but was not run. */
		r = pg_load_take(l, &l->units.items[i], &this, err);
		if (!r && this && !failed) {
			failed = true;
			l->stopped = at;
		}
		at += l->units.items[i].type == PG_UNIT_TASK;
	}
	l->units.len = 0;
	return r ? r : pg_load_take_sync(l, err);
}

static int
undo_range(struct pg_loader *l, struct sfs_error *err)
{
	int r = pg_load_send(l, PG_UNIT_OWN, 0, "ROLLBACK TO SAVEPOINT schemafs", err);
	bool failed;

	r = r ? r : pg_load_send(l, PG_UNIT_OWN, 0, "RELEASE SAVEPOINT schemafs", err);
	if (!r && !PQpipelineSync(l->db->conn)) {
		r = pg_error(l->db, NULL, NULL, err);
	}
	for (size_t i = 0; !r && i < l->units.len; i++) {
		r = pg_load_take(l, &l->units.items[i], &failed, err);
	}
	l->units.len = 0;
	l->current.known = false; /* settings are rolled back, too */
	l->defaults = PG_DEFAULTS_UNKNOWN;
	return r ? r : pg_load_take_sync(l, err);
}

static int
run_in_transaction(struct pg_loader *l, const struct pg_order *order, struct sfs_error *err)
{
	size_t from = 0, size = WINDOW;
	int r = 0;

	while (!r && from < order->len) {
		size_t to = from + size < order->len ? from + size : order->len;

		r = try_range(l, order, from, to, err);
		if (!r && l->stopped < to) {
			size_t bad = l->stopped;

			r = undo_range(l, err);
			/* What came before it went well, and does so again. */
			r = r || bad == from ? r : try_range(l, order, from, bad, err);
			sfs_vec_push(&l->failed, order->items[bad]);
			from = bad + 1;
			size = size > 8 ? size / 2 : size;
		} else {
			from = to;
			size = size < WINDOW ? size * 2 : size;
		}
	}
	return r;
}

/* ---- until nothing is left ---- */

static int
compare_sizes(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

static bool
is_missing(const PGresult *failure)
{
	static const char *const states[] = { "42P01", "42704", "42883", "3F000", "42703", NULL };
	const char *state = PQresultErrorField(failure, PG_DIAG_SQLSTATE);

	for (size_t i = 0; state && states[i]; i++) {
		if (strcmp(states[i], state) == 0) {
			return true;
		}
	}
	return false;
}

/* What is left and makes something: those that need each other, and those that need these. */
static void
add_circle(const struct pg_loader *l, const struct pg_order *order, struct sfs_str *names)
{
	unsigned n = 0;

	sfs_vec_foreach (index, order) {
		const struct pg_stmt *statement = l->tasks.items[*index].statement;
		const struct pg_refs *targets = &statement->head.targets;

		if (!statement->head.creates || !targets->len || ++n > CIRCLE_MAX) {
			continue;
		}
		sfs_str_separate(names, ", ");
		sfs_str_addf(names, "%s (%s)", targets->items[0].name, statement->source->path);
	}
	if (n > CIRCLE_MAX) {
		sfs_str_addf(names, " and %u more", n - CIRCLE_MAX);
	}
}

/* What is left can not run: the one to tell of is the first that waits for none of the others. */
static int
report(struct pg_loader *l, const struct pg_order *order, struct sfs_error *err)
{
	const struct pg_task *chosen = &l->tasks.items[order->items[0]];
	sfs_auto(str) struct sfs_str names = SFS_STR_INIT;
	bool found = false, circle = false;

	sfs_vec_foreach (index, order) {
		const struct pg_task *task = &l->tasks.items[*index];

		/* An error that is not about something missing is a cause and no consequence. */
		if (!found && !is_missing(task->failure)) {
			chosen = task;
			found = true;
		}
		circle = circle || task->waits;
	}
	int r = pg_load_error(l, chosen, chosen->failure, err);
	if (!found && circle) {
		add_circle(l, order, &names);
		sfs_error_hint(err, "these need each other in a circle: %s", sfs_str_text(&names));
	}
	return r;
}

static int
run_pass(struct pg_loader *l, const struct pg_order *order, struct sfs_error *err)
{
	l->failed = (struct pg_order){ 0 };
	return l->options->in_transaction ? run_in_transaction(l, order, err)
					  : run_each(l, order, err);
}

static int
run_until_done(struct pg_loader *l, struct pg_order *order, struct sfs_error *err)
{
	int r;

	l->sorted = l->options->any_order;
	if (l->sorted) {
		pg_order_sort(l->script, &l->tasks, order);
	}
	while (!(r = run_pass(l, order, err)) && l->failed.len) {
		bool progress = l->failed.len < order->len;

		if (!progress && l->sorted) {
			r = report(l, order, err);
			break;
		}
		sfs_vec_finish(order);
		*order = l->failed;
		l->failed = (struct pg_order){ 0 };
		/* As they stand in the text, so that the sort starts from there. */
		qsort(order->items, order->len, sizeof *order->items, compare_sizes);
		pg_order_sort(l->script, &l->tasks, order);
		l->sorted = true;
	}
	sfs_vec_finish(&l->failed);
	l->failed = (struct pg_order){ 0 };
	return r;
}

/* In a tree what acts on the rest waits until all of that is there, however often it was tried. */
static int
run_all(struct pg_loader *l, struct pg_order *order, struct sfs_error *err)
{
	struct pg_order last = { 0 };
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < order->len; i++) {
		size_t index = order->items[i];

		if (l->options->any_order && pg_order_is_last(l->tasks.items[index].statement)) {
			sfs_vec_push(&last, index);
		} else {
			order->items[kept++] = index;
		}
	}
	order->len = kept;
	if (order->len) {
		r = run_until_done(l, order, err);
	}
	if (!r && last.len) {
		r = run_until_done(l, &last, err);
	}
	sfs_vec_finish(&last);
	return r;
}

/* Refuses what belongs into no schema, and what is no SQL; picks what is to be run. */
static int
select_tasks(struct pg_loader *l, struct pg_order *order, struct sfs_error *err)
{
	sfs_vec_foreach (statement, &l->script->statements) {
		struct pg_task task = { .statement = statement };
		enum pg_role role = statement->head.role;

		if (role == PG_DATA || role == PG_TRANSACTION) {
			continue;
		}
		if (role == PG_UNKNOWN || role == PG_REFUSED) {
			int r = pg_statement_check(statement, err);

			if (r) {
				return r;
			}
			(void)sfs_error_set(
				err, EINVAL, "this statement defines nothing of a schema");
			sfs_error_hint(err, "%s",
				role == PG_REFUSED
					? "roles, databases and settings of the server are "
					  "not part of a schema: run it with psql"
					: "a schema is made of CREATE, ALTER, COMMENT ON, "
					  "GRANT and the like");
			sfs_error_position(err, statement->source->path, statement->source->text,
				statement->offset);
			return -EINVAL;
		}
		sfs_vec_push(order, l->tasks.len);
		sfs_vec_push(&l->tasks, task);
	}
	return 0;
}

int
pg_load_script(struct pg_db *db, struct pg_script *script, const struct pg_load_options *options,
	struct sfs_error *err)
{
	struct pg_loader l = { .db = db, .script = script, .options = options };
	struct pg_order order = { 0 };
	int r = select_tasks(&l, &order, err);

	if (!r && order.len && !PQenterPipelineMode(db->conn)) {
		r = pg_error(db, NULL, NULL, err);
	} else if (!r && order.len) {
		r = run_all(&l, &order, err);
		if (r) {
			pg_load_drain(&l);
		}
		(void)PQexitPipelineMode(db->conn);
	}
	sfs_vec_foreach (task, &l.tasks) {
		PQclear(task->failure);
	}
	sfs_vec_finish(&l.tasks);
	sfs_vec_finish(&l.units);
	sfs_vec_finish(&order);
	return r;
}
