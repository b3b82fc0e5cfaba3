//! The attempts of a process that has got out of the sandbox.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{PermissionsExt as _, chown, chroot, symlink};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;

type Attempt = (&'static str, io::Result<()>);

/// Tries all of it. `folder` is as [the program's](crate) argument.
///
/// # Panics
/// Something is not refused.
pub(crate) fn nothing_gets_out(folder: &Path) {
    let attempts = files(folder).into_iter().chain(sockets(folder)).chain(processes(folder));
    for (what, result) in attempts {
        match result {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => (),
            other => panic!("{what}: {other:?} on {:?}", std::thread::current().name()),
        }
    }
    assert_eq!(fs::read_to_string(inside(folder)).expect("the file inside"), "inside");
    assert_eq!(fs::read_dir(folder.join("inside")).expect("the folder inside").count(), 2);
}

/// # Panics
/// Something is refused.
pub(crate) fn everything_is_open(folder: &Path) {
    assert!(File::open(folder.join("outside/secret")).is_ok());
    assert!(File::create(folder.join("outside/new")).is_ok());
    assert!(UdpSocket::bind("127.0.0.1:0").is_ok());
    let status = Command::new("true").status().expect("a process");
    assert!(status.success());
}

fn inside(folder: &Path) -> std::path::PathBuf {
    folder.join("inside/secret")
}

fn files(folder: &Path) -> Vec<Attempt> {
    let inside = inside(folder);
    let outside = folder.join("outside/secret");
    let new = folder.join("inside/new");
    vec![
        ("read /etc/passwd", File::open("/etc/passwd").map(drop)),
        ("read a file outside", File::open(&outside).map(drop)),
        ("read by a link that leads out", File::open(folder.join("inside/link")).map(drop)),
        ("read its own memory as a file", File::open("/proc/self/mem").map(drop)),
        ("list a folder", fs::read_dir("/").map(drop)),
        ("create in the folder", File::create_new(&new).map(drop)),
        ("create outside", File::create_new(folder.join("outside/other")).map(drop)),
        ("create in /tmp", File::create(std::env::temp_dir().join("isolet-locked")).map(drop)),
        ("write", File::options().write(true).open(&inside).map(drop)),
        ("append", File::options().append(true).open(&inside).map(drop)),
        ("truncate", File::options().write(true).truncate(true).open(&inside).map(drop)),
        ("remove", fs::remove_file(&inside)),
        ("rename", fs::rename(&inside, &new)),
        ("link", fs::hard_link(&inside, &new)),
        ("link symbolically", symlink(&outside, &new)),
        ("make a folder", fs::create_dir(&new)),
        ("change a mode", fs::set_permissions(&inside, Permissions::from_mode(0o777))),
        ("change an owner", chown(&inside, Some(1), Some(1))),
        ("change the root", chroot("/")),
        ("change the folder", std::env::set_current_dir("/")),
    ]
}

fn sockets(folder: &Path) -> Vec<Attempt> {
    vec![
        ("connect", TcpStream::connect("127.0.0.1:9").map(drop)),
        ("listen", TcpListener::bind("127.0.0.1:0").map(drop)),
        ("UDP", UdpSocket::bind("127.0.0.1:0").map(drop)),
        ("connect to a path", UnixStream::connect(folder.join("inside/socket")).map(drop)),
        ("listen on a path", UnixListener::bind(folder.join("inside/new")).map(drop)),
        ("datagrams", UnixDatagram::unbound().map(drop)),
        ("a pair for datagrams", UnixDatagram::pair().map(drop)),
    ]
}

fn processes(folder: &Path) -> Vec<Attempt> {
    let mut elsewhere = Command::new("/bin/true");
    elsewhere.current_dir(folder);
    vec![
        ("start a process", Command::new("true").spawn().map(drop)),
        // Which the standard library starts by other means.
        ("start a process in a folder", elsewhere.spawn().map(drop)),
        ("become one", Err(std::os::unix::process::CommandExt::exec(&mut Command::new("true")))),
    ]
}
