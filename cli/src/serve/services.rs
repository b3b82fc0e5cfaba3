//! Workers that call one another by the names of their `wrangler` files.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use isolet::{Answer, Call, Capability, Stub, Thrown, Value, Worker};

use super::wrangler::Service;

/// The workers by their names. Reloading replaces them.
#[derive(Default)]
pub(crate) struct Services(RwLock<BTreeMap<String, Worker>>);

impl Services {
    pub(crate) fn replace(&self, workers: BTreeMap<String, Worker>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = workers;
    }
}

impl Service {
    /// Returns the stub of the service.
    pub(super) fn stub(&self, services: &Arc<Services>) -> Stub {
        Stub::new(ServiceBinding {
            services: Arc::downgrade(services),
            name: self.service.clone(),
            entrypoint: self.entrypoint.clone(),
            props: Value::from_serialize(&self.props).ok().filter(|_| !self.props.is_empty()),
        })
    }
}

/// A binding to an export of a service. It holds no worker: two may name each other.
struct ServiceBinding {
    services: Weak<Services>,
    name: String,
    entrypoint: Option<String>,
    props: Option<Value>,
}

impl ServiceBinding {
    fn stub(&self) -> Option<Stub> {
        let services = self.services.upgrade()?;
        let workers = services.0.read().unwrap_or_else(PoisonError::into_inner);
        let worker = workers.get(&self.name)?;
        let entrypoint = match &self.entrypoint {
            Some(name) => worker.named_entrypoint(name),
            None => worker.entrypoint(),
        };
        Some(match &self.props {
            Some(props) => entrypoint.props(props.clone()).stub(),
            None => entrypoint.stub(),
        })
    }
}

impl Capability for ServiceBinding {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        self.request(Call::method(method, arguments))
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        if let Some(stub) = self.stub() {
            return stub.request(call);
        }
        let error = Thrown::new(format!("The service {:?} has ended.", self.name));
        Box::pin(std::future::ready(Err(error)))
    }
}
