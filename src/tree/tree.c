// SPDX-License-Identifier: MIT
/* A schema as files: the text of every object of a catalog under the path of its file. */
#include <errno.h>
#include <string.h>

#include "catalog/fold.h"
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

static bool
same_file(const struct sfs_object *a, const struct sfs_object *b)
{
	return a->id.kind == b->id.kind && sfs_kind_info(a->id.kind)->overloaded &&
	       sfs_streq(a->id.namespace, b->id.namespace) && sfs_streq(a->id.name, b->id.name);
}

/* ---- which files there are ---- */

static int
add_file(struct sfs_tree *tree, const struct sfs_object *object, struct sfs_error *err)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	sfs_path_of(&object->id, &path);
	if (!path.len) {
		/* A part without an owner has no file to stand in; left out, it would look dropped. */
		struct sfs_str what sfs_auto(str) = SFS_STR_INIT;

		sfs_identity_describe(&object->id, &what);
		return sfs_error_set(err, EIO, "%s belongs to nothing", sfs_str_text(&what));
	}
	sfs_vec_push(
		&tree->files, (struct sfs_file){
				      .path = sfs_arena_strndup(tree->arena, path.text, path.len),
				      .id = object->id,
				      .first = object->index,
			      });
	return 0;
}

/* Overloads of one name come one after the other. */
static int
add_files(struct sfs_tree *tree, const struct sfs_catalog *catalog, struct sfs_error *err)
{
	const struct sfs_object *last = NULL;

	for (size_t i = 0; i < catalog->objects.len; i++) {
		const struct sfs_object *object = catalog->objects.items[i];

		if (object->owner) {
			continue;
		}
		int r = last && same_file(last, object) ? 0 : add_file(tree, object, err);
		if (r < 0) {
			return r;
		}
		if (object->locked || object->id.kind == SFS_UNMODELED) {
			tree->files.items[tree->files.len - 1].locked = true;
		}
		last = object;
	}
	return 0;
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

int
sfs_tree_outline(
	const struct sfs_catalog *catalog, struct sfs_tree *ret_tree, struct sfs_error *err)
{
	struct sfs_tree tree sfs_auto(tree) = { .arena = sfs_arena_create() };
	int r = add_files(&tree, catalog, err);

	if (tree.files.len) {
		qsort(tree.files.items, tree.files.len, sizeof *tree.files.items, by_path);
	}
	r = r < 0 ? r : check_unique(&tree, err);
	if (r == 0) {
		*ret_tree = tree;
		tree = (struct sfs_tree){ 0 };
	}
	return r;
}

/* ---- what they say ---- */

void
sfs_tree_printer_finish(struct sfs_tree_printer *printer)
{
	sfs_arena_destroy(printer->arena);
	sfs_str_finish(&printer->text);
}

static int
print_object(struct sfs_tree_printer *printer, struct sfs_object *object, struct sfs_error *err)
{
	if (!printer->arena) {
		printer->arena = sfs_arena_create();
	}
	sfs_unfold(object, printer->arena);
	int r = printer->driver->print(printer->catalog, object, &printer->text, err);
	sfs_refold(object);
	sfs_arena_clear(printer->arena);
	return r;
}

int
sfs_tree_print(struct sfs_tree_printer *printer, const struct sfs_file *file, struct sfs_error *err)
{
	const struct sfs_catalog *catalog = printer->catalog;
	const struct sfs_object *first = catalog->objects.items[file->first];
	int r = 0;

	sfs_str_truncate(&printer->text, 0);
	for (size_t i = file->first; r == 0 && i < catalog->objects.len; i++) {
		struct sfs_object *object = catalog->objects.items[i];

		if (object->owner) {
			continue;
		}
		if (object != first && !same_file(first, object)) {
			break;
		}
		sfs_str_add(&printer->text, object == first ? "" : "\n");
		r = print_object(printer, object, err);
	}
	return r;
}

int
sfs_tree_render(const struct sfs_driver *driver, const struct sfs_catalog *catalog,
	struct sfs_tree *ret_tree, struct sfs_error *err)
{
	struct sfs_tree_printer printer sfs_auto(
		tree_printer) = { .driver = driver, .catalog = catalog };
	struct sfs_tree tree sfs_auto(tree) = { 0 };
	size_t kept = 0;
	int r = sfs_tree_outline(catalog, &tree, err);

	for (size_t i = 0; r == 0 && i < tree.files.len; i++) {
		struct sfs_file file = tree.files.items[i];

		r = sfs_tree_print(&printer, &file, err);
		/* What has nothing to say has no file: SQLite's only namespace. */
		if (r == 0 && printer.text.len) {
			file.len = printer.text.len;
			file.text = sfs_arena_strndup(tree.arena, printer.text.text, file.len);
			file.id = keep_identity(tree.arena, &file.id);
			tree.files.items[kept++] = file;
		}
	}
	tree.files.len = kept;
	if (r == 0) {
		*ret_tree = tree;
		tree = (struct sfs_tree){ 0 };
	}
	return r;
}
