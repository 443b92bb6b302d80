// SPDX-License-Identifier: MIT
/* The order in which statements can run, by what they define and need. */
#include <string.h>

#include "drivers/postgres/scratch/load.h"

/* The stack that a chain of needs may take; past it the retries of load.c find the way. */
enum { DEPTH_MAX = 4000 };

/* What comes before everything else, and what waits for it. */
enum phase {
	PHASE_NAMESPACES,
	PHASE_EXTENSIONS,
	PHASE_OBJECTS,
	PHASE_KEYS,
	PHASE_OF_KEYS,
	PHASE_LAST, /* what would act on the rest: default privileges, event triggers, publications */
	PHASE_COUNT,
};

struct definers SFS_VEC_OF(size_t);

/* A task that is being visited, and the reference that led on. */
struct step {
	size_t task;
	const struct pg_ref *ref;
};

struct sorter {
	struct pg_script *script;
	struct pg_tasks *tasks;
	struct sfs_arena *arena;
	struct sfs_map *names; /* "name" and "namespace\1name" to struct definers */
	SFS_VEC(struct definers *) lists;
	char *state; /* by task: 0 not seen, 1 on the way, 2 placed, 3 not to be sorted */
	struct pg_order sorted, keys;
	SFS_VEC(struct step) way; /* those on the way, and what each has come to */
	unsigned depth;
};
enum { UNSEEN, ON_THE_WAY, PLACED, ABSENT };

static void
define(struct sorter *s, const char *key, size_t task)
{
	struct definers *list = sfs_map_get(s->names, key);

	if (!list) {
		list = sfs_alloc(sizeof *list);
		sfs_vec_push(&s->lists, list);
		sfs_map_set(s->names, sfs_arena_strdup(s->arena, key), list);
	}
	sfs_vec_push(list, task);
}

static const char *
qualified(struct sorter *s, const char *namespace, const char *name)
{
	return sfs_arena_printf(s->arena, "%s\x01%s", namespace, name);
}

/* Under which name the statements are found that settle what children of a table inherit. */
static const char *
settling(struct sorter *s, const char *namespace, const char *name)
{
	return sfs_arena_printf(s->arena, "\x02%s\x01%s", namespace ? namespace : "", name);
}

/* Under which name the statements are found that make an index ONLY of a table. */
static const char *
alone(struct sorter *s, const struct pg_stmt *statement)
{
	const struct pg_ref *on = &statement->head.on;
	const char *namespace = on->namespace ? on->namespace : statement->namespace;

	return sfs_arena_printf(
		s->arena, "\x03%s\x01%s", namespace ? namespace : "", on->name ? on->name : "");
}

static bool
makes_index(const struct pg_task *task)
{
	return !task->key && task->statement->head.kind == SFS_INDEX &&
	       task->statement->head.creates;
}

static void
define_targets(struct sorter *s, size_t index)
{
	const struct pg_task *task = &s->tasks->items[index];
	const struct pg_head *head = &task->statement->head;

	if (!task->key && pg_settles_columns(task->statement)) {
		const struct pg_ref *target = &head->targets.items[0];
		const char *namespace =
			target->namespace ? target->namespace : task->statement->namespace;

		define(s, settling(s, namespace, target->name), index);
	}
	if (task->key || !head->creates) {
		return;
	}
	if (makes_index(task) && pg_is_incomplete(task->statement)) {
		define(s, alone(s, task->statement), index);
	}
	sfs_vec_foreach (target, &head->targets) {
		const char *namespace =
			target->namespace ? target->namespace : task->statement->namespace;

		define(s, target->name, index);
		if (namespace) {
			define(s, qualified(s, namespace, target->name), index);
		}
	}
}

static const struct definers *
definers_of(struct sorter *s, const struct pg_stmt *statement, const struct pg_ref *ref)
{
	const char *namespace = ref->namespace ? ref->namespace : statement->namespace;
	const struct definers *found = NULL;

	if (!ref->name || !sfs_map_has(s->names, ref->name)) {
		return NULL;
	}
	if (namespace) {
		found = sfs_map_get(s->names, qualified(s, namespace, ref->name));
	}
	return found || ref->namespace ? found : sfs_map_get(s->names, ref->name);
}

static void visit(struct sorter *s, size_t index);

