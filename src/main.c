// SPDX-License-Identifier: MIT
/* The command line: a table of verbs. Errors are printed here and nowhere else. */
#include <errno.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/redact.h"
#include "base/str.h"
#include "verbs/output.h"
#include "verbs/verb.h"

enum {
	EXIT_ERROR = 2,
	EXIT_NOT_MOUNTED = 32, /* mount(8)'s */
};

static const struct sfs_verb verbs[] = {
	{
		.name = "mount",
		.synopsis = "mount DB DIR [-f] [-o OPTION,...]",
		.summary = "mount a database; returns when the tree is ready",
		.options =
			"  -f                      stay in the foreground\n"
			"  -o ro                   change nothing\n"
			"  -o apply=safe|all|never which plans a save may carry out (safe)\n"
			"  -o project=DIR          show and write DIR's migrations folder\n"
			"  -o record               each save becomes a migration in that folder\n"
			"  -o timeout=SECONDS      how long a save waits for an answer (30)\n"
			"  -o allow_other          let other users in\n"
			"  -o uid=,gid=,umask=,fmask=,dmask=\n"
			"                          owner, group and permissions of the files\n",
		.run = sfs_verb_mount,
	},
	{
		.name = "umount",
		.synopsis = "umount DIR",
		.summary = "end a mount",
		.run = sfs_verb_umount,
	},
	{
		.name = "mounts",
		.synopsis = "mounts [--stale]",
		.summary = "list our mounts",
		.options = "  --stale                 clean up those whose daemon is gone\n",
		.run = sfs_verb_mounts,
	},
	{
		.name = "status",
		.synopsis = "status [-v] [--json] [--dir DIR] [DB or DIR]",
		.summary = "what is in a database, or how a mount is",
		.options = "  -v                      list what is counted\n"
			   "  --dir DIR               the project whose migrations are told\n"
			   "  --json                  as JSON\n",
		.run = sfs_verb_status,
	},
	{
		.name = "generate",
		.synopsis =
			"generate [--custom] [--revert N] [--idempotent] [--prefix P] [--from SIDE] [--dry-run] "
			"[--json] [--renames FILE] [--dir DIR] [--db DB] [--shadow DB] [NAME]\n"
			"  generate --rebase [--dry-run] [--json] [--dir DIR] [--db DB] [--shadow DB] "
			"[TAG]...",
		.summary = "write the next migration: the tree minus what the migrations make",
		.options =
			"  --custom                an empty one, to be filled in\n"
			"  --rebase                number those migrations anew, behind all others\n"
			"  --revert N              what undoes migration N, each statement graded\n"
			"  --idempotent            statements that may run twice (PostgreSQL; SQLite: if it can)\n"
			"  --prefix P              index, timestamp, supabase, unix or none\n"
			"  --from SIDE             a tree, a .sql file or a database (the project's tree)\n"
			"  --dry-run               print it and write nothing\n"
			"  --renames FILE          renames as JSON, as the questions of a plan print them\n"
			"  --dir DIR               the project, or the folder of its migrations\n"
			"  --db DB                 on whose server migrations are tried out\n"
			"  --shadow DB             an empty database in which to do that\n"
			"  --json                  as JSON\n",
		.run = sfs_verb_generate,
	},
	{
		.name = "migrate",
		.synopsis = "migrate [--dry-run] [--strict] [--json] [--dir DIR] [DB]",
		.summary = "apply what is pending of a project's migrations",
		.options =
			"  --dry-run               list what is pending and change nothing\n"
			"  --strict                refuse late and edited migrations\n"
			"  --dir DIR               the project, or the folder of its migrations\n"
			"  --json                  as JSON\n",
		.run = sfs_verb_migrate,
	},
	{
		.name = "init",
		.synopsis = "init [--dialect=postgresql|sqlite] [--migrations DIR] [--json] [DIR]",
		.summary = "begin a project, or take over one of drizzle-kit's",
		.options =
			"  --dialect=WORD          which database it is for, if nothing else tells\n"
			"  --migrations DIR        the folder of its migrations, below DIR\n"
			"  --db DB                 a database that tells the dialect\n"
			"  --json                  as JSON\n",
		.run = sfs_verb_init,
	},
	{
		.name = "baseline",
		.synopsis = "baseline [--dry-run] [--to TAG] [--name NAME] [--json] [--dir DIR] "
			    "[--shadow DB] [DB]",
		.summary = "record migrations as applied that a database has already; exit 1 if it "
			   "has not",
		.options =
			"  --dry-run               only compare\n"
			"  --to TAG                no migration behind this one\n"
			"  --name NAME             what the first migration is called, if there is none\n"
			"  --dir DIR               the project, or the folder of its migrations\n"
			"  --shadow DB             an empty database in which to run them\n"
			"  --json                  as JSON\n",
		.run = sfs_verb_baseline,
	},
	{
		.name = "check",
		.synopsis = "check [--quick] [--json] [--dir DIR] [--shadow DB] [DB]",
		.summary = "look for what is wrong with a project's migrations; exit 0 nothing, 1 "
			   "something",
		.options =
			"  --dir DIR               the project, or the folder of its migrations\n"
			"  --json                  as JSON\n",
		.run = sfs_verb_check,
	},
	{
		.name = "diff",
		.synopsis =
			"diff [--json] [--online-above SIZE] [--renames FILE] [--shadow DB] FROM TO",
		.summary = "print the SQL that makes FROM equal TO; exit 0 same, 1 different",
		.options =
			"  --json                  the plan as JSON\n"
			"  --online-above SIZE     from which size on a table is changed online: 64MB, 0, never\n"
			"  --renames FILE          what was renamed, as JSON\n"
			"  --shadow DB             an empty database in which to evaluate files\n",
		.run = sfs_verb_diff,
	},
	{
		.name = "push",
		.synopsis =
			"push [--dry-run] [--apply=safe|all] [--json] [--lock-timeout MS] "
			"[--online-above SIZE] [--plan FILE] [--renames FILE] [--shadow DB] FROM "
			"[DB]",
		.summary = "bring DB to FROM: a database, an exported tree or a .sql file",
		.options =
			"  --dry-run               print the plan and change nothing\n"
			"  --apply=safe            refuse a plan that can lose data (default)\n"
			"  --apply=all             carry it out all the same\n"
			"  --json                  the plan as JSON\n"
			"  --plan FILE             instead of FROM: a plan that was saved; refused when DB\n"
			"                          changed since\n"
			"  --lock-timeout MS       how long others may have to wait for us: 2000\n"
			"  --online-above SIZE     from which size on a table is changed online: 64MB, 0, never\n"
			"  --renames FILE          what was renamed, as JSON\n"
			"  --shadow DB             an empty database in which to evaluate files\n",
		.run = sfs_verb_push,
	},
	{
		.name = "pull",
		.synopsis = "pull [--json] [DB] DIR",
		.summary = "write the schema as a tree of SQL files",
		.options = "  --json                  the counts as JSON\n",
		.run = sfs_verb_pull,
	},
};

