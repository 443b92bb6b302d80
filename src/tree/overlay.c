// SPDX-License-Identifier: MIT
/* A wanted schema as far as a project goes: the rest is as it is. */
#include "catalog/graph.h"
#include "tree/overlay.h"

static bool
is_filed(const struct sfs_object *object)
{
	return !object->owner;
}

/* Whether the object stays as the database has it, whatever is wanted. */
static bool
stays(const struct sfs_project *project, const struct sfs_object *object,
	const struct sfs_catalog *want)
{
	if (!sfs_project_includes(project, object) || sfs_project_is_external(project, object)) {
		return true;
	}
	return sfs_project_is_optional(project, object) && !sfs_catalog_find(want, &object->id);
}

static bool
is_asked(const struct sfs_project *project, const struct sfs_object *object,
	const struct sfs_catalog *have)
{
	if (!sfs_project_includes(project, object)) {
		return false;
	}
	return !sfs_project_is_external(project, object) || !sfs_catalog_find(have, &object->id);
}

static void
copy_edges(struct sfs_catalog *overlay, const struct sfs_catalog *source,
	const struct sfs_object *object)
{
	struct sfs_object *user = sfs_catalog_find(overlay, &object->id), *part;
	struct sfs_objects uses = sfs_graph_uses(source, object);

	for (size_t i = 0; user && i < uses.len; i++) {
		struct sfs_object *used = sfs_catalog_find(overlay, &uses.items[i]->id);

		if (used) {
			sfs_graph_add(overlay, user, used);
		}
	}
	sfs_parts_foreach (part, object) {
		copy_edges(overlay, source, part);
	}
}

static bool
holds_back(const struct sfs_project *project)
{
	return project->include.len || project->exclude.len || project->external.len ||
	       project->optional_extensions.len;
}

struct sfs_catalog *
sfs_project_overlay(const struct sfs_project *project, const struct sfs_catalog *have,
	const struct sfs_catalog *want)
{
	SFS_VEC(const struct sfs_object *) kept = { 0 }, asked = { 0 };

	if (!holds_back(project)) {
		return NULL;
	}
	struct sfs_catalog *overlay = sfs_catalog_create();
	overlay->dialect = want->dialect;
	sfs_vec_foreach (object, &want->objects) {
		if (is_filed(*object) && is_asked(project, *object, have)) {
			(void)sfs_catalog_copy(overlay, *object);
			sfs_vec_push(&asked, *object);
		}
	}
	sfs_vec_foreach (object, &have->objects) {
		if (is_filed(*object) && stays(project, *object, want)) {
			(void)sfs_catalog_copy(overlay, *object);
			sfs_vec_push(&kept, *object);
		}
	}
	sfs_catalog_seal(overlay);
	sfs_vec_foreach (object, &asked) {
		copy_edges(overlay, want, *object);
	}
	sfs_vec_foreach (object, &kept) {
		copy_edges(overlay, have, *object);
	}
	sfs_vec_finish(&kept);
	sfs_vec_finish(&asked);
	return overlay;
}
