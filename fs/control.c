// SPDX-License-Identifier: MIT
/* The files in which the mount tells about itself. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/redact.h"
#include "fs/control.h"
#include "fs/notify.h"
#include "fs/readme.h"
#include "fs/view.h"

/* The log is cut, with one generation kept beside it, when it gets larger than this. */
#define LOG_LIMIT ((off_t)4 << 20)

#define LOG_FILE    "log"
#define SCHEMA_FILE "schema.sql"

static struct mnt_node *
add_file(struct mnt *mnt, const char *directory, const char *name, enum mnt_role role)
{
	struct mnt_node *parent = mnt_view_directory(mnt, directory);
	struct mnt_node *node = mnt_node_add(&mnt->nodes, parent, name, role);

	node->locked = true;
	return node;
}

static void
set_control(struct mnt *mnt, const char *path, const char *bytes, size_t len)
{
	struct mnt_text *text sfs_auto(mnt_text) = mnt_text_create(bytes, len);

	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);
	if (node) {
		mnt_view_set_text(mnt, node, text);
	}
}

/* Shows what a file on the disk is now; needs the lock. */
static void
show_backed(struct mnt *mnt, const char *path, const struct stat *found)
{
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);

	if (node) {
		node->backing_size = found->st_size;
		node->mtime = found->st_mtim;
		node->stale_pages = true;
		mnt_notify_node(mnt, node);
	}
}

static bool
holds(const char *file, const char *text, size_t len)
{
	struct sfs_str bytes sfs_auto(str) = SFS_STR_INIT;
	struct stat found;

	return stat(file, &found) == 0 && (size_t)found.st_size == len &&
	       sfs_file_read(file, len, &bytes, NULL) == 0 &&
	       memcmp(sfs_str_text(&bytes), text, len) == 0;
}

/* On the disk, since it is as large as all the others together and seldom read. */
void
mnt_control_schema(struct mnt *mnt, const char *text, size_t len)
{
	char *file sfs_auto(free) = sfs_file_join(mnt->state, SCHEMA_FILE);
	struct stat found;

	if (!holds(file, text, len) && sfs_file_write_fast(file, text, len, 0600, NULL) < 0) {
		mnt_control_warn(mnt, "cannot write %s", file);
		return;
	}
	if (stat(file, &found) == 0) {
		MNT_LOCK(mnt);
		show_backed(mnt, "generated/schema.sql", &found);
	}
}

/* ---- status ---- */

struct counts {
	size_t scratch;
	SFS_VEC(char *) refused; /* owned: "path: first line of the error" in two entries */
	SFS_VEC(char *) pending; /* owned */
};

