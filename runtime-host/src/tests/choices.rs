//! Outcomes made from bytes. Each choice takes some bytes, and once they are used up every
//! choice is the first option.

use arbitrary::Unstructured;
use isolet_wire::{Buffer, View, ViewKind, Writer};

use crate::engine::bindings::sandbox as wit;
use crate::tests::picture;
use crate::tests::script::{list, message, stub, undefined};

pub(crate) struct Choices<'a>(Unstructured<'a>);

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.int_in_range(0..=end.saturating_sub(1)).unwrap_or_default()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or_default()
    }

    pub(crate) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn often(&mut self) -> bool {
        self.below(4) > 0
    }

    /// Returns a number that usually exists and sometimes does not.
    fn number(&mut self) -> u32 {
        self.of(&[0, 1, 1, 1, 2, 2, 3, 4, 5, 99, u32::MAX])
    }

    fn capability(&mut self) -> wit::Capability {
        let number = self.number();
        let kind: fn(u32) -> wit::Capability = self.of(&[
            wit::Capability::Imported as fn(u32) -> wit::Capability,
            wit::Capability::Loader,
            wit::Capability::Service,
            wit::Capability::Exported,
            wit::Capability::Borrowed,
            wit::Capability::Promised,
            wit::Capability::PromisedAnswer,
            wit::Capability::Awaitable,
            wit::Capability::Recorded,
        ]);
        kind(number)
    }

    fn message(&mut self) -> wit::Message {
        match self.below(8) {
            0 => message(&[]),
            1 => message(&[1, 22, 0]),
            2 => {
                let mut noise = vec![1];
                noise.extend((0..self.below(12)).map(|_| self.byte() % 25));
                message(&noise)
            }
            3 | 4 => stub(self.capability()),
            5 | 6 => {
                let count = self.below(6);
                list((0..count).map(|_| self.capability()).collect())
            }
            _ => undefined(),
        }
    }

    /// Returns a message that is valid most of the time.
    fn likely(&mut self) -> wit::Message {
        if self.often() { list(vec![self.capability(), self.capability()]) } else { self.message() }
    }

    fn mapper(&mut self) -> wit::Mapper {
        let steps = (0..self.below(4)).map(|_| wit::Step {
            target: self.capability(),
            path: if self.often() { vec!["x".to_owned()] } else { Vec::new() },
            arguments: self.often().then(|| self.likely()),
            callback: (!self.often()).then(|| u32::from(self.byte() % 4)),
        });
        wit::Mapper { steps: steps.collect(), result: self.likely() }
    }

    fn effect(&mut self) -> wit::Effect {
        match self.below(16) {
            0 => wit::Effect::Loaded,
            1 if !self.often() => wit::Effect::LoadFailed(self.message()),
            2 if !self.often() => wit::Effect::LoadThrew(self.message()),
            1..=8 => wit::Effect::Call(wit::Call {
                id: if self.often() { u32::from(self.byte()) } else { self.number() },
                invocation: if self.often() { 1 } else { self.number() },
                target: self.capability(),
                path: {
                    let names =
                        ["getEntrypoint", "loopback", "watch", "load", "get", "", "then", "x"];
                    (0..self.below(3)).map(|_| self.of(&names).to_owned()).collect()
                },
                arguments: self.often().then(|| self.likely()),
                awaited: self.often(),
                mapper: (!self.often()).then(|| self.mapper()),
            }),
            9 | 10 => wit::Effect::Settle(wit::Settlement {
                invocation: self.number(),
                result: if self.often() { Ok(self.likely()) } else { Err(self.likely()) },
                waiting: !self.often(),
            }),
            11 => wit::Effect::Waited(self.number()),
            _ => wit::Effect::Release(self.capability()),
        }
    }

    fn outcome(&mut self) -> wit::Outcome {
        let count = self.below(9);
        let effects = (0..count).map(|_| self.effect()).collect();
        let alarm = (!self.often()).then(|| wit::Alarm {
            due: self.of(&[-1.0, 0.0, 1e12, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
            invocation: self.number(),
        });
        wit::Outcome { effects, alarm }
    }

    /// Returns the script that the liar is called with, laid out to end at the end of its
    /// memory. Sometimes a few of the bytes are changed.
    pub(crate) fn picture(&mut self, end: usize) -> Vec<u8> {
        let mut picture = picture::of(&self.script(), end);
        for _ in 0..self.below(4).saturating_sub(1) {
            // Mostly in the last 256 bytes, where the numbers are.
            let span = if self.often() { picture.len().min(256) } else { picture.len() };
            let at = picture.len() - 1 - self.below(span);
            picture[at] = match self.below(3) {
                0 => picture[at] ^ (1 << self.below(8)),
                1 => self.of(&[0, 1, 0x7f, 0x80, 0xff]),
                _ => self.byte(),
            };
        }
        picture
    }

    fn script(&mut self) -> Vec<wit::Outcome> {
        (0..=self.below(4)).map(|_| self.outcome()).collect()
    }

    /// Returns the arguments of `load`.
    pub(crate) fn load_request(&mut self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.begin_array(1);
        if self.often() {
            self.worker_code(&mut writer);
        } else {
            self.anything(&mut writer, 3);
        }
        writer.finish()
    }

    /// Returns the arguments of `getEntrypoint`.
    pub(crate) fn entrypoint_request(&mut self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.begin_array(2);
        self.text(&mut writer);
        writer.begin_object();
        for name in ["props", "limits"] {
            if self.often() {
                writer.string(name);
                if name == "limits" {
                    self.limits(&mut writer);
                } else {
                    self.anything(&mut writer, 2);
                }
            }
        }
        writer.end();
        writer.finish()
    }

    fn worker_code(&mut self, writer: &mut Writer) {
        writer.begin_object();
        writer.string("mainModule");
        writer.string("main.js");
        writer.string("modules");
        let count = self.below(4);
        writer.begin_array(1 + count);
        self.module(writer, true);
        for _ in 0..count {
            self.module(writer, false);
        }
        for name in ["env", "globalOutbound", "tails", "limits", "compatibilityDate", "", "env"] {
            if self.often() {
                continue;
            }
            writer.string(name);
            match name {
                _ if !self.often() => self.anything(writer, 2),
                "globalOutbound" => self.stub(writer),
                "limits" => self.limits(writer),
                "compatibilityDate" => self.text(writer),
                "tails" => {
                    let count = self.below(5);
                    writer.begin_array(count);
                    (0..count).for_each(|_| self.stub(writer));
                }
                _ => self.anything(writer, 3),
            }
        }
        writer.end();
    }

    fn module(&mut self, writer: &mut Writer, main: bool) {
        writer.begin_object();
        writer.string("name");
        if main {
            writer.string("main.js");
        } else {
            self.text(writer);
        }
        if self.often() {
            writer.string("kind");
            let kinds = ["cjs", "text", "json", "data", "js", ""];
            writer.string(self.of(&kinds));
        }
        writer.string("text");
        if self.often() {
            self.text(writer);
        } else {
            self.anything(writer, 1);
        }
        if !self.often() {
            writer.string("data");
            if self.often() { self.bytes(writer) } else { self.anything(writer, 1) }
        }
        writer.end();
    }

    fn limits(&mut self, writer: &mut Writer) {
        const NAMES: [&str; 8] = [
            "cpuMs",
            "subRequests",
            "fuel",
            "memoryBytes",
            "wallMs",
            "logBytes",
            "outputBytes",
            "concurrency",
        ];
        writer.begin_object();
        for name in NAMES {
            if self.often() {
                continue;
            }
            writer.string(name);
            let numbers =
                [0.0, -0.0, 1.0, 1e6, 1e9, 1e15, 1e300, -1.0, 0.5, f64::NAN, f64::INFINITY];
            writer.number(self.of(&numbers));
        }
        writer.end();
    }

    /// Writes a value of any kind, with at most this many levels.
    fn anything(&mut self, writer: &mut Writer, levels: usize) {
        match self.below(if levels == 0 { 10 } else { 16 }) {
            0 => writer.undefined(),
            1 => writer.null(),
            2 => writer.boolean(true),
            3 => writer.number(self.of(&[0.0, -1.0, 1.5, 1e300, f64::NAN])),
            4 => writer.date(f64::from(self.byte())),
            5 => writer.reference(self.below(8)),
            6 | 7 => self.stub(writer),
            8 => self.bytes(writer),
            9 => self.text(writer),
            10 | 11 => {
                let count = self.below(4);
                writer.begin_array(count);
                (0..count).for_each(|_| self.anything(writer, levels - 1));
            }
            12 => {
                writer.begin_set();
                (0..self.below(3)).for_each(|_| self.anything(writer, levels - 1));
                writer.end();
            }
            _ => {
                writer.begin_object();
                for _ in 0..self.below(4) {
                    self.text(writer);
                    self.anything(writer, levels - 1);
                }
                writer.end();
            }
        }
    }

    fn stub(&mut self, writer: &mut Writer) {
        // One more than there are capabilities.
        let position = self.below(5);
        writer.capability(u32::try_from(position).unwrap_or_default());
    }

    fn text(&mut self, writer: &mut Writer) {
        if !self.often() {
            writer.string_utf16(&[u16::from(self.byte()), 0xd800]);
            return;
        }
        let texts = ["", "a.js", "../x", "main.js", "a.ts", "/", "__proto__", "default", "\0", "x"];
        writer.string(self.of(&texts));
    }

    fn bytes(&mut self, writer: &mut Writer) {
        let bytes: Vec<u8> = (0..self.below(9)).map(|_| self.byte()).collect();
        let length = self.below(9);
        let view =
            View { kind: ViewKind::Uint8, buffer: Buffer::Inline(&bytes), byte_offset: 0, length };
        writer.view(view);
    }
}
