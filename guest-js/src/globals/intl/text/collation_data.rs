//! The data of collation, which the host has. `tools/locale_data/rust` writes it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use icu_collator::provider::{
    CollationDiacriticsV1, CollationJamoV1, CollationMetadataV1, CollationReorderingV1,
    CollationRootV1, CollationSpecialPrimariesV1, CollationTailoringV1,
};
use icu_locale::LocaleFallbacker;
use icu_normalizer::provider::{Baked, NormalizerNfdDataV1, NormalizerNfdTablesV1};
use icu_provider::buf::BufferFormat;
use icu_provider::prelude::*;

use crate::Host;

type Tables = BTreeMap<String, DataPayload<BufferMarker>>;

thread_local! {
    /// The tables from the host.
    static TABLES: RefCell<Tables> = const { RefCell::new(BTreeMap::new()) };
}

/// The data of every locale, of which a sandbox loads what it uses.
pub struct Source<'a>(pub &'a dyn Host);

impl Source<'_> {
    fn table(&self, name: String) -> Option<DataPayload<BufferMarker>> {
        TABLES.with_borrow_mut(|tables| {
            if let Some(known) = tables.get(&name) {
                return Some(known.clone());
            }
            let bytes = self.0.data(&name)?;
            let payload = DataPayload::from_owned_buffer(bytes.into_boxed_slice());
            tables.insert(name, payload.clone());
            Some(payload)
        })
    }
}

impl DynamicDataProvider<BufferMarker> for Source<'_> {
    /// Returns the data of the locale, or of the nearest one above it that has some.
    fn load_data(
        &self,
        marker: DataMarkerInfo,
        request: DataRequest,
    ) -> Result<DataResponse<BufferMarker>, DataError> {
        let hash = u32::from_le_bytes(marker.id.hashed().to_bytes());
        let kind = request.id.marker_attributes.as_str();
        let fallbacker = LocaleFallbacker::new().for_config(marker.fallback_config);
        let mut locales = fallbacker.fallback_for(*request.id.locale);
        loop {
            let locale = *locales.get();
            if let Some(payload) = self.table(format!("collation/{hash:08x}/{locale}/{kind}")) {
                let mut metadata = DataResponseMetadata::default();
                metadata.buffer_format = Some(BufferFormat::Postcard1);
                metadata.locale = Some(locale);
                return Ok(DataResponse { metadata, payload });
            }
            if locale.is_unknown() {
                return Err(DataErrorKind::IdentifierNotFound.with_req(marker, request));
            }
            locales.step();
        }
    }
}

macro_rules! from_host {
    ($($marker:ty),*) => {
        $(impl DataProvider<$marker> for Source<'_> {
            fn load(&self, request: DataRequest) -> Result<DataResponse<$marker>, DataError> {
                self.as_deserializing().load(request)
            }
        })*
    };
}

from_host!(
    CollationDiacriticsV1,
    CollationJamoV1,
    CollationMetadataV1,
    CollationReorderingV1,
    CollationRootV1,
    CollationSpecialPrimariesV1,
    CollationTailoringV1
);

macro_rules! from_image {
    ($($marker:ty),*) => {
        $(impl DataProvider<$marker> for Source<'_> {
            fn load(&self, request: DataRequest) -> Result<DataResponse<$marker>, DataError> {
                DataProvider::<$marker>::load(&Baked, request)
            }
        })*
    };
}

// Names of hosts are normalized with the same data.
from_image!(NormalizerNfdDataV1, NormalizerNfdTablesV1);
