// SPDX-License-Identifier: MIT
/* Catalogs: objects are found, sorted, copied; identities are told as a person says them. */
#include "catalog/catalog.h"
#include "catalog/fold.h"
#include "catalog/graph.h"
#include "unit.h"

static struct sfs_object *
add(struct sfs_catalog *catalog, enum sfs_kind kind, struct sfs_object *owner, const char *name)
{
	return sfs_catalog_add(catalog,
		&(struct sfs_identity){ kind, "public", owner ? owner->id.name : NULL, name },
		owner, NULL);
}

static void
test_find(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_object *table = add(catalog, SFS_TABLE, NULL, "users");
	struct sfs_object *view = add(catalog, SFS_VIEW, NULL, "recent");
	struct sfs_object *column = add(catalog, SFS_COLUMN, table, "id");

	assert_null(add(catalog, SFS_TABLE, NULL, "users"));
	assert_ptr_equal(sfs_catalog_relation(catalog, "public", "users"), table);
	assert_ptr_equal(sfs_catalog_relation(catalog, "public", "recent"), view);
	assert_null(sfs_catalog_relation(catalog, "public", "id"));
	assert_null(sfs_catalog_relation(catalog, "audit", "users"));
	assert_ptr_equal(sfs_catalog_find(catalog, &column->id), column);
	assert_ptr_equal(sfs_object_part(table, SFS_COLUMN, "id"), column);
	assert_null(sfs_object_part(table, SFS_INDEX, "id"));
	assert_ptr_equal(sfs_object_filed(column), table);
	assert_ptr_equal(sfs_object_filed(view), view);
	sfs_catalog_seal(catalog);
	assert_ptr_equal(sfs_catalog_find(catalog, &column->id), column);
	assert_ptr_equal(sfs_catalog_relation(catalog, "public", "users"), table);
}

static void
test_values(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	const char *values[64] = { [SFS_ATTR_COMMENT] = "hello",
		[SFS_COLUMN_TYPE] = "integer",
		[SFS_COLUMN_CONSTRAINTS] = "last" };
	struct sfs_object *table = add(catalog, SFS_TABLE, NULL, "t");
	struct sfs_object *column = sfs_catalog_add(
		catalog, &(struct sfs_identity){ SFS_COLUMN, "public", "t", "c" }, table, values);

	assert_string_equal(sfs_object_get(column, SFS_ATTR_COMMENT), "hello");
	assert_string_equal(sfs_object_get(column, SFS_COLUMN_TYPE), "integer");
	assert_string_equal(sfs_object_get(column, SFS_COLUMN_CONSTRAINTS), "last");
	assert_null(sfs_object_get(column, SFS_ATTR_OWNER));
	assert_false(sfs_object_has(column, SFS_COLUMN_NOT_NULL));
	sfs_catalog_set(catalog, column, SFS_COLUMN_NOT_NULL, "true");
	sfs_catalog_set(catalog, column, SFS_COLUMN_TYPE, "bigint");
	sfs_catalog_set(catalog, column, SFS_ATTR_COMMENT, NULL);
	sfs_catalog_set(catalog, column, SFS_ATTR_OWNER, NULL);
	assert_null(sfs_object_get(column, SFS_ATTR_COMMENT));
	assert_string_equal(sfs_object_get(column, SFS_COLUMN_TYPE), "bigint");
	assert_string_equal(sfs_object_get(column, SFS_COLUMN_NOT_NULL), "true");
	assert_string_equal(sfs_object_get(column, SFS_COLUMN_CONSTRAINTS), "last");
	assert_null(sfs_object_get(column, -1));
	assert_null(sfs_object_get(column, 64));
}

static void
test_seal(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_object *b = add(catalog, SFS_TABLE, NULL, "b");
	struct sfs_object *index = add(catalog, SFS_INDEX, b, "a_index");
	struct sfs_object *second = add(catalog, SFS_COLUMN, b, "a");
	struct sfs_object *first = add(catalog, SFS_COLUMN, b, "z");
	struct sfs_object *a = add(catalog, SFS_TABLE, NULL, "a");
	struct sfs_object *constraint = add(catalog, SFS_CONSTRAINT, b, "c");

	first->position = 1;
	second->position = 2;
	sfs_catalog_seal(catalog);
	assert_ptr_equal(catalog->objects.items[0], a);
	assert_ptr_equal(catalog->objects.items[1], b);
	assert_ptr_equal(b->first_part, first);
	assert_ptr_equal(first->next_part, second);
	assert_ptr_equal(second->next_part, constraint);
	assert_ptr_equal(constraint->next_part, index);
	assert_null(index->next_part);
	assert_ptr_equal(b->last_part, index);
	for (size_t i = 0; i < catalog->objects.len; i++) {
		assert_int_equal(catalog->objects.items[i]->index, i);
	}
}

static void
test_many(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	const uint64_t tag = UINT64_C(1259) << 48;

	for (unsigned i = 0; i < 20000; i++) {
		const char *name = sfs_arena_printf(catalog->arena, "t%u", i);
		struct sfs_object *table = add(catalog, SFS_TABLE, NULL, name);

		sfs_catalog_tag(catalog, table, tag | (uint64_t)i << 16);
		(void)add(catalog, SFS_COLUMN, table, "id");
	}
	for (unsigned sealed = 0; sealed < 2; sealed++) {
		for (unsigned i = 0; i < 20000; i++) {
			const char *name = sfs_arena_printf(catalog->arena, "t%u", i);
			struct sfs_object *table = sfs_catalog_relation(catalog, "public", name);

			assert_non_null(table);
			assert_ptr_equal(
				sfs_catalog_by_tag(catalog, tag | (uint64_t)i << 16), table);
		}
		assert_null(sfs_catalog_by_tag(catalog, 17));
		assert_null(sfs_catalog_by_tag(catalog, 0));
		sfs_catalog_seal(catalog);
	}
}

