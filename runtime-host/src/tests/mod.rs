//! What only a guest can try that is not ours.

mod crossing;
mod cycles;
mod forged;
mod fuzz;
mod imports;
mod lies;
mod picture;
mod quantity;
mod raw_guest;
mod recycling;
mod script;
