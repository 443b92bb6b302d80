// SPDX-License-Identifier: MIT
/* Runs the statements of a script, pipelined, again and again until none is left. */
#include <errno.h>
#include <string.h>

#include "drivers/postgres/scratch/load.h"
#include "sql/quote.h"

/* How many statements are on their way before their results are taken. */
enum { WINDOW = 128, WINDOW_BYTES = 1 << 18 };

/* As much of a statement, and of a circle, as an error repeats. */
enum { SHOWN_MAX = 2000, CIRCLE_MAX = 12 };

/* What a unit of the pipeline is for. */
enum unit_type {
	UNIT_TASK,
	UNIT_SETTING, /* of the person's; one that this server does not know is of no effect */
	UNIT_OWN,     /* of ours: must succeed */
};

struct unit {
	enum unit_type type;
	size_t task; /* index; of a setting: in script->settings */
};

/* Under which settings the next statement would run. */
struct settings {
	bool known;
	const char *base;
	size_t from, to;
};

/* Which default privileges are in force. */
enum defaults {
	DEFAULTS_UNKNOWN,
	DEFAULTS_EXISTING,
	DEFAULTS_FRESH,
};

struct loader {
	struct pg_db *db;
	struct pg_script *script;
	const struct pg_load_options *options;
	struct pg_tasks tasks;
	struct settings current;
	enum defaults defaults;
	SFS_VEC(struct unit) units; /* sent, their results not taken yet */
	struct pg_order failed;
	bool sorted;    /* the statements come in an order of ours */
	size_t stopped; /* in a transaction: the place in the order of the one that failed */
};

/* Gives what pg_rewrite() needs of the parse tree; what does without it saves the time. */
static void
rewrite(struct loader *l, const struct pg_task *task, struct pg_text *text)
{
	if (l->options->places || task->key || task->cut ||
		task->statement->head.kind == SFS_MATERIALIZED_VIEW) {
		pg_statement_parse(l->script, task->statement);
	}
	if (task->key) {
		pg_rewrite_key(task->statement, l->options->places, task->key, text);
	} else {
		pg_rewrite(task->statement, l->options->places, task->cut, text);
	}
}

/* ---- sending ---- */

static int
send(struct loader *l, enum unit_type type, size_t index, const char *sql, struct sfs_error *err)
{
	struct unit unit = { .type = type, .task = index };

	l->db->base.statements++;
	if (!PQsendQueryParams(l->db->conn, sql, 0, NULL, NULL, NULL, NULL, 0) ||
		(!l->options->in_transaction && !PQpipelineSync(l->db->conn))) {
		return pg_error(l->db, NULL, NULL, err);
	}
	sfs_vec_push(&l->units, unit);
	return 0;
}

/* The order in which unqualified names are looked up; a scratch place comes before what it is for. */
static void
add_path(const struct loader *l, const char *base, struct sfs_str *path)
{
	const char *place =
		base && l->options->places ? pg_places_of(l->options->places, base) : NULL;

	if (place) {
		sfs_str_add(path, place);
	}
	if (base) {
		sfs_str_separate(path, ", ");
		sfs_quote_name(path, SFS_POSTGRES, base);
	}
	if (!base || strcmp(base, "public") != 0) {
		sfs_str_separate(path, ", ");
		sfs_str_add(path, "public");
	}
	sfs_str_add(path, ", pg_temp");
}

