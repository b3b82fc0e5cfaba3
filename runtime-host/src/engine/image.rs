//! Heaps at rest, ready to be mapped into sandboxes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use wasmtime::component::{Component, HasSelf, InstancePre, Linker};
use wasmtime::{Error, Module, Result};

use crate::engine::artifacts::{Artifacts, Export, Turn, base_memory};
use crate::engine::bindings::sandbox as wit;
use crate::engine::files;
use crate::engine::host_state::HostState;
use crate::engine::pagemap::Backoff;
use crate::limits::quota::Reservation;

const PAGE: usize = 4096;

pub(crate) struct Image {
    contents: Contents,
    pre: InstancePre<HostState>,
    turn: Export<Turn>,
    backoff: Backoff,
    /// The reservation for the image, if it is a worker's.
    _kept: Reservation,
}

/// The way in which new sandboxes get the heap.
enum Contents {
    /// They map it.
    Mapped(Cow<'static, [u8]>),
    /// They map the base image, and the pages that differ are written into it.
    Written { base: &'static [u8], pages: Pages, whole: OnceLock<Vec<u8>> },
}

/// The pages in which a memory differs from that of the base image.
pub(crate) struct Pages {
    runs: Vec<Range<usize>>,
    /// The contents of the runs, one after the other.
    bytes: Vec<u8>,
    memory_bytes: usize,
}

impl Image {
    pub(crate) fn memory(&self) -> &[u8] {
        match &self.contents {
            Contents::Mapped(memory) => memory,
            Contents::Written { base, pages, whole } => whole.get_or_init(|| pages.over(base)),
        }
    }

    /// Returns the image with the reservation for it, which it holds as long as it lives.
    pub(crate) fn keeping(self, kept: Reservation) -> Self {
        Self { _kept: kept, ..self }
    }

    pub(crate) fn memory_bytes(&self) -> u64 {
        match &self.contents {
            Contents::Mapped(memory) => memory.len() as u64,
            Contents::Written { pages, .. } => pages.memory_bytes() as u64,
        }
    }

    pub(crate) fn pre(&self) -> &InstancePre<HostState> {
        &self.pre
    }

    pub(crate) fn turn(&self) -> &Export<Turn> {
        &self.turn
    }

    pub(crate) fn backoff(&self) -> &Backoff {
        &self.backoff
    }

    /// Returns the pages that are written into a sandbox, which has the first number of bytes
    /// before. `None` if it maps all of the image.
    pub(crate) fn written(&self) -> Option<(usize, &Pages)> {
        match &self.contents {
            Contents::Mapped(_) => None,
            Contents::Written { base, pages, .. } => Some((base.len(), pages)),
        }
    }
}

/// Returns the runs of pages in which `memory` differs from `base`.
pub(crate) fn differing_runs(base: &[u8], memory: &[u8]) -> Vec<Range<usize>> {
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
    runs
}

impl Pages {
    /// Compares two memories page by page.
    pub(crate) fn difference(base: &[u8], memory: &[u8]) -> Self {
        let runs = differing_runs(base, memory);
        let mut bytes = Vec::with_capacity(runs.iter().map(Range::len).sum());
        for run in &runs {
            bytes.extend_from_slice(&memory[run.clone()]);
        }
        Self { runs, bytes, memory_bytes: memory.len() }
    }

    /// Creates pages of their parts. `None` if those do not fit together, or if the memory is
    /// smaller than the base image.
    #[cfg(feature = "cache")]
    pub(crate) fn from_parts(
        base: &[u8],
        memory_bytes: usize,
        runs: Vec<Range<usize>>,
        bytes: Vec<u8>,
    ) -> Option<Self> {
        let mut end = 0;
        let mut length = 0;
        for run in &runs {
            if run.start < end || run.end < run.start {
                return None;
            }
            end = run.end;
            length += run.len();
        }
        let fits = end <= memory_bytes && length == bytes.len() && memory_bytes >= base.len();
        fits.then_some(Self { runs, bytes, memory_bytes })
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    #[cfg(feature = "cache")]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[cfg(feature = "cache")]
    pub(crate) fn runs(&self) -> &[Range<usize>] {
        &self.runs
    }

    /// Returns each run with its contents.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let mut rest = self.bytes.as_slice();
        self.runs.iter().map_while(move |run| {
            let (bytes, after) = rest.split_at_checked(run.len())?;
            rest = after;
            Some((run.start, bytes))
        })
    }

    /// Returns the whole memory.
    pub(crate) fn over(&self, base: &[u8]) -> Vec<u8> {
        let mut memory = base.to_vec();
        memory.resize(self.memory_bytes, 0);
        for (start, bytes) in self.iter() {
            memory[start..start + bytes.len()].copy_from_slice(bytes);
        }
        memory
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
        files::add_to_linker(&mut linker)?;
        linker.root().module("engine", code)?;
        Ok(Self { linker, component, compiler: Some(engine.clone()), base: None })
    }

    /// Creates the base image: the heap of a sandbox that no code has touched.
    pub(crate) fn base(&self) -> Result<Image> {
        self.link(self.base_module()?, Contents::Mapped(Cow::Borrowed(base_memory()?)))
    }

    /// Creates an image from a memory. If it is mapped, it takes some milliseconds, and a file
    /// descriptor as long as the image lives.
    pub(crate) fn of_memory(&self, memory: impl Into<Cow<'static, [u8]>>) -> Result<Image> {
        let memory = memory.into();
        if let Some(engine) = &self.compiler {
            match mapping(engine, &memory) {
                Ok(module) => return self.link(&module, Contents::Mapped(memory)),
                // Its code, which fills a memory that cannot be mapped, may not be made
                // executable here.
                Err(_) if self.base.is_some() => {}
                Err(error) => return Err(error),
            }
        }
        self.of_pages(Pages::difference(base_memory()?, &memory))
    }

    /// Creates an image of the pages that differ from the base image, which alone is mapped.
    pub(crate) fn of_pages(&self, pages: Pages) -> Result<Image> {
        let base = base_memory()?;
        let whole = OnceLock::new();
        self.link(self.base_module()?, Contents::Written { base, pages, whole })
    }

    /// Creates an image of the same heap, if it is mapped in other slots of the pool than
    /// those of `image`.
    pub(crate) fn apart_from(&self, image: &Image) -> Result<Image> {
        match &image.contents {
            Contents::Mapped(memory) => self.of_memory(memory.clone()),
            Contents::Written { base, pages, .. } => self.of_memory(pages.over(base)),
        }
    }

    /// Returns true if images are mapped where that is possible.
    #[cfg(feature = "cache")]
    pub(crate) fn maps(&self) -> bool {
        self.compiler.is_some()
    }

    fn base_module(&self) -> Result<&Module> {
        self.base.as_ref().ok_or_else(|| Error::msg("a guest without a base image"))
    }

    fn link(&self, module: &Module, contents: Contents) -> Result<Image> {
        let mut linker = self.linker.clone();
        linker.root().module("image", module)?;
        let pre = linker.instantiate_pre(&self.component)?;
        let turn = Export::new(&self.component)?;
        Ok(Image {
            contents,
            pre,
            turn,
            backoff: Backoff::default(),
            _kept: Reservation::default(),
        })
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
