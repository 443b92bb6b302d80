// SPDX-License-Identifier: MIT
/* Options of verbs, by tables. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "drivers/driver.h"
#include "tree/project.h"
#include "verbs/options.h"

/* Values that getopt_long returns for row i: above every letter. */
enum { FIRST_ROW = 256 };

struct tables {
	SFS_VEC(struct option) longs;
	struct sfs_str shorts;
};

static void
build(const struct sfs_option *options, struct tables *tables)
{
	/* `+` is not set: operands may stand before options. `:` tells a missing value apart. */
	sfs_str_add(&tables->shorts, ":");
	for (int i = 0; options[i].name; i++) {
		const struct sfs_option *row = &options[i];

		sfs_vec_push(&tables->longs,
			(struct option){ .name = row->name,
				.has_arg = row->flag ? no_argument : required_argument,
				.val = FIRST_ROW + i });
		if (row->letter) {
			sfs_str_addc(&tables->shorts, row->letter);
			sfs_str_add(&tables->shorts, row->flag ? "" : ":");
		}
	}
	sfs_vec_push(&tables->longs, (struct option){ 0 });
}

static const struct sfs_option *
find(const struct sfs_option *options, int found)
{
	if (found >= FIRST_ROW) {
		return &options[found - FIRST_ROW];
	}
	for (; options->name; options++) {
		if (options->letter == found) {
			return options;
		}
	}
	return NULL;
}

static int
unknown(int found, char **argv, struct sfs_error *err)
{
	const char *word = argv[optind - 1];

	if (found == ':') {
		return sfs_error_set(err, EINVAL, "option %s needs a value", word);
	}
	return optopt && optopt < FIRST_ROW
		       ? sfs_error_set(err, EINVAL, "%s has no option -%c", argv[0], optopt)
		       : sfs_error_set(err, EINVAL, "%s has no option %s", argv[0], word);
}

static int
read_options(int argc, char **argv, const struct sfs_option *options, const struct tables *tables,
	struct sfs_error *err)
{
	int found;

	opterr = 0;
	optind = 0; /* glibc: start afresh, main has read its own options before */
	while ((found = getopt_long(argc, argv, tables->shorts.text, tables->longs.items, NULL)) !=
		-1) {
		const struct sfs_option *row = find(options, found);

		if (!row) {
			return unknown(found, argv, err);
		}
		if (row->flag) {
			*row->flag = true;
		} else {
			*row->value = optarg;
		}
	}
	return 0;
}

int
sfs_options_parse(int argc, char **argv, const struct sfs_option *options, int min, int max,
	int *ret_first, struct sfs_error *err)
{
	struct tables tables = { 0 };

	build(options, &tables);
	int r = read_options(argc, argv, options, &tables, err);
	sfs_str_finish(&tables.shorts);
	sfs_vec_finish(&tables.longs);
	if (r < 0) {
		return r;
	}
	if (argc - optind < min || argc - optind > max) {
		return sfs_error_set(err, EINVAL, "%s takes %s%d operand%s, not %d", argv[0],
			min < max ? "up to " : "", max, max == 1 ? "" : "s", argc - optind);
	}
	*ret_first = optind;
	return 0;
}

int
sfs_options_target(const char *given, const char **ret_target, struct sfs_error *err)
{
	const char *target = given ? given : getenv("DATABASE_URL");

	if (!target || !*target) {
		sfs_error_set(err, EINVAL, "no database given");
		sfs_error_hint(err, "name it as an operand, or set DATABASE_URL");
		return -EINVAL;
	}
	*ret_target = target;
	return 0;
}

int
sfs_options_online_above(const char *value, int64_t *ret_bytes, struct sfs_error *err)
{
	int64_t bytes = value ? SFS_ONLINE_NEVER : -1;

	if (value && strcmp(value, "never") != 0 && !sfs_size_parse(value, &bytes)) {
		return sfs_error_set(err, EINVAL,
			"%s is no size from which on to work online: a number of bytes, one with "
			"kB, MB or GB, or never",
			value);
	}
	*ret_bytes = bytes;
	return 0;
}

int
sfs_options_lock_timeout(const char *value, unsigned *ret_ms, struct sfs_error *err)
{
	enum { LONGEST_MS = 3600000 };
	char *end = NULL;
	long ms = value ? strtol(value, &end, 10) : 0;

	if (value && (end == value || *end || ms < 1 || ms > LONGEST_MS)) {
		return sfs_error_set(err, EINVAL,
			"--lock-timeout is a number of milliseconds up to %d, not %s", LONGEST_MS,
			value);
	}
	*ret_ms = (unsigned)ms;
	return 0;
}