static void
test_tag_again(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_object *table = add(catalog, SFS_TABLE, NULL, "t");

	table->tag = 5;
	sfs_catalog_tag(catalog, table, 5);
	assert_ptr_equal(sfs_catalog_by_tag(catalog, 5), table);
	sfs_catalog_tag(catalog, table, 6);
	assert_ptr_equal(sfs_catalog_by_tag(catalog, 6), table);
	assert_null(sfs_catalog_by_tag(catalog, 5));
}

static void
test_copy(void **state)
{
	struct sfs_catalog *from sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_catalog *to sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_object *table = add(from, SFS_TABLE, NULL, "t");
	struct sfs_object *column = add(from, SFS_COLUMN, table, "c");

	sfs_catalog_set(from, column, SFS_COLUMN_TYPE, "text");
	sfs_catalog_tag(from, column, 9);
	column->position = 3;
	table->locked = true;
	struct sfs_object *copy = sfs_catalog_copy(to, table);
	assert_non_null(copy);
	assert_null(sfs_catalog_copy(to, table));
	assert_true(copy->locked);
	assert_string_equal(sfs_object_get(copy->first_part, SFS_COLUMN_TYPE), "text");
	assert_int_equal(copy->first_part->position, 3);
	assert_ptr_equal(copy->first_part->owner, copy);
	assert_ptr_equal(sfs_catalog_by_tag(to, 9), copy->first_part);
	assert_true(copy->first_part->id.name != column->id.name);
}

static void
test_fold(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_object *table = add(catalog, SFS_TABLE, NULL, "t");
	struct sfs_object *sequence = add(catalog, SFS_SEQUENCE, table, "s");
	const char *values[64] = { [SFS_ATTR_OWNER] = "", [SFS_COLUMN_TYPE] = "text" };
	const char *none[64] = { NULL };

	sfs_fold(catalog, &(struct sfs_identity){ SFS_INDEX, "public", "t", "i" }, table, none, 0,
		false);
	sfs_fold(catalog, &(struct sfs_identity){ SFS_COLUMN, "public", "t", "b" }, table, values,
		2, true);
	sfs_fold(catalog, &(struct sfs_identity){ SFS_COLUMN, "public", "t", "a" }, table, none, 1,
		false);
	sfs_catalog_seal(catalog);
	assert_int_equal(catalog->objects.len, 2);
	assert_null(sfs_object_part(table, SFS_COLUMN, "a"));

	for (int again = 0; again < 2; again++) {
		sfs_unfold(table, arena);
		const struct sfs_object *first = table->first_part;
		const struct sfs_object *a = first->next_part, *b = a->next_part;
		assert_ptr_equal(first, sequence);
		assert_string_equal(a->id.name, "a");
		assert_int_equal(a->present, 0);
		assert_string_equal(b->id.relation, "t");
		assert_ptr_equal(b->owner, table);
		assert_int_equal(b->position, 2);
		assert_true(b->locked);
		assert_string_equal(sfs_object_get(b, SFS_COLUMN_TYPE), "text");
		assert_string_equal(sfs_object_get(b, SFS_ATTR_OWNER), "");
		assert_null(sfs_object_get(b, SFS_COLUMN_DEFAULT));
		assert_string_equal(b->next_part->id.name, "i");
		assert_null(b->next_part->next_part);
		sfs_refold(table);
		sfs_arena_clear(arena);
		assert_ptr_equal(table->first_part, sequence);
		assert_null(sequence->next_part);
	}

	/* One that has become an object is there once, and stays. */
	struct sfs_object *b = sfs_fold_part(catalog, table, SFS_COLUMN, "b");
	assert_string_equal(sfs_object_get(b, SFS_COLUMN_TYPE), "text");
	assert_true(b->locked);
	assert_ptr_equal(sfs_fold_part(catalog, table, SFS_COLUMN, "b"), b);
	assert_ptr_equal(sfs_catalog_find(catalog, &b->id), b);
	assert_null(sfs_fold_part(catalog, table, SFS_COLUMN, "c"));
	sfs_unfold(table, arena);
	assert_ptr_equal(sfs_object_part(table, SFS_COLUMN, "a")->next_part, b);
	sfs_refold(table);
	assert_ptr_equal(table->last_part, b);
}

struct describe_case {
	struct sfs_identity id;
	const char *text;
};

static void
test_describe(void **state)
{
	static const struct describe_case cases[] = {
		{ { SFS_TABLE, "public", NULL, "users" }, "table public.users" },
		{ { SFS_COLUMN, "public", "users", "email" }, "column public.users.email" },
		{ { SFS_FUNCTION, "public", NULL, "f", "integer, text" },
			"function public.f(integer, text)" },
		{ { SFS_FUNCTION, "public", NULL, "f", "" }, "function public.f()" },
		{ { SFS_NAMESPACE, "audit", NULL, "audit" }, "schema audit" },
		{ { SFS_EXTENSION, NULL, NULL, "uuid-ossp" }, "extension \"uuid-ossp\"" },
		{ { SFS_OPERATOR, "s", NULL, "->", "a, b" }, "operator s.->(a, b)" },
		{ { SFS_TABLE, "a.b", NULL, "x\ny" }, "table \"a.b\".\"x%0Ay\"" },
		{ { SFS_CAST, NULL, NULL, "(a AS b)" }, "cast (a AS b)" },
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

		sfs_identity_describe(&cases[i].id, &out);
		unit_expect(&out, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_tag_again),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_fold),
	};

	return cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
}
