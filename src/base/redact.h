/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_REDACT_H
#define SFS_BASE_REDACT_H

#include "base/str.h"

/*
 * Replaces the secret of every connection string found in the text by `****`, in place: the
 * password of a URI's user part (`scheme://user:SECRET@host`), of its query (`?password=SECRET`,
 * `&sslpassword=`, `&passfile=` is no secret), and of a keyword string (`password=SECRET`,
 * `password = 'SE CRET'`), and of what says the same elsewhere: `PGPASSWORD=SECRET`, SQL's
 * `PASSWORD 'SECRET'`, JSON's `"password": "SECRET"`. Text without a secret is unchanged.
 */
void sfs_redact(struct sfs_str *text);

#endif
