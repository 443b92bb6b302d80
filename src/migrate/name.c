// SPDX-License-Identifier: MIT
/* Names, numbers and times of new migrations. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/str.h"
#include "migrate/name.h"

/* Digits of the prefixes by date (YYYYMMDDhhmmss) and by seconds. */
enum { DATE_DIGITS = 14, UNIX_DIGITS = 10, NAME_LIMIT = 60 };

static size_t
digits_of(const char *tag)
{
	size_t n = strspn(tag, "0123456789");

	return tag[n] == '_' ? n : 0;
}

enum sfs_prefix
sfs_migration_prefix(const struct sfs_journal *journal)
{
	for (size_t i = journal->entries.len; i-- > 0;) {
		const char *tag = journal->entries.items[i].tag;

		switch (digits_of(tag)) {
		case DATE_DIGITS:
			return SFS_PREFIX_TIMESTAMP;
		case UNIX_DIGITS:
			return SFS_PREFIX_UNIX;
		case 0:
			if (*tag == '_') {
				return SFS_PREFIX_NONE;
			}
			break;
		default:
			return SFS_PREFIX_INDEX;
		}
	}
	return SFS_PREFIX_INDEX;
}

const char *
sfs_migration_suffix(const char *tag)
{
	const char *bar = strchr(tag, '_');

	return bar ? bar + 1 : tag;
}

static void
add_prefix(
	const struct sfs_journal *journal, enum sfs_prefix prefix, time_t now, struct sfs_str *out)
{
	struct tm utc;
	char text[32] = "";

	switch (prefix) {
	case SFS_PREFIX_INDEX:
		sfs_str_addf(out, "%04lld", (long long)sfs_journal_next(journal));
		break;
	case SFS_PREFIX_TIMESTAMP:
	case SFS_PREFIX_SUPABASE:
		if (gmtime_r(&now, &utc)) {
			(void)strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc);
		}
		sfs_str_add(out, text);
		break;
	case SFS_PREFIX_UNIX:
		sfs_str_addf(out, "%lld", (long long)now);
		break;
	case SFS_PREFIX_NONE:
		break;
	}
}

static bool
is_taken(const struct sfs_journal *journal, const char *prefix)
{
	size_t len = strlen(prefix);

	sfs_vec_foreach (entry, &journal->entries) {
		if (strncmp(entry->tag, prefix, len) == 0 && entry->tag[len] == '_') {
			return true;
		}
	}
	return false;
}

char *
sfs_migration_tag(const struct sfs_journal *journal, enum sfs_prefix prefix, const char *name)
{
	struct sfs_str tag sfs_auto(str) = SFS_STR_INIT;
	time_t now = time(NULL);
	bool by_time = prefix != SFS_PREFIX_INDEX && prefix != SFS_PREFIX_NONE;

	add_prefix(journal, prefix, now, &tag);
	while (by_time && is_taken(journal, sfs_str_text(&tag))) {
		sfs_str_truncate(&tag, 0);
		add_prefix(journal, prefix, ++now, &tag);
	}
	sfs_str_addf(&tag, "_%s", name);
	return sfs_str_steal(&tag);
}

int64_t
sfs_migration_when(const struct sfs_journal *journal)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	int64_t when = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	sfs_vec_foreach (entry, &journal->entries) {
		when = entry->when >= when ? entry->when + 1 : when;
	}
	return when;
}

int
sfs_migration_name_check(const char *name, struct sfs_error *err)
{
	bool usable = *name && strlen(name) <= 200 && *name != '.';

	for (const char *c = name; *c; c++) {
		usable = usable && *c != '/' && (unsigned char)*c >= 0x20 && *c != 0x7f;
	}
	return usable ? 0
		      : sfs_error_set(err, EINVAL,
				"a migration's name can be part of a file's: no /, no leading dot");
}

static void
add_word(struct sfs_str *out, const char *word)
{
	for (; word && *word && out->len < NAME_LIMIT; word++) {
		char c = sfs_lower(*word);
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';

		sfs_str_addc(out, plain ? c : '_');
	}
}

/* The change that the migration is called by: one of an object with a file before one of a part. */
static const struct sfs_change *
main_change(const struct sfs_diff *diff, size_t *ret_others)
{
	const struct sfs_change *found = NULL;
	size_t n = 0;

	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *object = change->to ? change->to : change->from;
		bool is_part = object->owner && change->action != SFS_ALTER;
		bool whole = object->owner == NULL;

		/* Parts of what comes or goes as a whole say nothing more. */
		if (is_part) {
			const struct sfs_object *owner = object->owner;
			bool covered = false;

			sfs_vec_foreach (other, &diff->changes) {
				covered = covered ||
					  (other->action == change->action &&
						  (other->to == owner || other->from == owner));
			}
			if (covered) {
				continue;
			}
		}
		n++;
		if (!found || (whole && (found->to ? found->to : found->from)->owner)) {
			found = change;
		}
	}
	*ret_others = n ? n - 1 : 0;
	return found;
}

char *
sfs_migration_name_of(const struct sfs_diff *diff)
{
	static const char *const verbs[] = { [SFS_CREATE] = "add",
		[SFS_DROP] = "drop",
		[SFS_ALTER] = "change",
		[SFS_RENAME] = "rename" };
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	size_t others;
	const struct sfs_change *change = main_change(diff, &others);

	if (!change) {
		return sfs_strdup("changes");
	}
	const struct sfs_object *object = change->to ? change->to : change->from;
	bool named = object->id.kind != SFS_CONSTRAINT || !strpbrk(object->id.name, " (");

	sfs_str_add(&name, verbs[change->action]);
	if (object->id.relation) {
		sfs_str_add(&name, "_");
		add_word(&name, object->id.relation);
	}
	sfs_str_add(&name, "_");
	add_word(&name, named ? object->id.name : "constraint");
	if (others) {
		sfs_str_add(&name, "_and_more");
	}
	return sfs_str_steal(&name);
}

const char *
sfs_migration_misplaced(const struct sfs_journal *journal, const char *tag)
{
	char *mine sfs_auto(free) = sfs_strndup(tag, strcspn(tag, "_"));

	if (!*mine) {
		return tag;
	}
	sfs_vec_foreach (entry, &journal->entries) {
		char *other sfs_auto(free) = sfs_strndup(entry->tag, strcspn(entry->tag, "_"));

		if (strcmp(other, mine) > 0) {
			return entry->tag;
		}
	}
	return NULL;
}
