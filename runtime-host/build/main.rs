//! Compiles the two guests for the baseline of the target's architecture, once. At run
//! time no code is compiled: artifacts are mapped.

mod split;
mod wrapper;

#[path = "../src/support/config.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod config;
#[path = "../src/engine/image_module.rs"]
mod image_module;

use std::path::{Path, PathBuf};
use std::{env, fs};

use wasmtime::component::Component;
use wasmtime::{
    Config, Engine, Error, Extern, Func, Instance, Memory, Module, OptLevel, Result, Store,
    TypedFunc, WasmResults,
};

use split::Guest;

fn main() -> Result<()> {
    for path in ["build", "guests", "src/support/config.rs", "src/engine/image_module.rs", "wit"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut config = config::config();
    config.target(&env::var("TARGET")?)?;
    let engine = Engine::new(&config)?;

    let guest = Guest::split(&fs::read("guests/guest-js.wasm")?)?;
    let module = Module::new(&engine, &guest.code)?;
    write(&out, "engine.cwasm", &module.serialize()?)?;

    let memory = initialised(&engine, &guest, &module)?;
    let image = Module::new(&engine, image_module::image_module(&memory))?;
    write(&out, "image.cwasm", &image.serialize()?)?;
    write(&out, "image.bin", &memory)?;

    let pages = memory.len() / 65536;
    let wrapper = Component::new(&engine, wrapper::component(&guest, pages)?)?;
    write(&out, "sandbox.cwasm", &wrapper.serialize()?)?;

    if env::var_os("CARGO_FEATURE_TYPESCRIPT").is_some() {
        transpiler(&out, config)?;
    }
    Ok(())
}

/// Compiles the guest that turns TypeScript into JavaScript.
fn transpiler(out: &Path, mut config: Config) -> Result<()> {
    let transpiler = fs::read("guests/guest-ts.wasm")?;
    let transpiler = wit_component::ComponentEncoder::default()
        .module(&transpiler)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| Error::msg(format!("guest-ts.wasm: {error:#}")))?;
    // An unoptimised Cranelift, as a debug build of a program has it that depends on this
    // crate, takes a minute for the guests. The transpiler is the one whose speed matters less.
    if cfg!(debug_assertions) {
        config.cranelift_opt_level(OptLevel::None);
    }
    let transpiler = Component::new(&Engine::new(&config)?, transpiler)?;
    write(out, "transpiler.cwasm", &transpiler.serialize()?)?;
    Ok(())
}

/// The place at which the guest is given data: the lower half of its stack, which is
/// empty. Data in its heap would leave a gap.
const GIVEN: usize = 65536;
const GIVEN_END: usize = 512 << 10;

/// Returns the linear memory after the guest has made its runtime and its globals. The
/// globals are compiled in another instance, because the leftovers of that would stay in
/// the image.
fn initialised(engine: &Engine, guest: &Guest, module: &Module) -> Result<Vec<u8>> {
    let mut apart = Starting::new(engine, guest, module)?;
    let list: u32 = apart.call("compile", &guest.globals)?;
    let number = |place| Ok::<_, Error>(u32::from_le_bytes(apart.read(place, 4)?.try_into()?));
    let compiled = apart.read(number(list)?, number(list + 4)?)?;

    let mut starting = Starting::new(engine, guest, module)?;
    starting.call::<()>("init", compiled)?;
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
    fn new(engine: &Engine, guest: &Guest, module: &Module) -> Result<Self> {
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
        Ok(Self { store, memory, instance })
    }

    fn call<R: WasmResults>(&mut self, name: &str, given: &[u8]) -> Result<R> {
        if given.len() > GIVEN_END - GIVEN {
            return Err(Error::msg("the globals are too large for the guest's stack"));
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

fn write(out: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    Ok(fs::write(out.join(name), bytes)?)
}
