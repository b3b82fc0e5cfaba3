//! Compiles the two guests for each backend: for the baseline of the target's architecture,
//! and for the interpreter. At run time no code is compiled: artifacts are mapped.

mod data;
mod split;
mod start;
mod wrapper;

#[path = "../src/support/config.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod config;
#[path = "../src/engine/image_module.rs"]
mod image_module;

use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest as _, Sha256};
use wasmtime::{Config, Engine, Error, Module, OptLevel, Result};

use data::Archive;
use split::Guest;

fn main() -> Result<()> {
    for path in ["build", "guests", "src/support/config.rs", "src/engine/image_module.rs", "wit"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let guest = Guest::split(&fs::read("guests/guest-js.wasm")?)?;
    let native = if feature("NATIVE") { Some(native(&out, &guest)?) } else { None };
    let module = match &native {
        Some(native) if env::var("HOST")? == env::var("TARGET")? => native.load()?,
        // The program is for another machine than the one that builds it, or for the interpreter.
        _ => {
            let mut host = config::config(None)?;
            host.cranelift_opt_level(OptLevel::None);
            Module::new(&Engine::new(&host)?, &guest.code)?
        }
    };
    let scripts = start::compiled(&module, &guest)?;
    let mut archive = Archive::default();
    archive.add_modules(&scripts);
    archive.add_locales("guests/locales")?;
    let data = archive.bytes()?;
    fs::write(out.join("data.bin"), &data)?;
    let memory = start::initialised(&module, &guest, &scripts)?;
    write(out.join("image.bin"), &memory, feature("COMPRESSED"))?;

    println!("cargo::rustc-check-cfg=cfg(code_in_place)");
    if let Some(native) = native {
        // Elsewhere the machine's cache of instructions would have to be told of code that
        // Wasmtime copies, or the file of the program has another form.
        let of_target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}"));
        let is_there = of_target("OS")? == "linux" && of_target("ARCH")? == "x86_64";
        if is_there && !feature("COMPRESSED") {
            println!("cargo::rustc-cfg=code_in_place");
        }
        native.write_guests(&guest, &memory)?;
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
        Compiler::new(target, out.join("pulley"), &guest)?.write_guests(&guest, &memory)?;
    }
    Ok(())
}

fn native(out: &Path, guest: &Guest) -> Result<Compiler> {
    let target = env::var("TARGET")?;
    Compiler::new(&target, out.join("native"), guest).map_err(|error| {
        error.context(format!(
            "the guests cannot be compiled for {target}: turn on the feature `cross`, or turn \
             off `native`"
        ))
    })
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
    engine: Engine,
    /// The compiled code of the guest that runs JavaScript.
    code: Vec<u8>,
    out: PathBuf,
    is_pulley: bool,
    compressed: bool,
}

impl Compiler {
    fn new(target: &str, out: PathBuf, guest: &Guest) -> Result<Self> {
        fs::create_dir_all(&out)?;
        let config = config::config(Some(target))?;
        let engine = Engine::new(&config)?;
        let code = engine.precompile_module(&guest.code)?;
        let is_pulley = target.starts_with("pulley");
        Ok(Self { config, engine, code, out, is_pulley, compressed: feature("COMPRESSED") })
    }

    /// Loads the code on this machine, which must be the target.
    fn load(&self) -> Result<Module> {
        start::load(&self.engine, &self.code)
    }

    fn write_guests(mut self, guest: &Guest, memory: &[u8]) -> Result<()> {
        self.write("engine", &self.code)?;
        let image = image_module::image_module(memory);
        self.write("image", &self.engine.precompile_module(&image)?)?;
        let wrapper = wrapper::component(guest, memory.len() / 65536)?;
        self.write("sandbox", &self.engine.precompile_component(&wrapper)?)?;
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
