// SPDX-License-Identifier: MIT
/* schemafs mounts: those of ours; --stale takes away what dead daemons left. */
#include <stdio.h>

#include "fs/mount.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/verb.h"

static void
print_json(const struct sfs_mount_list *list)
{
	json_t *mounts = json_array();

	sfs_vec_foreach (entry, list) {
		json_array_append_new(
			mounts, json_pack("{s:o, s:o, s:i, s:b}", "mountpoint",
					sfs_output_string(entry->mountpoint), "database",
					sfs_output_string(entry->database), "pid", (int)entry->pid,
					"alive", entry->alive));
	}
	sfs_output_json(json_pack("{s:o}", "mounts", mounts));
}

static void
print(const struct sfs_mount_list *list)
{
	sfs_vec_foreach (entry, list) {
		printf("%s\t%s\t%s\n", entry->mountpoint, entry->database,
			entry->alive ? "running" : "dead");
	}
}

static int
clean(const struct sfs_mount_list *list, struct sfs_error *err)
{
	sfs_vec_foreach (entry, list) {
		int r = entry->alive ? 0 : sfs_mount_clean(entry->mountpoint, err);

		if (r < 0) {
			return r;
		}
	}
	return 0;
}

int
sfs_verb_mounts(int argc, char **argv, struct sfs_error *err)
{
	bool stale = false, json = false;
	const struct sfs_option table[] = {
		{ "stale", 0, &stale, NULL },
		{ "json", 0, &json, NULL },
		{ 0 },
	};
	struct sfs_mount_list list sfs_auto(mount_list) = { 0 };
	int first;
	int r = sfs_options_parse(argc, argv, table, 0, 0, &first, err);

	r = r < 0 ? r : sfs_mount_list(&list, err);
	r = r == 0 && stale ? clean(&list, err) : r;
	if (r < 0) {
		return r;
	}
	if (stale) {
		sfs_mount_list_finish(&list);
		r = sfs_mount_list(&list, err);
	}
	if (r == 0 && json) {
		print_json(&list);
	} else if (r == 0) {
		print(&list);
	}
	return r;
}
