# SPDX-License-Identifier: MIT
"""What the server's own catalogs say of a database, in words that another database can share.

Every row that is not the server's own is a line: its OIDs are written as the names of what they
stand for, and its trees of expressions as the server prints them. It knows no kind of object, so
it sees also what our reading leaves out; it needs pg_get_catalog_foreign_keys(), PostgreSQL 14.
"""

import json
import re

# Rows of these are no schema: what is counted, cached, or belongs to the whole server.
NOT_SCHEMA = {
    "pg_statistic", "pg_statistic_ext_data", "pg_depend", "pg_init_privs", "pg_largeobject",
    "pg_subscription_rel", "pg_attrdef", "pg_sequence_data",
}

# Columns that differ although nothing does: storage, counters, numbers of columns (they are names
# in the definitions below), and what the server keeps to be quick. A constraint is in the namespace of
# what it stands on; copies of a parent's key have the parent's in 14.
NOT_SAME = {
    "oid", "relfilenode", "relpages", "reltuples", "relallvisible", "relallfrozen", "relfrozenxid",
    "relminmxid", "reltoastrelid", "relhasindex", "relhassubclass", "relhasrules", "relhastriggers",
    "relnatts", "relispopulated", "reltype", "attnum", "attmissingval", "atthasmissing",
    "attcacheoff", "conkey", "confkey", "confdelsetcols", "indkey", "indcheckxmin", "stxkeys",
    "tgattr", "collversion", "partattrs", "prattrs", "subskiplsn", "enumsortorder", "typrelid",
    "objsubid", "connoinherit", "connamespace",
}

# The text of rows that have trees in them, by the server.
DEFINITIONS = {
    "pg_class": "CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid)"
    " WHEN relkind IN ('i', 'I') THEN pg_get_indexdef(oid)"
    " WHEN relkind = 'p' THEN pg_get_partkeydef(oid) END"
    " || coalesce(pg_get_expr(relpartbound, oid), '')",
    "pg_attribute": "(SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d"
    " WHERE d.adrelid = attrelid AND d.adnum = attnum)",
    "pg_constraint": "pg_get_constraintdef(oid)",
    "pg_index": "pg_get_indexdef(indexrelid)",
    "pg_rewrite": "pg_get_ruledef(oid)",
    "pg_trigger": "pg_get_triggerdef(oid)",
    "pg_policy": "concat(pg_get_expr(polqual, polrelid), ' / ', pg_get_expr(polwithcheck, polrelid))",
    "pg_proc": "CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END",
    "pg_statistic_ext": "pg_get_statisticsobjdef(oid)",
    "pg_type": "pg_get_expr(typdefaultbin, 0)",
    "pg_partitioned_table": "pg_get_partkeydef(partrelid)",
    "pg_publication_rel": "pg_get_expr(prqual, prrelid)",
}

# The order of columns and of labels, which the names of rows do not tell.
ORDERS = {
    # A parent's new column comes last in its children, and first when they are made with it.
    "pg_attribute": "(SELECT count(*) FROM pg_attribute o WHERE o.attrelid = t.attrelid"
    " AND o.attnum > 0 AND NOT o.attisdropped AND o.attnum <= t.attnum AND NOT EXISTS"
    " (SELECT FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid"
    " WHERE h.inhrelid = t.attrelid AND NOT c.relispartition))",
    "pg_enum": "(SELECT count(*) FROM pg_enum o WHERE o.enumtypid = t.enumtypid"
    " AND o.enumsortorder <= t.enumsortorder)",
}

WHERE = {
    "pg_attribute": "attnum > 0 AND NOT attisdropped AND attrelid IN"
    " (SELECT c.oid FROM pg_class c WHERE c.relkind NOT IN ('t', 'i', 'I', 'S'))",
    "pg_class": "relnamespace <> 'pg_toast'::regnamespace",
    "pg_index": "indrelid NOT IN (SELECT c.oid FROM pg_class c WHERE c.relkind = 't')",
    "pg_type": "typnamespace <> 'pg_toast'::regnamespace",
    # A key to a partitioned table has a row for each partition, named by the order of their making.
    "pg_constraint": "NOT EXISTS (SELECT FROM pg_constraint k WHERE k.oid = t.conparentid"
    " AND k.conrelid = t.conrelid AND t.contype = 'f')",
    "pg_trigger": "NOT tgisinternal OR tgparentid <> 0 AND tgconstraint = 0",
}

FIRST_OF_USERS = 16384  # the OIDs below are of the server's own objects

# The names of these, which are the same in all its databases, by server and catalog.
STANDARD = {}

NUMBERED = re.compile(r'(pg_toast|RI_ConstraintTrigger_[ac])_\d+')


def read(database):
    """The lines, sorted."""
    with database.session() as session:
        return sorted(Reader(database.server, session).lines())


