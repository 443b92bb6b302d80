// SPDX-License-Identifier: MIT
/* A sign that changes with the schema, for the price of a few scans and only when somebody wrote. */
#include "base/alloc.h"
#include "drivers/postgres/driver.h"

/* Where definitions are kept, as far as every role may look. */
static const struct {
	const char *catalog;
	int since;             /* 0: always there */
	const char *condition; /* what of it counts; NULL: all. A filter is cheaper than a sum */
} catalogs[] = {
	{ "pg_aggregate" },
	{ "pg_am" },
	{ "pg_amop" },
	{ "pg_amproc" },
	{ "pg_attrdef" },
	{ "pg_attribute", .condition = "c.attnum > 0" },
	{ "pg_auth_members" },
	{ "pg_cast" },
	{ "pg_class" },
	{ "pg_collation" },
	{ "pg_constraint" },
	{ "pg_conversion" },
	{ "pg_default_acl" },
	{ "pg_depend", .condition = "c.deptype IN ('a', 'e', 'x') AND c.refclassid <> 2606" },
	{ "pg_description" },
	{ "pg_enum" },
	{ "pg_event_trigger" },
	{ "pg_extension" },
	{ "pg_foreign_data_wrapper" },
	{ "pg_foreign_server" },
	{ "pg_foreign_table" },
	{ "pg_index" },
	{ "pg_inherits" },
	{ "pg_language" },
	{ "pg_namespace" },
	{ "pg_opclass" },
	{ "pg_operator" },
	{ "pg_opfamily" },
	{ "pg_partitioned_table" },
	{ "pg_policy" },
	{ "pg_proc" },
	{ "pg_publication" },
	{ "pg_publication_namespace", 150000 },
	{ "pg_publication_rel" },
	{ "pg_range" },
	{ "pg_rewrite" },
	{ "pg_seclabel" },
	{ "pg_sequence" },
	{ "pg_shdescription" },
	{ "pg_statistic_ext" },
	{ "pg_transform" },
	{ "pg_trigger" },
	{ "pg_ts_config" },
	{ "pg_ts_config_map" },
	{ "pg_ts_dict" },
	{ "pg_ts_parser" },
	{ "pg_ts_template" },
	{ "pg_type" },
};

/*
 * A row that is made or changed gets a newer xmin than any before it, a row that goes changes the
 * count: count and sum of xmin over a catalog move with every change. age() is the cheapest way to
 * a number; it counts from now, and the age of the oldest normal transaction id tells what now is.
 * The rows of a new database have no age that moves: 2147483647.
 */
static void
write_query(int version, struct sfs_str *out)
{
	for (size_t i = 0; i < sizeof catalogs / sizeof *catalogs; i++) {
		if (version >= catalogs[i].since) {
			sfs_str_add(out, i ? ", " : "SELECT concat_ws(' ', ");
			sfs_str_addf(out,
				"(SELECT count(*) || ':' || mod(count(c.age) * age('3'::xid)"
				" - coalesce(sum(c.age), 0), 4294967296) FROM"
				" (SELECT nullif(age(c.xmin), 2147483647) AS age"
				" FROM %s c WHERE %s) c)",
				catalogs[i].catalog,
				catalogs[i].condition ? catalogs[i].condition : "true");
		}
	}
	/* Names that texts quote and no catalog holds as they are; pg_authid is not for everybody. */
	sfs_str_add(out, ", (SELECT sum(hashtext(rolname || oid)) FROM pg_roles))");
}

/* Where the server's log stands: nothing can have changed while it stays there. */
static const char POSITION[] = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
			       " ELSE pg_current_wal_insert_lsn() END";

static int
measure(struct pg_db *db, char **ret_fingerprint, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str query = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	write_query(db->version, &query);
	int r = pg_query_prepared(db, PG_STATEMENT_FINGERPRINT, query.text, 0, NULL, &result, err);

	if (r == 0) {
		*ret_fingerprint = sfs_strdup(PQgetvalue(result, 0, 0));
	}
	return r;
}

int
pg_fingerprint(struct sfs_db *base, char **ret_fingerprint, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(PQclear) PGresult *position = NULL;
	int r = db->in_transaction ? 0 : pg_ready(db, err);

	if (r == 0) {
		r = pg_query_prepared(db, PG_STATEMENT_POSITION, POSITION, 0, NULL, &position, err);
	}
	if (r < 0) {
		return r;
	}
	/* Taken before the scans: what is written meanwhile shows next time. */
	const char *seen = PQgetvalue(position, 0, 0);

	if (!db->fingerprint || !sfs_streq(db->seen, seen)) {
		char *fingerprint = NULL;

		r = measure(db, &fingerprint, err);
		if (r < 0) {
			return r;
		}
		free(db->fingerprint);
		free(db->seen);
		db->fingerprint = fingerprint;
		db->seen = sfs_strdup(seen);
	}
	*ret_fingerprint = sfs_strdup(db->fingerprint);
	return 0;
}
