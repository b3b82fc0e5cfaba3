//! The command as its users see it: arguments, standard streams, exit status.

mod disk;
mod flags;
mod folder;
mod limits;
mod lockdown;
mod record;
mod repeat;
mod results;
mod streams;
