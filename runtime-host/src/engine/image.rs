//! Heaps at rest, ready to be mapped into sandboxes.

use std::borrow::Cow;

use wasmtime::component::{Component, HasSelf, InstancePre, Linker};
use wasmtime::{Module, Result};

use crate::engine::artifacts::{self, TurnExport};
use crate::engine::bindings::sandbox as wit;
use crate::engine::host_state::HostState;
use crate::engine::image_module::image_module;
use crate::limits::quota::Reservation;

pub(crate) struct Image {
    memory: Cow<'static, [u8]>,
    pre: InstancePre<HostState>,
    turn: TurnExport,
    /// The reservation for the image, if it is a worker's.
    _kept: Reservation,
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
}

/// A factory for images. There is one per engine.
pub(crate) struct Images {
    engine: wasmtime::Engine,
    linker: Linker<HostState>,
    component: Component,
}

impl Images {
    pub(crate) fn new(engine: &wasmtime::Engine) -> Result<Self> {
        Self::of_guest(engine, &artifacts::engine(engine)?, artifacts::sandbox(engine)?)
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
        Ok(Self { engine: engine.clone(), linker, component })
    }

    /// Creates the base image: the heap of a sandbox that no code has touched.
    pub(crate) fn base(&self) -> Result<Image> {
        let module = artifacts::base_image(&self.engine)?;
        self.link(&module, Cow::Borrowed(artifacts::BASE_MEMORY))
    }

    /// Creates an image from a memory. It takes some milliseconds, and a file descriptor
    /// as long as the image lives.
    pub(crate) fn of_memory(&self, memory: impl Into<Cow<'static, [u8]>>) -> Result<Image> {
        let memory = memory.into();
        let module = Module::new(&self.engine, image_module(&memory))?;
        self.link(&module, memory)
    }

    /// Creates an image of the same heap, in other slots of the pool than those of
    /// `image`.
    pub(crate) fn apart_from(&self, image: &Image) -> Result<Image> {
        self.of_memory(image.memory.clone())
    }

    fn link(&self, module: &Module, memory: Cow<'static, [u8]>) -> Result<Image> {
        let mut linker = self.linker.clone();
        linker.root().module("image", module)?;
        let pre = linker.instantiate_pre(&self.component)?;
        let turn = TurnExport::new(&self.component)?;
        Ok(Image { memory, pre, turn, _kept: Reservation::default() })
    }
}
