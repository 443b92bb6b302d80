// SPDX-License-Identifier: MIT
/* What a database has of a folder's migrations. */
#include <string.h>

#include "migrate/check.h"
#include "migrate/kept.h"
#include "migrate/lint.h"

static void
check_edited(struct sfs_check *check, struct sfs_db *db, const struct sfs_migration *entry)
{
	struct sfs_str lines sfs_auto(str) = SFS_STR_INIT;

	if (entry->line_endings) {
		sfs_findings_note(&check->findings, "line-endings", entry->tag,
			"has other line endings than what was applied");
		return;
	}
	struct sfs_finding *finding = sfs_findings_problem(&check->findings, "edited", entry->tag,
		"was edited since it was applied (applied %.12s, now %.12s)", entry->applied,
		entry->hash);
	sfs_kept_difference(db, check->directory, entry, &lines);
	finding->detail = lines.len ? sfs_str_steal(&lines) : NULL;
}

/* What it risks is worth knowing before it runs. */
static void
check_hazards(struct sfs_check *check, const struct sfs_migration *entry)
{
	struct sfs_plan plan sfs_auto(plan) = { 0 };
	struct sfs_str lines sfs_auto(str) = SFS_STR_INIT;

	sfs_lint(check->driver->dialect, sfs_str_text(&entry->text), entry->text.len, &plan);
	if (plan.hazards.len) {
		struct sfs_finding *finding = sfs_findings_note(
			&check->findings, "hazards", entry->tag, "is not applied yet, and risks");

		sfs_plan_format_hazards(&plan, &lines);
		finding->detail = sfs_str_steal(&lines);
	}
}

static void
check_entry(struct sfs_check *check, struct sfs_db *db, const struct sfs_migration *entry)
{
	struct sfs_findings *findings = &check->findings;

	switch (entry->state) {
	case SFS_MIGRATION_EDITED:
		check_edited(check, db, entry);
		break;
	case SFS_MIGRATION_GONE:
		/* The folder alone has told the rest. */
		if (entry->applied[0]) {
			sfs_findings_note(findings, "applied", entry->tag,
				"is applied in the database all the same");
		}
		break;
	case SFS_MIGRATION_PENDING:
		if (entry->late) {
			sfs_findings_problem(findings, "late", entry->tag,
				"is not applied, and later ones are: drizzle would skip it for "
				"ever, `schemafs migrate` applies it");
		} else {
			sfs_findings_note(findings, "pending", entry->tag, "is not applied yet");
		}
		check_hazards(check, entry);
		break;
	case SFS_MIGRATION_APPLIED:
		if (entry->restamped) {
			sfs_findings_note(findings, "restamped", entry->tag,
				"is applied under another `when` than it has now");
		}
		break;
	}
}

void
sfs_check_ledger(struct sfs_check *check, struct sfs_db *db, const struct sfs_set *set)
{
	sfs_vec_foreach (entry, &set->entries) {
		check_entry(check, db, entry);
	}
	if (set->n_unknown) {
		sfs_findings_problem(&check->findings, "unknown-applied", NULL,
			"%zu applied %s in the journal", set->n_unknown,
			set->n_unknown == 1 ? "migration is not" : "migrations are not");
	}
}