static int
send_settings(struct loader *l, const struct pg_stmt *statement, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str path = SFS_STR_INIT, sql = SFS_STR_INIT;
	bool undo = l->current.from < l->current.to;
	int r = 0;

	if (undo) {
		r = send(l, UNIT_OWN, 0, "RESET SESSION AUTHORIZATION", err);
		r = r ? r : send(l, UNIT_OWN, 0, "RESET ALL", err);
	}
	add_path(l, statement->base, &path);
	sfs_str_add(&sql, "SELECT set_config('search_path', ");
	sfs_quote_literal(&sql, SFS_POSTGRES, sfs_str_text(&path));
	sfs_str_add(&sql, ", false)");
	if (undo || !l->current.known) {
		sfs_str_add(&sql,
			", set_config('check_function_bodies', 'off', false),"
			" set_config('client_min_messages', 'error', false),"
			" set_config('client_encoding', 'UTF8', false),"
			" set_config('standard_conforming_strings', 'on', false),"
			" set_config('default_tablespace', '', false),"
			" set_config('default_table_access_method', 'heap', false),"
			" set_config('statement_timeout', '0', false),"
			/* Event triggers must not act on what is tried out. */
			" (SELECT set_config('session_replication_role', 'replica', false)"
			" FROM pg_roles WHERE rolname = session_user AND rolsuper)");
	}
	r = r ? r : send(l, UNIT_OWN, 0, sql.text, err);
	for (size_t i = statement->settings_from; !r && i < statement->settings_to; i++) {
		struct pg_text text sfs_auto(pg_text) = { 0 };

		pg_rewrite(&l->script->settings.items[i], NULL, false, &text);
		r = send(l, UNIT_SETTING, i, sfs_str_text(&text.sql), err);
	}
	l->current = (struct settings){ .known = true,
		.base = statement->base,
		.from = statement->settings_from,
		.to = statement->settings_to };
	return r;
}

static bool
has_settings(const struct loader *l, const struct pg_stmt *statement)
{
	bool own = statement->settings_from < statement->settings_to;
	bool now = l->current.from < l->current.to;

	return l->current.known && sfs_streq(l->current.base, statement->base) && own == now &&
	       (!own || (l->current.from == statement->settings_from &&
				l->current.to == statement->settings_to));
}

/* Settings follow one another in most scripts: then only the new ones are sent. */
static int
go_on_with_settings(struct loader *l, const struct pg_stmt *statement, struct sfs_error *err)
{
	int r = 0;

	if (has_settings(l, statement)) {
		return 0;
	}
	if (!l->current.known || !sfs_streq(l->current.base, statement->base) ||
		l->current.from != statement->settings_from ||
		l->current.to > statement->settings_to) {
		return send_settings(l, statement, err);
	}
	for (size_t i = l->current.to; !r && i < statement->settings_to; i++) {
		struct pg_text text sfs_auto(pg_text) = { 0 };

		pg_rewrite(&l->script->settings.items[i], NULL, false, &text);
		r = send(l, UNIT_SETTING, i, sfs_str_text(&text.sql), err);
	}
	l->current.to = statement->settings_to;
	return r;
}

static int
send_defaults(struct loader *l, const struct pg_stmt *statement, struct sfs_error *err)
{
	const struct pg_defaults *defaults = l->options->defaults;

	if (!defaults || !defaults->arena || !statement->head.creates) {
		return 0;
	}
	bool is_fresh = sfs_map_has(defaults->paths, statement->source->path);
	enum defaults wanted = is_fresh ? DEFAULTS_FRESH : DEFAULTS_EXISTING;
	size_t n = is_fresh ? defaults->fresh.len : defaults->existing.len;
	int r = 0;

	for (size_t i = 0; !r && l->defaults != wanted && i < n; i++) {
		r = send(l, UNIT_OWN, 0,
			is_fresh ? defaults->fresh.items[i] : defaults->existing.items[i], err);
	}
	l->defaults = wanted;
	return r;
}

static int
send_task(struct loader *l, size_t index, size_t *bytes, struct sfs_error *err)
{
	struct pg_text text sfs_auto(pg_text) = { 0 };
	int r = go_on_with_settings(l, l->tasks.items[index].statement, err);

	r = r ? r : send_defaults(l, l->tasks.items[index].statement, err);
	if (r) {
		return r;
	}
	rewrite(l, &l->tasks.items[index], &text);
	*bytes += text.sql.len;
	return send(l, UNIT_TASK, index, sfs_str_text(&text.sql), err);
}

/* ---- receiving ---- */

/* What no other order will mend: the server is gone, out of memory, or was told to stop. */
static bool
is_fatal(const struct pg_db *db, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return !state || PQstatus(db->conn) != CONNECTION_OK || sfs_starts_with(state, "08") ||
	       sfs_starts_with(state, "53") || sfs_starts_with(state, "57") ||
	       sfs_starts_with(state, "58");
}

static bool
is_failure(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_FATAL_ERROR ||
	       PQresultStatus(result) == PGRES_BAD_RESPONSE;
}

