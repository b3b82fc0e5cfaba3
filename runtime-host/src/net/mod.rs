//! Requests of workers to the outside, within a policy.

mod addresses;
mod audit;
mod body;
mod client;
mod connect;
mod destination;
mod error;
mod forms;
mod meter;
mod network;
mod policy;
mod replace;
mod request;
mod response;
mod rules;
mod secret;
mod secrets;
mod tcp;
mod upgrade;

pub use addresses::{AddressRange, AddressRangeError};
pub use audit::{NetworkAudit, NetworkOutcome, NetworkRecord};
pub use connect::{Resolver, Resolving};
pub use destination::{Destination, DestinationError};
pub use error::NetworkError;
pub use meter::Rate;
pub use network::Network;
pub use policy::{NetworkPolicy, Rule};
pub use secret::Secret;
