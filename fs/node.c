// SPDX-License-Identifier: MIT
/* Inodes: their numbers, their places in the tree, and how long they live. */
#include <string.h>

#include "base/alloc.h"
#include "fs/node.h"
#include "fs/process.h"

enum {
	ROOT_INO = 1,
};

/* ---- numbers ---- */

static size_t
slot_of(const struct mnt_nodes *nodes, uint64_t ino)
{
	size_t slot = (size_t)(ino * UINT64_C(0x9E3779B97F4A7C15)) & (nodes->n_slots - 1);

	while (nodes->slots[slot] && nodes->slots[slot]->ino != ino) {
		slot = (slot + 1) & (nodes->n_slots - 1);
	}
	return slot;
}

struct mnt_node *
mnt_node_by_ino(const struct mnt_nodes *nodes, uint64_t ino)
{
	return nodes->slots[slot_of(nodes, ino)];
}

static void
grow(struct mnt_nodes *nodes)
{
	struct mnt_node **old = nodes->slots;
	size_t n_old = nodes->n_slots;

	nodes->n_slots = n_old ? n_old * 2 : 256;
	nodes->slots = sfs_alloc(nodes->n_slots * sizeof(struct mnt_node *));
	for (size_t i = 0; i < n_old; i++) {
		if (old[i]) {
			nodes->slots[slot_of(nodes, old[i]->ino)] = old[i];
		}
	}
	free(old);
}

static void
number_insert(struct mnt_nodes *nodes, struct mnt_node *node)
{
	if ((nodes->used + 1) * 2 > nodes->n_slots) {
		grow(nodes);
	}
	nodes->slots[slot_of(nodes, node->ino)] = node;
	nodes->used++;
}

static void
number_remove(struct mnt_nodes *nodes, const struct mnt_node *node)
{
	size_t mask = nodes->n_slots - 1, hole = slot_of(nodes, node->ino);

	nodes->slots[hole] = NULL;
	nodes->used--;
	/* What was pushed past the hole has to be found without it. */
	for (size_t at = (hole + 1) & mask; nodes->slots[at]; at = (at + 1) & mask) {
		struct mnt_node *moved = nodes->slots[at];

		nodes->slots[at] = NULL;
		nodes->slots[slot_of(nodes, moved->ino)] = moved;
	}
}

/* The same path has the same number after a remount, unless an older inode still holds it. */
static uint64_t
choose_ino(const struct mnt_nodes *nodes, const struct mnt_node *parent, const char *name)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	mnt_node_path(parent, &path);
	sfs_str_separate(&path, "/");
	sfs_str_add(&path, name);
	uint64_t ino = sfs_hash_string(SFS_HASH_INIT, sfs_str_text(&path)) >> 1 | nodes->mark;
	while (ino <= ROOT_INO || mnt_node_by_ino(nodes, ino)) {
		ino++;
	}
	return ino;
}

/* ---- life ---- */

static struct mnt_node *
create(struct mnt_nodes *nodes, uint64_t ino, const char *name, enum mnt_role role)
{
	struct mnt_node *node = sfs_alloc(sizeof *node);

	node->ino = ino;
	node->role = role;
	node->name = sfs_strdup(name);
	(void)clock_gettime(CLOCK_REALTIME, &node->mtime);
	if (role == MNT_DIRECTORY) {
		node->children = sfs_map_create();
	}
	number_insert(nodes, node);
	return node;
}

static void
destroy(struct mnt_node *node)
{
	sfs_map_destroy(node->children);
	mnt_text_unref(node->text);
	mnt_buffer_destroy(node->buffer);
	sfs_vec_foreach (reading, &node->readings) {
		mnt_text_unref(reading->text);
	}
	sfs_vec_finish(&node->readings);
	free(node->backing);
	free(node->error);
	free(node->name);
	free(node);
}

static void
destroy_unneeded(struct mnt_nodes *nodes, struct mnt_node *node)
{
	if (!node->parent && node != nodes->root && !node->lookups && !node->refs) {
		number_remove(nodes, node);
		destroy(node);
	}
}

void
mnt_nodes_init(struct mnt_nodes *nodes)
{
	memset(nodes, 0, sizeof *nodes);
	nodes->root = create(nodes, ROOT_INO, "", MNT_DIRECTORY);
	nodes->root->kept = true;
}

void
mnt_nodes_finish(struct mnt_nodes *nodes)
{
	for (size_t i = 0; i < nodes->n_slots; i++) {
		if (nodes->slots[i]) {
			destroy(nodes->slots[i]);
		}
	}
	free(nodes->slots);
	memset(nodes, 0, sizeof *nodes);
}

void
mnt_node_ref(struct mnt_node *node)
{
	node->refs++;
}

void
mnt_node_unref(struct mnt_nodes *nodes, struct mnt_node *node)
{
	if (node) {
		node->refs--;
		destroy_unneeded(nodes, node);
	}
}

void
mnt_node_forget(struct mnt_nodes *nodes, struct mnt_node *node, uint64_t lookups)
{
	node->lookups -= lookups < node->lookups ? lookups : node->lookups;
	destroy_unneeded(nodes, node);
}

/* ---- places ---- */

static void
touch(struct mnt_node *node)
{
	(void)clock_gettime(CLOCK_REALTIME, &node->mtime);
}

static void
tell(const struct mnt_nodes *nodes, const struct mnt_node *node)
{
	if (nodes->moves) {
		nodes->moves(nodes->data, node);
	}
}

