// SPDX-License-Identifier: MIT
/* A script's statements on their way to the server, each under the settings that it stands under. */
#include <string.h>

#include "drivers/postgres/scratch/loader.h"
#include "sql/quote.h"

/* pg_rewrite() needs the parse tree of some; what does without it saves the time. */
void
pg_load_rewrite(struct pg_loader *l, const struct pg_task *task, struct pg_text *text)
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

int
pg_load_send(struct pg_loader *l, enum pg_unit_type type, size_t index, const char *sql,
	struct sfs_error *err)
{
	struct pg_unit unit = { .type = type, .task = index };

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
add_path(const struct pg_loader *l, const char *base, struct sfs_str *path)
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
send_settings(struct pg_loader *l, const struct pg_stmt *statement, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str path = SFS_STR_INIT, sql = SFS_STR_INIT;
	bool undo = l->current.from < l->current.to;
	int r = 0;

	if (undo) {
		r = pg_load_send(l, PG_UNIT_OWN, 0, "RESET SESSION AUTHORIZATION", err);
		r = r ? r : pg_load_send(l, PG_UNIT_OWN, 0, "RESET ALL", err);
	}
	add_path(l, statement->base, &path);
	sfs_str_add(&sql, "SELECT set_config('search_path', ");
	sfs_quote_literal(&sql, SFS_POSTGRES, sfs_str_text(&path));
	sfs_str_add(&sql, ", false)");
	if (undo || !l->current.known) {
		sfs_str_add(&sql,
			", set_config('check_function_bodies', 'off', false),"
			" set_config('client_min_messages', 'error', false),"
			" set_config('standard_conforming_strings', 'on', false),"
			" set_config('default_tablespace', '', false),"
			" set_config('default_table_access_method', 'heap', false),"
			" set_config('statement_timeout', '0', false),"
			/* Event triggers must not act on what is tried out. */
			" (SELECT set_config('session_replication_role', 'replica', false)"
			" FROM pg_roles WHERE rolname = session_user AND rolsuper)");
		sfs_str_addf(
			&sql, ", set_config('client_encoding', '%s', false)", pg_encoding(l->db));
	}
	r = r ? r : pg_load_send(l, PG_UNIT_OWN, 0, sql.text, err);
	for (size_t i = statement->settings_from; !r && i < statement->settings_to; i++) {
		struct pg_text text sfs_auto(pg_text) = { 0 };

		pg_rewrite(&l->script->settings.items[i], NULL, false, &text);
		r = pg_load_send(l, PG_UNIT_SETTING, i, sfs_str_text(&text.sql), err);
	}
	l->current = (struct pg_in_force){ .known = true,
		.base = statement->base,
		.from = statement->settings_from,
		.to = statement->settings_to };
	return r;
}

static bool
has_settings(const struct pg_loader *l, const struct pg_stmt *statement)
{
	bool own = statement->settings_from < statement->settings_to;
	bool now = l->current.from < l->current.to;

	return l->current.known && sfs_streq(l->current.base, statement->base) && own == now &&
	       (!own || (l->current.from == statement->settings_from &&
				l->current.to == statement->settings_to));
}

/* Settings follow one another in most scripts: then only the new ones are sent. */
static int
go_on_with_settings(struct pg_loader *l, const struct pg_stmt *statement, struct sfs_error *err)
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
		r = pg_load_send(l, PG_UNIT_SETTING, i, sfs_str_text(&text.sql), err);
	}
	l->current.to = statement->settings_to;
	return r;
}

static int
send_defaults(struct pg_loader *l, const struct pg_stmt *statement, struct sfs_error *err)
{
	const struct pg_defaults *defaults = l->options->defaults;

	if (!defaults || !defaults->arena || !statement->head.creates) {
		return 0;
	}
	bool is_fresh = sfs_map_has(defaults->paths, statement->source->path);
	enum pg_defaults_state wanted = is_fresh ? PG_DEFAULTS_FRESH : PG_DEFAULTS_EXISTING;
	size_t n = is_fresh ? defaults->fresh.len : defaults->existing.len;
	int r = 0;

	for (size_t i = 0; !r && l->defaults != wanted && i < n; i++) {
		r = pg_load_send(l, PG_UNIT_OWN, 0,
			is_fresh ? defaults->fresh.items[i] : defaults->existing.items[i], err);
	}
	l->defaults = wanted;
	return r;
}

int
pg_load_task(struct pg_loader *l, size_t index, size_t *bytes, struct sfs_error *err)
{
	struct pg_text text sfs_auto(pg_text) = { 0 };
	int r = go_on_with_settings(l, l->tasks.items[index].statement, err);

	r = r ? r : send_defaults(l, l->tasks.items[index].statement, err);
	if (r) {
		return r;
	}
	pg_load_rewrite(l, &l->tasks.items[index], &text);
	*bytes += text.sql.len;
	return pg_load_send(l, PG_UNIT_TASK, index, sfs_str_text(&text.sql), err);
}
