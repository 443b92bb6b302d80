// SPDX-License-Identifier: MIT
/*
 * The order in which a catalog can be made: by identity, but for what an object needs, which goes
 * before it. Both walks keep their own stack, since a chain of views may be as long as it likes.
 */
#include "base/alloc.h"
#include "catalog/graph.h"

/* A filed object whose needs are being walked: its own first, then those of its parts. */
struct frame {
	const struct sfs_object *object;
	const struct sfs_object *member; /* itself or the part whose edges are walked */
	size_t next;                     /* of the member's edges */
};

/* What is known of an object, by its index in the catalog. */
struct node {
	uint32_t number; /* in the order of being met, from 1; 0: not met yet */
	uint32_t low;    /* the smallest number that its circle was seen to reach */
	uint32_t first; /* index of the smallest member of its circle: itself where there is none */
	bool open;      /* met, its circle not yet known */
	bool entered;   /* by the second walk */
};

struct walk {
	const struct sfs_catalog *catalog;
	struct node *nodes; /* owned */
	uint32_t met;
	SFS_VEC(struct frame) stack;
	SFS_VEC(const struct sfs_object *) open;
};

/* The member of the file after `member`: depth first, for parts may have parts. */
static const struct sfs_object *
next_member(const struct sfs_object *object, const struct sfs_object *member)
{
	if (member->first_part) {
		return member->first_part;
	}
	while (member != object && !member->next_part) {
		member = member->owner;
	}
	return member == object ? NULL : member->next_part;
}

/* The next filed object that the frame's one or a part of it needs; NULL after the last. */
static const struct sfs_object *
next_need(const struct walk *walk, struct frame *frame)
{
	while (frame->member) {
		struct sfs_objects uses = sfs_graph_uses(walk->catalog, frame->member);

		while (frame->next < uses.len) {
			const struct sfs_object *used = sfs_object_filed(uses.items[frame->next++]);

			if (used != frame->object) {
				return used;
			}
		}
		frame->member = next_member(frame->object, frame->member);
		frame->next = 0;
	}
	return NULL;
}

static struct node *
node_of(const struct walk *walk, const struct sfs_object *object)
{
	return &walk->nodes[object->index];
}

static void
reach(struct node *node, uint32_t number)
{
	if (number < node->low) {
		node->low = number;
	}
}

static void
meet(struct walk *walk, const struct sfs_object *object)
{
	struct node *node = node_of(walk, object);

	node->number = node->low = ++walk->met;
	node->open = true;
	sfs_vec_push(&walk->open, object);
	sfs_vec_push(&walk->stack, (struct frame){ object, object, 0 });
}

/* All objects met since `object` are its circle: they reach it, and it them. */
static void
close_circle(struct walk *walk, const struct sfs_object *object)
{
	uint32_t first = object->index;
	size_t start = walk->open.len;

	do {
		start--;
		if (walk->open.items[start]->index < first) {
			first = walk->open.items[start]->index;
		}
	} while (walk->open.items[start] != object);
	for (size_t i = start; i < walk->open.len; i++) {
		node_of(walk, walk->open.items[i])->first = first;
		node_of(walk, walk->open.items[i])->open = false;
	}
	walk->open.len = start;
}

/* Tarjan's strongly connected components, from `root` on. */
static void
find_circles(struct walk *walk, const struct sfs_object *root)
{
	meet(walk, root);
	while (walk->stack.len) {
		struct frame *frame = &walk->stack.items[walk->stack.len - 1];
		const struct sfs_object *object = frame->object;
		const struct sfs_object *need = next_need(walk, frame);
		struct node *node = node_of(walk, object);

		if (need && !node_of(walk, need)->number) {
			meet(walk, need);
		} else if (need) {
			if (node_of(walk, need)->open) {
				reach(node, node_of(walk, need)->number);
			}
		} else {
			if (node->low == node->number) {
				close_circle(walk, object);
			}
			walk->stack.len--;
			if (walk->stack.len) {
				frame = &walk->stack.items[walk->stack.len - 1];
				reach(node_of(walk, frame->object), node->low);
			}
		}
	}
}

static void
enter(struct walk *walk, const struct sfs_object *object)
{
	node_of(walk, object)->entered = true;
	sfs_vec_push(&walk->stack, (struct frame){ object, object, 0 });
}

/* Tells `root` after all that it needs and that was not told yet. */
static void
tell(struct walk *walk, const struct sfs_object *root, struct sfs_order *order)
{
	enter(walk, root);
	while (walk->stack.len) {
		struct frame *frame = &walk->stack.items[walk->stack.len - 1];
		const struct sfs_object *need = next_need(walk, frame);

		if (!need) {
			sfs_vec_push(order, frame->object);
			walk->stack.len--;
		} else if (!node_of(walk, need)->entered) {
			uint32_t first = node_of(walk, need)->first;
			bool inside = first == node_of(walk, frame->object)->first;

			enter(walk, inside ? need : walk->catalog->objects.items[first]);
		}
	}
}

void
sfs_graph_order(const struct sfs_catalog *catalog, struct sfs_order *ret_order)
{
	struct walk walk = {
		.catalog = catalog,
		.nodes = sfs_alloc(catalog->objects.len * sizeof *walk.nodes),
	};

	*ret_order = (struct sfs_order){ 0 };
	sfs_vec_foreach (object, &catalog->objects) {
		if (!(*object)->owner && !node_of(&walk, *object)->number) {
			find_circles(&walk, *object);
		}
	}
	/* From here on the list is walked by identity, so a circle is met at its smallest first. */
	sfs_vec_foreach (object, &catalog->objects) {
		if (!(*object)->owner && !node_of(&walk, *object)->entered) {
			tell(&walk, *object, ret_order);
		}
	}
	free(walk.nodes);
	sfs_vec_finish(&walk.stack);
	sfs_vec_finish(&walk.open);
}
