/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_KIND_FUNCTIONS_H
#define SFS_POSTGRES_KIND_FUNCTIONS_H

#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/read.h"

/* The functions that the rows of kind.c name; what each does is said in kind.h. */

/* read_*.c: catalog queries */
void pg_read_namespace(int version, struct sfs_str *out);
void pg_read_table(int version, struct sfs_str *out);
void pg_read_column(int version, struct sfs_str *out);
void pg_read_constraint(int version, struct sfs_str *out);
void pg_read_index(int version, struct sfs_str *out);
void pg_read_sequence(int version, struct sfs_str *out);
void pg_read_view(int version, struct sfs_str *out);
void pg_read_rule(int version, struct sfs_str *out);
void pg_read_trigger(int version, struct sfs_str *out);
void pg_read_policy(int version, struct sfs_str *out);
void pg_read_statistics(int version, struct sfs_str *out);
void pg_read_function(int version, struct sfs_str *out);
void pg_read_aggregate(int version, struct sfs_str *out);
void pg_read_type(int version, struct sfs_str *out);
void pg_read_type_attribute(int version, struct sfs_str *out);
void pg_read_domain(int version, struct sfs_str *out);
void pg_read_domain_constraint(int version, struct sfs_str *out);
void pg_read_extension(int version, struct sfs_str *out);
void pg_read_language(int version, struct sfs_str *out);
void pg_read_access_method(int version, struct sfs_str *out);
void pg_read_foreign_data_wrapper(int version, struct sfs_str *out);
void pg_read_server(int version, struct sfs_str *out);
void pg_read_user_mapping(int version, struct sfs_str *out);
void pg_read_collation(int version, struct sfs_str *out);
void pg_read_conversion(int version, struct sfs_str *out);
void pg_read_operator(int version, struct sfs_str *out);
void pg_read_operator_family(int version, struct sfs_str *out);
void pg_read_operator_class(int version, struct sfs_str *out);
void pg_read_cast(int version, struct sfs_str *out);
void pg_read_transform(int version, struct sfs_str *out);
void pg_read_text_search_parser(int version, struct sfs_str *out);
void pg_read_text_search_template(int version, struct sfs_str *out);
void pg_read_text_search_dictionary(int version, struct sfs_str *out);
void pg_read_text_search_configuration(int version, struct sfs_str *out);
void pg_read_event_trigger(int version, struct sfs_str *out);
void pg_read_publication(int version, struct sfs_str *out);
void pg_read_subscription(int version, struct sfs_str *out);
void pg_read_default_privileges(int version, struct sfs_str *out);
void pg_read_grants(int version, struct sfs_str *out);
void pg_read_unmodeled(int version, struct sfs_str *out);

/* read_*.c: completion of rows */
void pg_complete_column(struct pg_row *row);
void pg_complete_constraint(struct pg_row *row);
void pg_complete_domain_constraint(struct pg_row *row);
void pg_complete_index(struct pg_row *row);
void pg_complete_policy(struct pg_row *row);
void pg_complete_sequence(struct pg_row *row);

/* read_*.c: once the object is there */
void pg_added_sequence(struct pg_row *row, struct sfs_object *object);

/* print_*.c: names */
void pg_reference_grants(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_namespace(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_column(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_part(
	const struct sfs_object *object, struct sfs_str *out); /* "name ON relation" */
void pg_reference_statistics(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_aggregate(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_type_attribute(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_domain_constraint(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_user_mapping(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_cast(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_transform(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_operator(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_operator_class(const struct sfs_object *object, struct sfs_str *out);

/* print_*.c: creation */
void pg_print_namespace(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_table(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_column(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_constraint(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_index(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_sequence(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_view(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_rule(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_trigger(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_policy(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_statistics(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_function(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_aggregate(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_type(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_type_attribute(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_domain(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_domain_constraint(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_extension(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_language(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_access_method(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_foreign_data_wrapper(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_server(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_user_mapping(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_collation(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_conversion(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_operator(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_operator_family(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_operator_class(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_cast(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_transform(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_text_search_parser(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_text_search_template(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_text_search_dictionary(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_text_search_configuration(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_event_trigger(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_publication(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_subscription(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_default_privileges(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_grants(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_unmodeled(struct pg_writer *writer, const struct sfs_object *object);

/* alter_*.c of the kinds outside the relation family; the others are in alter.h */
void pg_function_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_aggregate_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_type_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_type_attribute_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_domain_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_domain_constraint_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_extension_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_language_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_transform_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_event_trigger_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_default_privileges_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_foreign_data_wrapper_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_server_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_publication_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_operator_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_operator_family_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_text_search_dictionary_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_text_search_configuration_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_function_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_aggregate_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_type_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_domain_constraint_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_extension_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_operator_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
void pg_type_attribute_drop(struct pg_writer *writer, const struct sfs_object *object);
void pg_domain_constraint_drop(struct pg_writer *writer, const struct sfs_object *object);
void pg_default_privileges_drop(struct pg_writer *writer, const struct sfs_object *object);
void pg_grants_drop(struct pg_writer *writer, const struct sfs_object *object);
void pg_drop_nothing(struct pg_writer *writer, const struct sfs_object *object);
void pg_type_attribute_rename(struct pg_writer *writer, const struct sfs_change *change);
void pg_domain_constraint_rename(struct pg_writer *writer, const struct sfs_change *change);

#endif
