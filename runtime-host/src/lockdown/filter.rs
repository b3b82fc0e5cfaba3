//! The filter of system calls: those that a process of sandboxes makes, and no others.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
use seccompiler::{
    BpfProgram, Result, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

#[cfg(target_arch = "x86_64")]
const ARCH: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCH: TargetArch = TargetArch::aarch64;

/// The system calls that are allowed with any arguments.
const ANY: &[c_long] = &[
    // Memory. `mmap` and `mprotect` are below.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_memfd_create,
    libc::SYS_mremap,
    libc::SYS_munmap,
    // Files, as far as Landlock lets them be opened.
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_ftruncate,
    libc::SYS_getdents64,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_statx,
    libc::SYS_write,
    libc::SYS_writev,
    // Waiting.
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_futex,
    libc::SYS_nanosleep,
    libc::SYS_ppoll,
    libc::SYS_restart_syscall,
    // Threads. `clone` is below.
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    // Signals to itself. `tgkill` is below.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Seeds.
    libc::SYS_getrandom,
];

/// The system calls that are allowed with any arguments, and that only one of the
/// architectures has or needs.
#[cfg(target_arch = "x86_64")]
const ANY_HERE: &[c_long] = &[
    // The older forms, which musl still calls.
    libc::SYS_epoll_wait,
    libc::SYS_lstat,
    libc::SYS_open,
    libc::SYS_poll,
    libc::SYS_stat,
];
#[cfg(target_arch = "aarch64")]
const ANY_HERE: &[c_long] = &[
    // Wasmtime uses it to make new code visible to all cores.
    libc::SYS_membarrier,
];

/// The system calls that a server makes with any arguments. `setsockopt` is below.
const SERVER: &[c_long] =
    &[libc::SYS_accept4, libc::SYS_getpeername, libc::SYS_getsockname, libc::SYS_shutdown];

/// The flags of a new thread, as glibc and musl set them. All must be set: without one of
/// them the child is a process, or has files or signal handlers of its own.
const THREAD: i32 = libc::CLONE_VM
    | libc::CLONE_FS
    | libc::CLONE_FILES
    | libc::CLONE_SIGHAND
    | libc::CLONE_THREAD
    | libc::CLONE_SYSVSEM
    | libc::CLONE_SETTLS
    | libc::CLONE_PARENT_SETTID
    | libc::CLONE_CHILD_CLEARTID;

/// A flag that does nothing, but that musl sets.
const DETACHED: i32 = libc::CLONE_DETACHED;

/// The allowed `ioctl` requests. None of them puts input into a terminal. They are
/// numbers because the C libraries disagree about their type.
const IOCTLS: &[u64] = &[
    0x5401, // TCGETS: is it a terminal?
    0x5413, // TIOCGWINSZ: how wide is it?
    0x5421, // FIONBIO: do not block.
    // PAGEMAP_SCAN, with which Wasmtime finds the pages that a sandbox has written.
    0xc060_6610,
];

/// The allowed `fcntl` commands. None of them has signals sent.
const FCNTLS: &[i32] = &[
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    libc::F_SETFL,
    libc::F_DUPFD_CLOEXEC,
    libc::F_ADD_SEALS,
    libc::F_GET_SEALS,
];

/// One allowed way to call a system call. Every condition must hold.
type Way = Vec<Condition>;

/// The index of an argument, how much of it the kernel reads, and what it must be.
type Condition = (u8, SeccompCmpArgLen, SeccompCmpOp, u64);

/// Returns the contents of a register that holds an `int`.
fn bits(value: i32) -> u64 {
    u64::from(value.cast_unsigned())
}

/// Returns the condition that argument `index` has none of the bits of `mask`.
fn none_of(index: u8, mask: i32) -> Condition {
    (index, Dword, MaskedEq(bits(mask)), 0)
}

fn int(index: u8, value: i32) -> Condition {
    (index, Dword, Eq, bits(value))
}

fn null(index: u8) -> Condition {
    (index, Qword, Eq, 0)
}

/// Returns the system calls that are allowed only in certain ways.
fn some() -> Vec<(c_long, Vec<Way>)> {
    let this_process = std::process::id().cast_signed();
    let socket_type = 0xf;
    vec![
        // Code is written first and made executable afterwards. It is not mapped from
        // files.
        (libc::SYS_mmap, vec![vec![none_of(2, libc::PROT_EXEC)]]),
        (
            libc::SYS_mprotect,
            vec![vec![none_of(2, libc::PROT_EXEC)], vec![none_of(2, libc::PROT_WRITE)]],
        ),
        // This allows threads, but not processes.
        (libc::SYS_clone, vec![vec![(0, Dword, MaskedEq(bits(!DETACHED)), bits(THREAD))]]),
        (libc::SYS_prctl, vec![vec![int(0, libc::PR_SET_NAME)]]),
        (libc::SYS_prlimit64, vec![vec![int(0, 0), null(2)]]),
        // A process aborts with it.
        (libc::SYS_tgkill, vec![vec![int(0, this_process)]]),
        (libc::SYS_ioctl, IOCTLS.iter().map(|&it| vec![(1, Dword, Eq, it)]).collect()),
        (libc::SYS_fcntl, FCNTLS.iter().map(|&it| vec![int(1, it)]).collect()),
        // tokio learns of signals through this pair. The pair leads nowhere else: it is a
        // stream, and what is sent has no address.
        (
            libc::SYS_socketpair,
            vec![vec![
                int(0, libc::AF_UNIX),
                (1, Dword, MaskedEq(socket_type), bits(libc::SOCK_STREAM)),
            ]],
        ),
        (libc::SYS_sendto, vec![vec![null(4)]]),
    ]
}

/// The filters, ready to be applied.
pub(super) struct Filters {
    clone3: BpfProgram,
    allowed: BpfProgram,
}

impl Filters {
    pub(super) fn new(accepts: bool) -> Result<Self> {
        // The flags of `clone3` are in memory, where no filter can see them. The C
        // library takes this error for an old kernel and calls `clone`.
        let clone3 = SeccompFilter::new(
            BTreeMap::from([(libc::SYS_clone3, Vec::new())]),
            SeccompAction::Allow,
            SeccompAction::Errno(libc::ENOSYS.cast_unsigned()),
            ARCH,
        )?;
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            ANY.iter().chain(ANY_HERE).map(|&call| (call, Vec::new())).collect();
        // Allowed here, so that the error of the other filter is the one that is
        // returned.
        rules.insert(libc::SYS_clone3, Vec::new());
        if accepts {
            rules.extend(SERVER.iter().map(|&call| (call, Vec::new())));
            let no_delay = vec![int(1, libc::IPPROTO_TCP), int(2, libc::TCP_NODELAY)];
            rules.insert(libc::SYS_setsockopt, vec![rule(no_delay)?]);
        }
        for (call, ways) in some() {
            rules.insert(call, ways.into_iter().map(rule).collect::<Result<_>>()?);
        }
        let allowed = SeccompFilter::new(
            rules,
            SeccompAction::Errno(libc::EPERM.cast_unsigned()),
            SeccompAction::Allow,
            ARCH,
        )?;
        Ok(Self { clone3: clone3.try_into()?, allowed: allowed.try_into()? })
    }

    /// Applies the filter that takes `clone3` away.
    pub(super) fn apply_clone3(&self) -> Result<()> {
        seccompiler::apply_filter_all_threads(&self.clone3)
    }

    /// Applies the filter that takes away all that is not allowed.
    pub(super) fn apply_allowed(&self) -> Result<()> {
        seccompiler::apply_filter_all_threads(&self.allowed)
    }
}

fn rule(way: Way) -> Result<SeccompRule> {
    let conditions = way
        .into_iter()
        .map(|(index, length, operator, value)| {
            SeccompCondition::new(index, length, operator, value)
        })
        .collect::<std::result::Result<_, _>>()?;
    Ok(SeccompRule::new(conditions)?)
}
