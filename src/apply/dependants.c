// SPDX-License-Identifier: MIT
/* What stands in the way of a drop: objects that stay and need what goes. */
#include <errno.h>

#include "apply/dependants.h"
#include "catalog/graph.h"

enum { NAMED_AT_MOST = 8 };

/* The files that differ in anything: whoever changed a file may have mended it on purpose. */
static bool *
changed_files(const struct sfs_diff *diff)
{
	bool *changed = sfs_alloc((diff->from->objects.len + 1) * sizeof *changed);

	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *from = change->from;

		if (!from && change->to->owner) {
			from = diff->origin[change->to->owner->index];
		}
		if (from) {
			changed[sfs_object_filed(from)->index] = true;
		}
	}
	return changed;
}

static void
name_pair(
	const struct sfs_object *used, const struct sfs_object *user, size_t n, struct sfs_str *out)
{
	if (n > NAMED_AT_MOST) {
		return;
	}
	sfs_str_separate(out, "\n");
	if (n == NAMED_AT_MOST) {
		sfs_str_add(out, "and more");
		return;
	}
	sfs_identity_describe(&user->id, out);
	sfs_str_add(out, " needs ");
	sfs_identity_describe(&used->id, out);
}

int
sfs_dependants_check(const struct sfs_diff *diff, struct sfs_error *err)
{
	bool *changed sfs_auto(free) = changed_files(diff);
	struct sfs_str pairs sfs_auto(str) = SFS_STR_INIT;
	size_t n = 0;

	sfs_vec_foreach (change, &diff->changes) {
		if (change->action != SFS_DROP) {
			continue;
		}
		struct sfs_objects users = sfs_graph_used_by(diff->from, change->from);
		for (size_t i = 0; i < users.len; i++) {
			if (diff->counterpart[users.items[i]->index] &&
				!changed[sfs_object_filed(users.items[i])->index]) {
				name_pair(change->from, users.items[i], n++, &pairs);
			}
		}
	}
	if (!n) {
		return 0;
	}
	int r = sfs_error_set(err, EBUSY, "other objects need what would be dropped");
	sfs_error_detail(err, "%s", sfs_str_text(&pairs));
	sfs_error_hint(err, "change those first, or all together in one migration in pending/");
	return r;
}
