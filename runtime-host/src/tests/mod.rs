//! What only a guest can try that is not ours.

mod lies;
mod picture;
mod raw_guest;
mod recycling;
