//! The seeds of a sandbox's children.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// A prefix that separates these digests from all others.
const DOMAIN: &[u8] = b"isolet child seed 1";

/// The seed of a sandbox, and the number of its children that have drawn from it.
#[derive(Debug)]
pub(crate) struct Seed {
    seed: u64,
    drawn: AtomicU64,
}

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }

    /// Returns the seed of the next child. The sequence is the same whenever the
    /// sandbox's seed is the same. A child's seed reveals nothing of its parent's or of
    /// another child's seed, because it is a part of a digest.
    pub(crate) fn draw(&self) -> u64 {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        hash.update(self.seed.to_le_bytes());
        hash.update(drawn.to_le_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        digest.first_chunk().copied().map_or(0, u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn the_same_seed_draws_the_same_seeds() {
        let draws = |seed| {
            let seed = Seed::new(seed);
            [seed.draw(), seed.draw(), seed.draw()]
        };
        assert_eq!(draws(7), draws(7));
        let [one, two, three] = draws(7);
        assert!(one != two && two != three && one != three);
        assert_ne!(draws(7), draws(8));
    }
}
