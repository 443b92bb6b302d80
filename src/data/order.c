// SPDX-License-Identifier: MIT
/* In which order tables are written: by their foreign keys, circles found by Tarjan's algorithm. */
#include <stdint.h>
#include <string.h>

#include "data/order.h"

struct search {
	const struct sfs_data_change *changes;
	size_t n;
	enum sfs_dialect dialect;
	struct sfs_data_order *order;
	size_t n_items;
	size_t *number, *low; /* 0: not seen yet */
	bool *open;
	size_t *stack;
	size_t depth, clock;
};

void
sfs_data_order_finish(struct sfs_data_order *order)
{
	free(order->items);
	free(order->components);
	free(order->referred);
	free(order->to_itself);
	memset(order, 0, sizeof *order);
}

static bool
refers(const struct search *search, size_t child, size_t parent)
{
	return sfs_shape_refers(
		&search->changes[child].shape, &search->changes[parent].shape, search->dialect);
}

/* The tables that can reach each other through foreign keys, `root` having been seen first. */
static void
close_component(struct search *search, size_t root)
{
	struct sfs_data_order *order = search->order;
	size_t member;

	order->components[order->n_components++] = search->n_items;
	do {
		member = search->stack[--search->depth];
		search->open[member] = false;
		order->items[search->n_items++] = member;
	} while (member != root);
}

/* As deep as foreign keys go: no deeper than there are tables in the configuration. */
static void
visit(struct search *search, size_t table)
{
	search->number[table] = search->low[table] = ++search->clock;
	search->stack[search->depth++] = table;
	search->open[table] = true;
	for (size_t parent = 0; parent < search->n; parent++) {
		if (!refers(search, table, parent)) {
			continue;
		}
		if (parent == table) {
			search->order->to_itself[table] = true;
			continue;
		}
		search->order->referred[parent] = true;
		if (!search->number[parent]) {
			visit(search, parent);
		}
		if (search->open[parent] && search->low[parent] < search->low[table]) {
			search->low[table] = search->low[parent];
		}
	}
	if (search->low[table] == search->number[table]) {
		close_component(search, table);
	}
}

void
sfs_data_order_find(const struct sfs_data_change *changes, size_t n, enum sfs_dialect dialect,
	struct sfs_data_order *ret_order)
{
	size_t *number sfs_auto(free) = sfs_alloc((n + 1) * sizeof *number);
	size_t *low sfs_auto(free) = sfs_alloc((n + 1) * sizeof *low);
	size_t *stack sfs_auto(free) = sfs_alloc((n + 1) * sizeof *stack);
	bool *open sfs_auto(free) = sfs_alloc((n + 1) * sizeof *open);
	struct search search = {
		.changes = changes,
		.n = n,
		.dialect = dialect,
		.order = ret_order,
		.number = number,
		.low = low,
		.open = open,
		.stack = stack,
	};

	*ret_order = (struct sfs_data_order){
		.items = sfs_alloc((n + 1) * sizeof(size_t)),
		.components = sfs_alloc((n + 1) * sizeof(size_t)),
		.referred = sfs_alloc((n + 1) * sizeof(bool)),
		.to_itself = sfs_alloc((n + 1) * sizeof(bool)),
	};
	for (size_t i = 0; i < n; i++) {
		if (!number[i]) {
			visit(&search, i);
		}
	}
}
