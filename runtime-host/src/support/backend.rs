//! The backends that execute the guests.

use std::fmt;

use crate::support::config::{NATIVE_MEMORY_BYTES, PULLEY_MEMORY_BYTES};

/// The way in which an engine executes the code of its sandboxes. Results, logs and fuel are
/// the same in each.
///
/// The guests are compiled for each backend when this crate is built: no backend compiles
/// anything at run time, and none makes memory executable (on Linux; elsewhere
/// [`Backend::Native`] does so once, when the engine is created).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// Machine code for the baseline of the target's architecture, made by Cranelift. The
    /// default if the feature `native` is on.
    Native,
    /// Bytecode for Pulley, Wasmtime's portable interpreter, for platforms that forbid
    /// code which is not part of the program's file, or have no compiler backend. Needs the
    /// feature `pulley`. JavaScript runs some ten to twenty times slower, a start takes less
    /// than twice the time, and a sandbox reserves 512 MiB of addresses in the place of 4 GiB,
    /// which is also the most memory that it can have.
    Pulley,
}

impl Backend {
    /// The backends that this build of the crate has.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "native")]
        Self::Native,
        #[cfg(feature = "pulley")]
        Self::Pulley,
    ];

    /// Returns the name of the backend: `native` or `pulley`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Pulley => "pulley",
        }
    }

    /// Returns Wasmtime's name of the target that the guests are compiled for, if it is not
    /// the host.
    pub(crate) const fn target(self) -> Option<&'static str> {
        match self {
            Self::Native => None,
            Self::Pulley if cfg!(target_endian = "big") => Some("pulley64be"),
            Self::Pulley => Some("pulley64"),
        }
    }

    /// Returns the most memory that a sandbox can have, in bytes.
    pub(crate) const fn max_memory_bytes(self) -> u64 {
        match self {
            Self::Native => NATIVE_MEMORY_BYTES,
            Self::Pulley => PULLEY_MEMORY_BYTES,
        }
    }
}

impl Default for Backend {
    fn default() -> Self {
        Self::ALL[0]
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(not(any(feature = "native", feature = "pulley")))]
compile_error!("isolet needs a backend: the feature `native` or the feature `pulley`");

// The pool reserves addresses for the memories of all sandboxes.
#[cfg(not(target_pointer_width = "64"))]
compile_error!("isolet needs a target with addresses of 64 bits");
