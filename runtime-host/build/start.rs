//! Starts the guest to make what sandboxes begin with: the bytecode of its scripts, and its heap
//! with the globals.

#![allow(unsafe_code)]

use wasmtime::{
    Engine, Error, Extern, Func, Instance, Memory, Module, Result, Store, TypedFunc, WasmResults,
};

use super::data::Script;
use super::image_module;
use super::split::Guest;

/// The place at which the guest is given data: the lower half of its stack, which is
/// empty. Data in its heap would leave a gap.
const GIVEN: usize = 65536;
const GIVEN_END: usize = 512 << 10;

/// Loads the guest's code that was compiled for the machine that builds.
pub(crate) fn load(engine: &Engine, code: &[u8]) -> Result<Module> {
    // SAFETY: the caller compiled the bytes in this process, with the engine's settings.
    unsafe { Module::deserialize(engine, code) }
}

/// Returns the names of the guest's scripts and their bytecode, with a length before each.
/// They are compiled in an instance of their own, because the leftovers of that would stay in
/// the image.
pub(crate) fn compiled(module: &Module, guest: &Guest) -> Result<Vec<Script>> {
    let mut apart = Starting::new(module, guest)?;
    let mut scripts = Vec::new();
    // A name and a text, each followed by a NUL.
    let mut texts = guest.globals.split_inclusive(|byte| *byte == 0);
    while let (Some(name), Some(text)) = (texts.next(), texts.next()) {
        let list: u32 = apart.call("compile", &[name, text].concat())?;
        let number = |place| Ok::<_, Error>(u32::from_le_bytes(apart.read(place, 4)?.try_into()?));
        let bytecode = apart.read(number(list)?, number(list + 4)?)?.to_vec();
        let name = str::from_utf8(name)?.trim_end_matches('\0').to_owned();
        scripts.push(Script { name, bytecode });
    }
    Ok(scripts)
}

/// Returns the linear memory after the guest has made its runtime and its globals.
pub(crate) fn initialised(module: &Module, guest: &Guest, scripts: &[Script]) -> Result<Vec<u8>> {
    let mut starting = Starting::new(module, guest)?;
    let globals = scripts.iter().filter(|script| !script.is_module());
    let globals: Vec<_> = globals.map(|script| &script.bytecode[..]).collect();
    starting.call::<()>("init", &globals.concat())?;
    let mut memory = starting.memory.data(&starting.store).to_vec();
    memory[..GIVEN_END].fill(0);
    Ok(memory)
}

/// A guest before its image is made.
struct Starting {
    store: Store<()>,
    memory: Memory,
    instance: Instance,
}

impl Starting {
    fn new(module: &Module, guest: &Guest) -> Result<Self> {
        let engine = module.engine();
        let mut store = Store::new(engine, ());
        store.set_fuel(u64::MAX)?;
        let image = Module::new(engine, image_module::image_module(&guest.memory))?;
        let image = Instance::new(&mut store, &image, &[])?;
        let memory = image
            .get_memory(&mut store, "memory")
            .ok_or_else(|| Error::msg("an image without a memory"))?;
        let mut imports = Vec::new();
        for import in module.imports() {
            imports.push(match import.ty().func() {
                None => Extern::Memory(memory),
                // Making the base image must not depend on any host. The guest only calls
                // the host to say why it fails, as `log(invocation, level, text)`.
                Some(ty) => {
                    Extern::Func(Func::new(&mut store, ty.clone(), move |caller, args, _| {
                        let text = args.get(2..4).and_then(|text| {
                            let start = usize::try_from(text[0].i32()?).ok()?;
                            let length = usize::try_from(text[1].i32()?).ok()?;
                            memory.data(&caller).get(start..start.checked_add(length)?)
                        });
                        let text = String::from_utf8_lossy(text.unwrap_or_default());
                        Err(Error::msg(format!("the guest does not start: {text}")))
                    }))
                }
            });
        }
        let instance = Instance::new(&mut store, module, &imports)?;
        instance.get_typed_func::<(), ()>(&mut store, "begin")?.call(&mut store, ())?;
        Ok(Self { store, memory, instance })
    }

    fn call<R: WasmResults>(&mut self, name: &str, given: &[u8]) -> Result<R> {
        if given.len() > GIVEN_END - GIVEN {
            let length = given.len();
            return Err(Error::msg(format!("{length} bytes are too much for the guest's stack")));
        }
        self.memory.write(&mut self.store, GIVEN, given)?;
        let function: TypedFunc<(u32, u32), R> =
            self.instance.get_typed_func(&mut self.store, name)?;
        function.call(&mut self.store, (u32::try_from(GIVEN)?, u32::try_from(given.len())?))
    }

    fn read(&self, place: u32, length: u32) -> Result<&[u8]> {
        let start = place as usize;
        let bytes = self.memory.data(&self.store).get(start..start + length as usize);
        bytes.ok_or_else(|| Error::msg("the guest's answer is outside of its memory"))
    }
}
