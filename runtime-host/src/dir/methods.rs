//! The methods of a directory in JavaScript.
//!
//! JavaScript calls them and Rust does not, so that they are on a type of their own.
#![allow(unreachable_pub, reason = "the macro takes methods that are `pub`")]

use std::io::SeekFrom;
use std::sync::Arc;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};

use super::directory::{Cancelled, Directory};
use super::error::{FsError, Result};
use super::path::RelativePath;
use super::streams;
use super::tree::{FileType, Reader, Tree};
use super::walk::{Step, Walk};
use crate::error::thrown::Thrown;
use crate::rpc::bytes::Bytes;
use crate::rpc::stream::{ByteSink, ByteStream};
use crate::rpc::stub::Stub;

/// The number of bytes that are read between two looks at whether somebody waits.
const PART_BYTES: usize = 256 << 10;

/// The maximum number of bytes of paths in one answer.
const MAX_LISTED_BYTES: usize = 4 << 20;

/// The number of entries that `list` looks at for each one that it may return.
const LOOKS_PER_ENTRY: u64 = 16;

/// The number of entries that are removed between two readings of their directory.
const REMOVED_AT_ONCE: usize = 1000;

pub(super) struct Methods(pub(super) Directory);

type Answered<T> = std::result::Result<T, Thrown>;