static size_t
position_of(const PGresult *result, const char *sql)
{
	const char *field = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	unsigned long position = field ? strtoul(field, NULL, 10) : 1;
	size_t at = 0;

	while (position > 1 && sql[at]) {
		at++;
		if (((unsigned char)sql[at] & 0xC0) != 0x80) {
			position--;
		}
	}
	return at;
}

static void
show(const struct pg_places *places, char **text)
{
	char *shown = places ? pg_places_show(places, *text) : NULL;

	if (shown) {
		free(*text);
		*text = shown;
	}
}

/* The server's words with the person's file, position and names. */
static int
statement_error(struct loader *l, const struct pg_stmt *statement, const struct pg_text *text,
	const PGresult *result, struct sfs_error *err)
{
	struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
	const char *sql = sfs_str_text(&text->sql);
	size_t at = position_of(result, sql);
	int r = pg_error(l->db, result, NULL, &own);

	/* What a text asks for and is not there, or there already, is a fault of the text. */
	if (r == -ENOENT || r == -EEXIST) {
		own.errnum = EINVAL;
		r = -EINVAL;
	}
	show(l->options->places, &own.message);
	show(l->options->places, &own.detail);
	show(l->options->places, &own.hint);
	sfs_error_position(&own, statement->source->path, statement->source->text,
		PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION) ? pg_text_source(text, at)
								       : statement->offset);
	own.statement =
		sfs_asprintf("%.*s%s", statement->len > SHOWN_MAX ? SHOWN_MAX : (int)statement->len,
			statement->source->text + statement->offset,
			statement->len > SHOWN_MAX ? " ..." : "");
	sfs_error_move(err, &own);
	return r;
}

static int
task_error(
	struct loader *l, const struct pg_task *task, const PGresult *result, struct sfs_error *err)
{
	struct pg_text text sfs_auto(pg_text) = { 0 };

	rewrite(l, task, &text);
	return statement_error(l, task->statement, &text, result, err);
}

static int
setting_error(struct loader *l, size_t index, const PGresult *result, struct sfs_error *err)
{
	const struct pg_stmt *setting = &l->script->settings.items[index];
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	struct pg_text text sfs_auto(pg_text) = { 0 };

	/* A setting of another version of the server. */
	if (state && strcmp(state, "42704") == 0 && !l->options->in_transaction) {
		return 0;
	}
	pg_rewrite(setting, NULL, false, &text);
	return statement_error(l, setting, &text, result, err);
}

/* Takes the result of one unit; keeps the failure of a task with it. `failed` says whether it did. */
static int
take_unit(struct loader *l, const struct unit *unit, bool *failed, struct sfs_error *err)
{
	PGresult *result, *first = NULL;
	int r = 0;

	while ((result = pg_result(l->db))) {
		if (!first) {
			first = result;
		} else {
			PQclear(result);
		}
	}
	if (!first) {
		return pg_error(l->db, NULL, NULL, err);
	}
	*failed = is_failure(first);
	if (*failed && unit->type == UNIT_SETTING) {
		r = setting_error(l, unit->task, first, err);
	} else if (*failed && unit->type == UNIT_OWN) {
		r = pg_error(l->db, first, NULL, err);
	} else if (*failed && is_fatal(l->db, first)) {
		r = task_error(l, &l->tasks.items[unit->task], first, err);
	} else if (*failed) {
		PQclear(l->tasks.items[unit->task].failure);
		l->tasks.items[unit->task].failure = first;
		return 0;
	}
	PQclear(first);
	return r;
}

static int
take_sync(struct loader *l, struct sfs_error *err)
{
	PGresult *result = pg_result(l->db);
	bool sync = result && PQresultStatus(result) == PGRES_PIPELINE_SYNC;

	PQclear(result);
	return sync ? 0 : pg_error(l->db, NULL, NULL, err);
}

/* Takes what is still to come after an error that ends everything, so that the connection is usable. */
static void
drain(struct loader *l)
{
	unsigned nulls = 0;

	if (l->options->in_transaction) {
		(void)PQpipelineSync(l->db->conn);
	}
	/* Two in a row say that nothing is left. */
	while (nulls < 2 && PQstatus(l->db->conn) == CONNECTION_OK) {
		PGresult *result = pg_result(l->db);

		nulls = result ? 0 : nulls + 1;
		PQclear(result);
	}
	l->units.len = 0;
}

/* ---- each statement a transaction of its own ---- */

