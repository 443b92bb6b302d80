// SPDX-License-Identifier: MIT
/*
 * Two label providers for the tests, which take every label. Compiled by the test that loads it,
 * without the server's headers: what a module has to say of itself is written down here.
 */
#ifndef MAJOR
#error "compile with -DMAJOR=15"
#endif

struct fields {
	int version, funcmaxargs, indexmaxkeys, namedatalen, float8byval;
#if MAJOR >= 15
	char abi_extra[32];
#endif
};

struct magic {
	int len;
	struct fields fields;
#if MAJOR >= 18
	const char *name, *release;
#endif
};

const struct magic *Pg_magic_func(void);
void _PG_init(void);
void register_label_provider(
	const char *name, void (*check)(const void *object, const char *label));

const struct magic *
Pg_magic_func(void)
{
	static const struct magic magic = {
		.len = sizeof magic,
		.fields = {
			.version = MAJOR * 100,
			.funcmaxargs = 100,
			.indexmaxkeys = 32,
			.namedatalen = 64,
			.float8byval = 1,
#if MAJOR >= 15
			.abi_extra = "PostgreSQL",
#endif
		},
	};

	return &magic;
}

static void
accept(const void *object, const char *label)
{
	(void)object;
	(void)label;
}

void
_PG_init(void)
{
	register_label_provider("plain", accept);
	register_label_provider("odd \"name\" = 1, 2", accept);
}
