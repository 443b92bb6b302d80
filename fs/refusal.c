// SPDX-License-Identifier: MIT
/* Refused saves: the notes beside the file. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/redact.h"
#include "fs/control.h"
#include "fs/notify.h"
#include "fs/owed.h"
#include "fs/refusal.h"
#include "fs/view.h"

#define FOLDER "refused"

static const char *const suffixes[] = { ".error", ".rej", ".plan" };

enum {
	N_SUFFIXES = sizeof suffixes / sizeof suffixes[0],
	NAME_LIMIT = 255,
};

/* What to do next, by the errno that the call returned. */
struct advice {
	int errnum;
	const char *text;
};

static const struct advice of_objects[] = {
	{ EINVAL, "Mend the text and save it again." },
	{ EPERM, "Nothing was changed. To do it all the same, read the .plan file and move it to\n"
		 "pending/ under a name that ends in .sql." },
	{ EACCES, "The role that mounted this database lacks the privilege." },
	{ ESTALE, "Read the file again, bring in your change and save." },
	{ EBUSY,
		"Something else needs this object, or holds a lock on it: deal with that first, or\n"
		"save again." },
	{ EIO, "The database could not be asked, or did not do what it was told: save again when it\n"
	       "is back." },
	{ ETIMEDOUT, "The database did not answer in time: save again." },
	{ EINTR, "The save was interrupted and nothing was changed: save again." },
	{ 0 },
};

static const struct advice of_migrations[] = {
	{ EEXIST, "Remove this file: there is nothing to do." },
	{ EBUSY, "Another migration runs, or something holds a lock: put the file here again." },
	{ EIO, "The database could not be asked: put the file here again when it is back." },
	{ ETIMEDOUT, "The database did not answer in time: put the file here again." },
	{ 0, "Nothing in the database was changed. Mend the file and save it: it is tried again." },
};

static const char *
advice_for(const char *path, int errnum)
{
	const struct advice *advice =
		sfs_starts_with(path, "pending/") ? of_migrations : of_objects;

	while (advice->errnum && advice->errnum != errnum) {
		advice++;
	}
	return advice->text;
}

void
mnt_refusal_path(const char *path, const char *suffix, struct sfs_str *out)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (strlen(name) + strlen(suffix) <= NAME_LIMIT) {
		sfs_str_addf(out, "%s%s", path, suffix);
		return;
	}
	size_t room = NAME_LIMIT - strlen(".error") - 17;
	while (room && ((unsigned char)name[room] & 0xC0) == 0x80) {
		room--;
	}
	sfs_str_addn(out, path, (size_t)(name - path) + room);
	sfs_str_addf(out, "~%016llx%s", (unsigned long long)sfs_hash_string(SFS_HASH_INIT, name),
		suffix);
}

char *
mnt_refusal_file(const struct mnt *mnt, const char *note_path)
{
	return sfs_asprintf("%s/" FOLDER "/%s", mnt->state, note_path);
}

/* ---- writing ---- */

static void
show(struct mnt *mnt, const char *note_path, const char *bytes, size_t len)
{
	const char *slash = strrchr(note_path, '/');
	char *directory sfs_auto(free) =
		sfs_strndup(note_path, slash ? (size_t)(slash - note_path) : 0);
	const char *name = slash ? slash + 1 : note_path;
	struct mnt_text *text sfs_auto(mnt_text) = mnt_text_create(bytes, len);

	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_view_directory(mnt, directory);
	struct mnt_node *node = mnt_node_child(parent, name);
	if (!node) {
		node = mnt_node_add(&mnt->nodes, parent, name, MNT_NOTE);
		mnt_notify_name(mnt, parent, name);
	}
	if (node->role == MNT_NOTE || node->role == MNT_SCRATCH) {
		node->role = MNT_NOTE;
		mnt_view_set_text(mnt, node, text);
	}
}

static void
keep(struct mnt *mnt, const char *path, const char *suffix, const char *bytes, size_t len)
{
	struct sfs_str note sfs_auto(str) = SFS_STR_INIT;

	mnt_refusal_path(path, suffix, &note);
	char *file sfs_auto(free) = mnt_refusal_file(mnt, sfs_str_text(&note));
	/* A state directory that can not be written must not hide the refusal itself. */
	int r = sfs_file_write(file, bytes, len, 0600, NULL);
	show(mnt, sfs_str_text(&note), bytes, len);
	if (r < 0) {
		mnt_control_warn(mnt, "can not keep %s", file);
		mnt_owed_add(mnt, sfs_str_text(&note));
	}
}