/// The part of a file to read.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct ReadOptions {
    /// The first byte. Default: 0.
    pub(super) offset: Option<u64>,
    /// The maximum number of bytes. Default: all.
    pub(super) length: Option<u64>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct ListOptions {
    /// Enter directories. Default: false.
    pub(super) recursive: Option<bool>,
    /// Return only entries whose paths match.
    pub(super) glob: Option<String>,
    /// Return at most so many entries.
    pub(super) limit: Option<u32>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct StatOptions {
    /// Follow a symbolic link. Default: true.
    follow_links: Option<bool>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct RecursiveOptions {
    /// Default: false.
    recursive: Option<bool>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct WriteStreamOptions {
    /// Write after the end of the file. Default: false.
    append: Option<bool>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct DirectoryOptions {
    /// Refuse changes. Default: those of this directory.
    read_only: Option<bool>,
}

/// Content to write: text, bytes or a stream of bytes.
#[derive(Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "declarations", schemars(extend("x-typescript" = "string | Uint8Array | ReadableStream"), inline))]
#[serde(transparent)]
pub(super) struct Data(ByteStream);

#[derive(Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct Stat {
    #[serde(rename = "type")]
    file_type: FileType,
    /// The number of bytes of a file.
    size: u64,
    /// The time of the last change, in milliseconds since 1970.
    modified: Option<f64>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct ListedEntry {
    /// The path from the directory that was listed.
    pub(super) path: String,
    #[serde(rename = "type")]
    pub(super) file_type: FileType,
    /// The number of bytes of a file.
    size: u64,
}

#[derive(Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct Listing {
    /// Sorted by path.
    entries: Vec<ListedEntry>,
    /// True if there are more, or may be.
    truncated: bool,
}

#[derive(Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct Matches {
    /// Sorted.
    paths: Vec<String>,
    /// True if there are more, or may be.
    truncated: bool,
}

/// Files and directories. Paths are relative, with `/` between names.
#[isolet::capability(name = "Directory")]
impl Methods {
    /// Reads a file of text in UTF-8.
    pub async fn read_text(&self, path: String) -> Answered<String> {
        let bytes = self.read("readText", path.clone(), ReadOptions::default()).await?;
        String::from_utf8(bytes).map_err(|_| {
            let error = FsError::new("EINVAL", "the file is not text in UTF-8 (use readBytes)");
            error.thrown("readText", &path)
        })
    }

    /// Reads a file, or a part of it.
    pub async fn read_bytes(&self, path: String, options: Option<ReadOptions>) -> Answered<Bytes> {
        Ok(self.read("readBytes", path, options.unwrap_or_default()).await?.into())
    }

    /// Opens a file to read it in parts.
    pub async fn read_stream(
        &self,
        path: String,
        options: Option<ReadOptions>,
    ) -> Answered<ByteStream> {
        let ReadOptions { offset, length } = options.unwrap_or_default();
        let place = self.0.stream().map_err(|error| error.thrown("readStream", &path))?;
        let reader = self.on("readStream", &path, move |tree, path, _| {
            let mut reader = tree.open(path)?;
            reader.bytes.seek(SeekFrom::Start(offset.unwrap_or(0)))?;
            Ok(reader)
        });
        let reader = reader.await?.bytes;
        Ok(streams::reading(self.0.clone(), path, reader, length.unwrap_or(u64::MAX), place))
    }

    /// Writes a file, in place of the one that is there. Others see all of it or nothing.
    pub async fn write(&self, path: String, data: Data) -> Answered<()> {
        self.write_all("write", path, data, false).await
    }

    /// Writes after the end of a file, which is created if it does not exist.
    pub async fn append(&self, path: String, data: Data) -> Answered<()> {
        self.write_all("append", path, data, true).await
    }

    /// Opens a file to write it in parts. Closing the stream puts it into its place.
    pub async fn write_stream(
        &self,
        path: String,
        options: Option<WriteStreamOptions>,
    ) -> Answered<ByteSink> {
        let append = options.unwrap_or_default().append.unwrap_or(false);
        let place = self.0.stream().map_err(|error| error.thrown("writeStream", &path))?;
        let writer =
            self.changing("writeStream", &path, move |tree, path, _| tree.create(path, append));
        let writer = writer.await?;
        Ok(streams::writing(self.0.clone(), path, writer, place))
    }

    /// Lists the entries of a directory.
    pub async fn list(
        &self,
        path: Option<String>,
        options: Option<ListOptions>,
    ) -> Answered<Listing> {
        let options = options.unwrap_or_default();
        let (mut entries, truncated) = self.find("list", path.unwrap_or_default(), options).await?;
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Listing { entries, truncated })
    }

    /// Finds the paths below this directory that match a pattern, such as `src/**/*.{js,ts}`.
    pub async fn glob(&self, pattern: String, options: Option<ListOptions>) -> Answered<Matches> {
        let limit = options.and_then(|options| options.limit);
        let options = ListOptions { recursive: Some(true), glob: Some(pattern), limit };
        let (entries, truncated) = self.find("glob", String::new(), options).await?;
        let mut paths: Vec<String> = entries.into_iter().map(|entry| entry.path).collect();
        paths.sort_unstable();
        Ok(Matches { paths, truncated })
    }

    /// Lists the entries of a directory as lines of JSON, in no order and without a limit.
    pub async fn list_stream(
        &self,
        path: Option<String>,
        options: Option<ListOptions>,
    ) -> Answered<ByteStream> {
        let path = path.unwrap_or_default();
        let ListOptions { recursive, glob, limit } = options.unwrap_or_default();
        let place = self.0.stream().map_err(|error| error.thrown("listStream", &path))?;
        let tree = self.0.tree.clone();
        let walk = self.on("listStream", &path, move |_, path, _| {
            Walk::new(tree, path.clone(), recursive.unwrap_or(false), glob.as_deref())
        });
        let (walk, limit) = (walk.await?, limit.map_or(u64::MAX, u64::from));
        Ok(streams::listing(self.0.clone(), path, walk, limit, place))
    }

    /// Returns the properties of a file or directory.
    pub async fn stat(&self, path: String, options: Option<StatOptions>) -> Answered<Stat> {
        let follows = options.unwrap_or_default().follow_links.unwrap_or(true);
        let found = self.on("stat", &path, move |tree, path, _| {
            if follows { tree.metadata(path) } else { tree.own_metadata(path) }
        });
        let found = found.await?;
        let modified = found.modified_millis();
        Ok(Stat { file_type: found.file_type, size: found.size, modified })
    }

    /// Returns true if there is something at the path.
    pub async fn exists(&self, path: String) -> Answered<bool> {
        let exists = self.on("exists", &path, |tree, path, _| match tree.metadata(path) {
            Ok(_) => Ok(true),
            Err(error) if error.is("ENOENT") || error.is("ENOTDIR") => Ok(false),
            Err(error) => Err(error),
        });
        exists.await
    }

    /// Creates a directory; with `recursive`, also those above it that do not exist.
    pub async fn mkdir(&self, path: String, options: Option<RecursiveOptions>) -> Answered<()> {
        let recursive = options.unwrap_or_default().recursive.unwrap_or(false);
        let made = self.changing("mkdir", &path, move |tree, path, _| {
            if recursive { create_directories(tree, path) } else { tree.create_directory(path) }
        });
        made.await
    }

    /// Gives a file or directory another path. A file that has that path is replaced.
    pub async fn rename(&self, from: String, to: String) -> Answered<()> {
        let target = to.clone();
        let renamed = self.changing("rename", &from, move |tree, from, _| {
            tree.rename(from, &RelativePath::parse(&target)?)
        });
        renamed.await
    }

    /// Removes a file, a link or an empty directory; with `recursive`, also all that is in it.
    pub async fn remove(&self, path: String, options: Option<RecursiveOptions>) -> Answered<()> {
        let recursive = options.unwrap_or_default().recursive.unwrap_or(false);
        let removed = self.changing("remove", &path, move |tree, path, cancelled| {
            if recursive { remove_all(tree, path, cancelled) } else { tree.remove(path) }
        });
        removed.await
    }

    /// Returns a capability of a directory below this one, which reaches nothing else.
    pub async fn dir(&self, path: String, options: Option<DirectoryOptions>) -> Answered<Stub> {
        let read_only = options.unwrap_or_default().read_only.unwrap_or(false);
        let directory = self.0.clone();
        let narrowed = self.on("dir", &path, move |_, path, _| directory.narrowed(path, read_only));
        Ok(Stub::new(narrowed.await?))
    }

    /// Returns a capability of this directory that refuses changes.
    pub fn read_only(&self) -> Stub {
        Stub::new(self.0.read_only())
    }
}

impl Methods {
    /// Runs an operation on a path.
    async fn on<T: Send + 'static>(
        &self,
        operation: &'static str,
        path: &str,
        work: impl FnOnce(&dyn Tree, &RelativePath, &Cancelled) -> Result<T> + Send + 'static,
    ) -> Answered<T> {
        let parsed = RelativePath::parse(path).map_err(|error| error.thrown(operation, path))?;
        let tree = self.0.tree.clone();
        self.0.run(operation, path, move |cancelled| work(&*tree, &parsed, cancelled)).await
    }

    /// Runs an operation that changes something.
    async fn changing<T: Send + 'static>(
        &self,
        operation: &'static str,
        path: &str,
        work: impl FnOnce(&dyn Tree, &RelativePath, &Cancelled) -> Result<T> + Send + 'static,
    ) -> Answered<T> {
        self.0.check_writable().map_err(|error| error.thrown(operation, path))?;
        self.on(operation, path, work).await
    }

    async fn read(
        &self,
        operation: &'static str,
        path: String,
        options: ReadOptions,
    ) -> Answered<Vec<u8>> {
        let max = self.0.room.options.max_read_bytes;
        let bytes = self.on(operation, &path, move |tree, path, cancelled| {
            read_part(tree.open(path)?, &options, max, cancelled)
        });
        bytes.await
    }

    async fn write_all(
        &self,
        operation: &'static str,
        path: String,
        Data(mut data): Data,
        append: bool,
    ) -> Answered<()> {
        // Data that has arrived needs no place: its file is not open while a worker is waited for.
        let _place = if data.is_local() {
            None
        } else {
            Some(self.0.stream().map_err(|error| error.thrown(operation, &path))?)
        };
        let mut writer =
            self.changing(operation, &path, move |tree, path, _| tree.create(path, append)).await?;
        while let Some(chunk) = data.next().await {
            let chunk = chunk.map_err(Thrown::from)?;
            let written = self.0.run(operation, &path, move |_| {
                writer.write(&chunk)?;
                Ok(writer)
            });
            writer = written.await?;
        }
        self.0.run(operation, &path, move |_| writer.commit()).await
    }

    async fn find(
        &self,
        operation: &'static str,
        path: String,
        options: ListOptions,
    ) -> Answered<(Vec<ListedEntry>, bool)> {
        let max = self.0.room.options.max_entries;
        let tree = self.0.tree.clone();
        let found = self.on(operation, &path, move |_, path, cancelled| {
            listed(tree, path, &options, max, &mut 0, cancelled)
        });
        found.await
    }
}

