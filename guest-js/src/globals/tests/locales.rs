//! The data of locales, which the host has: the archives that `tools/locale_data` writes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

use flate2::read::DeflateDecoder;

use crate::globals::take;

type Tables = BTreeMap<String, Vec<u8>>;

/// Returns a table by its name, such as `numbers/de`.
pub fn locale_data(name: &str) -> Option<Vec<u8>> {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    let all = TABLES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime-host/guests/locales");
        let mut all = Tables::new();
        for file in fs::read_dir(folder).into_iter().flatten().flatten() {
            let archive = fs::read(file.path()).unwrap_or_default();
            let mut rest = &archive[..];
            while let (Ok(name), Ok(table)) = (take(&mut rest), take(&mut rest)) {
                let mut text = Vec::new();
                if DeflateDecoder::new(table).read_to_end(&mut text).is_ok() {
                    all.insert(String::from_utf8_lossy(name).into_owned(), text);
                }
            }
        }
        all
    });
    all.get(name).cloned()
}
