//! Reads in the middle of a turn, for `node:fs`.

use std::sync::Arc;

use super::directory::Directory;
use super::error::{FsError, Result};
use super::methods::{ListOptions, ReadOptions, listed, read_part};
use super::path::RelativePath;
use super::tree::{FileType, Metadata};
use crate::engine::bindings::sandbox::{
    FileAnswer, FileEntry, FileError, FileKind, FilePart, FileProperties, FileQuery,
};
use crate::engine::files::{Files, Reading};
use crate::error::thrown::MAX_MESSAGE_BYTES;

impl Files for Directory {
    fn is_read_only(&self) -> bool {
        self.is_read_only()
    }

    fn read(self: Arc<Self>, path: String, query: FileQuery) -> Reading {
        Box::pin(async move {
            self.answer(&path, query).await.map_err(|error| {
                let (code, text) = error.into_parts();
                FileError { code: code.to_owned(), text }
            })
        })
    }
}

impl Directory {
    async fn answer(&self, path: &str, query: FileQuery) -> Result<FileAnswer> {
        let path = RelativePath::parse(path)?;
        let (max_bytes, max_entries) = (
            self.room.options.max_read_bytes.min(MAX_MESSAGE_BYTES),
            self.room.options.max_entries,
        );
        let tree = Arc::clone(&self.tree);
        let answer = self.work(move |cancelled| match query {
            FileQuery::Contents(FilePart { offset, length }) => {
                let part = ReadOptions { offset: Some(offset), length };
                read_part(tree.open(&path)?, &part, max_bytes, cancelled).map(FileAnswer::Contents)
            }
            FileQuery::Properties => Ok(properties(tree.metadata(&path)?)),
            FileQuery::OwnProperties => Ok(properties(tree.own_metadata(&path)?)),
            FileQuery::Entries(recursive) => {
                let options = ListOptions { recursive: Some(recursive), ..ListOptions::default() };
                let (mut entries, is_cut) = listed(tree, &path, &options, max_entries, cancelled)?;
                if is_cut {
                    let text = format!(
                        "more than {max_entries} entries (list them with fs.promises, or raise \
                         DirOptions::max_entries)"
                    );
                    return Err(FsError::new("EOVERFLOW", text));
                }
                entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
                let entries = entries.into_iter();
                let entries =
                    entries.map(|it| FileEntry { path: it.path, kind: kind(it.file_type) });
                Ok(FileAnswer::Entries(entries.collect()))
            }
        });
        answer.await
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
