//! A process that locks itself down and tries to get out. The suite starts it, because
//! nothing takes a lockdown off again and a test has other threads beside it.
//!
//! Its arguments are what to do and a folder with `inside/secret` and `outside/secret`. It
//! prints `locked` or the kind of the error, and panics if anything is not as it should be.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod escape;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod kernel;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod scenarios;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn main() {
    scenarios::main();
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn main() {
    match isolet::Lockdown::new().apply() {
        Err(isolet::LockdownError::Unsupported) => println!("unsupported"),
        other => panic!("{other:?}"),
    }
}
