// SPDX-License-Identifier: MIT
/* The table of kinds is whole, and its attributes stand where the enums say. */
#include "catalog/attribute.h"
#include "catalog/kind.h"
#include "unit.h"

static void
test_rows(void **state)
{
	for (int kind = 0; kind < SFS_KIND_COUNT; kind++) {
		const struct sfs_kind_info *info = sfs_kind_info((enum sfs_kind)kind);
		bool filed = info->level != SFS_LEVEL_PART && info->level != SFS_LEVEL_SELF;

		assert_non_null(info->name);
		assert_int_equal(info->directory != NULL, filed);
		assert_true(info->n_attributes >= SFS_ATTR_COMMON && info->n_attributes <= 64);
		assert_string_equal(info->attributes[SFS_ATTR_OWNER].name, "owner");
		assert_string_equal(info->attributes[SFS_ATTR_COMMENT].name, "comment");
		assert_string_equal(info->attributes[SFS_ATTR_ACL].name, "acl");
		if (filed) {
			assert_int_equal(sfs_kind_by_directory(info->directory, info->level), kind);
		}
	}
	assert_int_equal(sfs_kind_by_directory("tables", SFS_LEVEL_DATABASE), SFS_KIND_COUNT);
	assert_int_equal(sfs_kind_by_directory("", SFS_LEVEL_NAMESPACE), SFS_KIND_COUNT);
}

static void
test_attributes(void **state)
{
	for (int kind = 0; kind < SFS_KIND_COUNT; kind++) {
		const struct sfs_kind_info *info = sfs_kind_info((enum sfs_kind)kind);

		for (size_t i = 0; i < info->n_attributes; i++) {
			assert_int_equal(
				sfs_kind_attribute((enum sfs_kind)kind, info->attributes[i].name),
				i);
		}
	}
	assert_int_equal(sfs_kind_attribute(SFS_TABLE, "persistence"), SFS_TABLE_PERSISTENCE);
	assert_int_equal(sfs_kind_attribute(SFS_FOREIGN_TABLE, "server"), SFS_TABLE_SERVER);
	assert_int_equal(sfs_kind_attribute(SFS_COLUMN, "constraints"), SFS_COLUMN_CONSTRAINTS);
	assert_int_equal(sfs_kind_attribute(SFS_PROCEDURE, "body"), SFS_FUNCTION_BODY);
	assert_int_equal(
		sfs_kind_attribute(SFS_MATERIALIZED_VIEW, "unpopulated"), SFS_VIEW_UNPOPULATED);
	assert_int_equal(sfs_kind_attribute(SFS_CAST, "definition"), SFS_CAST_DEFINITION);
	assert_int_equal(sfs_kind_attribute(SFS_INDEX, "invalid"), SFS_INDEX_INVALID);
	assert_int_equal(sfs_kind_attribute(SFS_TABLE, "nonsense"), -1);
	assert_int_equal(sfs_kind_attribute(SFS_NAMESPACE, "definition"), -1);
	assert_true(
		sfs_kind_info(SFS_TABLE)->attributes[SFS_TABLE_SQL].flags & SFS_ATTR_INFORMATIVE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_attributes),
	};

	return cmocka_run_group_tests_name("kind", tests, NULL, NULL);
}
