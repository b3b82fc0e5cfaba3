//! The files of a program: the directories that were handed to it.
//!
//! Wasmtime keeps a program within them. Its functions that write are replaced by ones that ask
//! the quota first, and its functions that open by ones that leave devices and FIFOs alone.

use bytes::Bytes;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, LinkerInstance, Resource};
use wasmtime_wasi::filesystem::{Descriptor, Dir, WasiFilesystemCtxView, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorType, ErrorCode, Host as _, HostDescriptor as _, OpenFlags,
    PathFlags,
};
use wasmtime_wasi::p2::{
    DynOutputStream, FsResult, OutputStream, Pollable, StreamError, StreamResult,
};
use wasmtime_wasi::{FsPerms, OpenMode, async_trait};

use super::state::State;
use crate::dir::Directory;

/// The interfaces of files, as Wasmtime names them.
const TYPES: &str = "wasi:filesystem/types@0.2.12";
const PREOPENS: &str = "wasi:filesystem/preopens@0.2.12";

type Result<T> = wasmtime::Result<T>;

/// The answer of a function: a value or a code.
type Answer<T> = (std::result::Result<T, ErrorCode>,);

type Handle = Resource<Descriptor>;

fn answer<T>(view: &mut WasiFilesystemCtxView<'_>, result: FsResult<T>) -> Result<Answer<T>> {
    Ok((match result {
        Ok(value) => Ok(value),
        Err(error) => Err(view.convert_error_code(error)?),
    },))
}

fn charge(writable: &[Directory], bytes: u64, files: u64) -> std::result::Result<(), ErrorCode> {
    // Which directory a file belongs to is not known, so that it is counted in all of them.
    let charged = writable.iter().try_for_each(|directory| directory.charge(bytes, files));
    charged.map_err(|_| ErrorCode::Quota)
}

/// Replaces functions of Wasmtime.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    linker.allow_shadowing(true);
    linker.instance(PREOPENS)?.func_wrap(
        "get-directories",
        |mut store: StoreContextMut<'_, State>, (): ()| {
            let state = store.data_mut();
            let mut directories = Vec::new();
            for mount in &state.mounts {
                let (perms, mode) = if mount.directory.is_read_only() {
                    (FsPerms::ReadOnly, OpenMode::READ)
                } else {
                    (FsPerms::ReadWrite, OpenMode::READ | OpenMode::WRITE)
                };
                let folder = Dir::new(mount.folder.try_clone()?, perms, mode, false);
                directories.push((state.table.push(Descriptor::Dir(folder))?, mount.path.clone()));
            }
            Ok((directories,))
        },
    )?;
    let mut types = linker.instance(TYPES)?;
    add_streams(&mut types)?;
    add_writes(&mut types)?;
    add_open(&mut types)?;
    add_links(&mut types)?;
    linker.allow_shadowing(false);
    Ok(())
}

fn add_streams(types: &mut LinkerInstance<'_, State>) -> Result<()> {
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        |mut store: StoreContextMut<'_, State>, (file, offset): (Handle, u64)| {
            let stream = store.data_mut().filesystem().write_via_stream(file, offset);
            metered(store.data_mut(), stream)
        },
    )?;
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        |mut store: StoreContextMut<'_, State>, (file,): (Handle,)| {
            let stream = store.data_mut().filesystem().append_via_stream(file);
            metered(store.data_mut(), stream)
        },
    )
}

fn metered(
    state: &mut State,
    stream: FsResult<Resource<DynOutputStream>>,
) -> Result<Answer<Resource<DynOutputStream>>> {
    let stream = match stream {
        Ok(stream) => stream,
        Err(error) => return answer(&mut state.filesystem(), Err(error)),
    };
    let writable = state.writable();
    let stream = state.table.delete(stream)?;
    let stream: DynOutputStream = Box::new(Metered { stream, writable });
    Ok((Ok(state.table.push(stream)?),))
}

/// A stream to a file, which asks the quota before it writes.
struct Metered {
    stream: DynOutputStream,
    writable: Vec<Directory>,
}

