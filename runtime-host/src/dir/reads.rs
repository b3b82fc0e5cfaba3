//! Reads in the middle of a turn, for `node:fs`.

use std::sync::Arc;

use super::directory::{Cancelled, Directory};
use super::error::{FsError, Result};
use super::methods::{ListOptions, ReadOptions, listed, read_part};
use super::path::RelativePath;
use super::tree::{FileType, Metadata, Tree};
use crate::engine::bindings::sandbox::{
    FileAnswer, FileEntry, FileError, FileKind, FilePart, FileProperties, FileQuery,
};
use crate::engine::files::{Files, Read, Reading};
use crate::error::thrown::MAX_MESSAGE_BYTES;

impl Files for Directory {
    fn is_read_only(&self) -> bool {
        self.is_read_only()
    }

    fn read(self: Arc<Self>, path: String, query: FileQuery, max_bytes: u64) -> Reading {
        Box::pin(async move {
            let path = match RelativePath::parse(&path) {
                Ok(path) => path,
                Err(error) => return Read { answer: Err(told(error)), looks: 0 },
            };
            let (tree, options) = (Arc::clone(&self.tree), self.room.options.clone());
            let read = self.work(move |cancelled| {
                let mut looks = 0;
                let most = options.max_read_bytes.min(MAX_MESSAGE_BYTES).min(max_bytes);
                let max = (most, options.max_entries);
                let answer = answer(tree, &path, query, max, &mut looks, cancelled);
                Ok(Read { answer: answer.map_err(told), looks })
            });
            read.await.unwrap_or_else(|error| Read { answer: Err(told(error)), looks: 0 })
        })
    }
}

fn told(error: FsError) -> FileError {
    let (code, text) = error.into_parts();
    FileError { code: code.to_owned(), text }
}

/// Reads at most as many bytes of a file or entries of a directory. Adds to `looks` the number of
/// entries that were looked at.
fn answer(
    tree: Arc<dyn Tree>,
    path: &RelativePath,
    query: FileQuery,
    (max_bytes, max_entries): (u64, u32),
    looks: &mut u64,
    cancelled: &Cancelled,
) -> Result<FileAnswer> {
    match query {
        FileQuery::Contents(FilePart { offset, length }) => {
            let part = ReadOptions { offset: Some(offset), length };
            read_part(tree.open(path)?, &part, max_bytes, cancelled).map(FileAnswer::Contents)
        }
        FileQuery::Properties => Ok(properties(tree.metadata(path)?)),
        FileQuery::OwnProperties => Ok(properties(tree.own_metadata(path)?)),
        FileQuery::Entries(recursive) => {
            let options = ListOptions { recursive: Some(recursive), ..ListOptions::default() };
            let (mut entries, is_cut) =
                listed(tree, path, &options, max_entries, looks, cancelled)?;
            if is_cut {
                let text = format!(
                    "more than {max_entries} entries (list them with fs.promises, or raise \
                     DirOptions::max_entries)"
                );
                return Err(FsError::new("EOVERFLOW", text));
            }
            entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
            let entries = entries.into_iter();
            let entries = entries.map(|it| FileEntry { path: it.path, kind: kind(it.file_type) });
            Ok(FileAnswer::Entries(entries.collect()))
        }
    }
}

fn properties(found: Metadata) -> FileAnswer {
    let modified = found.modified_millis();
    let kind = kind(found.file_type);
    FileAnswer::Properties(FileProperties { kind, size: found.size, modified })
}

fn kind(file_type: FileType) -> FileKind {
    match file_type {
        FileType::File => FileKind::File,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Symlink,
        FileType::Other => FileKind::Other,
    }
}
