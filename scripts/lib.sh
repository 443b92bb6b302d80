# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the scripts have in common. Sourced by bash, from the root of the project.

# shellcheck disable=SC2034 # used by those who source this
BUILD_PACKAGES=(gcc libc6-dev meson ninja-build pkg-config libfuse3-dev fuse3 libpq-dev
	libsqlite3-dev libjansson-dev libssl-dev libpg-query-dev)
# shellcheck disable=SC2034
TEST_PACKAGES=(libcmocka-dev python3 python3-pytest python3-pytest-xdist postgresql postgresql-contrib
	sqlite3 vim nano ed emacs-nox neovim pgbouncer inotify-tools rsync patch perl git procps
	busybox cpio gawk jed joe kakoune libarchive-tools make mg micro moreutils unison unzip zile zip)

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

say()
{
	echo "== $*" >&2
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		command -v sudo >/dev/null || die "needs root, or sudo, to run: $*"
		sudo "$@"
	fi
}

is_installed()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs the Debian packages named that are not there yet.
need()
{
	local package missing=()

	if ! command -v dpkg-query >/dev/null; then
		say "not a Debian system: taking it that these are installed: $*"
		return
	fi
	for package in "$@"; do
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing ${missing[*]}"
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Makes /dev/fuse usable for who runs this. Where no udev has done so it is root's alone.
prepare_fuse()
{
	if [ ! -e /dev/fuse ]; then
		as_root modprobe fuse 2>/dev/null || true
	fi
	[ -e /dev/fuse ] || die "there is no /dev/fuse here, and so no mounting: load the module" \
		"fuse, or give the container the device"
	if [ ! -r /dev/fuse ] || [ ! -w /dev/fuse ]; then
		say "opening /dev/fuse to all users, as udev would"
		as_root chmod 0666 /dev/fuse
	fi
}

# build DIRECTORY OPTION...: configures once, builds every time.
build()
{
	local directory=$1
	shift

	[ -f "$directory/build.ninja" ] || meson setup "$directory" "$@" >&2
	ninja -C "$directory" >&2 || die "the build failed"
}
