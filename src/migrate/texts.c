// SPDX-License-Identifier: MIT
/* Rows of texts, as a driver gives them to whoever runs migrations. */
#include "drivers/migrator.h"

void
sfs_texts_finish(struct sfs_texts *texts)
{
	sfs_vec_foreach (text, texts) {
		free(*text);
	}
	sfs_vec_finish(texts);
}
