//! Splits a linked guest into code that can be compiled once, and the memory that every
//! heap image grows from.

use wasm_encoder::{Module, RawSection};
use wasmparser::{DataKind, ExternalKind, FuncType, Operator, Parser, Payload, TypeRef, ValType};
use wasmtime::{Error, Result};

/// A function as the wrapper component declares it.
pub(crate) struct Signature {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) params: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
}

pub(crate) struct Guest {
    /// The code without data segments and start function, which would wipe the image.
    pub(crate) code: Vec<u8>,
    /// The memory with the data segments in their places, in whole Wasm pages.
    pub(crate) memory: Vec<u8>,
    /// The source texts of the guest's globals.
    pub(crate) globals: Vec<u8>,
    pub(crate) imports: Vec<Signature>,
    pub(crate) exports: Vec<Signature>,
}

impl Guest {
    pub(crate) fn split(wasm: &[u8]) -> Result<Self> {
        let mut code = Module::new();
        let mut guest = Self {
            code: Vec::new(),
            memory: Vec::new(),
            globals: Vec::new(),
            imports: Vec::new(),
            exports: Vec::new(),
        };
        let mut types: Vec<FuncType> = Vec::new();
        let mut functions: Vec<u32> = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            match &payload {
                Payload::DataSection(section) => {
                    for segment in section.clone() {
                        guest.place(&segment?)?;
                    }
                    continue;
                }
                Payload::CustomSection(section) => {
                    if section.name() == "isolet.globals" {
                        guest.globals = section.data().to_vec();
                    }
                    continue;
                }
                Payload::DataCountSection { .. } | Payload::StartSection { .. } => continue,
                Payload::TypeSection(section) => {
                    for ty in section.clone().into_iter_err_on_gc_types() {
                        types.push(ty?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.clone().into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(ty) => {
                                functions.push(ty);
                                let ty = get(&types, ty)?;
                                guest.imports.push(signature(import.module, import.name, ty));
                            }
                            TypeRef::Memory(ty) => {
                                let bytes = usize::try_from(ty.initial * 65536)?;
                                guest.memory.resize(bytes, 0);
                            }
                            _ => return Err(Error::msg("the guest imports something strange")),
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section.clone() {
                        functions.push(ty?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section.clone() {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            let ty = get(&types, *get(&functions, export.index)?)?;
                            guest.exports.push(signature("", export.name, ty));
                        }
                    }
                }
                _ => {}
            }
            if let Some((id, range)) = payload.as_section() {
                code.section(&RawSection { id, data: &wasm[range] });
            }
        }
        guest.code = code.finish();
        Ok(guest)
    }

    fn place(&mut self, segment: &wasmparser::Data<'_>) -> Result<()> {
        let DataKind::Active { offset_expr, .. } = &segment.kind else {
            return Err(Error::msg("the guest has a passive data segment"));
        };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            return Err(Error::msg("the guest has a data segment at an unknown place"));
        };
        let start = usize::try_from(value)?;
        let place = self
            .memory
            .get_mut(start..start + segment.data.len())
            .ok_or_else(|| Error::msg("the guest has data outside of its memory"))?;
        place.copy_from_slice(segment.data);
        Ok(())
    }
}

fn get<T>(items: &[T], index: u32) -> Result<&T> {
    items.get(index as usize).ok_or_else(|| Error::msg("the guest's indices are out of range"))
}

fn signature(module: &str, name: &str, ty: &FuncType) -> Signature {
    Signature {
        module: module.to_owned(),
        name: name.to_owned(),
        params: ty.params().to_vec(),
        results: ty.results().to_vec(),
    }
}
