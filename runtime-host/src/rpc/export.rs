//! An export of a worker, in the form in which its callers hold it.

use std::sync::Arc;

use isolet_wire::Value;

use crate::error::Result;
use crate::limits::lineage::Lineage;
use crate::limits::quota::Reservation;
use crate::rpc::survey::{Holds, Visitor};
use crate::support::iterative_drop;

#[derive(Debug, Default)]
pub(crate) struct Export {
    /// The name. `None` for the default export.
    pub(crate) name: Option<String>,
    /// The value of `ctx.props`.
    pub(crate) props: Option<Value>,
    /// The reservation for the name and the props, if a worker chose them.
    _reservation: Reservation,
}

impl Export {
    /// Creates an export that the embedder names.
    pub(crate) fn new(name: Option<String>, props: Option<Value>) -> Arc<Self> {
        Arc::new(Self { name, props, _reservation: Reservation::default() })
    }

    /// Creates an export that a sandbox names. It counts against the quota of that
    /// sandbox for as long as anybody holds it.
    ///
    /// # Errors
    /// Errors if the quota is exhausted.
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
