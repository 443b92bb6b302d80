// SPDX-License-Identifier: MIT
/* schemafs diff FROM TO: the plan that makes FROM equal TO, without carrying it out. */
#include <stdio.h>

#include "verbs/compare.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/verb.h"

static void
print(const struct sfs_comparison *comparison, bool json)
{
	if (json) {
		json_t *value = sfs_output_plan(&comparison->plan);

		(void)json_object_set_new(value, "same", json_boolean(comparison->same));
		sfs_output_fingerprint(value, comparison->fingerprint);
		sfs_output_json(value);
		return;
	}
	sfs_output_hazards(&comparison->plan);
	sfs_output_header(comparison->fingerprint);
	sfs_output_sql(&comparison->plan);
}

int
sfs_verb_diff(int argc, char **argv, struct sfs_error *err)
{
	struct sfs_comparison comparison sfs_auto(comparison) = { 0 };
	const char *shadow = NULL, *renames = NULL, *online_above = NULL;
	int64_t online_bytes;
	bool json = false;
	int first;
	const struct sfs_option options[] = {
		{ .name = "json", .flag = &json },
		{ .name = "renames", .value = &renames },
		{ .name = "shadow", .value = &shadow },
		{ .name = "online-above", .value = &online_above },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 2, 2, &first, err);

	if (r < 0) {
		return r;
	}
	r = sfs_options_online_above(online_above, &online_bytes, err);
	if (r < 0) {
		return r;
	}
	r = sfs_comparison_init(&comparison, argv[first], argv[first + 1],
		&(struct sfs_comparison_options){
			.read_only = true,
			.shadow = shadow,
			.renames = renames,
			.online_above = online_bytes,
		},
		err);
	if (r < 0) {
		return r;
	}
	print(&comparison, json);
	return comparison.same ? 0 : 1;
}
