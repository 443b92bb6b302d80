/* SPDX-License-Identifier: MIT */
#ifndef SFS_TREE_PROJECT_H
#define SFS_TREE_PROJECT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "catalog/object.h"

/* The file that says where a project's things are; docs/man/schemafs-project.5.scd. */
#define SFS_PROJECT_FILE "schemafs.json"

/* How the names of migrations begin, as drizzle-kit's --prefix has it. */
enum sfs_prefix {
	SFS_PREFIX_INDEX,     /* 0007_name */
	SFS_PREFIX_TIMESTAMP, /* 20260131235959_name, UTC; drizzle's "supabase" is the same */
	SFS_PREFIX_SUPABASE,
	SFS_PREFIX_UNIX, /* 1769903999_name */
	SFS_PREFIX_NONE, /* _name */
};

/* What objects a word of the configuration means: "public.*", "table auth.users", "extension vector". */
struct sfs_pattern {
	enum sfs_kind kind; /* SFS_KIND_COUNT: any */
	const char *glob;   /* of "namespace.name" of the filed object, or of its name alone */
};
struct sfs_patterns SFS_VEC_OF(struct sfs_pattern);

/* A table whose rows belong to the schema. */
struct sfs_reference {
	const char *namespace; /* NULL: the engine's own default */
	const char *name;
	bool delete; /* rows that the file does not have are deleted */
};

/* All texts live in the arena; paths are absolute or begin with the directory that was given. */
struct sfs_project {
	struct sfs_arena *arena; /* owned */
	const char *root;
	const char *file;       /* of the configuration; NULL: there is none, all is the default */
	const char *tree;       /* the directory that schema/ and database/ stand in */
	const char *migrations; /* drizzle's folder */
	const char *dialect;    /* "postgresql", "sqlite"; NULL: not said */
	const char *database; /* as on the command line; NULL: not said, or its variable is unset */
	const char *ledger_schema; /* PostgreSQL; "drizzle" */
	const char *ledger_table;  /* "__drizzle_migrations" */
	enum sfs_prefix prefix;
	bool prefix_given; /* else the folder's newest migration tells */
	bool breakpoints;
	int64_t online_above; /* bytes; -1: not said */
	struct sfs_patterns include, exclude, external;
	SFS_VEC(const char *) optional_extensions;
	SFS_VEC(struct sfs_reference) reference;
};

void sfs_project_finish(struct sfs_project *project); /* accepts a zeroed one */
SFS_DEFINE_AUTO_VALUE(project, struct sfs_project, sfs_project_finish)

/*
 * Reads DIRECTORY/schemafs.json; where there is none, all is as by default: the tree is DIRECTORY,
 * the migrations are in DIRECTORY itself if it has a journal, else in its `migrations` or `drizzle`,
 * whichever has one, else `migrations`. -EINVAL with file, line and column for what it can not mean.
 */
int sfs_project_read(const char *directory, struct sfs_project *ret_project,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The same for the nearest directory with a schemafs.json at or above `start`, else for `start`. */
int sfs_project_find(
	const char *start, struct sfs_project *ret_project, struct sfs_error *err) SFS_MUST_CHECK;

/* "64MB", "0", "65536", with B, kB, MB or GB; false when it is none. */
bool sfs_size_parse(const char *text, int64_t *ret_bytes);

/* "index", "timestamp" ...; false when it is none of them. */
bool sfs_prefix_parse(const char *word, enum sfs_prefix *ret_prefix);
const char *sfs_prefix_name(enum sfs_prefix prefix);

/* Whether one of the patterns means the object; a part is meant with the object it stands in. */
bool sfs_patterns_match(const struct sfs_patterns *patterns, const struct sfs_object *object);

/* Whether the project is about the object: included (no `include`: all are) and not excluded. */
bool sfs_project_includes(const struct sfs_project *project, const struct sfs_object *object);

/* Whether the object is created if it is missing and never altered or dropped. */
bool sfs_project_is_external(const struct sfs_project *project, const struct sfs_object *object);

/* Whether it is an extension that may be missing. */
bool sfs_project_is_optional(const struct sfs_project *project, const struct sfs_object *object);

#endif
