// SPDX-License-Identifier: MIT
// drizzle-orm's own migrator: node migrate.mjs postgresql|sqlite DATABASE FOLDER [keys]
// `keys`: SQLite with foreign keys on, as better-sqlite3 has them unless it is told otherwise.
import { readFileSync, writeFileSync } from "node:fs";

const [dialect, database, migrationsFolder, keys] = process.argv.slice(2);

if (dialect === "postgresql") {
  const pg = await import("pg");
  const { drizzle } = await import("drizzle-orm/node-postgres");
  const { migrate } = await import("drizzle-orm/node-postgres/migrator");
  const url = new URL(database);
  const client = new pg.default.Client({
    host: url.searchParams.get("host"),
    port: Number(url.searchParams.get("port")),
    user: url.searchParams.get("user"),
    database: url.pathname.slice(1),
  });
  await client.connect();
  await migrate(drizzle(client), { migrationsFolder });
  await client.end();
} else {
  const sql = await import("sql.js");
  const { drizzle } = await import("drizzle-orm/sql-js");
  const { migrate } = await import("drizzle-orm/sql-js/migrator");
  const { Database } = await sql.default();
  const client = new Database(readFileSync(database));
  client.run(`PRAGMA foreign_keys = ${keys ? "ON" : "OFF"}`);
  migrate(drizzle(client), { migrationsFolder });
  writeFileSync(database, client.export());
  client.close();
}
