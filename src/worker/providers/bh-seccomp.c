/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/bh-fd.h"

/* The filter takes away what no build, test or agent needs and what has been a way into kernels or out of
 * sandboxes. It follows the practice of Flatpak's `devel` profile: debuggers work (ptrace is allowed; it
 * reaches only processes of the same box), and so do nested sandboxes: user namespaces, mount and pivot_root
 * are allowed, since an engine's own bwrap needs them and the kernel confines them to the nested namespace.
 */

typedef struct
{
  int call;
  int error;
} Denied;

static const Denied denied[] = {
  /* the kernel's log and other machine-wide state; mostly need capabilities the box lacks, denied all the
     same */
  { SCMP_SYS (syslog), EPERM },
  { SCMP_SYS (acct), EPERM },
  { SCMP_SYS (quotactl), EPERM },
  { SCMP_SYS (quotactl_fd), EPERM },
  { SCMP_SYS (swapon), EPERM },
  { SCMP_SYS (swapoff), EPERM },
  { SCMP_SYS (reboot), EPERM },
  { SCMP_SYS (kexec_load), EPERM },
  { SCMP_SYS (kexec_file_load), EPERM },
  { SCMP_SYS (init_module), EPERM },
  { SCMP_SYS (finit_module), EPERM },
  { SCMP_SYS (delete_module), EPERM },
  { SCMP_SYS (settimeofday), EPERM },
  { SCMP_SYS (clock_settime), EPERM },
  { SCMP_SYS (iopl), EPERM },
  { SCMP_SYS (ioperm), EPERM },
  { SCMP_SYS (vhangup), EPERM },
  /* the kernel's keyrings are not namespaced: another program's secrets of the same user would be in reach */
  { SCMP_SYS (add_key), EPERM },
  { SCMP_SYS (keyctl), EPERM },
  { SCMP_SYS (request_key), EPERM },
  /* large attack surfaces */
  { SCMP_SYS (bpf), EPERM },
  { SCMP_SYS (perf_event_open), EPERM },
  { SCMP_SYS (userfaultfd), EPERM },
  { SCMP_SYS (modify_ldt), EPERM },
  { SCMP_SYS (lookup_dcookie), EPERM },
  /* not there at all, so that programs fall back: io_uring would also pass by the socket rules below */
  { SCMP_SYS (io_uring_setup), ENOSYS },
  { SCMP_SYS (io_uring_enter), ENOSYS },
  { SCMP_SYS (io_uring_register), ENOSYS },
  { SCMP_SYS (uselib), ENOSYS },
  { SCMP_SYS (nfsservctl), ENOSYS },
  /* opens by inode what no path in the box leads to */
  { SCMP_SYS (open_by_handle_at), EPERM },
  /* placement of memory on nodes, of this process and of others: no program needs it, and it has had holes */
  { SCMP_SYS (mbind), EPERM },
  { SCMP_SYS (set_mempolicy), EPERM },
  { SCMP_SYS (set_mempolicy_home_node), EPERM },
  { SCMP_SYS (move_pages), EPERM },
  { SCMP_SYS (migrate_pages), EPERM },
};

/* Everything but these is refused as the kernel refuses a family it does not know. */
static const int families[] = { AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

static int
deny_calls (scmp_filter_ctx filter)
{
  for (gsize i = 0; i < G_N_ELEMENTS (denied); i++)
    {
      int r = seccomp_rule_add (filter, SCMP_ACT_ERRNO ((guint32) denied[i].error), denied[i].call, 0);
      /* EDOM, EFAULT: this architecture does not have that call */
      if (r < 0 && r != -EDOM && r != -EFAULT)
        return r;
    }
  return 0;
}

/* Injecting keys into a terminal that is shared with the outside. Only the low 32 bits count: the kernel
 * ignores the others, so comparing all 64 could be passed by. */
static int
deny_terminal_injection (scmp_filter_ctx filter)
{
  const guint64 requests[] = { TIOCSTI, TIOCLINUX };
  int r = 0;

  for (gsize i = 0; r == 0 && i < G_N_ELEMENTS (requests); i++)
    r = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (ioctl), 1,
                          SCMP_A1 (SCMP_CMP_MASKED_EQ, 0xffffffffu, requests[i]));
  return r;
}

/* A bit that is set, another that is not. */
static int
deny_personality (scmp_filter_ctx filter, guint64 set, guint64 unset)
{
  return seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (personality), 1,
                           SCMP_A0 (SCMP_CMP_MASKED_EQ, set | unset, set));
}

/* Other personalities switch protections off or old interfaces on. Allowed are PER_LINUX, ADDR_NO_RANDOMIZE
 * (what debuggers ask for) and 0xffffffff, which only asks. A rule can look at an argument only once, so this
 * is spelled out in bits: any other bit without the highest is denied, and the highest without any of the
 * others. */
static int
deny_personalities (scmp_filter_ctx filter)
{
  const guint64 highest = 0x80000000u;
  int r = 0;

  for (guint64 bit = 1; r == 0 && bit < highest; bit <<= 1)
    {
      if (bit != ADDR_NO_RANDOMIZE)
        r = deny_personality (filter, bit, highest);
      if (r == 0)
        r = deny_personality (filter, highest, bit);
    }
  return r;
}

static gboolean
family_is_allowed (int family)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (families[i] == family)
      return TRUE;
  return FALSE;
}

static int
deny_families (scmp_filter_ctx filter)
{
  int r = 0;

  for (int family = 0; r == 0 && family < AF_NETLINK; family++)
    if (!family_is_allowed (family))
      r = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 1,
                            SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) family));
  if (r == 0)
    r = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 1,
                          SCMP_A0 (SCMP_CMP_GE, AF_NETLINK + 1));
  return r;
}

static int
fill (scmp_filter_ctx filter)
{
  int r;

  /* Only the native ABI: the rules on sockets and ioctls do not hold for socketcall(2) and x32, so a program
   * of another ABI gets ENOSYS from every call instead of a way around them. */
  r = seccomp_attr_set (filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO (ENOSYS));
  /* setuid programs are of no use under no_new_privs; bwrap sets that itself */
  if (r == 0)
    r = seccomp_attr_set (filter, SCMP_FLTATR_CTL_NNP, 0);
  /* a balanced tree: the cost of a call grows with the logarithm of the number of rules */
  if (r == 0)
    r = seccomp_attr_set (filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (r == 0)
    r = deny_calls (filter);
  if (r == 0)
    r = deny_terminal_injection (filter);
  if (r == 0)
    r = deny_personalities (filter);
  if (r == 0)
    r = deny_families (filter);
  return r;
}

int
bh_seccomp_new (GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int fd = memfd_create ("bellhop-seccomp", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int r;

  if (filter == NULL || fd < 0)
    r = -ENOMEM;
  else if ((r = fill (filter)) == 0)
    r = seccomp_export_bpf (filter, fd);
  if (filter != NULL)
    seccomp_release (filter);
  if (r == 0 && fcntl (fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
    r = -errno;
  if (r == 0)
    return fd;
  bh_set_errno_error (error, -r, "Cannot make the system call filter of the boxes");
  if (fd >= 0)
    close (fd);
  return -1;
}
