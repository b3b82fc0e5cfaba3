//! The loopback: the capability through which a sandbox reaches itself.

use std::sync::Arc;

use isolet_wire::{DecodeError, Value};
use serde::Deserialize;

use crate::error::thrown::Thrown;
use crate::rpc::capability::failed;
use crate::rpc::capability::{Answer, Call, Capability};
use crate::rpc::export::Export;
use crate::rpc::mailbox::Mailbox;
use crate::rpc::remote::Remote;
use crate::rpc::request::Receiver;
use crate::rpc::stub::Stub;
use crate::rpc::target::Target;

/// The second argument of `getEntrypoint`.
#[derive(Deserialize)]
struct Options {
    props: Option<Value>,
}

/// The loopback of a sandbox, behind `ctx.exports` and `new RpcStub`.
pub(super) struct Loopback(pub(super) Mailbox);

impl Capability for Loopback {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        self.request(Call::method(method, arguments))
    }

    fn request(self: Arc<Self>, mut call: Call) -> Answer {
        if call.path.len() > 1 {
            // A member of an export, without a `getEntrypoint` call before it.
            let export = Export::new(Some(call.path.remove(0)), None);
            let receiver = Receiver::Entrypoint(export);
            return Remote::new(self.0.clone(), receiver).request(call);
        }
        let arguments = call.arguments.unwrap_or_default();
        let Some(mut arguments) = arguments.elements() else {
            return failed(Thrown::type_error("the arguments are not an array"));
        };
        match call.path.first().map(String::as_str) {
            Some("getEntrypoint") => {
                let own = self.0.lineage();
                let export = || -> Result<Arc<Export>, Thrown> {
                    let refused = |error: DecodeError| Thrown::type_error(error.to_string());
                    let name = arguments.next_or_undefined().map_err(refused)?;
                    let options = arguments.next_or_undefined::<Option<Options>>();
                    let props = options.map_err(refused)?.and_then(|options| options.props);
                    let props = props.map(|props| Stub::value_held_by(props, own));
                    Ok(Export::kept_by(own, name, props)?)
                };
                let stub = { export }().map(|export| {
                    let remote = Remote::new(self.0.clone(), Receiver::Entrypoint(export));
                    Stub::to(Target::Remote(Arc::new(remote))).to_value()
                });
                Box::pin(std::future::ready(stub))
            }
            // The message has already turned the argument into a stub.
            Some("loopback") => {
                let value = arguments.next_or_undefined::<Value>();
                let value = value.map_err(|error| Thrown::type_error(error.to_string()));
                Box::pin(std::future::ready(value))
            }
            Some("watch") => match arguments.next_or_undefined::<Stub>() {
                Ok(stub) => {
                    let broken = stub.broken(self.0.lineage());
                    Box::pin(async move {
                        match broken.await {
                            Some(thrown) => Err(thrown),
                            None => Ok(Value::undefined()),
                        }
                    })
                }
                Err(error) => failed(Thrown::type_error(error.to_string())),
            },
            other => failed(Thrown::no_method(other.unwrap_or_default())),
        }
    }
}