static void
count(const struct mnt_node *directory, struct counts *counts)
{
	void *value;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		const struct mnt_node *node = value;
		struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
		bool error = node->role == MNT_NOTE && sfs_ends_with(node->name, ".error");

		if (node->role == MNT_DIRECTORY) {
			count(node, counts);
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
	sfs_vec_finish(&counts->refused);
	sfs_vec_finish(&counts->pending);
}

SFS_DEFINE_AUTO_VALUE(counts, struct counts, counts_finish)

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
	sfs_str_addf(out, "pending   %zu\n", counts->pending.len);
	sfs_vec_foreach (path, &counts->pending) {
		sfs_str_addf(out, "  %s\n", *path);
	}
	sfs_str_addf(out, "refused   %zu\n", counts->refused.len / 2);
	for (size_t i = 0; i + 1 < counts->refused.len; i += 2) {
		sfs_str_addf(out, "  %s\n    %s\n", counts->refused.items[i],
			counts->refused.items[i + 1]);
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

static char *
status_json(const struct mnt *mnt, const struct counts *counts)
{
	json_t *root = json_object(), *pending = json_array(), *refused = json_array();

	json_object_set_new(root, "version", json_integer(1));
	json_object_set_new(root, "database", json_text(mnt->description));
	json_object_set_new(root, "driver", json_text(mnt->driver->name));
	json_object_set_new(root, "readOnly", json_boolean(mnt->read_only));
	json_object_set_new(root, "apply", json_text(policy_name(mnt->options->policy)));
	json_object_set_new(root, "stale", json_text(mnt->health.stale));
	json_object_set_new(root, "objects", json_integer((json_int_t)mnt->health.n_objects));
	json_object_set_new(root, "locked", json_integer((json_int_t)mnt->health.n_locked));
	json_object_set_new(root, "unsaved", json_integer((json_int_t)counts->scratch));
	sfs_vec_foreach (path, &counts->pending) {
		json_array_append_new(pending, json_text(*path));
	}
	for (size_t i = 0; i + 1 < counts->refused.len; i += 2) {
		json_t *entry = json_object();

		json_object_set_new(entry, "path", json_text(counts->refused.items[i]));
		json_object_set_new(entry, "error", json_text(counts->refused.items[i + 1]));
		json_array_append_new(refused, entry);
	}
	json_object_set_new(root, "pending", pending);
	json_object_set_new(root, "refused", refused);
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

	{
		MNT_LOCK(mnt);
		mnt->shown = mnt->nodes.changes;
		count(mnt->nodes.root, &counts);
		write_status(mnt, &counts, &status);
		json = status_json(mnt, &counts);
	}
	sfs_redact(&status);
	set_control(mnt, "status", sfs_str_text(&status), status.len);
	if (json) {
		struct sfs_str line sfs_auto(str) = SFS_STR_INIT;

		sfs_str_addf(&line, "%s\n", json);
		sfs_redact(&line);
		set_control(mnt, "status.json", sfs_str_text(&line), line.len);
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

/* ---- log ---- */

static void
add_who(struct sfs_str *out, const struct mnt_who *who)
{
	char buffer[1024];
	struct passwd entry, *found = NULL;

	(void)getpwuid_r(who->uid, &entry, buffer, sizeof buffer, &found);
	if (found) {
		sfs_str_addf(out, "%s (%s)", found->pw_name, who->program);
	} else {
		sfs_str_addf(out, "uid %u (%s)", (unsigned)who->uid, who->program);
	}
}

/* Each line of a text indented, so that entries can be told from what they quote. */
static void
add_indented(struct sfs_str *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		sfs_str_add(out, "    ");
		sfs_str_addn(out, text, len);
		sfs_str_addc(out, '\n');
		text += len + (text[len] == '\n');
	}
}

static void
append(struct mnt *mnt, const char *file, const struct sfs_str *entry)
{
	int fd sfs_auto(fd) = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	struct stat found;

	if (fd < 0 || write(fd, sfs_str_text(entry), entry->len) != (ssize_t)entry->len ||
		fstat(fd, &found) < 0) {
		mnt_control_warn(mnt, "can not write %s: %s", file, strerror(errno));
		return;
	}
	MNT_LOCK(mnt);
	show_backed(mnt, "log", &found);
	if (found.st_size > LOG_LIMIT) {
		char *old sfs_auto(free) = sfs_asprintf("%s.1", file);
		(void)rename(file, old);
	}
}

void
mnt_control_log(struct mnt *mnt, const struct mnt_who *who, const char *path,
	const struct sfs_error *err, const struct sfs_plan *plan)
{
	char *file sfs_auto(free) = sfs_file_join(mnt->state, LOG_FILE);
	struct sfs_str entry sfs_auto(str) = SFS_STR_INIT;
	time_t now = time(NULL);
	struct tm utc;
	char stamp[32];

	(void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	sfs_str_addf(&entry, "%s  ", stamp);
	add_who(&entry, who);
	sfs_str_addf(&entry, "  %s  %s\n", path, err ? "refused" : "done");
	if (err) {
		char *formatted sfs_auto(free) = sfs_error_format(err);
		add_indented(&entry, formatted);
	}
	for (size_t i = 0; plan && i < plan->steps.len; i++) {
		char *statement sfs_auto(free) = sfs_asprintf("%s;", plan->steps.items[i].sql);
		add_indented(&entry, statement);
	}
	sfs_redact(&entry);
	append(mnt, file, &entry);
}

static void
add_backed(struct mnt *mnt, const char *directory, const char *name, const char *file)
{
	char *path sfs_auto(free) = sfs_file_join(mnt->state, file);
	struct stat found = { 0 };
	struct mnt_node *node = add_file(mnt, directory, name, MNT_BACKED);

	if (stat(path, &found) == 0) {
		node->mtime = found.st_mtim;
	}
	node->backing = sfs_steal(path);
	node->backing_size = found.st_size;
}

void
mnt_control_init(struct mnt *mnt)
{
	{
		MNT_LOCK(mnt);
		(void)add_file(mnt, "", "README.md", MNT_CONTROL);
		(void)add_file(mnt, "", "status", MNT_CONTROL);
		(void)add_file(mnt, "", "status.json", MNT_CONTROL);
		add_backed(mnt, "generated", "schema.sql", SCHEMA_FILE);
		add_backed(mnt, "", "log", LOG_FILE);
	}
	set_control(mnt, "README.md", mnt_readme, strlen(mnt_readme));
	mnt_control_update(mnt);
}
