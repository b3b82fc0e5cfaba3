//! Files that no link leads to, which the kernel finds in one step.
//!
//! A path is otherwise followed name by name, to see where its links lead. Most have none.

use std::fs::File;
use std::io;

use cap_std::fs::Dir;

use super::files::Kind;

/// The outcome of a look at a path.
pub(super) enum Look {
    /// The kind of what is there. `None` if it is neither a file nor a folder.
    Found(Option<Kind>),
    Missing,
    /// There may be a link, or the system cannot tell.
    Unknown,
}

/// Looks at a path below a folder.
pub(super) fn look(dir: &Dir, path: &str) -> Look {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FileType, OFlags, fstat};
        use rustix::io::Errno;

        let opened = linux::open(dir, path, OFlags::PATH);
        match opened.and_then(|file| fstat(&file)) {
            Ok(stat) => Look::Found(match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => Some(Kind::File),
                FileType::Directory => Some(Kind::Folder),
                _ => None,
            }),
            // No link comes before what is missing.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG) => Look::Missing,
            Err(_) => Look::Unknown,
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (dir, path);
        Look::Unknown
    }
}

/// Opens a regular file below a folder, without waiting for anything, and returns its length. Returns
/// `None` if the system cannot tell that there is no link.
pub(super) fn open(dir: &Dir, path: &str) -> Option<io::Result<(File, u64)>> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::OFlags;

        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = File::from(linux::open(dir, path, flags).ok()?);
        Some(match file.metadata() {
            Ok(metadata) if metadata.is_file() => Ok((file, metadata.len())),
            Ok(_) => Err(io::Error::other("not a regular file")),
            Err(error) => Err(error),
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (dir, path);
        None
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::OwnedFd;

    use cap_std::fs::Dir;
    use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
    use rustix::io::Result;

    /// Opens what no link leads to, and what does not lie above the folder.
    pub(super) fn open(dir: &Dir, path: &str, flags: OFlags) -> Result<OwnedFd> {
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        openat2(dir, path, flags | OFlags::CLOEXEC, Mode::empty(), beneath)
    }
}

#[cfg(test)]
mod tests {
    use cap_std::ambient_authority;
    use cap_std::fs::Dir;

    use super::{Look, look, open};
    use crate::resolver::files::Kind;

    #[cfg(target_os = "linux")]
    #[test]
    fn links_are_left_to_others() {
        let path = std::env::temp_dir().join(format!("isolet-direct-{}", std::process::id()));
        std::fs::create_dir_all(path.join("root/folder")).expect("a folder");
        std::fs::write(path.join("secret"), "secret").expect("a file");
        std::fs::write(path.join("root/folder/a"), "a").expect("a file");
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(to, path.join("root").join(name)).expect("a link");
        };
        link("folder/a", "inside");
        link("../secret", "outside");
        link("folder", "through");
        link("nowhere", "broken");
        let dir = Dir::open_ambient_dir(path.join("root"), ambient_authority()).expect("it");
        for (name, kind) in
            [("folder/a", Kind::File), ("folder", Kind::Folder), (".", Kind::Folder)]
        {
            assert!(
                matches!(look(&dir, name), Look::Found(Some(found)) if found == kind),
                "{name}"
            );
        }
        for name in ["none", "none/a", "folder/a/b", &"n".repeat(300)] {
            assert!(matches!(look(&dir, name), Look::Missing), "{name}");
            assert!(open(&dir, name).is_none(), "{name}");
        }
        for name in ["inside", "outside", "through", "through/a", "broken", "../secret", "/etc"] {
            assert!(matches!(look(&dir, name), Look::Unknown), "{name}");
            assert!(open(&dir, name).is_none(), "{name}");
        }
        assert!(open(&dir, "folder/a").is_some_and(|file| file.is_ok()));
        assert!(open(&dir, "folder").is_some_and(|file| file.is_err()));
        std::fs::remove_dir_all(path).expect("the folder");
    }
}
