//! One of a worker's exports, as those have it who may call it.

use std::sync::Arc;

use isolet_wire::Value;

use crate::error::Result;
use crate::limits::lineage::Lineage;
use crate::limits::quota::Reservation;
use crate::rpc::survey::{Holds, Visitor};
use crate::support::iterative_drop;

#[derive(Debug, Default)]
pub(crate) struct Export {
    /// None is the default export.
    pub(crate) name: Option<String>,
    /// `ctx.props`
    pub(crate) props: Option<Value>,
    /// What these take, if a worker chose them.
    _reservation: Reservation,
}

impl Export {
    /// As the embedder names it.
    pub(crate) fn new(name: Option<String>, props: Option<Value>) -> Arc<Self> {
        Arc::new(Self { name, props, _reservation: Reservation::default() })
    }

    /// As a sandbox names it, in whose room it lies for as long as anybody has it.
    ///
    /// # Errors
    /// There is not enough.
    pub(crate) fn kept_by(
        sandbox: &Lineage,
        name: Option<String>,
        props: Option<Value>,
    ) -> Result<Arc<Self>> {
        let bytes = props.as_ref().map_or(0, |props| props.as_bytes().len())
            + name.as_ref().map_or(0, String::len);
        let reservation = sandbox.quota().map(|quota| quota.keep(bytes as u64)).transpose()?;
        Ok(Arc::new(Self { name, props, _reservation: reservation.unwrap_or_default() }))
    }
}

impl Holds for Export {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let Some(props) = &self.props {
            visitor.value(props);
        }
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if let Some(props) = self.props.take() {
            iterative_drop::drop(props);
        }
    }
}