class Reader:
    def __init__(self, server, session):
        self.server, self.session = server, session
        keys = self.rows_of(
            "SELECT fktable::regclass::text, fkcols[1], pktable::regclass::text, is_array"
            " FROM pg_get_catalog_foreign_keys() WHERE array_length(fkcols, 1) = 1"
        )
        self.keys = {(table, column): (target, array) for table, column, target, array in keys}
        self.names = {}
        self.trees = {
            (table, column)
            for table, column in self.rows_of(
                "SELECT attrelid::regclass::text, attname FROM pg_attribute"
                " WHERE atttypid = 'pg_node_tree'::regtype"
            )
        }
        self.session.run("SET search_path = '';")

    def query(self, text):
        return json.loads(self.session.run(text + ";").strip() or "null") or []

    def rows_of(self, text):
        return [tuple(row.values()) for row in self.query(f"SELECT json_agg(row) FROM ({text}) row")]

    def catalogs(self):
        rows = self.rows_of(
            "SELECT c.relname, bool_or(a.attname = 'oid') FROM pg_class c JOIN pg_attribute a"
            " ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relkind = 'r' AND NOT c.relisshared"
            " AND c.relnamespace = 'pg_catalog'::regnamespace GROUP BY 1 ORDER BY 1"
        )
        return {name: oid for name, oid in rows if name not in NOT_SCHEMA}

    def name(self, catalog, oid):
        if oid in (0, "0", "-"):
            return oid
        if catalog not in self.names:
            self.names[catalog] = self.name_all(catalog)
        return self.names[catalog].get(str(oid), f"{catalog} {oid}")

    def name_some(self, catalog, where):
        text = (
            f"SELECT json_object_agg(oid, (pg_identify_object('pg_catalog.{catalog}'::regclass,"
            f" oid, 0)).identity) FROM pg_catalog.{catalog} WHERE oid {where}"
        )
        return {oid: NUMBERED.sub(r"\1", name or "") for oid, name in dict(self.query(text)).items()}

    def name_all(self, catalog):
        if catalog == "pg_authid":
            return dict(self.query("SELECT json_object_agg(oid, rolname) FROM pg_catalog.pg_roles"))
        place = self.server.place, catalog
        if place not in STANDARD:
            STANDARD[place] = self.name_some(catalog, f"< {FIRST_OF_USERS}")
        return STANDARD[place] | self.name_some(catalog, f">= {FIRST_OF_USERS}")

    def rows(self, catalog, has_oid):
        """The rows as objects, with the text, the order, and what an oid of no key stands for."""
        where = WHERE.get(catalog, "true")
        if has_oid:
            where += f" AND t.oid >= {FIRST_OF_USERS}"
        definition = DEFINITIONS.get(catalog, "NULL")
        if catalog == "pg_publication_rel" and (catalog, "prqual") not in self.trees:
            # Rows are chosen from PostgreSQL 15 on.
            definition = "NULL"
        return self.query(
            f"SELECT json_agg(to_jsonb(t) || jsonb_build_object('=', {definition},"
            f" '#', {ORDERS.get(catalog, 'NULL')}))"
            f" FROM pg_catalog.{catalog} t WHERE {where}"
        )

    def value(self, catalog, column, value):
        if column.endswith("acl") and isinstance(value, list):
            return sorted(map(str, value))
        if column == "attoptions" and value:
            value = [item for item in value if item.startswith("n_distinct")]
        key = self.keys.get((catalog, column))
        if not key or value is None:
            return value
        target, is_array = key
        if not is_array:
            return self.name(target, value)
        values = value if isinstance(value, list) else str(value).split()
        names = [self.name(target, item) for item in values]
        return sorted(names) if column == "polroles" else names

    def is_users(self, catalog, row, has_oid):
        """Rows without an OID are the user's when one of theirs is."""
        if has_oid:
            return True
        oids = [row.get(column) for (table, column) in self.keys if table == catalog]
        oids += [row.get("objoid")]
        return any(isinstance(oid, (int, str)) and str(oid).isdigit() and int(oid) >= FIRST_OF_USERS
                   for oid in oids)

    def object(self, row):
        """What a comment or a label is on."""
        catalog = self.name("pg_class", row["classoid"]).removeprefix("pg_catalog.")
        name = self.name(catalog, row["objoid"])
        if row["objsubid"]:
            name += "." + self.rows_of(
                f"SELECT attname FROM pg_attribute WHERE attrelid = {row['objoid']}"
                f" AND attnum = {row['objsubid']}"
            )[0][0]
        return f"{catalog} {name}"

    def lines(self):
        for catalog, has_oid in self.catalogs().items():
            for row in self.rows(catalog, has_oid):
                if not self.is_users(catalog, row, has_oid):
                    continue
                if catalog in ("pg_description", "pg_seclabel"):
                    row["objoid"] = self.object(row)
                    del row["classoid"]
                words = {
                    column: self.value(catalog, column, value)
                    for column, value in row.items()
                    if column not in NOT_SAME and (catalog, column) not in self.trees
                }
                yield f"{catalog} {json.dumps(words, sort_keys=True, ensure_ascii=False)}"
        yield from self.dependencies()

    def dependencies(self):
        """What belongs to what: owned sequences, members and dependants of extensions."""
        return [
            f"pg_depend {line}"
            for (line,) in self.rows_of(
                "SELECT DISTINCT concat_ws(' ', d.deptype, a.type, a.identity, b.type, b.identity)"
                " FROM pg_depend d, pg_identify_object(d.classid, d.objid, d.objsubid) a,"
                " pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) b"
                f" WHERE least(d.objid, d.refobjid) >= {FIRST_OF_USERS} AND a.schema IS DISTINCT FROM 'pg_toast'"
                " AND (d.deptype = 'a' AND a.type = 'sequence' OR d.deptype IN ('x', 'e'))"
            )
        ]
