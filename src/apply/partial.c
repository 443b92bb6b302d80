// SPDX-License-Identifier: MIT
/* A tree compared with a database by the files in which they differ. */
#include <string.h>

#include "apply/compose.h"
#include "apply/parents.h"
#include "apply/partial.h"
#include "apply/reach.h"
#include "base/map.h"
#include "catalog/path.h"

/* Beyond this one scratch database for all is cheaper than so much in one transaction. */
enum { FILES_MAX = 200 };

/* A file that has to be read again. */
struct item {
	const char *path;
	const struct sfs_file *live,
		*wanted;        /* NULL: not there; a file that is only reached: the same */
	struct sfs_identity id; /* without a signature */
	bool shaken;            /* reach.h */
};

struct comparer {
	struct sfs_db *db;
	const struct sfs_catalog *all;
	const struct sfs_tree *live;
	struct sfs_arena *arena;       /* owned */
	SFS_VEC(struct item *) items;  /* in the arena */
	struct sfs_map *by_path;       /* owned */
	struct sfs_catalog *from;      /* owned */
	struct sfs_tree before;        /* `from` as files */
	struct sfs_catalog *evaluated; /* owned */
	struct sfs_parents parents;    /* owned: read, but not evaluated */
	SFS_VEC(struct sfs_tree) kept; /* what `before` was: items borrow from it */
};

static void
comparer_finish(struct comparer *c)
{
	sfs_vec_foreach (tree, &c->kept) {
		sfs_tree_finish(tree);
	}
	sfs_vec_finish(&c->kept);
	sfs_tree_finish(&c->before);
	sfs_catalog_destroy(c->evaluated);
	sfs_catalog_destroy(c->from);
	sfs_map_destroy(c->by_path);
	sfs_vec_finish(&c->items);
	sfs_vec_finish(&c->parents);
	sfs_arena_destroy(c->arena);
}
SFS_DEFINE_AUTO_VALUE(comparer, struct comparer, comparer_finish)

void
sfs_partial_finish(struct sfs_partial *partial)
{
	sfs_catalog_destroy(partial->from);
	sfs_catalog_destroy(partial->to);
	sfs_tree_finish(&partial->before);
	sfs_tree_finish(&partial->changed);
	memset(partial, 0, sizeof *partial);
}

/* ---- which files differ ---- */

static const char *
path_of(struct comparer *c, const struct sfs_identity *id)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	sfs_path_of(id, &path);
	return sfs_arena_strdup(c->arena, sfs_str_text(&path));
}

/* False where the file is of no kind that can be told by itself, or where its path does not tell all. */
static bool
add_item(struct comparer *c, const struct sfs_file *live, const struct sfs_file *wanted)
{
	const struct sfs_file *known = live ? live : wanted;
	struct item *item = sfs_arena_alloc(c->arena, sizeof *item);

	*item = (struct item){
		.path = known->path, .live = live, .wanted = wanted, .id = known->id
	};
	item->id.signature = NULL;
	if (!sfs_kind_is_bounded(item->id.kind) || c->items.len == FILES_MAX ||
		strcmp(path_of(c, &item->id), item->path) != 0) {
		return false;
	}
	sfs_vec_push(&c->items, item);
	sfs_map_set(c->by_path, item->path, item);
	return true;
}

static bool
collect(struct comparer *c, const struct sfs_tree *tree)
{
	const struct sfs_tree *live = c->live;
	size_t i = 0, j = 0;
	bool fits = true;

	while (fits && (i < live->files.len || j < tree->files.len)) {
		const struct sfs_file *a = i < live->files.len ? &live->files.items[i] : NULL;
		const struct sfs_file *b = j < tree->files.len ? &tree->files.items[j] : NULL;
		int order = a && b ? strcmp(a->path, b->path) : a ? -1 : 1;

		if (order != 0) {
			fits = add_item(c, order < 0 ? a : NULL, order < 0 ? NULL : b);
		} else if (a->len != b->len || memcmp(a->text, b->text, a->len) != 0) {
			fits = add_item(c, a, b);
		}
		i += order <= 0;
		j += order >= 0;
	}
	return fits;
}

