//! Kernels that lack something, as far as this process can see.

use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// Makes a system call fail for good.
pub(crate) fn without(call: i64, errno: i32) {
    let arch = TargetArch::try_from(std::env::consts::ARCH).expect("an architecture");
    let refuse = SeccompAction::Errno(errno.cast_unsigned());
    let rules = BTreeMap::from([(call, Vec::new())]);
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch).expect("a filter");
    let program: BpfProgram = filter.try_into().expect("a program");
    seccompiler::apply_filter(&program).expect("seccomp");
}
