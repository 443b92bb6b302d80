// SPDX-License-Identifier: MIT
/* The words of `-o`, our own and those that every file system has. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/str.h"
#include "verbs/mount_options.h"
#include "verbs/options.h"

struct word {
	const char *name;
	bool takes_value;
	int (*set)(struct sfs_mount_options *options, const char *value, struct sfs_error *err);
};

/* ---- numbers ---- */

static int
read_number(const char *name, const char *value, int base, unsigned long limit,
	unsigned long *ret_number, struct sfs_error *err)
{
	char *end;
	unsigned long number = strtoul(value, &end, base);

	if (value[0] < '0' || value[0] > '9' || *end || number > limit) {
		return sfs_error_set(err, EINVAL,
			base == 8 ? "%s=%s: it is an octal number" : "%s=%s: there is no such name",
			name, value);
	}
	*ret_number = number;
	return 0;
}

static int
read_mask(const char *name, const char *value, mode_t *ret_mask, struct sfs_error *err)
{
	unsigned long number = 0;
	int r = read_number(name, value, 8, 0777, &number, err);

	if (r == 0) {
		*ret_mask = (mode_t)number;
	}
	return r;
}

/* ---- our own words ---- */

static int
set_policy(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	static const struct {
		const char *name;
		enum sfs_policy policy;
	} policies[] = {
		{ "safe", SFS_APPLY_SAFE },
		{ "all", SFS_APPLY_ALL },
		{ "never", SFS_APPLY_NEVER },
	};

	for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
		if (strcmp(policies[i].name, value) == 0) {
			options->policy = policies[i].policy;
			return 0;
		}
	}
	return sfs_error_set(err, EINVAL, "apply=%s: it is safe, all or never", value);
}

static int
set_project(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	(void)err;
	options->project = value;
	return 0;
}

static int
set_record(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	(void)value, (void)err;
	options->record = true;
	return 0;
}

static int
set_online_above(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	return sfs_options_online_above(value, &options->online_above, err);
}

static int
set_timeout(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	enum { DAY = 86400 };
	char *end;
	unsigned long seconds = strtoul(value, &end, 10);

	if (value[0] < '0' || value[0] > '9' || *end || seconds > DAY) {
		return sfs_error_set(
			err, EINVAL, "timeout=%s: it is a number of seconds, 0 for none", value);
	}
	options->timeout_ms = (unsigned)seconds * 1000;
	return 0;
}

/* ---- what every file system has ---- */

static int
set_read_only(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	(void)value, (void)err;
	options->read_only = true;
	return 0;
}

static int
set_writable(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	(void)value, (void)err;
	options->read_only = false;
	return 0;
}

static int
set_allow_other(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	(void)value, (void)err;
	options->allow_other = true;
	return 0;
}

static int
set_no_exec(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	(void)value, (void)err;
	options->no_exec = true;
	return 0;
}

static int
set_no_atime(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	(void)value, (void)err;
	options->no_atime = true;
	return 0;
}

static int
set_uid(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	const struct passwd *user = getpwnam(value);
	unsigned long number = 0;
	int r = user ? 0 : read_number("uid", value, 10, UINT32_MAX - 1, &number, err);

	if (r == 0) {
		options->uid = user ? user->pw_uid : (uid_t)number;
	}
	return r;
}

static int
set_gid(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	const struct group *group = getgrnam(value);
	unsigned long number = 0;
	int r = group ? 0 : read_number("gid", value, 10, UINT32_MAX - 1, &number, err);

	if (r == 0) {
		options->gid = group ? group->gr_gid : (gid_t)number;
	}
	return r;
}

static int
set_fmask(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	return read_mask("fmask", value, &options->fmask, err);
}

static int
set_dmask(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	return read_mask("dmask", value, &options->dmask, err);
}

static int
set_umask(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	int r = read_mask("umask", value, &options->fmask, err);

	options->dmask = r == 0 ? options->fmask : options->dmask;
	return r;
}

static const struct word words[] = {
	{ "allow_other", false, set_allow_other },
	{ "apply", true, set_policy },
	{ "dmask", true, set_dmask },
	{ "fmask", true, set_fmask },
	{ "gid", true, set_gid },
	{ "noatime", false, set_no_atime },
	{ "noexec", false, set_no_exec },
	{ "online_above", true, set_online_above },
	{ "project", true, set_project },
	{ "record", false, set_record },
	{ "ro", false, set_read_only },
	{ "rw", false, set_writable },
	{ "timeout", true, set_timeout },
	{ "uid", true, set_uid },
	{ "umask", true, set_umask },
};

/* Said to mount(8), to systemd, or about what is so in any case: devices and set-user-id do nothing here. */
static const char *const others[] = { "_netdev", "async", "atime", "auto", "default_permissions",
	"defaults", "dev", "diratime", "exec", "group", "lazytime", "noauto", "nodev", "nodiratime",
	"nofail", "nolazytime", "norelatime", "nosuid", "nouser", "owner", "relatime",
	"strictatime", "suid", "sync", "user", "users" };

static bool
is_others(const char *word)
{
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (strcmp(others[i], word) == 0) {
			return true;
		}
	}
	return sfs_starts_with(word, "x-") || sfs_starts_with(word, "X-") ||
	       sfs_starts_with(word, "comment=");
}

static int
read_word(const char *word, struct sfs_mount_options *options, struct sfs_error *err)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const struct word *known = &words[i];

		if (strlen(known->name) != len || strncmp(known->name, word, len) != 0) {
			continue;
		}
		if (known->takes_value != (word[len] == '=')) {
			return sfs_error_set(err, EINVAL,
				known->takes_value ? "-o %s needs a value" : "-o %s takes no value",
				known->name);
		}
		return known->set(options, word + len + known->takes_value, err);
	}
	return is_others(word) ? 0 : sfs_error_set(err, EINVAL, "mount has no option -o %s", word);
}

int
sfs_mount_options_read(char *joined, struct sfs_mount_options *options, struct sfs_error *err)
{
	char *rest = NULL;
	int r = 0;

	for (char *word = strtok_r(joined, ",", &rest); word && r == 0;
		word = strtok_r(NULL, ",", &rest)) {
		r = read_word(word, options, err);
	}
	return r;
}
