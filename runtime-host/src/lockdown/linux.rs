//! The application of a lockdown. Steps that leave no trace when they fail come first.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath,
    RestrictionStatus, Ruleset, RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _,
    RulesetError, RulesetStatus, Scope,
};

use super::{Lockdown, LockdownError, filter};

/// The oldest Landlock version that suffices. Without its right to truncate, opening a
/// file for reading could empty it.
const NEEDED: ABI = ABI::V3;

/// The version whose rights are refused as well where the kernel has them. The filter of
/// system calls refuses all of them on every kernel, so no promise depends on this
/// version.
const WELCOME: ABI = ABI::V6;

pub(super) fn apply(lockdown: &Lockdown) -> Result<(), LockdownError> {
    one_thread()?;
    let filters = filter::Filters::new(lockdown.accepts).map_err(seccomp)?;
    let rules = rules(lockdown)?;
    // The first filter takes away nothing that is needed, and shows whether the kernel
    // takes filters at all.
    filters.apply_clone3().map_err(seccomp)?;
    enforce(rules)?;
    filters.apply_allowed().map_err(seccomp)
}

/// Checks that the process has one thread.
///
/// # Errors
/// Errors if there are other threads, because Landlock would not apply to them.
fn one_thread() -> Result<(), LockdownError> {
    let tasks = fs::read_dir("/proc/self/task").map_err(LockdownError::Proc)?;
    match tasks.count() {
        1 => Ok(()),
        threads => Err(LockdownError::Threads(threads)),
    }
}

fn rules(lockdown: &Lockdown) -> Result<RulesetCreated, LockdownError> {
    let mut rules = ruleset().map_err(landlock)?;
    for path in &lockdown.read {
        let (file, access) =
            readable(path).map_err(|source| LockdownError::Path { path: path.clone(), source })?;
        rules = rules.add_rule(PathBeneath::new(file, access)).map_err(landlock)?;
    }
    Ok(rules)
}

/// Creates the ruleset: the rights that the process loses, except where a rule grants
/// them.
fn ruleset() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(NEEDED))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(WELCOME))?
        .handle_access(AccessNet::from_all(WELCOME))?
        .scope(Scope::from_all(WELCOME))?
        .create()
}

fn readable(path: &Path) -> io::Result<(File, BitFlags<AccessFs>)> {
    // `O_PATH` opens it only as a place: a pipe is not waited for, and nothing stays
    // readable through it.
    let file = File::options().read(true).custom_flags(libc::O_PATH).open(path)?;
    let access = if file.metadata()?.is_dir() {
        AccessFs::ReadFile | AccessFs::ReadDir
    } else {
        AccessFs::ReadFile.into()
    };
    Ok((file, access))
}

fn enforce(rules: RulesetCreated) -> Result<(), LockdownError> {
    match rules.restrict_self().map_err(landlock)? {
        RestrictionStatus { ruleset: RulesetStatus::NotEnforced, .. } => {
            Err(landlock("it is not enforced"))
        }
        RestrictionStatus { no_new_privs: false, .. } => Err(landlock("no_new_privs is not set")),
        _ => Ok(()),
    }
}

fn landlock(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> LockdownError {
    LockdownError::Landlock(error.into())
}

fn seccomp(error: seccompiler::Error) -> LockdownError {
    LockdownError::Seccomp(error.into())
}
