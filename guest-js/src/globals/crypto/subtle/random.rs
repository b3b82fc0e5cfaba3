//! The sandbox's random generator as the crates want it.

use std::convert::Infallible;

use rand_chacha::rand_core::{TryCryptoRng, TryRng};

use crate::state::State;

pub struct Random<'a>(pub &'a State);

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.random_bytes(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.random_bytes(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        self.0.random_bytes(into);
        Ok(())
    }
}

// ChaCha20 with a seed from the host.
impl TryCryptoRng for Random<'_> {}
