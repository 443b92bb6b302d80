/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_TOKENIZER_H
#define SFS_SQLITE_TOKENIZER_H

#include <sqlite3.h>
#include <stdbool.h>

/*
 * Makes up the tokenizer of a full text table that `message`, the last error of `conn`, misses: only an
 * application has it, and a table is made and dropped without it being asked anything. With `live`
 * it fails when it is given a text, otherwise it finds no words. False when none is missing.
 */
bool lite_make_tokenizer(sqlite3 *conn, const char *message, bool live);

#endif