/* Whether the reference stands in something that can be made later. */
static bool
can_wait(const struct pg_stmt *statement, const struct pg_ref *ref)
{
	for (size_t i = 0; i < statement->tree->keys.len; i++) {
		const struct pg_key *key = &statement->tree->keys.items[i];

		if (pg_key_holds(key, ref) && pg_key_is_cut(statement->tree, key)) {
			return true;
		}
	}
	return ref->use == PG_USE_LOCKS && statement->tree->keys.len;
}

/* The way has come back to `other`: what on it can wait is cut out. */
static void
cut_circle(struct sorter *s, size_t other)
{
	for (size_t i = s->way.len; i-- > 0;) {
		struct pg_task *task = &s->tasks->items[s->way.items[i].task];

		if (!task->key && can_wait(task->statement, s->way.items[i].ref)) {
			task->cut = true;
		}
		if (s->way.items[i].task == other) {
			break;
		}
	}
}

/* A foreign key whose table is on the way to being made comes after both. */
static void
need(struct sorter *s, size_t index, const struct pg_ref *ref)
{
	const struct pg_stmt *statement = s->tasks->items[index].statement;
	const struct definers *list = definers_of(s, statement, ref);
	bool function = ref->space == PG_SPACE_FUNCTION;

	if (s->way.len) {
		s->way.items[s->way.len - 1].ref = ref;
	}
	for (size_t i = 0; list && i < list->len; i++) {
		size_t other = list->items[i];
		struct pg_task *task = &s->tasks->items[index];

		if (other != index && s->state[other] == ON_THE_WAY) {
			task->waits = true;
			cut_circle(s, other);
		} else if (other != index) {
			visit(s, other);
		}
		/* A relation is made once; of functions, all of the name may be meant. */
		if (!function) {
			break;
		}
	}
}

/* A child is made as its parent's columns are then: their defaults and storage come before it. */
static void
need_settled(struct sorter *s, size_t index, const struct pg_ref *ref)
{
	const struct pg_stmt *statement = s->tasks->items[index].statement;
	const char *namespace = ref->namespace ? ref->namespace : statement->namespace;
	const struct definers *list =
		ref->use == PG_USE_PARENT ? sfs_map_get(s->names, settling(s, namespace, ref->name))
					  : NULL;

	for (size_t i = 0; list && i < list->len; i++) {
		visit(s, list->items[i]);
	}
}

static void
need_of_key(struct sorter *s, size_t index)
{
	const struct pg_key *key = s->tasks->items[index].key;
	const struct pg_refs *refs = &s->tasks->items[index].statement->tree->refs;

	if (key->type == PG_KEY_FOREIGN) {
		need(s, index, &key->table);
		return;
	}
	for (size_t i = 0; i < refs->len; i++) {
		if (pg_key_holds(key, &refs->items[i])) {
			need(s, index, &refs->items[i]);
		}
	}
}

static void
visit(struct sorter *s, size_t index)
{
	const struct pg_task *task = &s->tasks->items[index];

	if (s->state[index] != UNSEEN || s->depth > DEPTH_MAX) {
		return;
	}
	s->state[index] = ON_THE_WAY;
	s->depth++;
	sfs_vec_push(&s->way, ((struct step){ .task = index }));
	pg_statement_parse(s->script, task->statement);
	if (task->key) {
		need_of_key(s, index);
		need(s, index, &task->statement->head.targets.items[0]);
	} else {
		for (size_t i = 0; i < task->statement->tree->refs.len; i++) {
			const struct pg_ref *ref =
				&s->tasks->items[index].statement->tree->refs.items[i];

			need(s, index, ref);
			need_settled(s, index, ref);
		}
	}
	s->way.len--;
	s->depth--;
	s->state[index] = PLACED;
	sfs_vec_push(&s->sorted, index);
}

/* ALTER TABLE ... ADD FOREIGN KEY, or ATTACH PARTITION: needs keys of other tables. */
static bool
adds_key(const struct pg_stmt *statement)
{
	bool alters = statement->head.kind == SFS_TABLE && !statement->head.creates &&
		      sfs_streq(statement->head.verb, "ALTER");

	for (size_t i = 0; alters && i < statement->tree->refs.len; i++) {
		if (statement->tree->refs.items[i].use == PG_USE_LOCKS) {
			return true;
		}
	}
	return false;
}

bool
pg_order_is_last(const struct pg_stmt *statement)
{
	const struct pg_head *head = &statement->head;

	return head->kind == SFS_DEFAULT_PRIVILEGES || head->kind == SFS_EVENT_TRIGGER ||
	       head->kind == SFS_PUBLICATION || head->kind == SFS_SUBSCRIPTION;
}