/// Returns at most `max` entries of a directory, in no order, and whether there may be more. Adds to
/// `looks` the number of entries that were looked at.
pub(super) fn listed(
    tree: Arc<dyn Tree>,
    path: &RelativePath,
    options: &ListOptions,
    max: u32,
    looks: &mut u64,
    cancelled: &Cancelled,
) -> Result<(Vec<ListedEntry>, bool)> {
    let limit = options.limit.map_or(max, |limit| limit.min(max)) as usize;
    let max_looks = u64::from(max).saturating_mul(LOOKS_PER_ENTRY);
    let recursive = options.recursive.unwrap_or(false);
    let mut walk = Walk::new(tree, path.clone(), recursive, options.glob.as_deref())?;
    let (mut entries, mut bytes) = (Vec::new(), 0);
    for _ in 0..max_looks {
        cancelled.check()?;
        *looks += 1;
        let found = match walk.step()? {
            Step::Found(found) => found,
            Step::Other => continue,
            Step::End => return Ok((entries, false)),
        };
        bytes += found.path.len();
        if entries.len() >= limit || bytes > MAX_LISTED_BYTES {
            return Ok((entries, true));
        }
        let (path, file_type, size) = (found.path, found.file_type, found.size);
        entries.push(ListedEntry { path, file_type, size });
    }
    let truncated = !matches!(walk.step()?, Step::End);
    Ok((entries, truncated))
}

