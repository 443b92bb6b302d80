# SPDX-License-Identifier: MIT
"""drizzle-kit and schemafs in turn on one folder: each finds that what the other wrote is all there is."""

import pytest

import kit
from test_generate import Project
from test_migrate import FOLDERS

IMPORTS = {
    "postgresql": """
import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
""",
    "sqlite": """
import { sql } from "drizzle-orm";
import * as lite from "drizzle-orm/sqlite-core";
""",
}

# What a step adds or replaces: a name, drizzle's words, ours. Empty words take it away.
PG_STEPS = [
    {
        "users": (
            """export const users = pg.pgTable("users", {
                id: pg.serial("id").primaryKey(),
                email: pg.varchar("email", { length: 255 }).notNull().unique(),
                at: pg.timestamp("created_at", { withTimezone: true }).defaultNow().notNull(),
            });""",
            """CREATE TABLE users (
                id serial PRIMARY KEY,
                email varchar(255) NOT NULL CONSTRAINT users_email_unique UNIQUE,
                created_at timestamptz DEFAULT now() NOT NULL
            );""",
        ),
    },
    {
        "posts": (
            """export const posts = pg.pgTable("posts", {
                id: pg.integer("id").primaryKey().generatedAlwaysAsIdentity(),
                title: pg.text("title").default("it's").notNull(),
                score: pg.integer("score").default(0),
                author: pg.integer("author_id").references(() => users.id, { onDelete: "cascade" }),
            });""",
            """CREATE TABLE posts (
                id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                title text DEFAULT 'it''s' NOT NULL,
                score integer DEFAULT 0,
                author_id integer CONSTRAINT posts_author_id_users_id_fk REFERENCES users ON DELETE CASCADE
            );""",
        ),
    },
    {
        "role": (
            """export const role = pg.pgEnum("role", ["admin", "it's", "user"]);""",
            """CREATE TYPE role AS ENUM ('admin', 'it''s', 'user');""",
        ),
        "users": (
            """export const users = pg.pgTable("users", {
                id: pg.serial("id").primaryKey(),
                email: pg.varchar("email", { length: 255 }).notNull().unique(),
                at: pg.timestamp("created_at", { withTimezone: true }).defaultNow().notNull(),
                role: role("role").default("user").notNull(),
                roles: role("roles").array().default([]),
                active: pg.boolean("is_active").default(true),
            }, (t) => [
                pg.index("users_at").on(t.at.desc().nullsLast(), t.email),
                pg.uniqueIndex("users_active").on(t.email).where(sql`${t.id} > 3`),
                pg.check("users_check", sql`${t.id} > 0 AND ${t.email} <> ''`),
            ]);""",
            """CREATE TABLE users (
                id serial PRIMARY KEY,
                email varchar(255) NOT NULL CONSTRAINT users_email_unique UNIQUE,
                created_at timestamptz DEFAULT now() NOT NULL,
                role role DEFAULT 'user' NOT NULL,
                roles role[] DEFAULT '{}',
                is_active boolean DEFAULT true,
                CONSTRAINT users_check CHECK (id > 0 AND email <> '')
            );
            CREATE INDEX users_at ON users (created_at DESC NULLS LAST, email);
            CREATE UNIQUE INDEX users_active ON users (email) WHERE id > 3;""",
        ),
    },
    {
        "auth": (
            """export const auth = pg.pgSchema("auth");
            export const mood = auth.enum("mood", ["sad", "ok"]);
            export const sessions = auth.table("sessions", {
                id: pg.uuid("id").primaryKey().defaultRandom(),
                data: pg.jsonb("data").default({ a: 1, b: [true, null] }).notNull(),
                tags: pg.text("tags").array().default(["a", "b c"]).notNull(),
                price: pg.numeric("price", { precision: 10, scale: 2 }).default("0.50"),
                mood: mood("mood"),
                user: pg.integer("user_id").notNull().references(() => users.id, { onUpdate: "restrict" }),
            });""",
            """CREATE SCHEMA auth;
            CREATE TYPE auth.mood AS ENUM ('sad', 'ok');
            CREATE TABLE auth.sessions (
                id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                data jsonb DEFAULT '{"a":1,"b":[true,null]}' NOT NULL,
                tags text[] DEFAULT '{"a","b c"}' NOT NULL,
                price numeric(10,2) DEFAULT '0.50',
                mood auth.mood,
                user_id integer NOT NULL CONSTRAINT sessions_user_id_users_id_fk REFERENCES users ON UPDATE RESTRICT
            );""",
        ),
    },
    {
        "tags": (
            """export const tags = pg.pgTable("tags", {
                post: pg.integer("post_id").notNull().references(() => posts.id),
                tag: pg.varchar("tag", { length: 20 }).notNull(),
                at: pg.date("at").defaultNow(),
                precise: pg.timestamp("precise", { precision: 3 }),
                when: pg.interval("when"),
                big: pg.bigserial("big", { mode: "number" }),
                small: pg.smallint("small").default(-1),
                real: pg.doublePrecision("real").default(1.5),
                seq: pg.bigint("seq", { mode: "number" }).generatedByDefaultAsIdentity({ name: "tags_numbers", startWith: 100, increment: 10 }),
                json: pg.json("json").default([]),
                bits: pg.bit("bits", { dimensions: 3 }),
                fixed: pg.char("fixed", { length: 4 }).default("ab"),
                time: pg.time("time"),
                day: pg.timestamp("day", { withTimezone: true }).default(sql`now() + '1 day'::interval`),
            }, (t) => [
                pg.primaryKey({ columns: [t.post, t.tag] }),
                pg.unique("tags_odd").on(t.tag, t.small).nullsNotDistinct(),
                pg.unique().on(t.at, t.post),
                pg.index("tags_lower").on(sql`lower(${t.tag})`),
                pg.index("tags_hash").using("hash", t.tag),
                pg.index("tags_ops").using("btree", t.tag.op("varchar_pattern_ops")).with({ fillfactor: 70 }),
            ]);""",
            """CREATE TABLE tags (
                post_id integer NOT NULL CONSTRAINT tags_post_id_posts_id_fk REFERENCES posts (id),
                tag varchar(20) NOT NULL,
                at date DEFAULT now(),
                precise timestamp(3),
                "when" interval,
                big bigserial NOT NULL,
                small smallint DEFAULT -1,
                real double precision DEFAULT 1.5,
                seq bigint GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME tags_numbers START WITH 100 INCREMENT BY 10),
                json json DEFAULT '[]'::json,
                bits bit(3),
                fixed char(4) DEFAULT 'ab',
                time time,
                day timestamptz DEFAULT now() + '1 day'::interval,
                CONSTRAINT tags_post_id_tag_pk PRIMARY KEY (post_id, tag),
                CONSTRAINT tags_odd UNIQUE NULLS NOT DISTINCT (tag, small),
                CONSTRAINT tags_at_post_id_unique UNIQUE (at, post_id)
            );
            CREATE INDEX tags_lower ON tags (lower(tag));
            CREATE INDEX tags_hash ON tags USING hash (tag);
            CREATE INDEX tags_ops ON tags (tag varchar_pattern_ops) WITH (fillfactor=70);""",
        ),
    },
    {
        "views": (
            """export const best = pg.pgView("best").as((q) => q.select({ id: posts.id }).from(posts));
            export const counts = pg.pgMaterializedView("counts", { n: pg.bigint("n", { mode: "number" }) }).as(sql`select count(*) as n from posts`);
            export const numbers = pg.pgSequence("numbers", { startWith: 5, increment: 5, maxValue: 1000, cache: 2, cycle: true });""",
            """CREATE VIEW best AS SELECT id FROM posts;
            CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM posts;
            CREATE SEQUENCE numbers START 5 INCREMENT 5 MAXVALUE 1000 CACHE 2 CYCLE;""",
        ),
    },
    {
        "posts": (
            """export const posts = pg.pgTable("posts", {
                id: pg.integer("id").primaryKey().generatedAlwaysAsIdentity(),
                title: pg.varchar("title", { length: 300 }).default("none"),
                author: pg.integer("author_id").references(() => users.id, { onDelete: "set null" }),
                body: pg.text("body").notNull().default(""),
            });""",
            """CREATE TABLE posts (
                id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                title varchar(300) DEFAULT 'none',
                author_id integer CONSTRAINT posts_author_id_users_id_fk REFERENCES users ON DELETE SET NULL,
                body text NOT NULL DEFAULT ''
            );""",
        ),
        "role": (
            """export const role = pg.pgEnum("role", ["admin", "it's", "user", "guest"]);""",
            """CREATE TYPE role AS ENUM ('admin', 'it''s', 'user', 'guest');""",
        ),
        "another": (
            """export const others = pg.pgSequence("others");""",
            """CREATE SEQUENCE others;""",
        ),
    },
    {
        "secrets": (
            """export const secrets = pg.pgTable("secrets", {
                id: pg.integer("id").primaryKey(),
                owner: pg.text("owner").notNull(),
                upper: pg.text("upper").generatedAlwaysAs(sql`upper(owner)`),
            }, (t) => [pg.pgPolicy("own", { for: "select", to: "public", using: sql`owner = current_user` })]);""",
            """CREATE TABLE secrets (
                id integer PRIMARY KEY,
                owner text NOT NULL,
                upper text GENERATED ALWAYS AS (upper(owner)) STORED
            );
            ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON secrets FOR SELECT TO public USING (owner = current_user);""",
        ),
    },
    {
        "limits": (
            """export const limits = pg.pgTable("limits", {
                id: pg.integer("id").primaryKey(),
                quota: pg.integer("quota").notNull(),
                double: pg.integer("double").generatedAlwaysAs(sql`quota * 2`),
                long: pg.integer("a_column_with_a_long_name_that_goes_on").references(() => limits.id as pg.AnyPgColumn),
            }, (t) => [
                pg.pgPolicy("few", { as: "restrictive", for: "update", to: ["public"], using: sql`${t.quota} < 10`, withCheck: sql`true` }),
            ]);
            export const open = pg.pgTable("open", { id: pg.integer("id").primaryKey() }).enableRLS();""",
            """CREATE TABLE limits (
                id integer PRIMARY KEY,
                quota integer NOT NULL,
                double integer GENERATED ALWAYS AS (quota * 2) STORED,
                a_column_with_a_long_name_that_goes_on integer
                    CONSTRAINT limits_a_column_with_a_long_name_that_goes_on_limits_id_fk REFERENCES limits
            );
            ALTER TABLE limits ENABLE ROW LEVEL SECURITY;
            CREATE POLICY few ON limits AS RESTRICTIVE FOR UPDATE USING (quota < 10) WITH CHECK (true);
            CREATE TABLE open (id integer PRIMARY KEY);
            ALTER TABLE open ENABLE ROW LEVEL SECURITY;""",
        ),
        "tags": ("", ""),
        "another": ("", ""),
    },
    {
        "users": (
            """export const users = pg.pgTable("users", {
                id: pg.serial("id").primaryKey(),
                email: pg.text("email").notNull(),
                role: role("role").default("guest").notNull(),
            });""",
            """CREATE TABLE users (
                id serial PRIMARY KEY,
                email text NOT NULL,
                role role DEFAULT 'guest' NOT NULL
            );""",
        ),
        "limits": ("", ""),
    },
]

