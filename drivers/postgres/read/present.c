// SPDX-License-Identifier: MIT
/* Which kinds of objects a database has at all: most have few, and each query has its price. */
#include <string.h>

#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/read.h"
#include "drivers/postgres/read/select.h"

/* What people make has OIDs from here on (src/include/access/transam.h). */
#define FIRST_NORMAL "16384"

#define BIT(kind) (UINT64_C(1) << (kind))

/* Where the rows of kinds come from; a kind that stands in no row here is always asked for. */
static const struct {
	const char *catalog;
	const char *condition; /* on that catalog; NULL: there is an OID of people's */
	uint64_t kinds;
	bool quick; /* told so quickly that it pays for a reading of a few objects, too */
} sources[] = {
	{ "pg_extension", NULL, BIT(SFS_EXTENSION) },
	{ "pg_language", NULL, BIT(SFS_LANGUAGE) },
	{ "pg_am", NULL, BIT(SFS_ACCESS_METHOD) },
	{ "pg_foreign_data_wrapper", NULL, BIT(SFS_FOREIGN_DATA_WRAPPER) },
	/* The catalog of user mappings is not for everybody. */
	{ "pg_foreign_server", NULL, BIT(SFS_SERVER) | BIT(SFS_USER_MAPPING) },
	{ "pg_foreign_table", "true", BIT(SFS_FOREIGN_TABLE), true },
	{ "pg_collation", NULL, BIT(SFS_COLLATION) },
	{ "pg_class", "relkind = 'c'", BIT(SFS_TYPE_ATTRIBUTE) },
	/* Each table has a type and an array of it; a table's row type is none of people's. */
	{ "pg_type",
		"oid >= " FIRST_NORMAL " AND (typtype IN ('e', 'r', 'p') OR typtype = 'b'"
		" AND (typelem = 0 OR typinput <> 'pg_catalog.array_in'::regproc))"
		" OR EXISTS (SELECT FROM pg_class WHERE relkind = 'c' AND oid >= " FIRST_NORMAL ")",
		BIT(SFS_TYPE) },
	{ "pg_type", "typtype = 'd' AND oid >= " FIRST_NORMAL,
		BIT(SFS_DOMAIN) | BIT(SFS_DOMAIN_CONSTRAINT) },
	{ "pg_sequence", "seqrelid >= " FIRST_NORMAL, BIT(SFS_SEQUENCE), true },
	{ "pg_proc", NULL, BIT(SFS_FUNCTION) | BIT(SFS_AGGREGATE) },
	{ "pg_opfamily", NULL, BIT(SFS_OPERATOR_FAMILY) },
	{ "pg_operator", NULL, BIT(SFS_OPERATOR) },
	{ "pg_opclass", NULL, BIT(SFS_OPERATOR_CLASS) },
	{ "pg_cast", NULL, BIT(SFS_CAST) },
	{ "pg_transform", NULL, BIT(SFS_TRANSFORM) },
	{ "pg_conversion", NULL, BIT(SFS_CONVERSION) },
	{ "pg_ts_parser", NULL, BIT(SFS_TEXT_SEARCH_PARSER) },
	{ "pg_ts_template", NULL, BIT(SFS_TEXT_SEARCH_TEMPLATE) },
	{ "pg_ts_dict", NULL, BIT(SFS_TEXT_SEARCH_DICTIONARY) },
	{ "pg_ts_config", NULL, BIT(SFS_TEXT_SEARCH_CONFIGURATION) },
	{ "pg_statistic_ext", NULL, BIT(SFS_STATISTICS), true },
	{ "pg_rewrite", "rulename = '_RETURN' AND oid >= " FIRST_NORMAL, BIT(SFS_VIEW) },
	{ "pg_rewrite", "rulename <> '_RETURN' AND oid >= " FIRST_NORMAL, BIT(SFS_RULE) },
	{ "pg_trigger", "NOT tgisinternal OR tgparentid <> 0", BIT(SFS_TRIGGER) },
	{ "pg_policy", NULL, BIT(SFS_POLICY), true },
	{ "pg_event_trigger", NULL, BIT(SFS_EVENT_TRIGGER) },
	{ "pg_publication", NULL, BIT(SFS_PUBLICATION) },
	/* Not everybody may see the OID in PostgreSQL 13. */
	{ "pg_subscription", "subdbid <> 0", BIT(SFS_SUBSCRIPTION) },
	{ "pg_default_acl", NULL, BIT(SFS_DEFAULT_PRIVILEGES) },
};

/* What the queries of kinds need only in some databases. (select.h) */
static const struct {
	const char *feature;
	const char *condition; /* with its catalog */
	bool quick;
} features[] = {
	{ PG_INHERITED, "pg_inherits", true },
	{ PG_LABELLED, "pg_seclabel", true },
	{ PG_COMMENTED, "pg_description WHERE objoid >= " FIRST_NORMAL },
	{ PG_EXTENSIONS,
		"pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'x'" },
	{ PG_GRANTED, "(SELECT FROM pg_class WHERE relacl IS NOT NULL AND oid >= " FIRST_NORMAL
		      " UNION ALL SELECT FROM pg_attribute WHERE attnum < 0 AND attacl IS NOT NULL"
		      " AND attrelid >= " FIRST_NORMAL ") g" },
};

enum {
	N_SOURCES = sizeof sources / sizeof *sources,
	N_FEATURES = sizeof features / sizeof *features,
};

void
pg_select_present(bool partial, struct sfs_str *out)
{
	const char *between = "";

	sfs_str_add(out, "SELECT ");
	for (size_t i = 0; i < N_SOURCES; i++) {
		if (!partial || sources[i].quick) {
			sfs_str_addf(out, "%sEXISTS (SELECT FROM %s WHERE %s)", between,
				sources[i].catalog,
				sources[i].condition ? sources[i].condition
						     : "oid >= " FIRST_NORMAL);
			between = ", ";
		}
	}
	for (size_t i = 0; i < N_FEATURES; i++) {
		if (!partial || features[i].quick) {
			sfs_str_addf(out, ", EXISTS (SELECT FROM %s)", features[i].condition);
		}
	}
}

/* What the next column says; what is not told may be there. */
static bool
is_there(const PGresult *result, int *column)
{
	int at = (*column)++;

	return at >= PQnfields(result) || *PQgetvalue(result, 0, at) == 't';
}

uint64_t
pg_present(bool partial, const PGresult *result, struct sfs_str *ret_features)
{
	uint64_t present = UINT64_MAX;
	int column = 0;

	sfs_str_add(ret_features, " ");
	for (size_t i = 0; i < N_SOURCES; i++) {
		if ((!partial || sources[i].quick) && !is_there(result, &column)) {
			present &= ~sources[i].kinds;
		}
	}
	for (size_t i = 0; i < N_FEATURES; i++) {
		if ((partial && !features[i].quick) || is_there(result, &column)) {
			sfs_str_add(ret_features, features[i].feature);
		}
	}
	return present;
}

unsigned
pg_features_variant(const char *present)
{
	unsigned variant = 0;

	for (size_t i = 0, bit = 1; i < N_FEATURES; i++) {
		if (features[i].quick) {
			variant |= strstr(present, features[i].feature) ? bit : 0;
			bit <<= 1;
		}
	}
	return variant;
}