pub(super) fn read_part(
    mut reader: Reader,
    options: &ReadOptions,
    max: u64,
    cancelled: &Cancelled,
) -> Result<Vec<u8>> {
    let offset = options.offset.unwrap_or(0);
    let length = options.length.unwrap_or(u64::MAX);
    let too_large = || {
        FsError::new(
            "EFBIG",
            format!(
                "more than {max} bytes (read a part or a stream, or raise \
                 DirOptions::max_read_bytes)"
            ),
        )
    };
    if reader.size.saturating_sub(offset).min(length) > max {
        return Err(too_large());
    }
    reader.bytes.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    let mut part = vec![0; PART_BYTES];
    loop {
        cancelled.check()?;
        let left = length.saturating_sub(bytes.len() as u64).min(PART_BYTES as u64);
        let wanted = part.get_mut(..usize::try_from(left).unwrap_or(PART_BYTES));
        let count = reader.bytes.read(wanted.unwrap_or_default())?;
        if count == 0 {
            return Ok(bytes);
        }
        bytes.extend_from_slice(part.get(..count).unwrap_or_default());
        // A file may grow while it is read.
        if bytes.len() as u64 > max {
            return Err(too_large());
        }
    }
}

pub(super) fn create_directories(tree: &dyn Tree, path: &RelativePath) -> Result<()> {
    let mut made = RelativePath::default();
    for name in path.names() {
        made = made.join(name)?;
        match tree.create_directory(&made) {
            Err(error) if error.is("EEXIST") => {
                if tree.metadata(&made)?.file_type != FileType::Directory {
                    return Err(if made == *path { error } else { FsError::no_directory() });
                }
            }
            created => created?,
        }
    }
    Ok(())
}

fn remove_all(tree: &dyn Tree, path: &RelativePath, cancelled: &Cancelled) -> Result<()> {
    loop {
        cancelled.check()?;
        match tree.remove(path) {
            Err(error) if error.is("ENOTEMPTY") => {}
            removed => return removed,
        }
        let entries: Result<Vec<_>> = tree.entries(path)?.take(REMOVED_AT_ONCE).collect();
        for entry in entries? {
            if !entry.is_text {
                return Err(FsError::new(
                    "EINVAL",
                    "the directory has an entry whose name is not UTF-8",
                ));
            }
            match remove_all(tree, &path.join(&entry.name)?, cancelled) {
                Err(error) if error.is("ENOENT") => {}
                removed => removed?,
            }
        }
    }
}