static void
attach(struct mnt_nodes *nodes, struct mnt_node *node, struct mnt_node *parent)
{
	nodes->changes++;
	node->parent = parent;
	sfs_map_set(parent->children, node->name, node);
	parent->subdirectories += node->role == MNT_DIRECTORY;
	touch(parent);
	tell(nodes, node);
}

static void
unhook(struct mnt_nodes *nodes, struct mnt_node *node)
{
	nodes->changes++;
	tell(nodes, node);
	(void)sfs_map_remove(node->parent->children, node->name);
	node->parent->subdirectories -= node->role == MNT_DIRECTORY;
	touch(node->parent);
	node->parent = NULL;
}

struct mnt_node *
mnt_node_add(struct mnt_nodes *nodes, struct mnt_node *parent, const char *name, enum mnt_role role)
{
	struct mnt_node *node = create(nodes, choose_ino(nodes, parent, name), name, role);

	attach(nodes, node, parent);
	return node;
}

void
mnt_node_detach(struct mnt_nodes *nodes, struct mnt_node *node)
{
	if (!node->parent) {
		return;
	}
	void *child;
	for (size_t i = 0; node->children && sfs_map_next(node->children, &i, NULL, &child);) {
		mnt_node_detach(nodes, child);
	}
	unhook(nodes, node);
	destroy_unneeded(nodes, node);
}

void
mnt_node_move(
	struct mnt_nodes *nodes, struct mnt_node *node, struct mnt_node *parent, const char *name)
{
	unhook(nodes, node);
	free(node->name);
	node->name = sfs_strdup(name);
	attach(nodes, node, parent);
}

void
mnt_node_exchange(struct mnt_nodes *nodes, struct mnt_node *a, struct mnt_node *b)
{
	struct mnt_node *parent_of_a = a->parent, *parent_of_b = b->parent;
	char *name = a->name;

	unhook(nodes, a);
	unhook(nodes, b);
	a->name = b->name;
	b->name = name;
	attach(nodes, a, parent_of_b);
	attach(nodes, b, parent_of_a);
}

struct mnt_node *
mnt_node_child(const struct mnt_node *parent, const char *name)
{
	return parent->children ? sfs_map_get(parent->children, name) : NULL;
}

struct mnt_node *
mnt_node_find(const struct mnt_nodes *nodes, const char *path)
{
	char *copy sfs_auto(free) = sfs_strdup(path);
	struct mnt_node *node = nodes->root;
	char *rest = NULL;

	for (char *name = strtok_r(copy, "/", &rest); name && node;
		name = strtok_r(NULL, "/", &rest)) {
		node = mnt_node_child(node, name);
	}
	return node;
}

void
mnt_node_path(const struct mnt_node *node, struct sfs_str *out)
{
	if (node->parent) {
		size_t before = out->len;

		mnt_node_path(node->parent, out);
		if (out->len > before) {
			sfs_str_addc(out, '/');
		}
	}
	sfs_str_add(out, node->name);
}

bool
mnt_node_is_empty(const struct mnt_node *directory)
{
	void *child;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &child);) {
		if (!((struct mnt_node *)child)->hidden) {
			return false;
		}
	}
	return true;
}

/* ---- contents ---- */

bool
mnt_node_set_text(struct mnt_node *node, struct mnt_text *text)
{
	bool same = node->text && text ? mnt_text_equal(node->text, text->bytes, text->len)
				       : node->text == text;

	if (!same) {
		mnt_text_unref(node->text);
		node->text = mnt_text_ref(text);
		touch(node);
		node->stale_pages = true;
	}
	return !same;
}

bool
mnt_node_shows_buffer(const struct mnt_node *node)
{
	const struct mnt_buffer *buffer = node->buffer;

	return buffer && (mnt_buffer_unjudged(buffer) || buffer->judging);
}

struct mnt_text *
mnt_node_contents(const struct mnt_node *node)
{
	if (mnt_node_shows_buffer(node)) {
		return mnt_text_create(sfs_str_text(&node->buffer->bytes), node->buffer->bytes.len);
	}
	return node->text ? mnt_text_ref(node->text) : mnt_text_create("", 0);
}

static void
drop_dead_readings(struct mnt_node *node)
{
	size_t kept = 0;

	for (size_t i = 0; i < node->readings.len; i++) {
		struct mnt_reading *reading = &node->readings.items[i];

		if (mnt_process_lives(reading->thread)) {
			node->readings.items[kept++] = *reading;
		} else {
			mnt_text_unref(reading->text);
		}
	}
	node->readings.len = kept;
}

/* A place for what this thread reads. No more are kept than there are threads: never one too few. */
static struct mnt_reading *
reading_for(struct mnt_node *node, pid_t thread)
{
	enum { FEW = 2 };
	size_t n = node->readings.len;

	sfs_vec_foreach (reading, &node->readings) {
		if (reading->thread == thread) {
			return reading;
		}
	}
	if (n >= FEW && (n & (n - 1)) == 0) {
		drop_dead_readings(node);
	}
	if (!node->readings.items) {
		/* Of most files there is never more than one. */
		node->readings.items = sfs_alloc(sizeof *node->readings.items);
		node->readings.capacity = 1;
	}
	sfs_vec_push(&node->readings, (struct mnt_reading){ .thread = thread });
	return &node->readings.items[node->readings.len - 1];
}

void
mnt_node_note_reading(struct mnt_node *node, pid_t thread, struct mnt_text *text)
{
	struct mnt_reading *reading = reading_for(node, thread);

	reading->thread = thread;
	mnt_text_ref(text);
	mnt_text_unref(reading->text);
	reading->text = text;
}