#[async_trait]
impl OutputStream for Metered {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if charge(&self.writable, bytes.len() as u64, 0).is_err() {
            let error = std::io::Error::from(rustix::io::Errno::DQUOT);
            return Err(StreamError::LastOperationFailed(error.into()));
        }
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.stream.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.stream.check_write()
    }

    async fn cancel(&mut self) {
        self.stream.cancel().await;
    }
}

#[async_trait]
impl Pollable for Metered {
    async fn ready(&mut self) {
        self.stream.ready().await;
    }
}

fn add_writes(types: &mut LinkerInstance<'_, State>) -> Result<()> {
    types.func_wrap_async(
        "[method]descriptor.write",
        |mut store: StoreContextMut<'_, State>, (file, bytes, offset): (Handle, Vec<u8>, u64)| {
            Box::new(async move {
                if let Err(code) = charge(&store.data().writable(), bytes.len() as u64, 0) {
                    return Ok((Err(code),));
                }
                let mut view = store.data_mut().filesystem();
                let written = view.write(file, bytes, offset).await;
                answer(&mut view, written)
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.set-size",
        |mut store: StoreContextMut<'_, State>, (file, size): (Handle, u64)| {
            Box::new(async move {
                let writable = store.data().writable();
                let mut view = store.data_mut().filesystem();
                let now = match view.stat(Resource::new_borrow(file.rep())).await {
                    Ok(stat) => stat.size,
                    Err(error) => return answer(&mut view, Err(error)),
                };
                if let Err(code) = charge(&writable, size.saturating_sub(now), 0) {
                    return Ok((Err(code),));
                }
                let set = view.set_size(file, size).await;
                answer(&mut view, set)
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.create-directory-at",
        |mut store: StoreContextMut<'_, State>, (directory, path): (Handle, String)| {
            Box::new(async move {
                if let Err(code) = charge(&store.data().writable(), 0, 1) {
                    return Ok((Err(code),));
                }
                let mut view = store.data_mut().filesystem();
                let created = view.create_directory_at(directory, path).await;
                answer(&mut view, created)
            })
        },
    )
}

fn add_open(types: &mut LinkerInstance<'_, State>) -> Result<()> {
    type Arguments = (Handle, PathFlags, String, OpenFlags, DescriptorFlags);
    types.func_wrap_async(
        "[method]descriptor.open-at",
        |mut store: StoreContextMut<'_, State>,
         (directory, follow, path, open, flags): Arguments| {
            Box::new(async move {
                let writable = store.data().writable();
                let mut view = store.data_mut().filesystem();
                let borrowed = Resource::new_borrow(directory.rep());
                let writes =
                    flags.contains(DescriptorFlags::WRITE) || open.contains(OpenFlags::TRUNCATE);
                match view.stat_at(borrowed, follow, path.clone()).await {
                    Ok(stat) => match stat.type_ {
                        DescriptorType::RegularFile if writes && stat.link_count > 1 => {
                            // Its other name may lie elsewhere.
                            return Ok((Err(ErrorCode::NotPermitted),));
                        }
                        DescriptorType::RegularFile
                        | DescriptorType::Directory
                        | DescriptorType::SymbolicLink => {}
                        // Opening a FIFO would wait for its other end.
                        _ => return Ok((Err(ErrorCode::NotPermitted),)),
                    },
                    Err(_) if open.contains(OpenFlags::CREATE) => {
                        if let Err(code) = charge(&writable, 0, 1) {
                            return Ok((Err(code),));
                        }
                    }
                    Err(_) => {}
                }
                let opened = view.open_at(directory, follow, path, open, flags).await;
                answer(&mut view, opened)
            })
        },
    )
}

fn add_links(types: &mut LinkerInstance<'_, State>) -> Result<()> {
    type Link = (Handle, PathFlags, String, Handle, String);
    types.func_wrap(
        "[method]descriptor.link-at",
        |_: StoreContextMut<'_, State>, _: Link| -> Result<Answer<()>> {
            Ok((Err(ErrorCode::NotPermitted),))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.symlink-at",
        |_: StoreContextMut<'_, State>, _: (Handle, String, String)| -> Result<Answer<()>> {
            Ok((Err(ErrorCode::NotPermitted),))
        },
    )
}