LITE_STEPS = [
    {
        "users": (
            """export const users = lite.sqliteTable("users", {
                id: lite.integer("id").primaryKey({ autoIncrement: true }),
                email: lite.text("email").notNull().unique(),
                at: lite.integer("created_at", { mode: "timestamp" }).default(sql`(unixepoch())`).notNull(),
            });""",
            """CREATE TABLE users (
                id integer PRIMARY KEY AUTOINCREMENT NOT NULL,
                email text NOT NULL,
                created_at integer DEFAULT (unixepoch()) NOT NULL
            );
            CREATE UNIQUE INDEX users_email_unique ON users (email);""",
        ),
    },
    {
        "posts": (
            """export const posts = lite.sqliteTable("posts", {
                id: lite.integer("id").primaryKey(),
                title: lite.text("title").default("it's").notNull(),
                score: lite.real("score").default(1.5),
                author: lite.integer("author_id").references(() => users.id, { onDelete: "cascade" }),
            });""",
            """CREATE TABLE posts (
                id integer PRIMARY KEY NOT NULL,
                title text DEFAULT 'it''s' NOT NULL,
                score real DEFAULT 1.5,
                author_id integer,
                FOREIGN KEY (author_id) REFERENCES users(id) ON UPDATE no action ON DELETE cascade
            );""",
        ),
    },
    {
        "tags": (
            """export const tags = lite.sqliteTable("tags", {
                post: lite.integer("post_id").notNull().references(() => posts.id),
                tag: lite.text("tag").notNull(),
                good: lite.integer("good", { mode: "boolean" }).default(false),
                data: lite.blob("data"),
                json: lite.text("json", { mode: "json" }).default("[]"),
                small: lite.integer("small").default(-1),
                price: lite.numeric("price"),
            }, (t) => [
                lite.primaryKey({ columns: [t.post, t.tag] }),
                lite.index("tags_tag").on(t.tag, t.good),
                lite.uniqueIndex("tags_good").on(t.tag).where(sql`${t.good} = 1`),
                lite.index("tags_lower").on(sql`lower(tag)`),
                lite.check("tags_check", sql`${t.small} < 10`),
            ]);""",
            """CREATE TABLE tags (
                post_id integer NOT NULL,
                tag text NOT NULL,
                good integer DEFAULT false,
                data blob,
                json text DEFAULT '[]',
                small integer DEFAULT -1,
                price numeric,
                PRIMARY KEY (post_id, tag),
                FOREIGN KEY (post_id) REFERENCES posts(id) ON UPDATE no action ON DELETE no action,
                CONSTRAINT tags_check CHECK (small < 10)
            );
            CREATE INDEX tags_tag ON tags (tag, good);
            CREATE UNIQUE INDEX tags_good ON tags (tag) WHERE good = 1;
            CREATE INDEX tags_lower ON tags (lower(tag));""",
        ),
    },
    {
        "posts": (
            """export const posts = lite.sqliteTable("posts", {
                id: lite.integer("id").primaryKey(),
                title: lite.text("title").default("none"),
                score: lite.real("score").default(1.5),
                author: lite.integer("author_id").references(() => users.id, { onDelete: "set null" }),
            });""",
            """CREATE TABLE posts (
                id integer PRIMARY KEY NOT NULL,
                title text DEFAULT 'none',
                score real DEFAULT 1.5,
                author_id integer,
                FOREIGN KEY (author_id) REFERENCES users(id) ON UPDATE no action ON DELETE set null
            );""",
        ),
    },
    {
        "posts": (
            """export const posts = lite.sqliteTable("posts", {
                id: lite.integer("id").primaryKey(),
                title: lite.text("title").notNull().default("none"),
                score: lite.integer("score").default(0),
                body: lite.text("body"),
                author: lite.integer("author_id").references(() => users.id, { onDelete: "set null" }),
            }, (t) => [lite.index("posts_author").on(t.author)]);""",
            """CREATE TABLE posts (
                id integer PRIMARY KEY NOT NULL,
                title text DEFAULT 'none' NOT NULL,
                score integer DEFAULT 0,
                body text,
                author_id integer REFERENCES users(id) ON DELETE SET NULL
            );
            CREATE INDEX posts_author ON posts (author_id);""",
        ),
    },
    {
        "views": (
            """export const best = lite.sqliteView("best").as((q) => q.select({ id: posts.id }).from(posts));""",
            """CREATE VIEW best AS select id from posts;""",
        ),
        "words": (
            """export const words = lite.sqliteTable("words", {
                id: lite.text("id").primaryKey(),
                upper: lite.text("upper").generatedAlwaysAs(sql`(upper(id))`, { mode: "virtual" }),
            });""",
            """CREATE TABLE words (
                id text PRIMARY KEY NOT NULL,
                upper text GENERATED ALWAYS AS (upper(id)) VIRTUAL
            );""",
        ),
    },
    {
        "pairs": (
            """export const pairs = lite.sqliteTable("pairs", {
                post: lite.integer("post_id").notNull(),
                tag: lite.text("tag").notNull(),
                doubled: lite.text("doubled").generatedAlwaysAs(sql`(tag || tag)`, { mode: "stored" }),
            }, (t) => [
                lite.foreignKey({ columns: [t.post, t.tag], foreignColumns: [tags.post, tags.tag] }).onDelete("cascade"),
                lite.unique().on(t.post, t.tag),
            ]);
            export const second = lite.sqliteView("second", { id: lite.integer("id") }).as(sql`select id from posts where score > 2`);""",
            """CREATE TABLE pairs (
                post_id integer NOT NULL,
                tag text NOT NULL,
                doubled text GENERATED ALWAYS AS (tag || tag) STORED,
                FOREIGN KEY (post_id, tag) REFERENCES tags(post_id, tag) ON DELETE cascade
            );
            CREATE UNIQUE INDEX pairs_post_id_tag_unique ON pairs (post_id, tag);
            CREATE VIEW second AS select id from posts where score > 2;""",
        ),
    },
    {
        "more": (
            """export const more = lite.sqliteTable("more", { id: lite.integer("id").primaryKey(), a: lite.text("a") });""",
            """CREATE TABLE more (id integer PRIMARY KEY NOT NULL, a text);""",
        ),
    },
    {
        "pairs": ("", ""),
        "words": ("", ""),
        "more": (
            """export const more = lite.sqliteTable("more", { id: lite.integer("id").primaryKey(), b: lite.integer("b").notNull().default(3) });""",
            """CREATE TABLE more (id integer PRIMARY KEY NOT NULL, b integer DEFAULT 3 NOT NULL);""",
        ),
    },
    {
        "more": ("", ""),
        "views": (
            """export const best = lite.sqliteView("best").as((q) => q.select({ id: posts.id, title: posts.title }).from(posts));""",
            """CREATE VIEW best AS select id, title from posts;""",
        ),
    },
]
STEPS = {"postgresql": PG_STEPS, "sqlite": LITE_STEPS}


