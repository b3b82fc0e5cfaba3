//! Tests of what only a guest other than ours can try.

// The fuzz targets use these too.
pub(crate) mod choices;
pub(crate) mod picture;
pub(crate) mod raw_guest;
pub(crate) mod script;

#[cfg(test)]
mod crossing;
#[cfg(test)]
mod cycles;
#[cfg(all(test, feature = "dir"))]
mod files;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod lies;
#[cfg(test)]
mod quantity;
#[cfg(test)]
mod recycling;
