/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_NODES_H
#define SFS_POSTGRES_PLAN_NODES_H

#include "drivers/postgres/plan/planner.h"

/* The states as nodes with edges, and the order that these give. */

/* ---- order.c: what comes first ---- */

struct pg_node {
	struct pg_state *state;
	enum pg_op op;
	int rank; /* breaks ties */
};

struct pg_edge {
	int before, after;
	bool soft; /* better so, but not at the price of a circle */
};

struct pg_nodes {
	SFS_VEC(struct pg_node) nodes;
	SFS_VEC(struct pg_edge) edges;
};

void pg_nodes_finish(struct pg_nodes *nodes);
SFS_DEFINE_AUTO_VALUE(pg_nodes, struct pg_nodes, pg_nodes_finish)

/* Adds an edge between nodes given as in pg_state.node: nothing happens when either is 0. */
void pg_nodes_edge(struct pg_nodes *nodes, int before, int after, bool soft);

/* Nodes that wait for each other. */
struct pg_circle SFS_VEC_OF(int);

/*
 * Sorts: the nodes' indexes in an order that keeps every edge; where there is a circle soft edges
 * give way first. The nodes of circles that had none are added to `ret_circle`. Both are the caller's.
 */
int *pg_nodes_sort(const struct pg_nodes *nodes, struct pg_circle *ret_circle);

/* ---- nodes.c: the states as nodes with edges ---- */

void pg_nodes_make(struct pg_planner *planner, struct pg_nodes *ret_nodes);

void pg_edges_make(struct pg_planner *planner, struct pg_nodes *nodes); /* edges.c */

/* Whether the part comes and goes with its owner's CREATE, or DROP. */
bool pg_is_absorbed(const struct pg_planner *planner, const struct pg_state *state, enum pg_op op);

/* The attributes that UNTIE and TIE see to: they are not ALTER's. */
uint64_t pg_tied_attributes(const struct pg_state *state);

/* ---- edges_parent.c: a child and its parents, a partition and what it is one of ---- */

/* A child that leaves its parent does so before the parent's columns change under it. */
void pg_parent_leave(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *child, const struct sfs_object *parent);

/* A child joins its parent when the parent has its columns. */
void pg_parent_join(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *child, const struct sfs_object *parent);

/* What of a child, a column or a check, comes before what its parents say of it, and what after. */
void pg_parent_follow(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *mine);

/* ---- names.c: names that objects leave to each other ---- */

/* What tells the place of a name that objects of several kinds share; NULL: it shares none. */
const char *pg_name_key(const struct pg_planner *planner, const struct sfs_object *object);

/* Keeps what takes a name behind what leaves it. */
void pg_name_edges(struct pg_planner *planner, struct pg_nodes *nodes);

/* ---- rings.c: names that are exchanged ---- */

/* Orders renames by the names that they leave to each other; where that is a ring one steps aside. */
void pg_rings_break(struct pg_planner *planner, struct pg_nodes *nodes);

/* Writes how they step aside: before all nodes. */
void pg_rings_write(struct pg_planner *planner);

/* ---- split.c: circles ---- */

/* Whether the part is dropped before its table, though it could go with it. */
bool pg_goes_alone(const struct pg_planner *planner, const struct sfs_object *part);

/* Has what makes a circle made in two steps; false when nothing in it can be. */
bool pg_split(
	struct pg_planner *planner, const struct pg_nodes *nodes, const struct pg_circle *circle);

/* ---- defaults.c: what objects are granted when the plan makes them ---- */

/* Finds the default privileges: of the database, or without one of `diff->from`. */
void pg_defaults_load(struct pg_planner *planner);

/* Lets default privileges change after all that is made by the plan. */
void pg_defaults_edges(const struct pg_planner *planner, struct pg_nodes *nodes);

#endif