static enum phase
phase_of(struct sorter *s, const struct pg_task *task)
{
	const struct pg_head *head = &task->statement->head;

	if (task->key) {
		return PHASE_KEYS;
	}
	pg_statement_parse(s->script, task->statement);
	if (head->creates && head->kind == SFS_NAMESPACE) {
		return PHASE_NAMESPACES;
	}
	if (head->creates && head->kind == SFS_EXTENSION) {
		return PHASE_EXTENSIONS;
	}
	if (pg_order_is_last(task->statement)) {
		return PHASE_LAST;
	}
	if (head->kind == SFS_CONSTRAINT || pg_validates(task->statement)) {
		return PHASE_OF_KEYS;
	}
	/* It makes parts of its own, under names that those of the other index are to have. */
	if (makes_index(task) && !pg_is_incomplete(task->statement) &&
		sfs_map_has(s->names, alone(s, task->statement))) {
		return PHASE_OF_KEYS;
	}
	return adds_key(task->statement) || pg_waits_for_partitions(task->statement) ||
			       pg_adds_unchecked(task->statement)
		       ? PHASE_KEYS
		       : PHASE_OBJECTS;
}

/* Makes tasks of the keys that were cut on the way. */
static void
add_keys(struct sorter *s)
{
	for (size_t i = 0; i < s->sorted.len; i++) {
		struct pg_task *task = &s->tasks->items[s->sorted.items[i]];
		struct pg_stmt *statement = task->statement;

		if (!task->cut || task->key || task->added) {
			continue;
		}
		task->added = true;
		for (size_t k = 0; k < statement->tree->keys.len; k++) {
			struct pg_task key = { .statement = statement,
				.key = &statement->tree->keys.items[k] };

			if (!pg_key_is_cut(statement->tree, key.key)) {
				continue;
			}
			sfs_vec_push(&s->keys, s->tasks->len);
			sfs_vec_push(s->tasks, key);
		}
	}
}

/* Puts the keys behind all objects, before what speaks of keys. */
static void
place_keys(struct sorter *s, size_t objects, struct pg_order *order)
{
	order->len = 0;
	for (size_t i = 0; i <= s->sorted.len; i++) {
		for (size_t k = 0; i == objects && k < s->keys.len; k++) {
			sfs_vec_push(order, s->keys.items[k]);
		}
		if (i < s->sorted.len) {
			sfs_vec_push(order, s->sorted.items[i]);
		}
	}
}

void
pg_order_sort(struct pg_script *script, struct pg_tasks *tasks, struct pg_order *order)
{
	struct sorter s = { .script = script,
		.tasks = tasks,
		.arena = sfs_arena_create(),
		.names = sfs_map_create() };
	sfs_auto(free) char *phases = sfs_alloc(tasks->len + 1);
	size_t objects = 0;

	s.state = sfs_alloc(tasks->len + 1);
	memset(s.state, ABSENT, tasks->len);
	sfs_vec_foreach (index, order) {
		s.state[*index] = UNSEEN;
		tasks->items[*index].waits = false;
		define_targets(&s, *index);
	}
	sfs_vec_foreach (index, order) {
		phases[*index] = (char)phase_of(&s, &tasks->items[*index]);
	}
	for (int phase = 0; phase < PHASE_COUNT; phase++) {
		sfs_vec_foreach (index, order) {
			if (phases[*index] == phase) {
				visit(&s, *index);
			}
		}
		objects = phase == PHASE_OBJECTS ? s.sorted.len : objects;
	}
	/* What lay deeper than the stack allows. */
	sfs_vec_foreach (index, order) {
		if (s.state[*index] == UNSEEN) {
			sfs_vec_push(&s.sorted, *index);
		}
	}
	add_keys(&s);
	pg_order_attached(tasks, &s.keys);
	place_keys(&s, objects, order);
	sfs_vec_foreach (list, &s.lists) {
		sfs_vec_finish(*list);
		free(*list);
	}
	sfs_vec_finish(&s.lists);
	sfs_vec_finish(&s.sorted);
	sfs_vec_finish(&s.keys);
	sfs_vec_finish(&s.way);
	sfs_map_destroy(s.names);
	sfs_arena_destroy(s.arena);
	free(s.state);
}
