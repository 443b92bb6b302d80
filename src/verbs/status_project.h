/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_STATUS_PROJECT_H
#define SFS_VERBS_STATUS_PROJECT_H

#include <jansson.h>

#include "data/data.h"

/* An extension that a project can do without, and the database has not. */
struct sfs_status_extension {
	const char *name; /* borrowed from the project */
	bool offered;     /* the server could create it */
};

/* How a database stands to what a project says beside its schema and migrations. */
struct sfs_status_project {
	struct sfs_data data; /* owned; compared with the database */
	char *fault;          /* owned; why the rows could not be compared, or NULL */
	SFS_VEC(struct sfs_status_extension) missing;
};

void sfs_status_project_finish(struct sfs_status_project *standing);
SFS_DEFINE_AUTO_VALUE(status_project, struct sfs_status_project, sfs_status_project_finish)

/* Compares; `catalog` is the database's. What is wrong with a file of rows is no error: it is told. */
int sfs_status_project_read(struct sfs_status_project *standing, const struct sfs_project *project,
	struct sfs_db *db, const struct sfs_catalog *catalog, struct sfs_error *err) SFS_MUST_CHECK;

/* Whether rows differ, or could not be compared. A missing optional extension is no difference. */
bool sfs_status_project_differs(const struct sfs_status_project *standing);

void sfs_status_project_print(const struct sfs_status_project *standing);

/* "reference": [...], "optional_extensions_missing": [...]; a new reference. */
json_t *sfs_status_project_json(const struct sfs_status_project *standing);

#endif
