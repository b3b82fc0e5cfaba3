//! The guests as the build script compiled them, and what is trusted of them. The `unsafe` code of
//! the crate is here, and in `tool/deserialize.rs`.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::marker::PhantomData;
#[cfg(code_in_place)]
use std::ops::Range;
use std::ptr::NonNull;
#[cfg(code_in_place)]
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(code_in_place)]
use rustix::mm::MprotectFlags;
#[cfg(code_in_place)]
use wasmtime::CustomCodeMemory;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Func, Instance, Lift, Lower, TypedFunc,
};
use wasmtime::{Config, Engine, Error, Module, Result, Store};

use crate::engine::bindings::sandbox::{Event, Outcome};
use crate::support::backend::Backend;

/// Returns the memory of the base image.
pub(crate) fn base_memory() -> Result<&'static [u8]> {
    const MEMORY: Artifact = Artifact {
        bytes: include_bytes!(concat!(env!("OUT_DIR"), "/image.bin")),
        compressed: cfg!(feature = "compressed"),
    };
    static UNPACKED: OnceLock<Cow<'static, [u8]>> = OnceLock::new();
    if let Some(memory) = UNPACKED.get() {
        return Ok(memory);
    }
    let memory = MEMORY.unpacked()?;
    Ok(UNPACKED.get_or_init(|| memory))
}

/// The guests as the build script compiled them for one backend.
struct Guests {
    engine: Artifact,
    image: Artifact,
    sandbox: Artifact,
    #[cfg(feature = "typescript")]
    transpiler: Artifact,
    /// True from when an engine executes them in place.
    taken: AtomicBool,
}

/// Output of the build script, in a part of the program's file that nobody writes to.
#[derive(Clone, Copy)]
struct Artifact {
    bytes: &'static [u8],
    compressed: bool,
}

impl Artifact {
    fn unpacked(self) -> Result<Cow<'static, [u8]>> {
        if !self.compressed {
            return Ok(Cow::Borrowed(self.bytes));
        }
        let bytes = lz4_flex::decompress_size_prepended(self.bytes);
        Ok(Cow::Owned(bytes.map_err(|error| Error::msg(error.to_string()))?))
    }
}

/// The bytes of an artifact at the beginning of a page, as Wasmtime's own are.
#[repr(C, align(4096))]
struct Aligned<const LENGTH: usize>([u8; LENGTH]);

impl<const LENGTH: usize> Aligned<LENGTH> {
    const fn of(bytes: &[u8]) -> Self {
        let mut this = Self([0; LENGTH]);
        this.0.copy_from_slice(bytes);
        this
    }
}

