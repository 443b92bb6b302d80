// SPDX-License-Identifier: MIT
/* Dependencies between objects: edges added in any order, made into arrays when first asked for. */
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "catalog/graph.h"

struct edge {
	struct sfs_object *user, *used;
};

/* The other ends of each object's edges: those of object i are [start[i], start[i + 1]). */
struct adjacency {
	size_t *start;              /* owned; n + 1 of them */
	struct sfs_object **others; /* owned */
};

struct sfs_graph {
	SFS_VEC(struct edge) edges;
	pthread_mutex_t lock; /* guards what follows: a sealed catalog is read by several threads */
	bool built;
	size_t n; /* objects that the arrays were made for */
	struct adjacency uses, used_by;
};

static void
forget(struct sfs_graph *graph)
{
	free(graph->uses.start);
	free(graph->uses.others);
	free(graph->used_by.start);
	free(graph->used_by.others);
	graph->uses = graph->used_by = (struct adjacency){ 0 };
	graph->built = false;
}

void
sfs_graph_destroy(struct sfs_graph *graph)
{
	if (graph) {
		forget(graph);
		(void)pthread_mutex_destroy(&graph->lock);
		sfs_vec_finish(&graph->edges);
		free(graph);
	}
}

void
sfs_graph_reindex(struct sfs_catalog *catalog)
{
	if (catalog->graph) {
		forget(catalog->graph);
	}
}

void
sfs_graph_add(struct sfs_catalog *catalog, struct sfs_object *user, struct sfs_object *used)
{
	if (user == used) {
		return;
	}
	if (!catalog->graph) {
		catalog->graph = sfs_alloc(sizeof *catalog->graph);
		(void)pthread_mutex_init(&catalog->graph->lock, NULL);
	}
	forget(catalog->graph);
	sfs_vec_push(&catalog->graph->edges, (struct edge){ user, used });
}

static int
by_ends(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->user != y->user) {
		return x->user->index < y->user->index ? -1 : 1;
	}
	return x->used->index < y->used->index ? -1 : x->used->index > y->used->index;
}

static void
deduplicate(struct sfs_graph *graph)
{
	size_t kept = 0;

	if (!graph->edges.len) {
		return;
	}
	qsort(graph->edges.items, graph->edges.len, sizeof *graph->edges.items, by_ends);
	for (size_t i = 0; i < graph->edges.len; i++) {
		const struct edge *edge = &graph->edges.items[i];

		if (!kept || by_ends(&graph->edges.items[kept - 1], edge) != 0) {
			graph->edges.items[kept++] = *edge;
		}
	}
	graph->edges.len = kept;
}

/* Counting sort of the edges by one of their ends; those of an object keep their order. */
static void
build(struct adjacency *adjacency, const struct sfs_graph *graph, bool reverse)
{
	size_t len = graph->edges.len;

	adjacency->start = sfs_alloc((graph->n + 2) * sizeof *adjacency->start);
	adjacency->others = sfs_alloc(len * sizeof *adjacency->others);
	/* Counted one place ahead, so that filling moves each start to where it belongs. */
	size_t *fill = adjacency->start + 1;
	for (size_t i = 0; i < len; i++) {
		const struct edge *edge = &graph->edges.items[i];

		fill[(reverse ? edge->used : edge->user)->index + 1]++;
	}
	for (size_t i = 1; i <= graph->n; i++) {
		fill[i] += fill[i - 1];
	}
	for (size_t i = 0; i < len; i++) {
		const struct edge *edge = &graph->edges.items[i];

		adjacency->others[fill[(reverse ? edge->used : edge->user)->index]++] =
			reverse ? edge->user : edge->used;
	}
}

static struct sfs_graph *
ready(const struct sfs_catalog *catalog)
{
	struct sfs_graph *graph = catalog->graph;

	if (!graph) {
		return NULL;
	}
	(void)pthread_mutex_lock(&graph->lock);
	if (!graph->built || graph->n != catalog->objects.len) {
		forget(graph);
		graph->n = catalog->objects.len;
		deduplicate(graph);
		build(&graph->uses, graph, false);
		build(&graph->used_by, graph, true);
		graph->built = true;
	}
	(void)pthread_mutex_unlock(&graph->lock);
	return graph;
}

static struct sfs_objects
of(const struct adjacency *adjacency, const struct sfs_object *object)
{
	size_t start = adjacency->start[object->index], end = adjacency->start[object->index + 1];

	return (struct sfs_objects){ adjacency->others + start, end - start };
}

struct sfs_objects
sfs_graph_uses(const struct sfs_catalog *catalog, const struct sfs_object *object)
{
	const struct sfs_graph *graph = ready(catalog);

	return graph ? of(&graph->uses, object) : (struct sfs_objects){ 0 };
}

struct sfs_objects
sfs_graph_used_by(const struct sfs_catalog *catalog, const struct sfs_object *object)
{
	const struct sfs_graph *graph = ready(catalog);

	return graph ? of(&graph->used_by, object) : (struct sfs_objects){ 0 };
}
