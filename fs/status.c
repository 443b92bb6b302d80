// SPDX-License-Identifier: MIT
/* status and status.json: what is connected, what differs, what waits, what failed. */
#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/printable.h"
#include "base/redact.h"
#include "fs/control.h"
#include "migrate/lint.h"
#include "fs/draft.h"

struct counts {
	size_t scratch;
	SFS_VEC(char *) refused; /* owned: "path: first line of the error" in two entries */
	SFS_VEC(char *) pending; /* owned: a path, and lines with what it risks, in two entries */
	SFS_VEC(char *) drafts;  /* owned; names */
};

static char *
lint(const struct mnt_node *node, enum sfs_dialect dialect)
{
	struct sfs_plan plan sfs_auto(plan) = { 0 };
	struct sfs_str lines = SFS_STR_INIT;

	if (node->text) {
		sfs_lint(dialect, node->text->bytes, node->text->len, &plan);
	}
	sfs_plan_format_hazards(&plan, &lines);
	return sfs_str_steal(&lines);
}

static void
count(const struct mnt_node *directory, enum sfs_dialect dialect, struct counts *counts)
{
	void *value;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		const struct mnt_node *node = value;
		struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
		bool error = node->role == MNT_NOTE && sfs_ends_with(node->name, ".error");

		if (node->role == MNT_DIRECTORY) {
			count(node, dialect, counts);
		}
		counts->scratch +=
			node->role == MNT_SCRATCH || (node->role == MNT_OBJECT && !node->exists);
		if (!error && node->role != MNT_PENDING) {
			continue;
		}
		mnt_node_path(node, &path);
		if (error) {
			sfs_str_truncate(&path, path.len - strlen(".error"));
			sfs_vec_push(&counts->refused, sfs_str_steal(&path));
			sfs_vec_push(&counts->refused,
				sfs_strndup(node->text->bytes, strcspn(node->text->bytes, "\n")));
		} else {
			sfs_vec_push(&counts->pending, sfs_str_steal(&path));
			sfs_vec_push(&counts->pending, lint(node, dialect));
		}
	}
}

static void
counts_finish(struct counts *counts)
{
	sfs_vec_foreach (text, &counts->refused) {
		free(*text);
	}
	sfs_vec_foreach (text, &counts->pending) {
		free(*text);
	}
	sfs_vec_foreach (draft, &counts->drafts) {
		free(*draft);
	}
	sfs_vec_finish(&counts->drafts);
	sfs_vec_finish(&counts->refused);
	sfs_vec_finish(&counts->pending);
}

SFS_DEFINE_AUTO_VALUE(counts, struct counts, counts_finish)

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
count_drafts(struct mnt_drafts *drafts, struct counts *counts)
{
	const char *name;

	MNT_DRAFT_LOCK(drafts);
	for (size_t i = 0; sfs_map_next(drafts->byname, &i, &name, NULL);) {
		sfs_vec_push(&counts->drafts, sfs_strdup(name));
	}
	if (counts->drafts.len) {
		qsort(counts->drafts.items, counts->drafts.len, sizeof *counts->drafts.items,
			by_name);
	}
}

static const char *
policy_name(enum sfs_policy policy)
{
	static const char *const names[] = {
		[SFS_APPLY_SAFE] = "safe",
		[SFS_APPLY_ALL] = "all",
		[SFS_APPLY_NEVER] = "never",
	};
	return names[policy];
}

