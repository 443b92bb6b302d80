// SPDX-License-Identifier: MIT
/* What of a schema a project is about: its patterns, asked of objects. */
#include <fnmatch.h>
#include <string.h>

#include "tree/project.h"

static bool
matches(const struct sfs_pattern *pattern, const struct sfs_identity *id)
{
	struct sfs_str whole sfs_auto(str) = SFS_STR_INIT;

	if (pattern->kind != SFS_KIND_COUNT && pattern->kind != id->kind) {
		return false;
	}
	/* What hangs on a table, a trigger or a policy, goes by the table's name or by its own. */
	if (pattern->kind == SFS_KIND_COUNT && id->relation) {
		sfs_str_addf(&whole, "%s.%s", id->namespace ? id->namespace : "", id->relation);
		if (fnmatch(pattern->glob, sfs_str_text(&whole), 0) == 0) {
			return true;
		}
		sfs_str_truncate(&whole, 0);
	}
	if (id->kind == SFS_NAMESPACE) {
		/* "public.*" means the namespace with all in it. */
		sfs_str_addf(&whole, "%s.", id->name);
		if (fnmatch(pattern->glob, sfs_str_text(&whole), 0) == 0) {
			return true;
		}
		sfs_str_truncate(&whole, 0);
	} else if (id->namespace) {
		sfs_str_addf(&whole, "%s.", id->namespace);
	}
	sfs_str_add(&whole, id->name);
	return fnmatch(pattern->glob, sfs_str_text(&whole), 0) == 0;
}

bool
sfs_patterns_match(const struct sfs_patterns *patterns, const struct sfs_object *object)
{
	const struct sfs_identity *id = &sfs_object_filed(object)->id;

	sfs_vec_foreach (pattern, patterns) {
		if (matches(pattern, id)) {
			return true;
		}
	}
	return false;
}

/* Patterns of namespaces say nothing about what belongs to none; those of its kind do. */
static bool
is_asked_for(const struct sfs_project *project, const struct sfs_object *object)
{
	bool asked = object->id.namespace != NULL;

	sfs_vec_foreach (pattern, &project->include) {
		asked = asked || pattern->kind == object->id.kind;
	}
	return asked;
}

bool
sfs_project_includes(const struct sfs_project *project, const struct sfs_object *object)
{
	object = sfs_object_filed(object);
	if (project->include.len && is_asked_for(project, object) &&
		!sfs_patterns_match(&project->include, object)) {
		return false;
	}
	return !sfs_patterns_match(&project->exclude, object);
}

bool
sfs_project_is_external(const struct sfs_project *project, const struct sfs_object *object)
{
	return sfs_patterns_match(&project->external, object);
}

bool
sfs_project_is_optional(const struct sfs_project *project, const struct sfs_object *object)
{
	if (object->id.kind != SFS_EXTENSION) {
		return false;
	}
	sfs_vec_foreach (name, &project->optional_extensions) {
		if (strcmp(*name, object->id.name) == 0) {
			return true;
		}
	}
	return false;
}