static void
write_error(const struct sfs_error *err, const char *path, bool kept, struct sfs_str *out)
{
	char *formatted sfs_auto(free) = sfs_error_format(err);
	const char *advice = advice_for(path, err->errnum);

	if (!err->file) {
		sfs_str_addf(out, "%s: ", path);
	}
	sfs_str_addf(out, "%s\n", formatted);
	if (advice) {
		sfs_str_addf(out, "\n%s\n", advice);
	}
	if (kept) {
		sfs_str_addf(out, "%sWhat you wrote is in the .rej file.\n", advice ? "" : "\n");
	}
	if (err->plan && *err->plan) {
		sfs_str_addf(out, "\nThe plan, not carried out:\n\n%s", err->plan);
		if (!sfs_ends_with(err->plan, "\n")) {
			sfs_str_addc(out, '\n');
		}
	}
	sfs_redact(out);
	sfs_printable(out);
}

void
mnt_refuse(
	struct mnt *mnt, const char *path, const struct sfs_error *err, const struct mnt_text *text)
{
	struct sfs_str message sfs_auto(str) = SFS_STR_INIT;

	write_error(err, path, text != NULL, &message);
	if (text) {
		keep(mnt, path, ".rej", text->bytes, text->len);
	}
	if (err->plan && *err->plan) {
		keep(mnt, path, ".plan", err->plan, strlen(err->plan));
	}
	keep(mnt, path, ".error", sfs_str_text(&message), message.len);

	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);
	if (node) {
		free(node->error);
		node->error = sfs_str_steal(&message);
	}
}

/* ---- forgetting ---- */

static void
hide_note(struct mnt *mnt, const char *note_path)
{
	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, note_path);

	if (node && node->role == MNT_NOTE) {
		mnt_view_remove(mnt, node);
	}
}

void
mnt_refusal_remove(struct mnt *mnt, const char *note_path)
{
	char *file sfs_auto(free) = mnt_refusal_file(mnt, note_path);

	hide_note(mnt, note_path);
	(void)!sfs_file_remove(file, NULL);
}

void
mnt_absolve(struct mnt *mnt, const char *path)
{
	for (size_t i = 0; i < N_SUFFIXES; i++) {
		struct sfs_str note sfs_auto(str) = SFS_STR_INIT;

		mnt_refusal_path(path, suffixes[i], &note);
		mnt_refusal_remove(mnt, sfs_str_text(&note));
	}
	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);
	if (node) {
		free(node->error);
		node->error = NULL;
	}
}

void
mnt_refusals_move(struct mnt *mnt, const char *from, const char *to)
{
	char *old sfs_auto(free) = mnt_refusal_file(mnt, from);
	char *new sfs_auto(free) = mnt_refusal_file(mnt, to);

	if (rename(old, new) < 0 && errno != ENOENT) {
		mnt_control_warn(mnt, "can not move %s: %s", old, strerror(errno));
	}
}

/* ---- after a remount ---- */

bool
mnt_refused_since(const struct mnt *mnt, const char *path, const struct timespec *time)
{
	struct sfs_str note sfs_auto(str) = SFS_STR_INIT;
	struct stat found;

	mnt_refusal_path(path, ".error", &note);
	char *file sfs_auto(free) = mnt_refusal_file(mnt, sfs_str_text(&note));
	if (stat(file, &found) < 0) {
		return false;
	}
	return found.st_mtim.tv_sec != time->tv_sec ? found.st_mtim.tv_sec > time->tv_sec
						    : found.st_mtim.tv_nsec >= time->tv_nsec;
}

static void
auto_dir(DIR **dir)
{
	if (*dir) {
		(void)closedir(*dir);
	}
}

static void load_folder(struct mnt *mnt, const char *path);

static void
load_entry(struct mnt *mnt, const char *path)
{
	char *file sfs_auto(free) = mnt_refusal_file(mnt, path);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	bool note = false;

	for (size_t i = 0; i < N_SUFFIXES; i++) {
		note |= sfs_ends_with(path, suffixes[i]);
	}
	if (!note) {
		load_folder(mnt, path);
		return;
	}
	if (sfs_file_read(file, MNT_FILE_LIMIT, &text, NULL) < 0) {
		return;
	}
	show(mnt, path, sfs_str_text(&text), text.len);
	if (sfs_ends_with(path, ".error")) {
		char *object sfs_auto(free) = sfs_strndup(path, strlen(path) - strlen(".error"));

		MNT_LOCK(mnt);
		struct mnt_node *node = mnt_node_find(&mnt->nodes, object);
		if (node) {
			free(node->error);
			node->error = sfs_str_steal(&text);
		}
	}
}

static void
load_folder(struct mnt *mnt, const char *path)
{
	char *folder sfs_auto(free) = mnt_refusal_file(mnt, path);
	DIR *dir __attribute__((cleanup(auto_dir))) = opendir(folder);

	if (!dir) {
		return;
	}
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			char *child sfs_auto(free) = *path ? sfs_file_join(path, entry->d_name)
							   : sfs_strdup(entry->d_name);
			load_entry(mnt, child);
		}
	}
}

void
mnt_refusals_load(struct mnt *mnt)
{
	load_folder(mnt, "");
}
