//! The answers of a module source, from which an app image was made.

use std::sync::{MutexGuard, PoisonError};

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::bindings::sandbox as wit;
use super::source::{Module, Sources};

/// The maximum number of answers that are recorded, and of bytes in them. An image of more is
/// not kept.
const MAX_RECORDED: usize = 20_000;
const MAX_BYTES: usize = 4 << 20;

/// The answers so far.
#[derive(Debug, Default)]
pub(super) struct Answers {
    list: Vec<HandedOut>,
    bytes: usize,
}

/// A recording of answers, which ends when it is dropped.
pub(crate) struct Recording<'a>(&'a Sources);

impl Recording<'_> {
    /// Returns the answers. `None` if there were too many.
    pub(crate) fn answers(self) -> Option<Vec<HandedOut>> {
        Some(self.0.recorded().take()?.list)
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        *self.0.recorded() = None;
    }
}

/// The module that a specifier means, or that there is none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct HandedOut {
    specifier: String,
    /// The name of the importer, and whether it requires the module.
    importer: Option<(String, bool)>,
    /// The name of the module, and its digest.
    found: Option<(String, Vec<u8>)>,
}

impl HandedOut {
    fn new(
        specifier: &str,
        importer: Option<&wit::Importer>,
        found: Option<&(String, Module)>,
    ) -> Self {
        Self {
            specifier: specifier.to_owned(),
            importer: importer.map(|it| (it.name.clone(), it.requires)),
            found: found.map(|(name, module)| (name.clone(), digest(module))),
        }
    }
}

fn digest(module: &Module) -> Vec<u8> {
    let (kind, bytes) = module.parts();
    let mut context = Context::new(&SHA256);
    for part in [kind.as_bytes(), b"\0", bytes] {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

impl Sources {
    fn recorded(&self) -> MutexGuard<'_, Option<Answers>> {
        self.handed_out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records all answers from now on.
    pub(crate) fn record_answers(&self) -> Recording<'_> {
        *self.recorded() = Some(Answers::default());
        Recording(self)
    }

    /// Records an answer, if answers are recorded.
    pub(super) fn record(
        &self,
        specifier: &str,
        importer: Option<&wit::Importer>,
        found: Option<&(String, Module)>,
    ) {
        let mut recorded = self.recorded();
        let Some(answers) = &mut *recorded else { return };
        let importer_bytes = importer.map_or(0, |it| it.name.len());
        let found_bytes = found.map_or(0, |(name, _)| name.len());
        answers.bytes += specifier.len() + importer_bytes + found_bytes + size_of::<HandedOut>();
        if answers.bytes > MAX_BYTES || answers.list.len() >= MAX_RECORDED {
            *recorded = None;
        } else {
            answers.list.push(HandedOut::new(specifier, importer, found));
        }
    }

    /// Returns true if the source still gives these answers.
    pub(crate) async fn still_has(&self, answers: &[HandedOut]) -> bool {
        for answer in answers {
            let importer = answer.importer.clone();
            let importer = importer.map(|(name, requires)| wit::Importer { name, requires });
            let found = self.find(&answer.specifier, importer.as_ref()).await;
            let is_same = found.is_ok_and(|found| {
                HandedOut::new(&answer.specifier, importer.as_ref(), found.as_ref()) == *answer
            });
            if !is_same {
                return false;
            }
            tokio::task::consume_budget().await;
        }
        true
    }

    /// Names the parts that decide how a module is found and compiled, without those that only
    /// the source has.
    pub(crate) fn identify(&self, part: &mut dyn FnMut(&[u8])) {
        for (name, module) in self.map() {
            let (kind, bytes) = module.parts();
            part(name.as_bytes());
            part(kind.as_bytes());
            part(bytes);
        }
        part(self.options().as_bytes());
    }
}