/* ---- what they are now, and what depends on them ---- */

/* Whether what was read now is what was read before: someone may have been quicker. */
static bool
is_as_before(const struct comparer *c)
{
	sfs_vec_foreach (file, &c->before.files) {
		const struct sfs_file *seen = sfs_tree_find(c->live, file->path);

		if (seen && (seen->len != file->len ||
				    memcmp(seen->text, file->text, file->len) != 0)) {
			return false;
		}
	}
	sfs_vec_foreach (item, &c->items) {
		if (!(*item)->live != !sfs_tree_find(&c->before, (*item)->path)) {
			return false;
		}
	}
	return true;
}

static bool
read_scope(struct comparer *c)
{
	struct sfs_identity *ids sfs_auto(free) =
		sfs_alloc((c->items.len + c->parents.len + 1) * sizeof *ids);
	struct sfs_scope scope = { .objects = ids, .dependencies = true, .known = c->all };

	sfs_vec_foreach (item, &c->items) {
		ids[scope.n_objects++] = (*item)->id;
	}
	sfs_vec_foreach (parent, &c->parents) {
		ids[scope.n_objects++] = *parent;
	}
	sfs_catalog_destroy(c->from);
	c->from = NULL;
	sfs_vec_push(&c->kept, c->before);
	memset(&c->before, 0, sizeof c->before);
	return c->db->driver->read(c->db, &scope, &c->from, NULL) == 0 &&
	       sfs_tree_render(c->db->driver, c->from, &c->before, NULL) == 0 && is_as_before(c);
}

/* ---- what they shall be ---- */

/* The names that the files have given: where a text does not give one again, nothing has it. */
static struct sfs_identity *
find_gone(struct comparer *c, size_t *ret_n)
{
	struct sfs_identity *gone = sfs_alloc((c->from->objects.len + 1) * sizeof *gone);

	*ret_n = 0;
	sfs_vec_foreach (object, &c->from->objects) {
		bool named = !(*object)->owner || (*object)->id.kind == SFS_SEQUENCE;

		if (named && sfs_map_has(c->by_path, path_of(c, &sfs_object_filed(*object)->id))) {
			gone[(*ret_n)++] = (*object)->id;
		}
	}
	return gone;
}

static bool
evaluate(struct comparer *c)
{
	struct sfs_source *sources sfs_auto(free) = sfs_alloc((c->items.len + 1) * sizeof *sources);
	struct sfs_evaluation what = { .sources = sources, .literal = true };
	struct sfs_identity *gone sfs_auto(free) = find_gone(c, &what.n_gone);

	what.gone = gone;
	sfs_vec_foreach (item, &c->items) {
		const struct sfs_file *wanted = (*item)->wanted;

		if (wanted) {
			sources[what.n_sources++] = (struct sfs_source){
				.path = (*item)->path,
				.text = wanted->text,
				.len = wanted->len,
				.id = &(*item)->id,
			};
		}
	}
	sfs_catalog_destroy(c->evaluated);
	c->evaluated = NULL;
	if (!what.n_sources) {
		c->evaluated = sfs_catalog_create();
		c->evaluated->dialect = c->from->dialect;
		sfs_catalog_seal(c->evaluated);
		return true;
	}
	return c->db->driver->evaluate(c->db, &what, &c->evaluated, NULL) == 0;
}

/* ---- whom that reaches ---- */

static struct item *
item_of(struct comparer *c, const struct sfs_object *object)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	sfs_path_of(&sfs_object_filed(object)->id, &path);
	return sfs_map_get(c->by_path, sfs_str_text(&path));
}

static bool
is_read(void *data, const struct sfs_object *object)
{
	return item_of(data, object) != NULL;
}

static bool
is_shaken(void *data, const struct sfs_object *object)
{
	const struct item *item = item_of(data, object);

	return item && item->shaken;
}

