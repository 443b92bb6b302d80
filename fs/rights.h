/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_RIGHTS_H
#define SFS_FS_RIGHTS_H

/*
 * Once mounted, the daemon needs little of what root may. These are about the calling thread and those
 * that it starts; of other users' daemons there is nothing to take.
 */
void mnt_rights_drop(void);

/* For the end: what unmounting takes. */
void mnt_rights_raise(void);

/* No core, and no other process of the user may look into our memory: it holds the password. */
void mnt_rights_hide(void);

#endif
