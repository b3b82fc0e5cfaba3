//! Outcomes as the canonical ABI lays them out in a guest's memory.

use isolet_wire::Value;

use crate::bindings::sandbox as wit;

/// Where a picture ends: with the memory.
pub(super) const END: usize = 0x40000;

/// The bytes of an outcome that end at [`END`].
pub(super) fn of(outcome: &wit::Outcome) -> Vec<u8> {
    let length = draw(outcome, 0).len();
    draw(outcome, END - length)
}

/// A value whose encoding ends with these bytes.
pub(super) fn argument(bytes: &[u8]) -> Value {
    const ARRAY_BUFFER: u8 = 19;
    let mut message = vec![1, ARRAY_BUFFER];
    let mut left = bytes.len();
    while left >= 0x80 {
        message.push(left.to_le_bytes()[0] | 0x80);
        left >>= 7;
    }
    message.push(left.to_le_bytes()[0]);
    message.extend(bytes);
    Value::from_bytes(message, 0).expect("a buffer")
}

/// Its length, and with it the place of what it holds, is a multiple of 8.
fn draw(outcome: &wit::Outcome, base: usize) -> Vec<u8> {
    let mut picture = Picture { base, bytes: Vec::new() };
    let effects: Vec<u32> =
        outcome.effects.iter().flat_map(|effect| picture.effect(effect)).collect();
    let list = picture.place(4, &bytes_of(&effects));
    let alarm = outcome.alarm.as_ref().map_or([0; 6], |alarm| {
        let due = alarm.due.to_bits().to_le_bytes();
        let half = |at: usize| u32::from_le_bytes([due[at], due[at + 1], due[at + 2], due[at + 3]]);
        [1, 0, half(0), half(4), alarm.invocation, 0]
    });
    let record = [&[list, word(outcome.effects.len())], alarm.as_slice()].concat();
    picture.place(8, &bytes_of(&record));
    picture.bytes
}

struct Picture {
    base: usize,
    bytes: Vec<u8>,
}

impl Picture {
    fn place(&mut self, align: usize, bytes: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(align), 0);
        let at = self.base + self.bytes.len();
        self.bytes.extend(bytes);
        word(at)
    }

    /// What is smaller than a word has its low byte where the word has it.
    fn effect(&mut self, effect: &wit::Effect) -> [u32; 10] {
        let mut words = match effect {
            wit::Effect::Loaded => vec![0],
            wit::Effect::LoadFailed(message) => [&[1], self.message(message).as_slice()].concat(),
            wit::Effect::LoadThrew(message) => [&[2], self.message(message).as_slice()].concat(),
            wit::Effect::Call(call) => {
                let method = self.place(1, call.method.as_bytes());
                let fixed =
                    [3, call.id, call.invocation, call.capability, method, word(call.method.len())];
                [fixed.as_slice(), &self.message(&call.arguments)].concat()
            }
            wit::Effect::Settle(settlement) => {
                let (Ok(message) | Err(message)) = &settlement.result;
                let message = self.message(message);
                let fixed = [4, settlement.invocation, u32::from(settlement.result.is_err())];
                [fixed.as_slice(), &message, &[u32::from(settlement.waiting)]].concat()
            }
            wit::Effect::Waited(invocation) => vec![5, *invocation],
        };
        words.resize(10, 0);
        words.try_into().expect("ten words")
    }

    fn message(&mut self, message: &wit::Message) -> [u32; 4] {
        let data = self.place(1, &message.data);
        let capabilities = self.place(4, &bytes_of(&message.capabilities));
        [data, word(message.data.len()), capabilities, word(message.capabilities.len())]
    }
}

fn bytes_of(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn word(number: usize) -> u32 {
    u32::try_from(number).expect("an address of Wasm")
}
