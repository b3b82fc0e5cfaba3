//! Compiles the two guests for each backend: for the baseline of the target's architecture,
//! and for the interpreter. At run time no code is compiled: artifacts are mapped.

mod data;
mod split;
mod wrapper;

#[path = "../src/support/config.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod config;
#[path = "../src/engine/image_module.rs"]
mod image_module;

use std::path::PathBuf;
use std::{env, fs};

use sha2::{Digest as _, Sha256};
use wasmtime::{
    Config, Engine, Error, Extern, Func, Instance, Memory, Module, OptLevel, Result, Store,
    TypedFunc, WasmResults,
};

use data::{Archive, Script};
use split::Guest;

fn main() -> Result<()> {
    for path in ["build", "guests", "src/support/config.rs", "src/engine/image_module.rs", "wit"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let guest = Guest::split(&fs::read("guests/guest-js.wasm")?)?;
    // The program may be for another machine than the one that builds it.
    let mut host = config::config(None)?;
    host.cranelift_opt_level(OptLevel::None);
    let engine = Engine::new(&host)?;
    let scripts = compiled(&engine, &guest)?;
    let mut archive = Archive::default();
    archive.add_modules(&scripts);
    archive.add_locales("guests/locales")?;
    let data = archive.bytes()?;
    fs::write(out.join("data.bin"), &data)?;
    let memory = initialised(&engine, &guest, &scripts)?;
    write(out.join("image.bin"), &memory, feature("COMPRESSED"))?;

    println!("cargo::rustc-check-cfg=cfg(code_in_place)");
    if feature("NATIVE") {
        // Elsewhere the machine's cache of instructions would have to be told of code that
        // Wasmtime copies, or the file of the program has another form.
        let of_target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}"));
        let is_there = of_target("OS")? == "linux" && of_target("ARCH")? == "x86_64";
        if is_there && !feature("COMPRESSED") {
            println!("cargo::rustc-cfg=code_in_place");
        }
        let target = env::var("TARGET")?;
        let compiler = Compiler::new(&target, out.join("native"), feature("COMPRESSED"))?;
        compiler.guests(&guest, &memory).map_err(|error| {
            error.context(format!(
                "the guests cannot be compiled for {target}: turn on the feature `cross`, or turn \
                 off `native`"
            ))
        })?;
    }
    // Names the heaps that begin with this image and run this code.
    let mut digest = Sha256::new();
    digest.update(&guest.code);
    digest.update(&memory);
    digest.update(&data);
    digest.update(fs::read("guests/guest-ts.wasm")?);
    fs::write(out.join("image.sha256"), digest.finalize())?;
    if feature("PULLEY") {
        let big = env::var("CARGO_CFG_TARGET_ENDIAN")? == "big";
        let target = if big { "pulley64be" } else { "pulley64" };
        Compiler::new(target, out.join("pulley"), feature("COMPRESSED"))?
            .guests(&guest, &memory)?;
    }
    Ok(())
}

fn feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}

fn write(path: PathBuf, bytes: &[u8], compressed: bool) -> Result<()> {
    if compressed {
        return Ok(fs::write(path, lz4_flex::compress_prepend_size(bytes))?);
    }
    Ok(fs::write(path, bytes)?)
}

/// Compiles the guests for one backend.
struct Compiler {
    config: Config,
    out: PathBuf,
    is_pulley: bool,
    compressed: bool,
}

impl Compiler {
    fn new(target: &str, out: PathBuf, compressed: bool) -> Result<Self> {
        fs::create_dir_all(&out)?;
        let is_pulley = target.starts_with("pulley");
        Ok(Self { config: config::config(Some(target))?, out, is_pulley, compressed })
    }

    fn guests(mut self, guest: &Guest, memory: &[u8]) -> Result<()> {
        let engine = Engine::new(&self.config)?;
        self.write("engine", &engine.precompile_module(&guest.code)?)?;
        self.write("image", &engine.precompile_module(&image_module::image_module(memory))?)?;
        let wrapper = wrapper::component(guest, memory.len() / 65536)?;
        self.write("sandbox", &engine.precompile_component(&wrapper)?)?;
        if feature("TYPESCRIPT") {
            // An unoptimised Cranelift, as a debug build of a program has it that depends on
            // this crate, takes a minute for the guests. The transpiler is the one whose speed
            // matters less.
            if cfg!(debug_assertions) {
                self.config.cranelift_opt_level(OptLevel::None);
            }
            let transpiler = Engine::new(&self.config)?.precompile_component(&transpiler()?)?;
            // Beside native code, where programs rarely use the interpreter.
            self.compressed |= feature("NATIVE") && self.is_pulley;
            self.write("transpiler", &transpiler)?;
        }
        Ok(())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        write(self.out.join(name).with_extension("cwasm"), bytes, self.compressed)
    }
}

/// Returns the component of the guest that turns TypeScript into JavaScript.
fn transpiler() -> Result<Vec<u8>> {
    let transpiler = fs::read("guests/guest-ts.wasm")?;
    wit_component::ComponentEncoder::default()
        .module(&transpiler)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| Error::msg(format!("guest-ts.wasm: {error:#}")))
}

/// The place at which the guest is given data: the lower half of its stack, which is
/// empty. Data in its heap would leave a gap.
const GIVEN: usize = 65536;
const GIVEN_END: usize = 512 << 10;

/// Returns the names of the guest's scripts and their bytecode, with a length before each.
/// They are compiled in an instance of their own, because the leftovers of that would stay in
/// the image.
fn compiled(engine: &Engine, guest: &Guest) -> Result<Vec<Script>> {
    let mut apart = Starting::new(engine, guest)?;
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
fn initialised(engine: &Engine, guest: &Guest, scripts: &[Script]) -> Result<Vec<u8>> {
    let mut starting = Starting::new(engine, guest)?;
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
    fn new(engine: &Engine, guest: &Guest) -> Result<Self> {
        let module = &Module::new(engine, &guest.code)?;
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
