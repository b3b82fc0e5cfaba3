//! Heaps at rest, ready to be mapped into sandboxes.

use std::borrow::Cow;
use std::ops::Range;

use wasmtime::component::{Component, HasSelf, InstancePre, Linker};
use wasmtime::{Error, Module, Result};

use crate::engine::artifacts::{Artifacts, TurnExport, base_memory};
use crate::engine::bindings::sandbox as wit;
use crate::engine::host_state::HostState;
use crate::limits::quota::Reservation;

const PAGE: usize = 4096;

pub(crate) struct Image {
    memory: Cow<'static, [u8]>,
    pre: InstancePre<HostState>,
    turn: TurnExport,
    written: Option<Written>,
    /// The reservation for the image, if it is a worker's.
    _kept: Reservation,
}

/// The part of an image that new sandboxes do not map. They map the base image, and these
/// pages are written into it.
pub(crate) struct Written {
    pub(crate) runs: Vec<Range<usize>>,
    /// The bytes that the image has more than the base image.
    pub(crate) more: usize,
}

impl Image {
    pub(crate) fn memory(&self) -> &[u8] {
        &self.memory
    }

    /// Returns the image with the reservation for it, which it holds as long as it lives.
    pub(crate) fn keeping(self, kept: Reservation) -> Self {
        Self { _kept: kept, ..self }
    }

    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory.len() as u64
    }

    pub(crate) fn pre(&self) -> &InstancePre<HostState> {
        &self.pre
    }

    pub(crate) fn turn(&self) -> &TurnExport {
        &self.turn
    }

    pub(crate) fn written(&self) -> Option<&Written> {
        self.written.as_ref()
    }
}

impl Written {
    /// Compares two memories page by page.
    pub(crate) fn difference(base: &[u8], memory: &[u8]) -> Self {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for start in (0..memory.len()).step_by(PAGE) {
            let end = (start + PAGE).min(memory.len());
            let page = &memory[start..end];
            let same = match base.get(start..end) {
                Some(base) => base == page,
                None => page.iter().all(|&byte| byte == 0),
            };
            if same {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.end == start => run.end = end,
                _ => runs.push(start..end),
            }
        }
        Self { runs, more: memory.len().saturating_sub(base.len()) }
    }
}

/// A factory for images. There is one per engine.
pub(crate) struct Images {
    linker: Linker<HostState>,
    component: Component,
    /// The engine that compiles the modules which map images. Without it, images are written.
    compiler: Option<wasmtime::Engine>,
    /// The module that maps the base image.
    base: Option<Module>,
}

impl Images {
    /// Creates the factory for the compiled guests. Images are mapped if `maps` is true and
    /// this build has a compiler, and otherwise written.
    pub(crate) fn new(engine: &wasmtime::Engine, artifacts: Artifacts, maps: bool) -> Result<Self> {
        let this = Self::of_guest(engine, &artifacts.engine(engine)?, artifacts.sandbox(engine)?)?;
        Ok(Self {
            compiler: this.compiler.filter(|_| maps && cfg!(feature = "compiler")),
            base: Some(artifacts.base_image(engine)?),
            ..this
        })
    }

    /// Creates the factory for a guest's code and the component that was made around it.
    pub(crate) fn of_guest(
        engine: &wasmtime::Engine,
        code: &Module,
        component: Component,
    ) -> Result<Self> {
        let mut linker = Linker::new(engine);
        wit::Sandbox::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
        linker.root().module("engine", code)?;
        Ok(Self { linker, component, compiler: Some(engine.clone()), base: None })
    }

    /// Creates the base image: the heap of a sandbox that no code has touched.
    pub(crate) fn base(&self) -> Result<Image> {
        self.link(self.base_module()?, Cow::Borrowed(base_memory()?), None)
    }

    /// Creates an image from a memory. If it is mapped, it takes some milliseconds, and a file
    /// descriptor as long as the image lives.
    pub(crate) fn of_memory(&self, memory: impl Into<Cow<'static, [u8]>>) -> Result<Image> {
        let memory = memory.into();
        if let Some(engine) = &self.compiler {
            match mapping(engine, &memory) {
                Ok(module) => return self.link(&module, memory, None),
                // Its code, which fills a memory that cannot be mapped, may not be made
                // executable here.
                Err(_) if self.base.is_some() => {}
                Err(error) => return Err(error),
            }
        }
        let written = Written::difference(base_memory()?, &memory);
        self.link(self.base_module()?, memory, Some(written))
    }

    /// Creates an image of the same heap, if it is mapped in other slots of the pool than
    /// those of `image`.
    pub(crate) fn apart_from(&self, image: &Image) -> Result<Image> {
        self.of_memory(image.memory.clone())
    }

    fn base_module(&self) -> Result<&Module> {
        self.base.as_ref().ok_or_else(|| Error::msg("a guest without a base image"))
    }

    fn link(
        &self,
        module: &Module,
        memory: Cow<'static, [u8]>,
        written: Option<Written>,
    ) -> Result<Image> {
        let mut linker = self.linker.clone();
        linker.root().module("image", module)?;
        let pre = linker.instantiate_pre(&self.component)?;
        let turn = TurnExport::new(&self.component)?;
        Ok(Image { memory, pre, turn, written, _kept: Reservation::default() })
    }
}

/// Compiles the module that maps an image. It has no code.
#[cfg(feature = "compiler")]
fn mapping(engine: &wasmtime::Engine, memory: &[u8]) -> Result<Module> {
    Module::new(engine, crate::engine::image_module::image_module(memory))
}

#[cfg(not(feature = "compiler"))]
fn mapping(_: &wasmtime::Engine, _: &[u8]) -> Result<Module> {
    Err(Error::msg("built without the feature `compiler`"))
}
