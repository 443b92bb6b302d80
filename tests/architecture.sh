#!/bin/sh
# Nothing calls upwards: the engine knows neither FUSE nor a database, the file system no driver.
root=${1:-$(dirname "$0")/..}
failed=0

# forbid DIRECTORY PATTERN: no source below DIRECTORY includes a header that matches PATTERN.
forbid() {
	if grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" \
		"$root/$1"; then
		echo "$1 must not include $2" >&2
		failed=1
	fi
}

forbid src 'fuse|libpq-fe\.h|sqlite3\.h|postgres_ext\.h|pg_query\.h'
forbid src 'drivers/(postgres|sqlite)/'
for room in base sql catalog diff tree data apply migrate; do
	forbid src/$room 'fs/'
done
forbid fs 'libpq-fe\.h|sqlite3\.h|pg_query\.h|drivers/(postgres|sqlite)/'
forbid drivers 'fuse|fs/'
forbid drivers/postgres 'sqlite3\.h|drivers/sqlite/'
forbid drivers/sqlite 'libpq-fe\.h|pg_query\.h|drivers/postgres/'

# The rooms of the engine, from the ground up: none includes one that stands above it.
forbid src/base '(sql|catalog|tree|diff|apply|migrate|verbs)/'
forbid src/sql '(catalog|tree|diff|apply|migrate|verbs)/'
forbid src/catalog '(tree|diff|apply|migrate|verbs)/'
forbid src/diff '(tree|apply|migrate|verbs)/'
forbid src/tree '(apply|migrate|verbs)/'
forbid src/data '(apply|migrate|verbs)/'
forbid src/apply '(migrate|verbs)/'
forbid src/migrate 'verbs/'

exit $failed