/* Adds who is reached to what is read again; `ret_more` says whether there was anyone. */
static bool
widen(struct comparer *c, bool *ret_more, bool *ret_files)
{
	struct sfs_reach reach = { .from = c->from,
		.evaluated = c->evaluated,
		.is_read = is_read,
		.is_shaken = is_shaken,
		.data = c };
	struct sfs_reached_list list = { 0 };
	bool fits = !sfs_reach_collides(&reach, c->all);

	*ret_more = *ret_files = false;
	if (fits) {
		sfs_reach_find(&reach, &list);
	}
	for (size_t i = 0; fits && i < list.len; i++) {
		const struct sfs_reached *reached = &list.items[i];
		struct item *item = item_of(c, reached->object);

		if (!item) {
			const struct sfs_file *file =
				sfs_tree_find(&c->before, path_of(c, &reached->object->id));

			fits = file && add_item(c, file, file);
			item = item_of(c, reached->object);
			*ret_more = *ret_files = true;
		}
		if (fits && reached->shaken && !item->shaken) {
			item->shaken = true;
			*ret_more = true;
		}
	}
	sfs_vec_finish(&list);
	return fits;
}

/* ---- the two catalogs ---- */

static bool
compose(struct comparer *c, struct sfs_partial *ret_partial)
{
	struct sfs_edit *edits sfs_auto(free) = sfs_alloc((c->items.len + 1) * sizeof *edits);
	struct sfs_targets targets = { 0 };
	bool defined = true;
	struct sfs_catalog *to sfs_auto(catalog) = NULL;

	for (size_t i = 0; i < c->items.len; i++) {
		const struct item *item = c->items.items[i];

		edits[i] = (struct sfs_edit){
			.path = item->path,
			.text = item->wanted ? item->wanted->text : NULL,
			.len = item->wanted ? item->wanted->len : 0,
		};
		sfs_vec_push(&targets, (struct sfs_target){
					       .edit = &edits[i],
					       .from = item->id,
					       .to = item->id,
					       .evaluated = item->wanted,
				       });
	}
	to = sfs_compose(&(struct sfs_composition){
		.from = c->from,
		.evaluated = c->evaluated,
		.targets = &targets,
	});
	sfs_vec_foreach (target, &targets) {
		defined &= !target->evaluated || sfs_file_defined(to, &target->to);
	}
	sfs_vec_finish(&targets);
	if (defined) {
		ret_partial->to = sfs_steal(to);
	}
	return defined;
}

static void
hand_over(struct comparer *c, struct sfs_partial *ret_partial)
{
	ret_partial->from = sfs_steal(c->from);
	ret_partial->before = c->before;
	memset(&c->before, 0, sizeof c->before);
	sfs_vec_foreach (item, &c->items) {
		if ((*item)->wanted && (*item)->wanted != (*item)->live) {
			sfs_vec_push(&ret_partial->changed.files, *(*item)->wanted);
		}
	}
}

bool
sfs_partial_evaluate(struct sfs_db *db, const struct sfs_catalog *all, const struct sfs_tree *live,
	const struct sfs_tree *tree, struct sfs_partial *ret_partial)
{
	struct comparer c sfs_auto(comparer) = { .db = db, .all = all, .live = live };
	bool more = true, files = true;

	c.arena = sfs_arena_create();
	c.by_path = sfs_map_create();
	bool fits = collect(&c, tree);
	while (fits && more) {
		fits = !files || (read_scope(&c) && evaluate(&c));
		fits = fits && widen(&c, &more, &files);
		if (fits && sfs_parents_add(c.evaluated, c.from, c.arena, &c.parents)) {
			more = files = true;
		}
	}
	if (!fits || !compose(&c, ret_partial)) {
		return false;
	}
	hand_over(&c, ret_partial);
	return true;
}

struct sfs_identity *
sfs_partial_scope(const struct sfs_catalog *from, const struct sfs_catalog *to, size_t *ret_n)
{
	const struct sfs_catalog *catalogs[] = { from, to };
	struct sfs_identity *ids =
		sfs_alloc((from->objects.len + to->objects.len + 1) * sizeof *ids);

	*ret_n = 0;
	for (size_t i = 0; i < 2; i++) {
		sfs_vec_foreach (object, &catalogs[i]->objects) {
			if (!(*object)->owner) {
				ids[(*ret_n)++] = (*object)->id;
			}
		}
	}
	return ids;
}
