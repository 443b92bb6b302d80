// SPDX-License-Identifier: MIT
/* Changes of what belongs to no namespace, but for foreign data and replication. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/statements.h"

/* Some extensions are tied to the schema that they were made in. */
bool
pg_extension_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	return !pg_differs(change, SFS_EXTENSION_SCHEMA) ||
	       sfs_object_has(change->from, SFS_EXTENSION_RELOCATABLE);
}

void
pg_extension_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const char *version = sfs_object_get(change->to, SFS_EXTENSION_VERSION);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	pg_name(&name, change->to->id.name);
	if (pg_differs(change, SFS_EXTENSION_SCHEMA)) {
		sfs_plan_addf(writer->plan, change->to, "ALTER EXTENSION %s SET SCHEMA %s",
			sfs_str_text(&name), sfs_object_get(change->to, SFS_EXTENSION_SCHEMA));
	}
	if (pg_differs(change, SFS_EXTENSION_VERSION)) {
		sfs_plan_addf(writer->plan, change->to, "ALTER EXTENSION %s UPDATE%s%s",
			sfs_str_text(&name), version ? " TO " : "", version ? version : "");
	}
}

void
pg_language_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_language_write(&sql, change->to, true);
	sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}

void
pg_transform_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_transform_write(&sql, change->to, true);
	sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}

void
pg_event_trigger_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	pg_event_trigger_enable(writer, change->to);
}

/* Never asked for: what no kind models is not ours to drop. */
void
pg_drop_nothing(struct pg_writer *writer, const struct sfs_object *object)
{
}

/* ---- default privileges ---- */

/* What takes a line back: "GRANT a ON b TO c WITH GRANT OPTION" by "REVOKE a ON b FROM c". */
static void
add_inverse(struct sfs_str *sql, const char *line, size_t len)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool grant = sfs_starts_with(line, "GRANT ");
	bool grantee = false;

	sfs_lexer_init(&lexer, SFS_POSTGRES, line, len);
	while (sfs_lexer_word(&lexer, &token)) {
		if (sfs_token_is(line, &token, "GRANT") || sfs_token_is(line, &token, "REVOKE")) {
			sfs_str_add(sql, grant ? "REVOKE" : "GRANT");
		} else if (sfs_token_is(line, &token, grant ? "TO" : "FROM")) {
			sfs_str_add(sql, grant ? " FROM" : " TO");
			grantee = true;
		} else {
			sfs_str_add(sql, line[token.offset] == ',' ? "" : " ");
			sfs_str_addn(sql, line + token.offset, token.len);
			if (grantee) {
				break;
			}
		}
	}
}

static void
add_lines_for(struct pg_writer *writer, const struct sfs_object *subject,
	const struct sfs_object *object, const char *lines, const char *but, bool inverse)
{
	while (lines && *lines) {
		size_t len = strcspn(lines, "\n");

		if (!sfs_has_line(but, lines, len)) {
			struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

			pg_default_privileges_head(&sql, object);
			if (inverse) {
				add_inverse(&sql, lines, len);
			} else {
				sfs_str_addn(&sql, lines, len);
			}
			sfs_plan_add(writer->plan, subject, sfs_str_text(&sql));
		}
		lines += len + (lines[len] == '\n');
	}
}

static void
add_lines(struct pg_writer *writer, const struct sfs_object *object, const char *lines,
	const char *but, bool inverse)
{
	add_lines_for(writer, object, object, lines, but, inverse);
}

void
pg_write_default_privileges(struct pg_writer *writer, const struct sfs_object *subject,
	const struct sfs_object *defaults, bool inverse)
{
	add_lines_for(writer, subject, defaults,
		sfs_object_get(defaults, SFS_DEFAULT_PRIVILEGES_DEFINITION), NULL, inverse);
}

void
pg_default_privileges_drop(struct pg_writer *writer, const struct sfs_object *object)
{
	add_lines(writer, object, sfs_object_get(object, SFS_DEFAULT_PRIVILEGES_DEFINITION), NULL,
		true);
}

void
pg_default_privileges_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const char *from = sfs_object_get(change->from, SFS_DEFAULT_PRIVILEGES_DEFINITION);
	const char *to = sfs_object_get(change->to, SFS_DEFAULT_PRIVILEGES_DEFINITION);

	add_lines(writer, change->to, from, to, true);
	add_lines(writer, change->to, to, from, false);
}