static int
take_window(struct loader *l, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < l->units.len; i++) {
		struct unit *unit = &l->units.items[i];
		bool failed = false;

		r = take_unit(l, unit, &failed, err);
		r = r ? r : take_sync(l, err);
		if (!r && failed && unit->type == UNIT_TASK) {
			sfs_vec_push(&l->failed, unit->task);
		}
	}
	l->units.len = 0;
	return r;
}

/* When so many fail as they come, the rest of them is better tried sorted. */
static bool
is_hopeless(const struct loader *l, size_t tried)
{
	return !l->sorted && l->failed.len > WINDOW && l->failed.len > tried / 2;
}

static int
run_each(struct loader *l, const struct pg_order *order, struct sfs_error *err)
{
	size_t bytes = 0;
	int r = 0;

	for (size_t i = 0; !r && i < order->len; i++) {
		if (is_hopeless(l, i)) {
			sfs_vec_push(&l->failed, order->items[i]);
			continue;
		}
		r = send_task(l, order->items[i], &bytes, err);
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
try_range(struct loader *l, const struct pg_order *order, size_t from, size_t to,
	struct sfs_error *err)
{
	size_t bytes = 0, at = from;
	bool failed = false;
	int r = send(l, UNIT_OWN, 0, "SAVEPOINT schemafs", err);

	for (size_t i = from; !r && i < to; i++) {
		r = send_task(l, order->items[i], &bytes, err);
	}
	r = r ? r : send(l, UNIT_OWN, 0, "RELEASE SAVEPOINT schemafs", err);
	if (!r && !PQpipelineSync(l->db->conn)) {
		r = pg_error(l->db, NULL, NULL, err);
	}
	l->stopped = to;
	for (size_t i = 0; !r && i < l->units.len; i++) {
		bool this = false;

		/* What follows a failure is answered, but was not run. */
		r = take_unit(l, &l->units.items[i], &this, err);
		if (!r && this && !failed) {
			failed = true;
			l->stopped = at;
		}
		at += l->units.items[i].type == UNIT_TASK;
	}
	l->units.len = 0;
	return r ? r : take_sync(l, err);
}

static int
undo_range(struct loader *l, struct sfs_error *err)
{
	int r = send(l, UNIT_OWN, 0, "ROLLBACK TO SAVEPOINT schemafs", err);
	bool failed;

	r = r ? r : send(l, UNIT_OWN, 0, "RELEASE SAVEPOINT schemafs", err);
	if (!r && !PQpipelineSync(l->db->conn)) {
		r = pg_error(l->db, NULL, NULL, err);
	}
	for (size_t i = 0; !r && i < l->units.len; i++) {
		r = take_unit(l, &l->units.items[i], &failed, err);
	}
	l->units.len = 0;
	l->current.known = false; /* settings are rolled back, too */
	l->defaults = DEFAULTS_UNKNOWN;
	return r ? r : take_sync(l, err);
}

static int
run_in_transaction(struct loader *l, const struct pg_order *order, struct sfs_error *err)
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
add_circle(const struct loader *l, const struct pg_order *order, struct sfs_str *names)
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
report(struct loader *l, const struct pg_order *order, struct sfs_error *err)
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
	int r = task_error(l, chosen, chosen->failure, err);
	if (!found && circle) {
		add_circle(l, order, &names);
		sfs_error_hint(err, "these need each other in a circle: %s", sfs_str_text(&names));
	}
	return r;
}

static int
run_pass(struct loader *l, const struct pg_order *order, struct sfs_error *err)
{
	l->failed = (struct pg_order){ 0 };
	return l->options->in_transaction ? run_in_transaction(l, order, err)
					  : run_each(l, order, err);
}

static int
run_until_done(struct loader *l, struct pg_order *order, struct sfs_error *err)
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
run_all(struct loader *l, struct pg_order *order, struct sfs_error *err)
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
select_tasks(struct loader *l, struct pg_order *order, struct sfs_error *err)
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
	struct loader l = { .db = db, .script = script, .options = options };
	struct pg_order order = { 0 };
	int r = select_tasks(&l, &order, err);

	if (!r && order.len && !PQenterPipelineMode(db->conn)) {
		r = pg_error(db, NULL, NULL, err);
	} else if (!r && order.len) {
		r = run_all(&l, &order, err);
		if (r) {
			drain(&l);
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