macro_rules! artifact {
    ($backend:literal, $name:literal, $compressed:expr, $(#[$place:meta])?) => {{
        const READ: &[u8] =
            include_bytes!(concat!(env!("OUT_DIR"), "/", $backend, "/", $name, ".cwasm"));
        $(#[$place])?
        static BYTES: Aligned<{ READ.len() }> = Aligned::of(READ);
        Artifact { bytes: &BYTES.0, compressed: $compressed }
    }};
}

macro_rules! guests {
    ($backend:literal, $compressed:expr, $transpiler_too:expr $(, #[$place:meta])?) => {
        Guests {
            engine: artifact!($backend, "engine", $compressed, $(#[$place])?),
            image: artifact!($backend, "image", $compressed, $(#[$place])?),
            sandbox: artifact!($backend, "sandbox", $compressed, $(#[$place])?),
            #[cfg(feature = "typescript")]
            transpiler: artifact!($backend, "transpiler", $compressed || $transpiler_too, $(#[$place])?),
            taken: AtomicBool::new(false),
        }
    };
}

/// Machine code is part of the program's own code where it can be, so that no page of memory
/// has to be made executable.
#[cfg(code_in_place)]
static NATIVE: Guests = guests!("native", false, false, #[unsafe(link_section = ".text.isolet")]);
#[cfg(all(feature = "native", not(code_in_place)))]
static NATIVE: Guests = guests!("native", cfg!(feature = "compressed"), false);
/// Beside native code the transpiler is compressed: few programs run TypeScript in the
/// interpreter if they have both.
#[cfg(feature = "pulley")]
static PULLEY: Guests = guests!("pulley", cfg!(feature = "compressed"), cfg!(feature = "native"));

/// The guests for one engine.
#[derive(Clone, Copy)]
pub(crate) struct Artifacts {
    guests: &'static Guests,
    /// True if the guests are executed where they lie, and false if they are copied. Wasmtime
    /// keeps code by its address, so that one engine of a process can have them in place.
    in_place: bool,
}

impl Artifacts {
    /// Returns the guests for a backend, or `None` if this build has none for it.
    pub(crate) fn of(backend: Backend) -> Option<Self> {
        let guests = match backend {
            #[cfg(feature = "native")]
            Backend::Native => &NATIVE,
            #[cfg(feature = "pulley")]
            Backend::Pulley => &PULLEY,
            #[allow(unreachable_patterns, reason = "all are there with all features")]
            _ => return None,
        };
        Some(Self { guests, in_place: false })
    }

    /// Executes the guests in place, if no other engine of the process does.
    pub(crate) fn in_place(self, config: &mut Config) -> Self {
        let copied =
            self.guests.engine.compressed || cfg!(all(feature = "native", not(code_in_place)));
        let in_place = !copied && !self.guests.taken.swap(true, Ordering::Relaxed);
        if in_place {
            keep_protection(config);
        }
        Self { in_place, ..self }
    }

    /// Leaves the guests to another engine, because this one was not created.
    pub(crate) fn give_back(self) {
        if self.in_place {
            self.guests.taken.store(false, Ordering::Relaxed);
        }
    }

    /// Loads the engine module: `QuickJS` and the glue around it, code without data.
    pub(crate) fn engine(self, engine: &Engine) -> Result<Module> {
        self.module(engine, self.guests.engine)
    }

    /// Loads the image module of the heap after the globals were made.
    pub(crate) fn base_image(self, engine: &Engine) -> Result<Module> {
        self.module(engine, self.guests.image)
    }

    /// Loads the component around an image and the engine.
    pub(crate) fn sandbox(self, engine: &Engine) -> Result<Component> {
        self.component(engine, self.guests.sandbox)
    }

    /// Loads the guest that turns TypeScript into JavaScript.
    #[cfg(feature = "typescript")]
    pub(crate) fn transpiler(self, engine: &Engine) -> Result<Component> {
        self.component(engine, self.guests.transpiler)
    }

    /// There is no such guest without the feature.
    #[cfg(not(feature = "typescript"))]
    pub(crate) fn transpiler(self, _: &Engine) -> Result<Component> {
        Err(Error::msg("built without the feature `typescript`"))
    }

    fn module(self, engine: &Engine, artifact: Artifact) -> Result<Module> {
        // SAFETY: this trusts the bytes to be Wasmtime's own output, and not to change while
        // the module lives. They were written by the build script that compiled this crate,
        // and are part of the program's read-only data or code. Nothing read at run time
        // comes here.
        unsafe {
            if self.in_place && !artifact.compressed {
                Module::deserialize_raw(engine, NonNull::from(artifact.bytes))
            } else {
                Module::deserialize(engine, artifact.unpacked()?)
            }
        }
    }

    fn component(self, engine: &Engine, artifact: Artifact) -> Result<Component> {
        // SAFETY: as in `module`.
        unsafe {
            if self.in_place && !artifact.compressed {
                Component::deserialize_raw(engine, NonNull::from(artifact.bytes))
            } else {
                Component::deserialize(engine, artifact.unpacked()?)
            }
        }
    }
}

impl Guests {
    #[cfg(code_in_place)]
    fn have(&self, code: Range<*const u8>) -> bool {
        let all = [self.engine, self.image, self.sandbox].into_iter();
        #[cfg(feature = "typescript")]
        let all = all.chain([self.transpiler]);
        all.map(|artifact| artifact.bytes.as_ptr_range())
            .any(|artifact| artifact.start <= code.start && code.end <= artifact.end)
    }
}

/// Has Wasmtime leave the protection of code in place as it is.
#[cfg(code_in_place)]
fn keep_protection(config: &mut Config) {
    config.with_custom_code_memory(Some(Arc::new(CodeMemory)));
}

#[cfg(not(code_in_place))]
fn keep_protection(_: &mut Config) {}

#[cfg(code_in_place)]
struct CodeMemory;

#[cfg(code_in_place)]
impl CodeMemory {
    fn protect(code: *const u8, length: usize, flags: MprotectFlags) -> Result<()> {
        if NATIVE.have(code..code.wrapping_add(length)) {
            return Ok(());
        }
        // SAFETY: Wasmtime hands over whole pages of its own that hold nothing but code, which
        // it does not execute before this returns or after it was undone.
        unsafe { rustix::mm::mprotect(code.cast_mut().cast(), length, flags) }?;
        Ok(())
    }
}

#[cfg(code_in_place)]
impl CustomCodeMemory for CodeMemory {
    fn required_alignment(&self) -> usize {
        4096
    }

    fn publish_executable(&self, code: *const u8, length: usize) -> Result<()> {
        Self::protect(code, length, MprotectFlags::READ | MprotectFlags::EXEC)
    }

    fn unpublish_executable(&self, code: *const u8, length: usize) -> Result<()> {
        Self::protect(code, length, MprotectFlags::READ | MprotectFlags::WRITE)
    }
}

/// The type of an exported function.
pub(crate) trait Signature {
    const NAME: &'static str;
    type Params<'a>: ComponentNamedList + Lower;
    type Results: ComponentNamedList + Lift;
}

/// An export of one component. Its type is checked against the bindings only once, because
/// the check takes longer than everything else that finds the function.
pub(crate) struct Export<S> {
    index: ComponentExportIndex,
    checked: OnceLock<()>,
    signature: PhantomData<fn() -> S>,
}

/// The function of an export in one instance.
pub(crate) struct ExportedFunc<S>(Func, PhantomData<fn() -> S>);

impl<S: Signature> Export<S> {
    pub(crate) fn new(component: &Component) -> Result<Self> {
        let index = component.get_export_index(None, S::NAME).ok_or_else(missing::<S>)?;
        Ok(Self { index, checked: OnceLock::new(), signature: PhantomData })
    }

    pub(crate) fn of<T>(
        &self,
        store: &mut Store<T>,
        instance: &Instance,
    ) -> Result<ExportedFunc<S>> {
        if self.checked.get().is_none() {
            instance.get_typed_func::<S::Params<'_>, S::Results>(&mut *store, self.index)?;
            let _ = self.checked.set(());
        }
        // `None` if the instance is of another component.
        let func = instance.get_func(store, self.index).ok_or_else(missing::<S>)?;
        Ok(ExportedFunc(func, PhantomData))
    }
}

impl<S: Signature> ExportedFunc<S> {
    pub(crate) fn typed<'a>(&self) -> TypedFunc<S::Params<'a>, S::Results> {
        // SAFETY: the type of an export depends on its component alone. `Export::of`, which
        // alone creates these values, has compared it.
        unsafe { TypedFunc::new_unchecked(self.0) }
    }
}

fn missing<S: Signature>() -> Error {
    Error::msg(format!("the guest has no `{}`", S::NAME))
}

/// The export of a sandbox that takes an event.
pub(crate) struct Turn;

impl Signature for Turn {
    const NAME: &'static str = "turn";
    type Params<'a> = (f64, &'a Event);
    type Results = (Outcome,);
}