def walk(schemafs, new_engine, place, steps):
    """Even steps are ours, odd ones drizzle-kit's, or the other way round."""
    project = Project(schemafs, new_engine, place)
    tool = kit.Kit(place, project.dialect)
    script = place / "schema.sql"
    pieces = {}
    for number, step in enumerate(STEPS[project.dialect][:steps]):
        # drizzle's words are a program: a type stands before what uses it.
        pieces = dict(sorted({**pieces, **step}.items(), key=lambda piece: piece[0] != "role"))
        words = [ours for _, ours in pieces.values()]
        script.write_text("\n".join(words))
        schema = IMPORTS[project.dialect] + "\n".join(theirs for theirs, _ in pieces.values())
        if number % 2 == 0:
            project.generate("--from", script, f"step{number}")
            assert tool.generate(schema) is None, project.text()
        else:
            assert tool.generate(schema, f"step{number}")
            said = project.generate("--from", script)
            assert "nothing to do" in said.stderr, project.text()
        assert len(project.tags) == number + 1
        tool.check()
    assert schemafs("diff", project.applied().target, script, "--shadow", project.new_engine().target).stdout == ""


def test_three_steps(schemafs, new_engine, tmp_path):
    walk(schemafs, new_engine, tmp_path / "project", 3)


@pytest.mark.long
def test_ten_steps(schemafs, new_engine, tmp_path):
    walk(schemafs, new_engine, tmp_path / "project", 10)
