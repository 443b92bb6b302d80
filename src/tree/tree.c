// SPDX-License-Identifier: MIT
/* A schema as files: the text of every object of a catalog under the path of its file. */
#include <errno.h>
#include <string.h>

#include "catalog/path.h"
#include "drivers/driver.h"
#include "tree/tree.h"

void
sfs_tree_finish(struct sfs_tree *tree)
{
	sfs_vec_finish(&tree->files);
	sfs_arena_destroy(tree->arena);
	tree->arena = NULL;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct sfs_file *)a)->path, ((const struct sfs_file *)b)->path);
}

const struct sfs_file *
sfs_tree_find(const struct sfs_tree *tree, const char *path)
{
	struct sfs_file key = { .path = path };

	return tree->files.len ? bsearch(&key, tree->files.items, tree->files.len,
					 sizeof *tree->files.items, by_path)
			       : NULL;
}

/* A file while it is being written: overloads of one name come one after the other. */
struct rendering {
	const struct sfs_driver *driver;
	const struct sfs_catalog *catalog;
	struct sfs_tree *tree;
	struct sfs_str path, text;
	const struct sfs_object *first; /* NULL: no file is open */
	bool locked;
};

static void
finish_rendering(struct rendering *r)
{
	sfs_str_finish(&r->path);
	sfs_str_finish(&r->text);
}

static struct sfs_identity
keep_identity(struct sfs_arena *arena, const struct sfs_identity *id)
{
	return (struct sfs_identity){
		.kind = id->kind,
		.namespace = sfs_arena_intern(arena, id->namespace),
		.relation = sfs_arena_strdup(arena, id->relation),
		.name = sfs_arena_strdup(arena, id->name),
		.signature = sfs_arena_strdup(arena, id->signature),
	};
}

static void
close_file(struct rendering *r)
{
	struct sfs_arena *arena = r->tree->arena;

	if (!r->first || !r->text.len) {
		/* What has nothing to say has no file: SQLite's only namespace. */
		r->first = NULL;
		return;
	}
	sfs_vec_push(&r->tree->files,
		(struct sfs_file){
			.path = sfs_arena_strndup(arena, r->path.text, r->path.len),
			.text = sfs_arena_strndup(arena, sfs_str_text(&r->text), r->text.len),
			.len = r->text.len,
			.id = keep_identity(arena, &r->first->id),
			.locked = r->locked,
		});
	sfs_str_truncate(&r->text, 0);
	r->locked = false;
	r->first = NULL;
}

static bool
same_file(const struct sfs_object *a, const struct sfs_object *b)
{
	return a->id.kind == b->id.kind && sfs_kind_info(a->id.kind)->overloaded &&
	       sfs_streq(a->id.namespace, b->id.namespace) && sfs_streq(a->id.name, b->id.name);
}

static int
render_object(struct rendering *r, const struct sfs_object *object, struct sfs_error *err)
{
	if (r->first && same_file(r->first, object)) {
		sfs_str_addc(&r->text, '\n');
	} else {
		close_file(r);
		sfs_str_truncate(&r->path, 0);
		sfs_path_of(&object->id, &r->path);
		r->first = object;
	}
	if (!r->path.len) {
		/* A part without an owner has no file to stand in; left out, it would look dropped. */
		struct sfs_str what sfs_auto(str) = SFS_STR_INIT;

		sfs_identity_describe(&object->id, &what);
		return sfs_error_set(err, EIO, "%s belongs to nothing", sfs_str_text(&what));
	}
	r->locked = r->locked || object->locked || object->id.kind == SFS_UNMODELED;
	return r->driver->print(r->catalog, object, &r->text, err);
}

/* Two objects in one file would hide one of them. */
static int
check_unique(const struct sfs_tree *tree, struct sfs_error *err)
{
	for (size_t i = 1; i < tree->files.len; i++) {
		const struct sfs_file *file = &tree->files.items[i];

		if (strcmp(file[-1].path, file->path) == 0) {
			return sfs_error_set(
				err, EEXIST, "two objects have the path %s", file->path);
		}
	}
	return 0;
}

static void
sort(struct sfs_tree *tree)
{
	if (tree->files.len) {
		qsort(tree->files.items, tree->files.len, sizeof *tree->files.items, by_path);
	}
}

int
sfs_tree_render(const struct sfs_driver *driver, const struct sfs_catalog *catalog,
	struct sfs_tree *ret_tree, struct sfs_error *err)
{
	struct sfs_tree tree sfs_auto(tree) = { .arena = sfs_arena_create() };
	struct rendering r __attribute__((cleanup(
		finish_rendering))) = { .driver = driver, .catalog = catalog, .tree = &tree };

	sfs_vec_foreach (object, &catalog->objects) {
		int rc = (*object)->owner ? 0 : render_object(&r, *object, err);

		if (rc < 0) {
			return rc;
		}
	}
	close_file(&r);
	sort(&tree);
	int rc = check_unique(&tree, err);
	if (rc == 0) {
		*ret_tree = tree;
		tree = (struct sfs_tree){ 0 };
	}
	return rc;
}
