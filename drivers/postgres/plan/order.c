// SPDX-License-Identifier: MIT
/* What comes first: a stable topological sort, ties by rank, circles broken at soft edges. */
#include <string.h>

#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"

void
pg_nodes_finish(struct pg_nodes *nodes)
{
	sfs_vec_finish(&nodes->nodes);
	sfs_vec_finish(&nodes->edges);
}

void
pg_nodes_edge(struct pg_nodes *nodes, int before, int after, bool soft)
{
	if (before && after && before != after) {
		sfs_vec_push(&nodes->edges, (struct pg_edge){ before - 1, after - 1, soft });
	}
}

/* A heap of node indexes, least rank first. */
struct heap {
	const struct pg_nodes *nodes;
	int *items;
	size_t len;
};

static bool
comes_before(const struct heap *heap, int a, int b)
{
	int x = heap->nodes->nodes.items[a].rank, y = heap->nodes->nodes.items[b].rank;

	return x != y ? x < y : a < b;
}

static void
heap_push(struct heap *heap, int node)
{
	size_t at = heap->len++;

	while (at > 0 && comes_before(heap, node, heap->items[(at - 1) / 2])) {
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = node;
}

static int
heap_pop(struct heap *heap)
{
	int top = heap->items[0], last = heap->items[--heap->len];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < heap->len) {
		if (child + 1 < heap->len &&
			comes_before(heap, heap->items[child + 1], heap->items[child])) {
			child++;
		}
		if (!comes_before(heap, heap->items[child], last)) {
			break;
		}
		heap->items[at] = heap->items[child];
		at = child;
	}
	if (heap->len) {
		heap->items[at] = last;
	}
	return top;
}

/* The sort while it goes on. */
struct sort {
	const struct pg_nodes *nodes;
	int *first; /* by node: where its outgoing edges start in `edges` */
	const struct pg_edge **edges;
	int *waiting; /* by node: how many have to come first */
	bool *done;
	bool *cut; /* by edge: gave way */
	struct heap ready;
	struct pg_circle *circle; /* receives the nodes of circles of hard edges */
};

static void
sort_init(struct sort *sort, const struct pg_nodes *nodes)
{
	size_t n = nodes->nodes.len;
	int *fill sfs_auto(free) = sfs_alloc((n + 1) * sizeof(int));

	*sort = (struct sort){ .nodes = nodes };
	sort->first = sfs_alloc((n + 1) * sizeof(int));
	sort->edges = sfs_alloc((nodes->edges.len + 1) * sizeof *sort->edges);
	sort->waiting = sfs_alloc((n + 1) * sizeof(int));
	sort->done = sfs_alloc((n + 1) * sizeof(bool));
	sort->cut = sfs_alloc((nodes->edges.len + 1) * sizeof(bool));
	/* Room for a node that is pushed when a circle is broken and again when it is released. */
	sort->ready = (struct heap){ nodes, sfs_alloc(2 * (n + 1) * sizeof(int)), 0 };
	sfs_vec_foreach (edge, &nodes->edges) {
		sort->first[edge->before + 1]++;
		sort->waiting[edge->after]++;
	}
	for (size_t i = 0; i < n; i++) {
		sort->first[i + 1] += sort->first[i];
		fill[i] = sort->first[i];
	}
	sfs_vec_foreach (edge, &nodes->edges) {
		sort->edges[fill[edge->before]++] = edge;
	}
}

static void
sort_finish(struct sort *sort)
{
	free(sort->first);
	free(sort->edges);
	free(sort->waiting);
	free(sort->done);
	free(sort->cut);
	free(sort->ready.items);
}
SFS_DEFINE_AUTO_VALUE(sort, struct sort, sort_finish)

static void
release(struct sort *sort, int node)
{
	if (--sort->waiting[node] == 0 && !sort->done[node]) {
		heap_push(&sort->ready, node);
	}
}

static size_t
edge_index(const struct sort *sort, const struct pg_edge *edge)
{
	return (size_t)(edge - sort->nodes->edges.items);
}

static void
take(struct sort *sort, int node)
{
	sort->done[node] = true;
	for (int i = sort->first[node]; i < sort->first[node + 1]; i++) {
		if (!sort->cut[edge_index(sort, sort->edges[i])]) {
			release(sort, sort->edges[i]->after);
		}
	}
}

/* An edge that `node` waits for; NULL when there is none. */
static const struct pg_edge *
waits_for(const struct sort *sort, int node)
{
	sfs_vec_foreach (edge, &sort->nodes->edges) {
		if (edge->after == node && !sort->done[edge->before] &&
			!sort->cut[edge_index(sort, edge)]) {
			return edge;
		}
	}
	return NULL;
}

/* A node on a circle: going back from any that waits leads into one. */
static int
find_circle(const struct sort *sort)
{
	bool *seen sfs_auto(free) = sfs_alloc(sort->nodes->nodes.len + 1);
	int node = 0;

	while (sort->done[node]) {
		node++;
	}
	while (!seen[node]) {
		seen[node] = true;
		node = waits_for(sort, node)->before;
	}
	return node;
}

/* Nothing is ready: a soft edge of a circle gives way, or else the node that ought to be first. */
static void
break_circle(struct sort *sort)
{
	int start = find_circle(sort), best = start, node = start;

	do {
		const struct pg_edge *edge = waits_for(sort, node);

		if (edge->soft) {
			sort->cut[edge_index(sort, edge)] = true;
			release(sort, edge->after);
			return;
		}
		node = edge->before;
		best = comes_before(&sort->ready, node, best) ? node : best;
	} while (node != start);
	do {
		sfs_vec_push(sort->circle, node);
		node = waits_for(sort, node)->before;
	} while (node != start);
	heap_push(&sort->ready, best);
}

int *
pg_nodes_sort(const struct pg_nodes *nodes, struct pg_circle *ret_circle)
{
	struct sort sort sfs_auto(sort);
	int *order = sfs_alloc((nodes->nodes.len + 1) * sizeof(int));
	size_t len = 0;

	sort_init(&sort, nodes);
	sort.circle = ret_circle;
	for (size_t i = 0; i < nodes->nodes.len; i++) {
		if (!sort.waiting[i]) {
			heap_push(&sort.ready, (int)i);
		}
	}
	while (len < nodes->nodes.len) {
		while (!sort.ready.len) {
			break_circle(&sort);
		}
		int node = heap_pop(&sort.ready);

		if (!sort.done[node]) {
			order[len++] = node;
			take(&sort, node);
		}
	}
	return order;
}
