//! Incoming calls.

use super::invocation::{Invocation, Invoke};
use super::state::{Driver, Due, INVOCATION_FUEL, ROOT_FUEL};
use crate::engine::bindings::sandbox as wit;
use crate::error::Result;
use crate::error::fault::worn_out;
use crate::rpc::capability::Call;
use crate::rpc::request::{Receiver, Request};

impl Driver {
    pub(super) async fn accept(&mut self, mut request: Request) -> Result<()> {
        let id = self.last_invocation.checked_add(1).ok_or_else(worn_out)?;
        self.last_invocation = id;
        request.reseed = self.reseed;
        self.housekeeping_fuel = match request.caller {
            None => self.housekeeping_fuel.max(ROOT_FUEL),
            Some(_) => self.housekeeping_fuel.saturating_add(INVOCATION_FUEL),
        };
        let (invocation, invoke) =
            Invocation::new(request, &self.code, self.seed, self.mailbox.lineage().clone());
        self.open(id, invocation);
        if self.loaded {
            return self.invoke(id, invoke).await;
        }
        let first = self.invocations.len() == 1;
        self.waiting.push_back((id, invoke));
        if first { self.load(id).await } else { Ok(()) }
    }

    pub(super) fn open(&mut self, id: u32, mut invocation: Box<Invocation>) {
        invocation.watch(&self.code);
        invocation.opened = self.clock.millis();
        self.sandbox.logs().open(id, invocation.log(&self.code));
        self.called_by_itself += usize::from(invocation.is_called_by(self.mailbox.lineage()));
        self.due.insert((invocation.deadline, Due::Invocation(id)));
        self.invocations.insert(id, invocation);
    }

    pub(super) async fn load(&mut self, invocation: u32) -> Result<()> {
        let event = wit::Event::Load(wit::Load {
            invocation,
            seed: self.seed,
            stack_bytes: self.code.limits.stack_bytes,
            dynamic_code: self.code.dynamic_code,
            transfers_stubs: self.code.flags.transfers_stubs,
            maps_promises: self.code.flags.maps_promises,
            keeps_urls: self.code.flags.keeps_urls,
            node_globals: self.code.flags.node_globals,
            watched: self.code.has_tails(),
            time_zone: self.code.time_zone.clone(),
            max_code_bytes: self.code.engine.max_code_bytes(),
            main: self.code.main.clone(),
            env: self.lower(self.code.env()).await?,
        });
        self.turn(invocation, &event).await
    }

    pub(super) async fn invoke(&mut self, id: u32, invoke: Invoke) -> Result<()> {
        let receiver = match invoke.receiver {
            Receiver::Exported(number) => wit::Receiver::Exported(number),
            Receiver::Entrypoint(export) => {
                let props = match export.props.clone() {
                    Some(props) => Some(self.lower(props).await?),
                    None => None,
                };
                wit::Receiver::Entrypoint(wit::Entrypoint { name: export.name.clone(), props })
            }
        };
        let Call { path, arguments, .. } = invoke.call;
        let arguments = match arguments {
            Some(arguments) => Some(self.lower(arguments).await?),
            None => None,
        };
        let Invoke { to_host, reseed, .. } = invoke;
        let invoke = wit::Invoke { invocation: id, receiver, path, arguments, to_host, reseed };
        let event = wit::Event::Invoke(invoke);
        self.turn(id, &event).await
    }
}
