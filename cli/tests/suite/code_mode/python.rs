//! The package for Python, which speaks the protocol. Its tests need Python 3.11 and no other package.

use std::path::Path;
use std::process::Command;

use crate::folder::said;

#[test]
fn the_tests_of_the_python_package_pass() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages/python");
    let is_new = "import sys; sys.exit(sys.version_info < (3, 11))";
    let python = Command::new("python3").args(["-c", is_new]).status();
    // The package's archive does not have the folder.
    if !package.is_dir() || !python.is_ok_and(|status| status.success()) {
        return;
    }
    let mut command = Command::new("python3");
    command
        .args(["-m", "unittest", "discover", "-s", "tests", "-t", "."])
        .current_dir(package)
        .env("ISOLET_COMMAND", env!("CARGO_BIN_EXE_isolet"))
        .env("PYTHONPATH", "src")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let said = said(&mut command);
    assert!(said.code == Some(0) && said.err.contains("\nOK"), "{said:?}");
}
