/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_NODE_H
#define SFS_FS_NODE_H

#include <stdint.h>
#include <sys/stat.h>

#include "base/map.h"
#include "base/vec.h"
#include "fs/buffer.h"
#include "fs/text.h"

/* What a file or directory of the mount is; what may be done with it follows from that. */
enum mnt_role {
	MNT_DIRECTORY,
	MNT_OBJECT, /* its path names an object of the database */
	MNT_SCRATCH, /* swap, backup, temporary files of programs: in memory, no part of the database */
	MNT_NOTE, /* .error, .rej and .plan beside a file that was refused; kept on the disk too */
	MNT_PENDING, /* a migration that waits in pending/; kept on the disk too */
	MNT_CONTROL, /* written by us, read by others */
	MNT_BACKED,  /* a read-only view of a file on the disk */
};

/* A text that a program has read, while it may still be working on it. */
struct mnt_reading {
	pid_t thread;
	struct mnt_text *text; /* counted */
};

/*
 * An inode. It lives while it hangs in the tree, while the kernel knows it (lookups) or while
 * something of ours points at it (refs). All of it is protected by the mount's lock.
 */
struct mnt_node {
	uint64_t ino;
	enum mnt_role role;
	unsigned subdirectories;
	char *name;               /* owned */
	struct mnt_node *parent;  /* NULL when it hangs nowhere any more, and for the root */
	struct sfs_map *children; /* owned; by name; of directories only */
	uint64_t lookups;         /* what the kernel holds */
	unsigned refs;            /* what we hold besides the tree */
	unsigned writers;         /* handles open for writing */
	struct timespec mtime;
	struct mnt_text *text; /* counted; what it shows unless it is being written; NULL: empty */
	struct mnt_buffer *buffer;            /* owned; NULL while nobody writes */
	SFS_VEC(struct mnt_reading) readings; /* by living threads: those of the dead are dropped */
	char *backing;                        /* owned; of MNT_BACKED: the file on the disk */
	off_t backing_size;
	char *error;      /* owned; the formatted error of the last refused save, NULL: none */
	int64_t deadline; /* milliseconds, monotonic: when a hidden node comes back; 0: never */
	uint64_t seen;    /* the refresh that last found it */
	bool exists;      /* an object that the database has */
	bool gone;        /* the database lost it while somebody had it open for writing */
	bool hidden;      /* an object whose file was unlinked or moved aside a moment ago */
	bool drop;        /* hidden by unlink: if nothing takes its place it is dropped */
	bool locked;      /* not to be changed */
	bool stale_pages; /* the kernel's copy may be older than ours: drop it at the next open */
	bool kept;        /* a directory that stays while it is empty */
	bool owed;        /* it should be on the disk, and is not yet (owed.h) */
	bool in_folder;   /* a pending migration of the project's own folder */
};

struct mnt_nodes {
	struct mnt_node *root;
	struct mnt_node **slots; /* owned; open addressing by ino */
	size_t n_slots, used;
	uint64_t changes; /* counts what came, went and got another text */
	uint64_t mark;    /* bits that all numbers but the root's have */
	/* Called when a node has come to its place, and before it leaves it; NULL: nobody cares. */
	void (*moves)(void *data, const struct mnt_node *node);
	void *data;
};

void mnt_nodes_init(struct mnt_nodes *nodes);
void mnt_nodes_finish(struct mnt_nodes *nodes); /* frees all of them, whoever points at them */

struct mnt_node *mnt_node_by_ino(const struct mnt_nodes *nodes, uint64_t ino);

/* Adds a child; there must be none of that name. Its number follows from the path, where free. */
struct mnt_node *mnt_node_add(
	struct mnt_nodes *nodes, struct mnt_node *parent, const char *name, enum mnt_role role);

/* Takes it out of the tree, with all below it; freed once nobody needs it. */
void mnt_node_detach(struct mnt_nodes *nodes, struct mnt_node *node);

/* Gives it another place, which must be free. */
void mnt_node_move(
	struct mnt_nodes *nodes, struct mnt_node *node, struct mnt_node *parent, const char *name);

/* Gives each the other's place; both must hang in the tree, and neither below the other. */
void mnt_node_exchange(struct mnt_nodes *nodes, struct mnt_node *a, struct mnt_node *b);

void mnt_node_ref(struct mnt_node *node);
void mnt_node_unref(struct mnt_nodes *nodes, struct mnt_node *node); /* accepts NULL */
void mnt_node_forget(struct mnt_nodes *nodes, struct mnt_node *node, uint64_t lookups);

/* The child of that name, a hidden one too; NULL when there is none. */
struct mnt_node *mnt_node_child(const struct mnt_node *parent, const char *name);

/* By path from the root: "schema/public/tables/users.sql". NULL when there is none. */
struct mnt_node *mnt_node_find(const struct mnt_nodes *nodes, const char *path);

/* Its path from the root, "" for the root; of a node that hangs nowhere, its name. */
void mnt_node_path(const struct mnt_node *node, struct sfs_str *out);

/* Replaces the text (counted, may be NULL) and, when the bytes differ, sets mtime; true when they do. */
bool mnt_node_set_text(struct mnt_node *node, struct mnt_text *text);

/* Whether the buffer, and not the text, is what a reader sees. */
bool mnt_node_shows_buffer(const struct mnt_node *node);

/* What a reader sees now; counted, the caller's; never NULL. */
struct mnt_text *mnt_node_contents(const struct mnt_node *node);

/* Whether anything but hidden nodes hangs below it. */
bool mnt_node_is_empty(const struct mnt_node *directory);

/* Remembers what a thread reads, in the place of what it has read before. */
void mnt_node_note_reading(struct mnt_node *node, pid_t thread, struct mnt_text *text);

#endif