enum { N_VERBS = sizeof verbs / sizeof *verbs };

static void
print_usage(FILE *out)
{
	fputs("usage: schemafs VERB ...\n\n", out);
	for (int i = 0; i < N_VERBS; i++) {
		fprintf(out, "  %s\n      %s\n", verbs[i].synopsis, verbs[i].summary);
	}
	fputs("\nDB is a PostgreSQL URI or keyword string, sqlite:PATH or the path of a SQLite file;\n"
	      "where it is left out, DATABASE_URL is used. FROM and TO are each a database, an\n"
	      "exported tree or a .sql file. `schemafs VERB --help` tells a verb's options.\n",
		out);
}

static void
print_verb(const struct sfs_verb *verb)
{
	printf("usage: schemafs %s\n\n%s\n", verb->synopsis, verb->summary);
	if (verb->options) {
		printf("\n%s", verb->options);
	}
}

static const struct sfs_verb *
find_verb(const char *name)
{
	for (int i = 0; i < N_VERBS; i++) {
		if (strcmp(verbs[i].name, name) == 0) {
			return &verbs[i];
		}
	}
	return NULL;
}

/*
 * A copy of argv, while what /proc/PID/cmdline shows of it is redacted: a connection string may hold
 * a password, and every user of the machine can read the arguments of every process.
 */
static char **
hide_secrets(int argc, char **argv)
{
	char **copy = sfs_alloc((size_t)(argc + 1) * sizeof *copy);

	for (int i = 0; i < argc; i++) {
		size_t len = strlen(argv[i]);
		struct sfs_str shown sfs_auto(str) = SFS_STR_INIT;

		copy[i] = sfs_strdup(argv[i]);
		sfs_str_add(&shown, argv[i]);
		sfs_redact(&shown);
		if (strcmp(sfs_str_text(&shown), argv[i]) != 0) {
			memset(argv[i], 0, len);
			memcpy(argv[i], shown.text, shown.len < len ? shown.len : len);
		}
	}
	return copy;
}

static bool
has_option(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static void
print_error(const struct sfs_error *err, bool json)
{
	char *text sfs_auto(free) = sfs_error_format(err);

	fprintf(stderr, "schemafs: %s\n", text);
	if (err->plan) {
		fprintf(stderr, "plan:\n%s", err->plan);
	}
	if (json) {
		sfs_output_json(json_pack("{s:o}", "error", sfs_output_error(err)));
	}
}

static int
run(const struct sfs_verb *verb, int argc, char **argv)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	bool json = has_option(argc, argv, "--json");

	if (has_option(argc, argv, "--help") || has_option(argc, argv, "-h")) {
		print_verb(verb);
		return EXIT_SUCCESS;
	}
	int r = verb->run(argc, argv, &err);
	if (r < 0) {
		print_error(&err, json);
		return EXIT_ERROR;
	}
	if (fflush(stdout) != 0) {
		fprintf(stderr, "schemafs: standard output: %s\n", strerror(errno));
		return EXIT_ERROR;
	}
	return r;
}

static int
start(int argc, char **argv)
{
	if (argc > 0 && sfs_is_mount_helper(argv[0])) {
		return run(find_verb("mount"), argc, argv) ? EXIT_NOT_MOUNTED : 0;
	}
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_ERROR;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_usage(stdout);
		return EXIT_SUCCESS;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("schemafs %s\n", SFS_VERSION);
		return EXIT_SUCCESS;
	}
	const struct sfs_verb *verb = find_verb(argv[1]);
	if (!verb) {
		fprintf(stderr, "schemafs: there is no verb %s; see schemafs --help\n", argv[1]);
		return EXIT_ERROR;
	}
	return run(verb, argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	/* The C locale stays for numbers and sorting; only characters are those of the terminal. */
	(void)setlocale(LC_CTYPE, "");

	char **args = hide_secrets(argc, argv);
	int status = start(argc, args);

	/* getopt moves operands about, but every text is still there once. */
	for (int i = 0; i < argc; i++) {
		free(args[i]);
	}
	free(args);
	return status;
}
