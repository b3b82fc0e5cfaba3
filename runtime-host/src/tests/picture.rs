//! Outcomes as the canonical ABI lays them out in a guest's memory.

use isolet_wire::Value;

use crate::engine::bindings::sandbox as wit;

/// The sizes of an effect and of an outcome's record there.
pub(crate) const EFFECT_WORDS: usize = 20;
const RECORD_BYTES: usize = 32;

/// Returns the bytes of a first outcome and of those that follow it, laid out to end at `end`.
/// The last word of each record, which is padding, holds the address of the next one's record.
pub(crate) fn of(outcomes: &[wit::Outcome], end: usize) -> Vec<u8> {
    let mut tops = vec![end];
    for outcome in outcomes {
        tops.push(tops[tops.len() - 1] - draw(outcome, 0, 0).len());
    }
    let mut pictures = Vec::new();
    for (index, outcome) in outcomes.iter().enumerate().rev() {
        let last = index + 1 == outcomes.len();
        let next = if last { 0 } else { word(tops[index + 1] - RECORD_BYTES) };
        pictures.extend(draw(outcome, tops[index + 1], next));
    }
    pictures
}

/// Returns a value whose encoding ends with these bytes.
pub(crate) fn argument(bytes: &[u8]) -> Value {
    const ARRAY_BUFFER: u8 = 19;
    let mut message = vec![1, ARRAY_BUFFER];
    let mut left = bytes.len();
    while left >= 0x80 {
        message.push(left.to_le_bytes()[0] | 0x80);
        left >>= 7;
    }
    message.push(left.to_le_bytes()[0]);
    message.extend(bytes);
    Value::from_bytes(message, Vec::new()).expect("a buffer")
}

/// Lays out one outcome. Its length is a multiple of 8, so that everything in it stays aligned.
fn draw(outcome: &wit::Outcome, base: usize, next: u32) -> Vec<u8> {
    let mut picture = Picture { base, bytes: Vec::new() };
    let effects: Vec<u32> =
        outcome.effects.iter().flat_map(|effect| picture.effect(effect)).collect();
    let list = picture.place(4, &bytes_of(&effects));
    let alarm = outcome.alarm.as_ref().map_or([0; 5], |alarm| {
        let due = alarm.due.to_bits().to_le_bytes();
        let half = |at: usize| u32::from_le_bytes([due[at], due[at + 1], due[at + 2], due[at + 3]]);
        [1, 0, half(0), half(4), alarm.invocation]
    });
    let record = [&[list, word(outcome.effects.len())], alarm.as_slice(), &[next]].concat();
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

    /// Returns the words of an effect. A field smaller than a word has its low byte where
    /// the word has it.
    fn effect(&mut self, effect: &wit::Effect) -> [u32; EFFECT_WORDS] {
        let mut words = match effect {
            wit::Effect::Loaded => vec![0],
            wit::Effect::LoadFailed(message) => [&[1], self.message(message).as_slice()].concat(),
            wit::Effect::LoadThrew(message) => [&[2], self.message(message).as_slice()].concat(),
            wit::Effect::Call(call) => self.call(call),
            wit::Effect::Settle(settlement) => {
                let (Ok(message) | Err(message)) = &settlement.result;
                let message = self.message(message);
                let fixed = [4, settlement.invocation, u32::from(settlement.result.is_err())];
                [fixed.as_slice(), &message, &[u32::from(settlement.waiting)]].concat()
            }
            wit::Effect::Waited(invocation) => vec![5, *invocation],
            wit::Effect::Release(capability) => {
                [&[6], capability_of(*capability).as_slice()].concat()
            }
        };
        words.resize(EFFECT_WORDS, 0);
        words.try_into().expect("an effect's words")
    }

    fn call(&mut self, call: &wit::Call) -> Vec<u32> {
        let path = self.path(&call.path);
        let arguments = self.arguments(call.arguments.as_ref());
        let [kind, number] = capability_of(call.target);
        let fixed = [3, call.id, call.invocation, kind, number, path[0], path[1]];
        let mapper = match &call.mapper {
            Some(wit::Mapper { steps, result }) => {
                let words: Vec<u32> = steps.iter().flat_map(|step| self.step(step)).collect();
                let list = [1, self.place(4, &bytes_of(&words)), word(steps.len())];
                [list.as_slice(), &self.message(result)].concat()
            }
            None => vec![0; 7],
        };
        [fixed.as_slice(), &arguments, &[u32::from(call.awaited)], &mapper].concat()
    }

    fn step(&mut self, step: &wit::Step) -> Vec<u32> {
        let [kind, number] = capability_of(step.target);
        let path = self.path(&step.path);
        let arguments = self.arguments(step.arguments.as_ref());
        let callback = [u32::from(step.callback.is_some()), step.callback.unwrap_or_default()];
        [[kind, number].as_slice(), &path, &arguments, &callback].concat()
    }

    fn path(&mut self, path: &[String]) -> [u32; 2] {
        let names: Vec<u32> = path
            .iter()
            .flat_map(|name| [self.place(1, name.as_bytes()), word(name.len())])
            .collect();
        [self.place(4, &bytes_of(&names)), word(path.len())]
    }

    fn arguments(&mut self, arguments: Option<&wit::Message>) -> Vec<u32> {
        match arguments {
            Some(message) => [&[1], self.message(message).as_slice()].concat(),
            None => vec![0; 5],
        }
    }

    fn message(&mut self, message: &wit::Message) -> [u32; 4] {
        let data = self.place(1, &message.data);
        let list: Vec<u32> =
            message.capabilities.iter().flat_map(|&capability| capability_of(capability)).collect();
        let capabilities = self.place(4, &bytes_of(&list));
        [data, word(message.data.len()), capabilities, word(message.capabilities.len())]
    }
}

fn capability_of(capability: wit::Capability) -> [u32; 2] {
    match capability {
        wit::Capability::Imported(number) => [0, number],
        wit::Capability::Loader(number) => [1, number],
        wit::Capability::Service(number) => [2, number],
        wit::Capability::Exported(number) => [3, number],
        wit::Capability::Borrowed(number) => [4, number],
        wit::Capability::Promised(number) => [5, number],
        wit::Capability::PromisedAnswer(number) => [6, number],
        wit::Capability::Awaitable(number) => [7, number],
        wit::Capability::Recorded(number) => [8, number],
    }
}

pub(crate) fn bytes_of(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

pub(crate) fn word(number: usize) -> u32 {
    u32::try_from(number).expect("an address of Wasm")
}
