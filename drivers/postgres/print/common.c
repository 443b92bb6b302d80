// SPDX-License-Identifier: MIT
/* What all kinds have in common: names, owners, comments, grants, labels. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind.h"
#include "sql/lexer.h"

void
pg_name(struct sfs_str *out, const char *name)
{
	sfs_quote_name(out, SFS_POSTGRES, name);
}

void
pg_qualified(struct sfs_str *out, const char *namespace, const char *name)
{
	sfs_quote_qualified(out, SFS_POSTGRES, namespace, name);
}

void
pg_literal(struct sfs_str *out, const char *text)
{
	sfs_quote_literal(out, SFS_POSTGRES, text);
}

void
pg_write_target(const struct sfs_object *object, struct sfs_str *out)
{
	const struct pg_kind *kind = pg_kind(object->id.kind);

	if (kind->reference) {
		kind->reference(object, out);
		return;
	}
	pg_qualified(out, object->id.namespace, object->id.name);
	if (sfs_kind_info(object->id.kind)->overloaded) {
		sfs_str_addf(out, "(%s)", object->id.signature ? object->id.signature : "");
	}
}

void
pg_write_reference(const struct sfs_object *object, struct sfs_str *out)
{
	const char *keyword = pg_kind(object->id.kind)->keyword;

	sfs_str_addf(out, "%s%s", keyword, *keyword ? " " : "");
	pg_write_target(object, out);
}

static bool
is_public(const struct sfs_object *object)
{
	return object->id.kind == SFS_NAMESPACE && strcmp(object->id.name, "public") == 0;
}

/* Who shall own it, where that is not whoever carries out the statements; else NULL. */
static const char *
owner_of(const struct pg_writer *writer, const struct sfs_object *object)
{
	const char *owner = sfs_object_get(object, SFS_ATTR_OWNER);

	return !owner && is_public(object) ? writer->public_owner : owner;
}

static void
write_owner(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *owner = owner_of(writer, object);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_add(&sql, "ALTER ");
	pg_write_reference(object, &sql);
	sfs_str_addf(&sql, " OWNER TO %s", owner ? owner : "CURRENT_USER");
	(void)sfs_plan_add(writer->plan, object, sql.text);
}

void
pg_settle_owner(struct pg_writer *writer, const struct sfs_change *change)
{
	bool said = sfs_object_has(change->from, SFS_ATTR_OWNER) ||
		    sfs_object_has(change->to, SFS_ATTR_OWNER);

	if (!said && is_public(change->to) && !is_public(change->from) && writer->public_owner) {
		write_owner(writer, change->to);
	}
}

/* The comment that comes with an extension is in its package, and in no text of ours. */
static void
write_packaged_comment(struct pg_writer *writer, const struct sfs_object *extension)
{
	struct sfs_str body sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&body,
		"BEGIN EXECUTE (SELECT pg_catalog.format('COMMENT ON EXTENSION %I IS %L',"
		" name, comment) FROM pg_catalog.pg_available_extensions() WHERE name = ");
	pg_literal(&body, extension->id.name);
	sfs_str_add(&body, "); END");
	sfs_str_add(&sql, "DO ");
	sfs_quote_dollar(&sql, "", sfs_str_text(&body));
	(void)sfs_plan_add(writer->plan, extension, sql.text);
}

static void
write_comment(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *comment = sfs_object_get(object, SFS_ATTR_COMMENT);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (object->id.kind == SFS_EXTENSION && !comment) {
		write_packaged_comment(writer, object);
		return;
	}
	if (is_public(object)) {
		/* As every new database has it; an empty one says that it has none. */
		comment = !comment ? "standard public schema" : *comment ? comment : NULL;
	}
	sfs_str_add(&sql, "COMMENT ON ");
	pg_write_reference(object, &sql);
	sfs_str_add(&sql, " IS ");
	if (comment) {
		pg_literal(&sql, comment);
	} else {
		sfs_str_add(&sql, "NULL");
	}
	(void)sfs_plan_add(writer->plan, object, sql.text);
}

/* Where the provider's name, quoted or not, ends in "provider 'label'". */
static size_t
provider_len(const char *label)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, label, strlen(label));
	return sfs_lexer_word(&lexer, &token) ? token.offset + token.len : 0;
}

static bool
has_provider(const struct pg_list *labels, const char *label)
{
	size_t len = provider_len(label);

	sfs_vec_foreach (other, labels) {
		if (provider_len(*other) == len && memcmp(*other, label, len) == 0) {
			return true;
		}
	}
	return false;
}

