// SPDX-License-Identifier: MIT
/* What the daemon may do, by Linux's capabilities. */
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/rights.h"

#define BIT(capability) (1u << (capability))

/*
 * Files of a database and a project that belong to somebody else, and a look at who holds a
 * descriptor. Unmounting is kept in reserve.
 */
#define NEEDED                                                                                     \
	(BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) |     \
		BIT(CAP_SYS_PTRACE))
#define RESERVED BIT(CAP_SYS_ADMIN)

static void
limit(unsigned effective, unsigned permitted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &header, now) < 0) {
		return;
	}
	now[0].permitted &= permitted;
	now[0].effective = effective & now[0].permitted;
	now[1].permitted = now[1].effective = 0;
	now[0].inheritable = now[1].inheritable = 0;
	(void)syscall(SYS_capset, &header, now);
}

void
mnt_rights_drop(void)
{
	if (geteuid() != 0) {
		/* Unmounting takes a set-user-id program, which no_new_privs would forbid. */
		return;
	}
	for (int i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++) {
		(void)prctl(PR_CAPBSET_DROP, i);
	}
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	limit(NEEDED, NEEDED | RESERVED);
}

void
mnt_rights_raise(void)
{
	if (geteuid() == 0) {
		limit(NEEDED | RESERVED, NEEDED | RESERVED);
	}
}

void
mnt_rights_hide(void)
{
	const struct rlimit no_core = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)prctl(PR_SET_DUMPABLE, 0);
}
