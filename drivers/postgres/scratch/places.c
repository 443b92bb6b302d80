// SPDX-License-Identifier: MIT
/* Which names stand in scratch places. */
#include <string.h>

#include "drivers/postgres/scratch/rewrite.h"

void
pg_places_init(struct pg_places *places)
{
	*places = (struct pg_places){ .arena = sfs_arena_create(), .names = sfs_map_create() };
}

void
pg_places_finish(struct pg_places *places)
{
	sfs_map_destroy(places->names);
	sfs_arena_destroy(places->arena);
	sfs_vec_finish(&places->aliases);
	places->names = NULL;
	places->arena = NULL;
}

static void
add_key(struct sfs_str *key, enum pg_space space, const char *namespace, const char *name)
{
	sfs_str_addf(key, "%d", (int)space);
	sfs_str_addn(key, namespace, strlen(namespace) + 1);
	/* The map's keys are strings: what stands between the two names must not occur in one. */
	key->text[key->len - 1] = '\x01';
	sfs_str_add(key, name);
}

void
pg_places_add(
	struct pg_places *places, enum pg_space space, const char *namespace, const char *name)
{
	sfs_auto(str) struct sfs_str key = SFS_STR_INIT;

	add_key(&key, space, namespace, name);
	if (!sfs_map_has(places->names, sfs_str_text(&key))) {
		sfs_map_set(places->names, sfs_arena_strdup(places->arena, sfs_str_text(&key)),
			(void *)(uintptr_t)pg_places_of(places, namespace));
	}
}

static const char *
find_in(const struct pg_places *places, enum pg_space space, const char *namespace,
	const char *name)
{
	sfs_auto(str) struct sfs_str key = SFS_STR_INIT;

	add_key(&key, space, namespace, name);
	return sfs_map_get(places->names, sfs_str_text(&key));
}

const char *
pg_places_find(const struct pg_places *places, enum pg_space space, const char *namespace,
	const char *name)
{
	const char *place = find_in(places, space, namespace, name);

	/* A relation is a type, and a composite type is made as if it were a relation. */
	if (!place && space == PG_SPACE_TYPE) {
		return find_in(places, PG_SPACE_RELATION, namespace, name);
	}
	if (!place && space == PG_SPACE_RELATION) {
		return find_in(places, PG_SPACE_TYPE, namespace, name);
	}
	for (int other = PG_SPACE_RELATION;
		!place && space == PG_SPACE_ANY && other <= PG_SPACE_FUNCTION; other++) {
		place = find_in(places, (enum pg_space)other, namespace, name);
	}
	return place;
}

const char *
pg_places_of(const struct pg_places *places, const char *namespace)
{
	sfs_vec_foreach (alias, &places->aliases) {
		if (strcmp(alias->shown, namespace) == 0) {
			return alias->actual;
		}
	}
	return NULL;
}

char *
pg_places_show(const struct pg_places *places, const char *text)
{
	struct sfs_str out = SFS_STR_INIT;

	if (!text) {
		return NULL;
	}
	while (*text) {
		const struct pg_alias *found = NULL;

		sfs_vec_foreach (alias, &places->aliases) {
			if (sfs_starts_with(text, alias->actual)) {
				found = alias;
			}
		}
		sfs_str_addn(&out, found ? found->shown : text, found ? strlen(found->shown) : 1);
		text += found ? strlen(found->actual) : 1;
	}
	return sfs_str_steal(&out);
}
