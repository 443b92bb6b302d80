/* SPDX-License-Identifier: MIT */
#ifndef SFS_DATA_ORDER_H
#define SFS_DATA_ORDER_H

#include "data/statement.h"

/* Tables, each after those that it refers to; those of a circle stand together. */
struct sfs_data_order {
	size_t *items;      /* owned; indices of tables */
	size_t *components; /* owned; where in `items` each circle, or table that is in none, begins */
	size_t n_components;
	bool *referred;  /* owned; of each table: whether another one refers to it */
	bool *to_itself; /* owned; of each table: whether its rows refer to each other */
};

void sfs_data_order_finish(struct sfs_data_order *order); /* accepts a zeroed one */
SFS_DEFINE_AUTO_VALUE(data_order, struct sfs_data_order, sfs_data_order_finish)

void sfs_data_order_find(const struct sfs_data_change *changes, size_t n, enum sfs_dialect dialect,
	struct sfs_data_order *ret_order);

#endif