/* SECURITY LABEL for each of `labels` that is not in `except`; NULL for those of no provider there if `remove`. */
static void
write_labels(struct pg_writer *writer, const struct sfs_object *object, const char *labels,
	const char *except, bool remove)
{
	struct pg_list list sfs_auto(pg_list) = { 0 }, others sfs_auto(pg_list) = { 0 };

	pg_list_split(labels, &list);
	pg_list_split(except, &others);
	sfs_vec_foreach (label, &list) {
		sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
		size_t len = provider_len(*label);

		if (remove ? has_provider(&others, *label) : pg_list_has(&others, *label)) {
			continue;
		}
		sfs_str_addf(&sql, "SECURITY LABEL FOR %.*s ON ", (int)len, *label);
		pg_write_reference(object, &sql);
		sfs_str_addf(&sql, " IS%s", remove ? " NULL" : *label + len);
		(void)sfs_plan_add(writer->plan, object, sql.text);
	}
}

/* ALTER ... DEPENDS ON EXTENSION for each of `names` that is not in `except`; NO DEPENDS if `remove`. */
static void
write_extensions(struct pg_writer *writer, const struct sfs_object *object, const char *names,
	const char *except, bool remove)
{
	struct pg_list list sfs_auto(pg_list) = { 0 }, others sfs_auto(pg_list) = { 0 };

	pg_list_split(names, &list);
	pg_list_split(except, &others);
	sfs_vec_foreach (name, &list) {
		sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

		if (pg_list_has(&others, *name)) {
			continue;
		}
		sfs_str_add(&sql, "ALTER ");
		if (object->id.kind == SFS_CONSTRAINT) {
			sfs_str_add(&sql, "INDEX ");
			pg_qualified(&sql, object->id.namespace, object->id.name);
		} else {
			pg_write_reference(object, &sql);
		}
		sfs_str_addf(&sql, " %sDEPENDS ON EXTENSION %s", remove ? "NO " : "", *name);
		(void)sfs_plan_add(writer->plan, object, sql.text);
	}
}

void
pg_write_common(struct pg_writer *writer, const struct sfs_object *object)
{
	const struct pg_kind *kind = pg_kind(object->id.kind);

	if (kind->owned && owner_of(writer, object)) {
		write_owner(writer, object);
	}
	if (sfs_object_has(object, SFS_ATTR_COMMENT)) {
		write_comment(writer, object);
	}
	if (kind->privilege_keyword) {
		pg_write_new_grants(writer, object);
	}
	write_labels(writer, object, sfs_object_get(object, SFS_ATTR_SECURITY_LABELS), NULL, false);
	write_extensions(writer, object, sfs_object_get(object, SFS_ATTR_EXTENSIONS), NULL, false);
}

void
pg_alter_common(struct pg_writer *writer, const struct sfs_change *change)
{
	const struct sfs_object *from = change->from, *to = change->to;
	const struct pg_kind *kind = pg_kind(to->id.kind);

	if (kind->owned && (change->attributes & UINT64_C(1) << SFS_ATTR_OWNER)) {
		write_owner(writer, to);
	}
	if (change->attributes & UINT64_C(1) << SFS_ATTR_COMMENT) {
		write_comment(writer, to);
	}
	if (kind->privilege_keyword && (change->attributes & UINT64_C(1) << SFS_ATTR_ACL)) {
		pg_write_grants(writer, to, sfs_object_get(from, SFS_ATTR_ACL),
			sfs_object_get(to, SFS_ATTR_ACL));
	}
	if (change->attributes & UINT64_C(1) << SFS_ATTR_SECURITY_LABELS) {
		const char *before = sfs_object_get(from, SFS_ATTR_SECURITY_LABELS);
		const char *after = sfs_object_get(to, SFS_ATTR_SECURITY_LABELS);

		write_labels(writer, to, before, after, true);
		write_labels(writer, to, after, before, false);
	}
	if (change->attributes & UINT64_C(1) << SFS_ATTR_EXTENSIONS) {
		const char *before = sfs_object_get(from, SFS_ATTR_EXTENSIONS);
		const char *after = sfs_object_get(to, SFS_ATTR_EXTENSIONS);

		write_extensions(writer, to, before, after, true);
		write_extensions(writer, to, after, before, false);
	}
}
