// SPDX-License-Identifier: MIT
/* Which schema a plan was made for: a digest of the canonical text, carried by saved plans. */
#include <errno.h>
#include <string.h>

#include "apply/fingerprint.h"
#include "base/digest.h"

static const char header[] = "-- schemafs: plan for schema sha256:";

void
sfs_fingerprint_tree(const struct sfs_tree *tree, char ret_fingerprint[SFS_FINGERPRINT_SIZE])
{
	struct sfs_str list sfs_auto(str) = SFS_STR_INIT;
	char digest[SFS_FINGERPRINT_SIZE];

	/* Paths hold no newline, and a digest has one length: the list can be read in one way only. */
	sfs_vec_foreach (file, &tree->files) {
		sfs_sha256(file->text, file->len, digest);
		sfs_str_addf(&list, "%s %s\n", digest, file->path);
	}
	sfs_sha256(sfs_str_text(&list), list.len, ret_fingerprint);
}

int
sfs_fingerprint_catalog(const struct sfs_driver *driver, const struct sfs_catalog *catalog,
	char ret_fingerprint[SFS_FINGERPRINT_SIZE], struct sfs_error *err)
{
	struct sfs_tree tree sfs_auto(tree) = { 0 };
	int r = sfs_tree_render(driver, catalog, &tree, err);

	if (r == 0) {
		sfs_fingerprint_tree(&tree, ret_fingerprint);
	}
	return r;
}

int
sfs_fingerprint_database(
	struct sfs_db *db, char ret_fingerprint[SFS_FINGERPRINT_SIZE], struct sfs_error *err)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
	int r = db->driver->read(db, &(struct sfs_scope){ .texts = true }, &catalog, err);

	return r < 0 ? r : sfs_fingerprint_catalog(db->driver, catalog, ret_fingerprint, err);
}

void
sfs_fingerprint_header(const char fingerprint[SFS_FINGERPRINT_SIZE], struct sfs_str *out)
{
	sfs_str_addf(out, "%s%s\n", header, fingerprint);
}

static bool
copy_fingerprint(const char *digits, size_t len, char ret_fingerprint[SFS_FINGERPRINT_SIZE])
{
	/* A file that went through another system may end its lines in CR LF. */
	while (len && strchr(" \t\r", digits[len - 1])) {
		len--;
	}
	if (len != SFS_FINGERPRINT_SIZE - 1) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (!strchr("0123456789abcdef", digits[i])) {
			return false;
		}
	}
	memcpy(ret_fingerprint, digits, len);
	ret_fingerprint[len] = '\0';
	return true;
}

bool
sfs_fingerprint_is_header(const char *comment, size_t len)
{
	return len >= sizeof header - 1 && memcmp(comment, header, sizeof header - 1) == 0;
}

int
sfs_fingerprint_find(enum sfs_dialect dialect, const char *name, const char *text, size_t len,
	char ret_fingerprint[SFS_FINGERPRINT_SIZE], struct sfs_error *err)
{
	const size_t head = sizeof header - 1;
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, dialect, text, len);
	while (sfs_lexer_next(&lexer, &token) &&
		(token.type == SFS_TOKEN_SPACE || token.type == SFS_TOKEN_COMMENT)) {
		if (!sfs_fingerprint_is_header(text + token.offset, token.len)) {
			continue;
		}
		if (!copy_fingerprint(
			    text + token.offset + head, token.len - head, ret_fingerprint)) {
			int r = sfs_error_set(err, EINVAL,
				"the header of the plan holds no fingerprint of 64 hex digits");
			sfs_error_position(err, name, text, token.offset);
			return r;
		}
		return 0;
	}
	*ret_fingerprint = '\0';
	return 0;
}

int
sfs_plan_check_fingerprint(
	struct sfs_db *db, const char *name, const char *text, size_t len, struct sfs_error *err)
{
	char wanted[SFS_FINGERPRINT_SIZE] = "", now[SFS_FINGERPRINT_SIZE] = "";
	int r = sfs_fingerprint_find(db->driver->dialect, name, text, len, wanted, err);

	if (r < 0 || !*wanted) {
		return r;
	}
	r = sfs_fingerprint_database(db, now, err);
	if (r < 0 || strcmp(wanted, now) == 0) {
		return r;
	}
	r = sfs_error_set(
		err, ESTALE, "%s was planned for another schema than the database has now", name);
	sfs_error_detail(err, "planned for sha256:%s\nthe database has sha256:%s", wanted, now);
	sfs_error_hint(
		err, "plan it again, or, if it fits all the same, take its header line away");
	return r;
}
