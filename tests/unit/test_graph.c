// SPDX-License-Identifier: MIT
/* The dependency graph: edges both ways, and orders that hold. */
#include "catalog/graph.h"
#include "unit.h"

static struct sfs_object *
add(struct sfs_catalog *catalog, enum sfs_kind kind, const char *name)
{
	return sfs_catalog_add(
		catalog, &(struct sfs_identity){ kind, "s", NULL, name }, NULL, NULL);
}

static struct sfs_object *
add_part(struct sfs_catalog *catalog, struct sfs_object *owner, const char *name)
{
	return sfs_catalog_add(catalog,
		&(struct sfs_identity){ SFS_CONSTRAINT, "s", owner->id.name, name }, owner, NULL);
}

static void
expect_order(const struct sfs_catalog *catalog, const char *expected)
{
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;
	struct sfs_order order;

	sfs_graph_order(catalog, &order);
	sfs_vec_foreach (object, &order) {
		sfs_str_separate(&names, " ");
		sfs_str_add(&names, (*object)->id.name);
	}
	sfs_vec_finish(&order);
	unit_expect(&names, expected);
}

static void
test_edges(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_object *b = add(catalog, SFS_TABLE, "b"), *a = add(catalog, SFS_TABLE, "a");
	struct sfs_object *v = add(catalog, SFS_VIEW, "v");

	assert_int_equal(sfs_graph_uses(catalog, v).len, 0);
	sfs_graph_add(catalog, v, b);
	sfs_graph_add(catalog, v, a);
	sfs_graph_add(catalog, v, b);
	sfs_graph_add(catalog, v, v);
	sfs_catalog_seal(catalog);
	struct sfs_objects uses = sfs_graph_uses(catalog, v);
	assert_int_equal(uses.len, 2);
	assert_ptr_equal(uses.items[0], a);
	assert_ptr_equal(uses.items[1], b);
	assert_int_equal(sfs_graph_used_by(catalog, a).len, 1);
	assert_ptr_equal(sfs_graph_used_by(catalog, a).items[0], v);
	assert_int_equal(sfs_graph_used_by(catalog, v).len, 0);
	sfs_graph_add(catalog, b, a);
	assert_int_equal(sfs_graph_used_by(catalog, a).len, 2);
}

static void
test_order(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_object *f = add(catalog, SFS_FUNCTION, "f");
	struct sfs_object *a = add(catalog, SFS_TABLE, "a"), *b = add(catalog, SFS_TABLE, "b");
	struct sfs_object *key = add_part(catalog, a, "key");

	(void)add(catalog, SFS_VIEW, "v");
	sfs_catalog_seal(catalog);
	expect_order(catalog, "f a b v");
	/* A part's need is its owner's: the key of a refers to b. */
	sfs_graph_add(catalog, key, b);
	expect_order(catalog, "f b a v");
	sfs_graph_add(catalog, f, a);
	expect_order(catalog, "b a f v");
}

static void
test_circle(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_object *a = add(catalog, SFS_TABLE, "a"), *b = add(catalog, SFS_TABLE, "b");
	struct sfs_object *c = add(catalog, SFS_TABLE, "c"), *d = add(catalog, SFS_TABLE, "d");

	sfs_catalog_seal(catalog);
	/* b and d need each other and c; a needs d: still the circle is entered at b. */
	sfs_graph_add(catalog, b, d);
	sfs_graph_add(catalog, d, b);
	sfs_graph_add(catalog, d, c);
	sfs_graph_add(catalog, a, d);
	expect_order(catalog, "c d b a");
}

/* A chain as long as a hostile schema likes does not overflow the stack. */
static void
test_deep(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_object *former = NULL;
	struct sfs_order order;
	const unsigned n = 200000;

	for (unsigned i = 0; i < n; i++) {
		struct sfs_object *object =
			add(catalog, SFS_VIEW, sfs_arena_printf(catalog->arena, "v%07u", i));

		if (former) {
			sfs_graph_add(catalog, former, object);
		}
		former = object;
	}
	sfs_catalog_seal(catalog);
	sfs_graph_order(catalog, &order);
	assert_int_equal(order.len, n);
	assert_ptr_equal(order.items[0], former);
	sfs_vec_finish(&order);
}

/* Random graphs without circles: everything comes after what it needs, always the same way. */
static void
test_random(void **state)
{
	uint64_t seed = 5;

	for (unsigned round = 0; round < 200; round++) {
		struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
		struct sfs_object *objects[30];
		size_t place[30];
		struct sfs_order order;

		for (unsigned i = 0; i < 30; i++) {
			objects[i] = add(catalog, SFS_TABLE,
				sfs_arena_printf(catalog->arena, "%016llx",
					(unsigned long long)unit_random(&seed)));
		}
		for (unsigned i = 0; i < 60; i++) {
			size_t user = unit_random(&seed) % 30, used = unit_random(&seed) % 30;

			sfs_graph_add(catalog, objects[user > used ? user : used],
				objects[user > used ? used : user]);
		}
		sfs_catalog_seal(catalog);
		sfs_graph_order(catalog, &order);
		assert_int_equal(order.len, 30);
		for (size_t i = 0; i < 30; i++) {
			place[order.items[i]->index] = i;
		}
		for (unsigned i = 0; i < 30; i++) {
			struct sfs_objects uses = sfs_graph_uses(catalog, objects[i]);

			for (size_t k = 0; k < uses.len; k++) {
				assert_true(place[uses.items[k]->index] < place[objects[i]->index]);
			}
		}
		sfs_vec_finish(&order);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
