# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The PostgreSQL servers that the catalog tests run on, one of each major. Sourced by scripts/test.

# tests/servers/ pins a version of each major.
servers_install()
{
	local place=$1

	command -v npm >/dev/null || need npm || die "cannot install npm, which brings the servers"
	mkdir -p "$place"
	if ! cmp -s tests/servers/package-lock.json "$place/installed"; then
		say "installing the PostgreSQL servers of tests/servers"
		cp tests/servers/package.json tests/servers/package-lock.json "$place/"
		npm ci --prefix "$place" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
			die "npm cannot install the servers"
		servers_link "$place"
		cp tests/servers/package-lock.json "$place/installed"
	fi
	# The servers do not run as root, so what leads to them has to be open.
	chmod -R a+rX "$place"
}

# The packages hold no symbolic links, only a list of them and a script that makes them.
servers_link()
{
	local package

	for package in "$1"/node_modules/*/; do
		(cd "$package" && node scripts/hydrate-symlinks.js) ||
			die "cannot make the links of $package"
	done
}

# Prints `MAJOR FOLDER` for each major, the folder being that of its programs. Debian's is preferred.
servers_list()
{
	local major bin

	for major in 13 14 15 16 17 18; do
		bin=/usr/lib/postgresql/$major/bin
		[ -x "$bin/postgres" ] || bin=$PWD/$1/node_modules/pg$major/native/bin
		echo "$major $bin"
	done
}
