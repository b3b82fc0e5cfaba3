//! The size of server-sent events.

/// Counts the bytes of one server-sent event.
pub(super) struct EventSize {
    max: usize,
    event: usize,
    line: usize,
}

impl EventSize {
    pub(super) fn new(max: usize) -> Self {
        Self { max, event: 0, line: 0 }
    }

    /// Errors if the current event is longer than the maximum.
    pub(super) fn add(&mut self, chunk: &[u8]) -> Result<(), String> {
        for &byte in chunk {
            match byte {
                // An empty line ends an event.
                b'\n' if self.line == 0 => self.event = 0,
                b'\n' => self.line = 0,
                b'\r' => {}
                _ => self.line += 1,
            }
            self.event += 1;
            if self.event > self.max {
                return Err(format!("an event is longer than {} bytes", self.max));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_one_by_one() {
        let mut event = EventSize::new(10);
        for _ in 0..9 {
            event.add(b"data: 1\r\n").unwrap();
            event.add(b"\n").unwrap();
        }
        event.add(b"data: 123").unwrap();
        event.add(b"4\n").unwrap_err();
    }
}
