// SPDX-License-Identifier: MIT
/* The table of kinds: a row for each, with its words, its place in the tree and its attributes. */
#include <string.h>

#include "catalog/attribute.h"
#include "catalog/kind.h"

#define ROW(KIND, ATTRIBUTE, text, bits) { .name = (text), .flags = (bits) },

/* The attributes of kinds that have a list in attribute.h. */
#define ATTRIBUTES(list, KIND)                                                                     \
	static const struct sfs_attribute list[] = { SFS_COMMON_ATTRIBUTES(ROW, KIND)              \
			SFS_##KIND##_ATTRIBUTES(ROW) };

ATTRIBUTES(table, TABLE)
ATTRIBUTES(column, COLUMN)
ATTRIBUTES(constraint, CONSTRAINT)
ATTRIBUTES(index_, INDEX)
ATTRIBUTES(sequence, SEQUENCE)
ATTRIBUTES(view, VIEW)
ATTRIBUTES(function, FUNCTION)
ATTRIBUTES(aggregate, AGGREGATE)
ATTRIBUTES(type, TYPE)
ATTRIBUTES(type_attribute, TYPE_ATTRIBUTE)
ATTRIBUTES(domain, DOMAIN)
ATTRIBUTES(domain_constraint, DOMAIN_CONSTRAINT)
ATTRIBUTES(trigger, TRIGGER)
ATTRIBUTES(policy, POLICY)
ATTRIBUTES(rule, RULE)
ATTRIBUTES(statistics, STATISTICS)
ATTRIBUTES(extension, EXTENSION)
ATTRIBUTES(language, LANGUAGE)
ATTRIBUTES(foreign_data_wrapper, FOREIGN_DATA_WRAPPER)
ATTRIBUTES(server, SERVER)
ATTRIBUTES(operator_family, OPERATOR_FAMILY)
ATTRIBUTES(conversion, CONVERSION)
ATTRIBUTES(text_search_dictionary, TEXT_SEARCH_DICTIONARY)
ATTRIBUTES(text_search_configuration, TEXT_SEARCH_CONFIGURATION)
ATTRIBUTES(publication, PUBLICATION)
ATTRIBUTES(event_trigger, EVENT_TRIGGER)
ATTRIBUTES(grants, GRANTS)
ATTRIBUTES(unmodeled, UNMODELED)

static const struct sfs_attribute common[] = { SFS_COMMON_ATTRIBUTES(ROW, NAMESPACE) };
static const struct sfs_attribute definition[] = { SFS_COMMON_ATTRIBUTES(ROW, CAST)
		SFS_DEFINITION_ATTRIBUTES(ROW, CAST) };

#define OF(list) .attributes = (list), .n_attributes = sizeof(list) / sizeof *(list)

#define IN_DATABASE(words, dir, list)                                                              \
	{                                                                                          \
		.name = (words), .directory = (dir), .level = SFS_LEVEL_DATABASE, OF(list)         \
	}
#define IN_NAMESPACE(words, dir, list)                                                             \
	{                                                                                          \
		.name = (words), .directory = (dir), .level = SFS_LEVEL_NAMESPACE, OF(list)        \
	}
#define OVERLOADED(words, dir, list)                                                               \
	{                                                                                          \
		.name = (words), .directory = (dir), .level = SFS_LEVEL_NAMESPACE,                 \
		.overloaded = true, OF(list)                                                       \
	}
#define OF_RELATION(words, dir, list)                                                              \
	{                                                                                          \
		.name = (words), .directory = (dir), .level = SFS_LEVEL_RELATION, OF(list)         \
	}
#define PART(words, list)                                                                          \
	{                                                                                          \
		.name = (words), .level = SFS_LEVEL_PART, OF(list)                                 \
	}

static const struct sfs_kind_info kinds[SFS_KIND_COUNT] = {
	[SFS_EXTENSION] = IN_DATABASE("extension", "extensions", extension),
	[SFS_NAMESPACE] = { .name = "schema", .level = SFS_LEVEL_SELF, OF(common) },
	[SFS_LANGUAGE] = IN_DATABASE("language", "languages", language),
	[SFS_ACCESS_METHOD] = IN_DATABASE("access method", "access_methods", definition),
	[SFS_FOREIGN_DATA_WRAPPER] =
		IN_DATABASE("foreign data wrapper", "foreign_data_wrappers", foreign_data_wrapper),
	[SFS_SERVER] = IN_DATABASE("server", "servers", server),
	[SFS_USER_MAPPING] = IN_DATABASE("user mapping", "user_mappings", definition),
	[SFS_COLLATION] = IN_NAMESPACE("collation", "collations", definition),
	[SFS_TYPE] = IN_NAMESPACE("type", "types", type),
	[SFS_TYPE_ATTRIBUTE] = PART("attribute", type_attribute),
	[SFS_DOMAIN] = IN_NAMESPACE("domain", "domains", domain),
	[SFS_DOMAIN_CONSTRAINT] = PART("domain constraint", domain_constraint),
	[SFS_SEQUENCE] = IN_NAMESPACE("sequence", "sequences", sequence),
	[SFS_FUNCTION] = OVERLOADED("function", "functions", function),
	[SFS_PROCEDURE] = OVERLOADED("procedure", "procedures", function),
	[SFS_AGGREGATE] = OVERLOADED("aggregate", "aggregates", aggregate),
	/* Families and classes of one name differ by access method: that is their signature. */
	[SFS_OPERATOR_FAMILY] = OVERLOADED("operator family", "operator_families", operator_family),
	[SFS_OPERATOR] = OVERLOADED("operator", "operators", definition),
	[SFS_OPERATOR_CLASS] = OVERLOADED("operator class", "operator_classes", definition),
	[SFS_CAST] = IN_DATABASE("cast", "casts", definition),
	[SFS_TRANSFORM] = IN_DATABASE("transform", "transforms", definition),
	[SFS_CONVERSION] = IN_NAMESPACE("conversion", "conversions", conversion),
	[SFS_TEXT_SEARCH_PARSER] =
		IN_NAMESPACE("text search parser", "text_search_parsers", definition),
	[SFS_TEXT_SEARCH_TEMPLATE] =
		IN_NAMESPACE("text search template", "text_search_templates", definition),
	[SFS_TEXT_SEARCH_DICTIONARY] = IN_NAMESPACE(
		"text search dictionary", "text_search_dictionaries", text_search_dictionary),
	[SFS_TEXT_SEARCH_CONFIGURATION] = IN_NAMESPACE("text search configuration",
		"text_search_configurations", text_search_configuration),
	[SFS_TABLE] = IN_NAMESPACE("table", "tables", table),
	[SFS_FOREIGN_TABLE] = IN_NAMESPACE("foreign table", "foreign_tables", table),
	[SFS_COLUMN] = PART("column", column),
	[SFS_CONSTRAINT] = PART("constraint", constraint),
	[SFS_INDEX] = PART("index", index_),
	[SFS_STATISTICS] = PART("statistics", statistics),
	[SFS_VIEW] = IN_NAMESPACE("view", "views", view),
	[SFS_MATERIALIZED_VIEW] = IN_NAMESPACE("materialized view", "materialized_views", view),
	[SFS_RULE] = OF_RELATION("rule", "rules", rule),
	[SFS_TRIGGER] = OF_RELATION("trigger", "triggers", trigger),
	[SFS_POLICY] = OF_RELATION("policy", "policies", policy),
	[SFS_EVENT_TRIGGER] = IN_DATABASE("event trigger", "event_triggers", event_trigger),
	[SFS_PUBLICATION] = IN_DATABASE("publication", "publications", publication),
	[SFS_SUBSCRIPTION] = IN_DATABASE("subscription", "subscriptions", definition),
	/* Those of a namespace have it as their owner and stand in its file. */
	[SFS_DEFAULT_PRIVILEGES] =
		IN_DATABASE("default privileges", "default_privileges", definition),
	/* Those on members of an extension have it as their owner and stand in its file. */
	[SFS_GRANTS] = {
		.name = "grants",
		.directory = "grants",
		.level = SFS_LEVEL_DATABASE,
		.overloaded = true,
		OF(grants),
	},
	[SFS_UNMODELED] = IN_DATABASE("unmodeled object", "unmodeled", unmodeled),
};

const struct sfs_kind_info *
sfs_kind_info(enum sfs_kind kind)
{
	return &kinds[kind];
}

enum sfs_kind
sfs_kind_by_directory(const char *directory, enum sfs_level level)
{
	for (int kind = 0; kind < SFS_KIND_COUNT; kind++) {
		const struct sfs_kind_info *info = &kinds[kind];

		if (info->level == level && info->directory &&
			strcmp(info->directory, directory) == 0) {
			return (enum sfs_kind)kind;
		}
	}
	return SFS_KIND_COUNT;
}

bool
sfs_kind_is_bounded(enum sfs_kind kind)
{
	static const bool without_a_word[SFS_KIND_COUNT] = {
		[SFS_OPERATOR_FAMILY] = true,
		[SFS_OPERATOR] = true,
		[SFS_OPERATOR_CLASS] = true,
		[SFS_CONVERSION] = true,
		[SFS_TEXT_SEARCH_PARSER] = true,
		[SFS_TEXT_SEARCH_TEMPLATE] = true,
	};
	enum sfs_level level = kinds[kind].level;

	return (level == SFS_LEVEL_NAMESPACE || level == SFS_LEVEL_RELATION) &&
	       !without_a_word[kind];
}

bool
sfs_kind_is_named(enum sfs_kind kind)
{
	static const bool unnamed[SFS_KIND_COUNT] = {
		[SFS_EXTENSION] = true,
		[SFS_ACCESS_METHOD] = true,
		[SFS_USER_MAPPING] = true,
		[SFS_OPERATOR] = true,
		[SFS_CAST] = true,
		[SFS_TRANSFORM] = true,
		[SFS_DEFAULT_PRIVILEGES] = true,
		[SFS_GRANTS] = true,
		[SFS_UNMODELED] = true,
	};

	return !unnamed[kind];
}

int
sfs_kind_attribute(enum sfs_kind kind, const char *name)
{
	const struct sfs_kind_info *info = &kinds[kind];

	for (size_t i = 0; i < info->n_attributes; i++) {
		if (strcmp(info->attributes[i].name, name) == 0) {
			return (int)i;
		}
	}
	return -1;
}
