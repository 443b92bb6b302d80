/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_PROCESS_H
#define SFS_FS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What /proc tells about the programs that use the mount. The kernel names a thread in each request;
 * 0 when it is in another pid namespace. Every answer is a best guess and errs to "no".
 */

/* The name of the program, at most 15 bytes; "?" when it is not known. */
void mnt_process_name(pid_t thread, char ret_name[16]);

/* Whether there still is such a thread, or what its parent has not yet heard the end of. */
bool mnt_process_lives(pid_t thread);

/* The process of a thread, 0 when it is gone. */
pid_t mnt_process_of(pid_t thread);

/* The signal that is ending this thread right now, 0 when there is none. */
int mnt_process_killed_by(pid_t thread);

/* Whether the process or one that it forked has the inode of that number open for writing. */
bool mnt_process_holds(pid_t thread, uint64_t ino);

/* Whether this is a program that only removes, and never comes back to write what it removed. */
bool mnt_process_removes(pid_t thread);

#endif
