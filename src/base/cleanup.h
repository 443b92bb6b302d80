/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_CLEANUP_H
#define SFS_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Cleanup at the end of scope. `sfs_auto(free)` on a pointer; a type's own header adds its own. */
#define sfs_auto(name) __attribute__((cleanup(sfs_auto_##name)))

static inline void
sfs_auto_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void
sfs_auto_fd(int *fd)
{
	if (*fd >= 0) {
		(void)close(*fd);
	}
}

static inline void
sfs_auto_file(FILE **file)
{
	if (*file) {
		(void)fclose(*file);
	}
}

/* Takes the value out of `var`, so that its cleanup finds nothing to do. */
#define sfs_steal(var)                                                                             \
	({                                                                                         \
		__auto_type stolen_ = (var);                                                       \
		(var) = NULL;                                                                      \
		stolen_;                                                                           \
	})

/* Defines the function that `sfs_auto(name)` calls for a `type *` ended by `destroy`. */
#define SFS_DEFINE_AUTO(name, type, destroy)                                                       \
	static inline void sfs_auto_##name(type **object)                                          \
	{                                                                                          \
		destroy(*object);                                                                  \
	}

/* The same for a `type` held by value and ended by `finish`. */
#define SFS_DEFINE_AUTO_VALUE(name, type, finish)                                                  \
	static inline void sfs_auto_##name(type *object)                                           \
	{                                                                                          \
		finish(object);                                                                    \
	}

#define SFS_MUST_CHECK __attribute__((warn_unused_result))

#endif
