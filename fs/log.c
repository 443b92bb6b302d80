// SPDX-License-Identifier: MIT
/* The log: what this database was told, by whom, with which outcome. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/redact.h"
#include "fs/control.h"

/* It is cut, with one generation kept beside it, when it gets larger than this. */
#define LOG_LIMIT ((off_t)4 << 20)

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
	mnt_control_show(mnt, "log", &found);
	if (found.st_size > LOG_LIMIT) {
		char *old sfs_auto(free) = sfs_asprintf("%s.1", file);
		(void)rename(file, old);
	}
}

void
mnt_control_log(struct mnt *mnt, const struct mnt_who *who, const char *path,
	const struct sfs_error *err, const struct sfs_plan *plan)
{
	char *file sfs_auto(free) = sfs_file_join(mnt->state, MNT_LOG_FILE);
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
	if (plan && plan->hazards.len) {
		struct sfs_str hazards sfs_auto(str) = SFS_STR_INIT;

		sfs_plan_format_hazards(plan, &hazards);
		add_indented(&entry, sfs_str_text(&hazards));
	}
	for (size_t i = 0; plan && i < plan->steps.len; i++) {
		if (plan->steps.items[i].check) {
			continue;
		}
		char *statement sfs_auto(free) = sfs_asprintf("%s;", plan->steps.items[i].sql);
		add_indented(&entry, statement);
	}
	sfs_redact(&entry);
	sfs_printable(&entry);
	append(mnt, file, &entry);
}