static void
add_indented(struct sfs_str *out, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		sfs_str_addf(out, "    %.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

static void
write_status(const struct mnt *mnt, const struct counts *counts, struct sfs_str *out)
{
	const struct mnt_health *health = &mnt->health;

	sfs_str_addf(out, "database  %s\n", mnt->description);
	if (mnt->read_only) {
		sfs_str_add(out, "access    read-only\n");
	} else {
		sfs_str_addf(
			out, "access    writable, apply=%s\n", policy_name(mnt->options->policy));
	}
	sfs_str_addf(out, "tree      %s%s\n", health->stale ? "stale: " : "up to date",
		health->stale ? health->stale : "");
	sfs_str_addf(out, "objects   %zu files", health->n_objects);
	if (health->n_locked) {
		sfs_str_addf(out, ", %zu of them read-only", health->n_locked);
	}
	sfs_str_addf(out, "\nunsaved   %zu files in memory that the database knows nothing of\n",
		counts->scratch);
	sfs_str_addf(out, "pending   %zu\n", counts->pending.len / 2);
	for (size_t i = 0; i + 1 < counts->pending.len; i += 2) {
		sfs_str_addf(out, "  %s\n", counts->pending.items[i]);
		add_indented(out, counts->pending.items[i + 1]);
	}
	if (mnt->folder.progress) {
		sfs_str_addf(out, "half done\n%s", mnt->folder.progress);
	}
	if (mnt->folder.notes) {
		sfs_str_addf(out, "migrations\n%s", mnt->folder.notes);
	}
	sfs_str_addf(out, "refused   %zu\n", counts->refused.len / 2);
	for (size_t i = 0; i + 1 < counts->refused.len; i += 2) {
		sfs_str_addf(out, "  %s\n    %s\n", counts->refused.items[i],
			counts->refused.items[i + 1]);
	}
	if (counts->drafts.len) {
		sfs_str_addf(out, "drafts    %zu\n", counts->drafts.len);
	}
	sfs_vec_foreach (draft, &counts->drafts) {
		sfs_str_addf(out, "  stage/%s\n", *draft);
	}
	if (health->invisible) {
		sfs_str_addf(out, "invisible to this role\n%s", health->invisible);
	}
	if (health->warning) {
		sfs_str_addf(out, "warning   %s\n", health->warning);
	}
}

static json_t *
json_text(const char *text)
{
	json_t *value = text ? json_string(text) : json_null();

	return value ? value : json_string("(not UTF-8)");
}

/* A string for each line. */
static json_t *
json_lines(const char *text)
{
	json_t *lines = json_array();

	while (text && *text) {
		size_t len = strcspn(text, "\n"), margin = strspn(text, " ");
		char *line sfs_auto(free) = sfs_strndup(text + margin, len - margin);

		json_array_append_new(lines, json_text(line));
		text += len + (text[len] == '\n');
	}
	return lines;
}

static char *
status_json(const struct mnt *mnt, const struct counts *counts)
{
	json_t *root = json_object(), *pending = json_array(), *refused = json_array(),
	       *drafts = json_array();
	json_t *hazards = json_object();

	json_object_set_new(root, "version", json_integer(1));
	json_object_set_new(root, "database", json_text(mnt->description));
	json_object_set_new(root, "driver", json_text(mnt->driver->name));
	json_object_set_new(root, "readOnly", json_boolean(mnt->read_only));
	json_object_set_new(root, "apply", json_text(policy_name(mnt->options->policy)));
	json_object_set_new(root, "stale", json_text(mnt->health.stale));
	json_object_set_new(root, "objects", json_integer((json_int_t)mnt->health.n_objects));
	json_object_set_new(root, "locked", json_integer((json_int_t)mnt->health.n_locked));
	json_object_set_new(root, "unsaved", json_integer((json_int_t)counts->scratch));
	for (size_t i = 0; i + 1 < counts->pending.len; i += 2) {
		json_array_append_new(pending, json_text(counts->pending.items[i]));
		if (*counts->pending.items[i + 1]) {
			json_object_set_new(hazards, counts->pending.items[i],
				json_lines(counts->pending.items[i + 1]));
		}
	}
	for (size_t i = 0; i + 1 < counts->refused.len; i += 2) {
		json_t *entry = json_object();

		json_object_set_new(entry, "path", json_text(counts->refused.items[i]));
		json_object_set_new(entry, "error", json_text(counts->refused.items[i + 1]));
		json_array_append_new(refused, entry);
	}
	sfs_vec_foreach (draft, &counts->drafts) {
		json_array_append_new(drafts, json_text(*draft));
	}
	json_object_set_new(root, "pending", pending);
	json_object_set_new(root, "hazards", hazards);
	json_object_set_new(root, "halfDone", json_lines(mnt->folder.progress));
	json_object_set_new(root, "migrations", json_lines(mnt->folder.notes));
	json_object_set_new(root, "refused", refused);
	json_object_set_new(root, "drafts", drafts);
	json_object_set_new(root, "warning", json_text(mnt->health.warning));
	char *text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	return text;
}

void
mnt_control_update(struct mnt *mnt)
{
	struct counts counts sfs_auto(counts) = { 0 };
	struct sfs_str status sfs_auto(str) = SFS_STR_INIT;
	char *json sfs_auto(free) = NULL;

	if (mnt->drafts) {
		count_drafts(mnt->drafts, &counts);
	}
	{
		MNT_LOCK(mnt);
		mnt->shown = mnt->nodes.changes;
		count(mnt->nodes.root, mnt->driver->dialect, &counts);
		write_status(mnt, &counts, &status);
		json = status_json(mnt, &counts);
	}
	sfs_redact(&status);
	sfs_printable(&status);
	mnt_control_set(mnt, "status", sfs_str_text(&status), status.len);
	if (json) {
		struct sfs_str line sfs_auto(str) = SFS_STR_INIT;

		sfs_str_addf(&line, "%s\n", json);
		sfs_redact(&line);
		mnt_control_set(mnt, "status.json", sfs_str_text(&line), line.len);
	}
}

void
mnt_control_tick(struct mnt *mnt)
{
	bool differs;

	{
		MNT_LOCK(mnt);
		differs = mnt->shown != mnt->nodes.changes;
	}
	if (differs) {
		mnt_control_update(mnt);
	}
}

void
mnt_control_warn(struct mnt *mnt, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *warning = sfs_vasprintf(format, args);
	va_end(args);
	MNT_LOCK(mnt);
	free(mnt->health.warning);
	mnt->health.warning = warning;
}

void
mnt_control_stale(struct mnt *mnt, const char *reason)
{
	bool differs;

	{
		MNT_LOCK(mnt);
		differs = !sfs_streq(mnt->health.stale, reason);
		if (differs) {
			free(mnt->health.stale);
			mnt->health.stale = sfs_strdup(reason);
		}
	}
	if (differs) {
		mnt_control_update(mnt);
	}
}
