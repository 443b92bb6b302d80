// SPDX-License-Identifier: MIT
/* Sequences: parameters in one statement; the owning column and the persistence in their own. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"

static const struct sequence_option {
	int attribute;
	const char *set;   /* before the value */
	const char *reset; /* when the value is absent */
} options[] = {
	{ SFS_SEQUENCE_TYPE, "AS ", "AS bigint" },
	{ SFS_SEQUENCE_INCREMENT, "INCREMENT BY ", "INCREMENT BY 1" },
	{ SFS_SEQUENCE_MINIMUM, "MINVALUE ", "NO MINVALUE" },
	{ SFS_SEQUENCE_MAXIMUM, "MAXVALUE ", "NO MAXVALUE" },
	{ SFS_SEQUENCE_START, "START WITH ", NULL },
	{ SFS_SEQUENCE_CACHE, "CACHE ", "CACHE 1" },
};

static void
write_head(struct sfs_str *out, const struct sfs_object *sequence)
{
	sfs_str_add(out, "ALTER SEQUENCE ");
	pg_qualified(out, sequence->id.namespace, sequence->id.name);
}

static bool
counts_down(const struct sfs_object *sequence)
{
	const char *increment = sfs_object_get(sequence, SFS_SEQUENCE_INCREMENT);

	return increment && *increment == '-';
}

const char *
pg_sequence_start(const struct sfs_object *sequence)
{
	const char *start = sfs_object_get(sequence, SFS_SEQUENCE_START);
	bool down = counts_down(sequence);
	const char *limit =
		sfs_object_get(sequence, down ? SFS_SEQUENCE_MAXIMUM : SFS_SEQUENCE_MINIMUM);

	return start ? start : limit ? limit : down ? "-1" : "1";
}

/* Whether the option has to be said: a bound by default is another one when the sequence turns around. */
static bool
is_said(const struct sfs_change *change, int attribute)
{
	bool bound = attribute == SFS_SEQUENCE_MINIMUM || attribute == SFS_SEQUENCE_MAXIMUM;

	if (attribute == SFS_SEQUENCE_START) {
		return strcmp(pg_sequence_start(change->from), pg_sequence_start(change->to)) != 0;
	}
	return pg_differs(change, attribute) ||
	       (bound && counts_down(change->from) != counts_down(change->to));
}

static void
add_parameters(struct sfs_str *clauses, const struct sfs_change *change)
{
	bool down = counts_down(change->to), turns = counts_down(change->from) != down;

	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		const struct sequence_option *option = &options[i];
		const char *value = sfs_object_get(change->to, option->attribute);

		if (!is_said(change, option->attribute)) {
			continue;
		}
		sfs_str_separate(clauses, " ");
		if (value) {
			sfs_str_addf(clauses, "%s%s", option->set, value);
		} else if (turns && option->attribute ==
					    (down ? SFS_SEQUENCE_MAXIMUM : SFS_SEQUENCE_MINIMUM)) {
			/* With another type the server takes the type's end for the default. */
			sfs_str_addf(clauses, "%s%s", option->set, down ? "-1" : "1");
		} else if (option->reset) {
			sfs_str_add(clauses, option->reset);
		} else {
			sfs_str_addf(clauses, "%s%s", option->set, pg_sequence_start(change->to));
		}
	}
	if (pg_differs(change, SFS_SEQUENCE_CYCLE)) {
		sfs_str_separate(clauses, " ");
		sfs_str_add(clauses,
			sfs_object_has(change->to, SFS_SEQUENCE_CYCLE) ? "CYCLE" : "NO CYCLE");
	}
}

void
pg_sequence_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;

	write_head(&head, change->to);
	add_parameters(&clauses, change);
	if (writer->restart) {
		sfs_str_add(&clauses, " RESTART");
	}
	pg_alter_emit(writer, change->to, sfs_str_text(&head), &clauses);
	if (pg_differs(change, SFS_SEQUENCE_PERSISTENCE)) {
		(void)sfs_plan_addf(writer->plan, change->to, "%s SET %s", sfs_str_text(&head),
			sfs_object_has(change->to, SFS_SEQUENCE_PERSISTENCE) ? "UNLOGGED"
									     : "LOGGED");
	}
	(void)diff;
}

void
pg_sequence_untie(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	write_head(&head, change->to);
	(void)sfs_plan_addf(writer->plan, change->to, "%s OWNED BY NONE", sfs_str_text(&head));
}

void
pg_sequence_tie(struct pg_writer *writer, const struct sfs_change *change)
{
	const char *owner = sfs_object_get(change->to, SFS_SEQUENCE_OWNED_BY);
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	if (owner) {
		write_head(&head, change->to);
		(void)sfs_plan_addf(
			writer->plan, change->to, "%s OWNED BY %s", sfs_str_text(&head), owner);
	}
}
