//! Errors, whose properties can be left out if they cannot be cloned.

use isolet_wire::Text;
use rquickjs::{Coerced, Result, Value};

use super::{Encoder, Form, Frame};
use crate::value::codec::{Codec, Intrinsic};
use crate::value::raw::{self, Keys, Kind};
use crate::value::{Instances, stack};

/// The state at the beginning of a property of an error.
pub(super) struct Mark {
    frames: usize,
    writer: isolet_wire::Mark,
    seen: usize,
    capabilities: u32,
}

impl<'js> Encoder<'_, 'js> {
    /// Records where the next property of an error begins.
    pub(super) fn mark(&mut self) {
        let is_error =
            |frame: &Frame<'js>| matches!(frame, Frame::Entries { form: Form::Error, .. });
        let in_error = match self.frames.as_slice() {
            [.., below, Frame::Fields(_)] => is_error(below),
            [.., frame] => is_error(frame),
            [] => false,
        };
        let frames = self.frames.len();
        while self
            .marks
            .pop_if(|mark| mark.frames > frames || in_error && mark.frames == frames)
            .is_some()
        {}
        if in_error {
            let (writer, seen) = (self.writer.mark(), self.seen.objects.len());
            self.marks.push(Mark { frames, writer, seen, capabilities: self.capabilities });
        }
    }

    /// Goes back to before the property of the innermost error that failed.
    pub(super) fn spare(&mut self, error: rquickjs::Error) -> Result<()> {
        let Some(mark) = self.marks.pop() else { return Err(error) };
        drop(self.ctx.catch());
        self.frames.truncate(mark.frames);
        self.writer.rewind(mark.writer);
        self.seen.truncate(mark.seen);
        drop(self.buffers.split_off(&(self.seen.first + mark.seen)));
        self.hook.withdraw(self.ctx, mark.capabilities);
        self.capabilities = mark.capabilities;
        Ok(())
    }

    /// Reads a part of an error. `None` if reading throws and errors are spared.
    fn read<T>(&self, read: impl FnOnce() -> Result<Option<T>>) -> Result<Option<T>> {
        match read() {
            Err(_) if self.spares => {
                drop(self.ctx.catch());
                Ok(None)
            }
            read => read,
        }
    }

    pub(super) fn error(&mut self, codec: &Codec<'js>, value: Value<'js>, dom: bool) -> Result<()> {
        let ctx = self.ctx;
        let object = value.as_object().ok_or(rquickjs::Error::Unknown)?;
        let text = |value: Option<Value<'js>>| match value {
            Some(value) if value.is_undefined() => Ok(None),
            Some(value) => value.get::<Coerced<rquickjs::String<'js>>>().map(|text| Some(text.0)),
            None => Ok(None),
        };
        let name = self.read(|| text(Some(object.get("name")?)))?;
        let message = self.read(|| match dom {
            true => text(Some(object.get("message")?)),
            false => text(raw::own_named(ctx, &value, "message")?),
        })?;
        let own = self.read(|| raw::own_named(ctx, &value, "stack"))?;
        let is_own = own.is_some();
        let stack = match own {
            // The engine keeps it behind an accessor of the prototype.
            None => self.read(|| codec.ask(Intrinsic::ErrorStack, &value).map(Some))?,
            own => own,
        };
        let stack = stack.filter(|stack| raw::kind(stack) == Kind::String);
        let cloned = self.hook.instances() == Instances::Cloned;
        let mut hidden = Vec::new();
        for key in ["cause", "errors"] {
            if cloned && (dom || key == "errors") {
                continue;
            }
            if let Some(own) = self.read(|| raw::own_named(ctx, &value, key))? {
                hidden.push((key, own));
            }
        }
        let keys = if cloned { Keys::none(ctx) } else { Keys::of(ctx, &value)? };
        // Lone surrogates in the text of an error are replaced, because they are not worth a
        // separate path.
        let lossy = |text: Option<rquickjs::String<'js>>, absent: &str| match text {
            Some(text) => raw::lossy(ctx, text.as_value()),
            None => Ok(absent.to_owned()),
        };
        let (mut name, message) = (lossy(name, "Error")?, lossy(message, "")?);
        if cloned && !dom && !Codec::is_cloned_error(&name) {
            "Error".clone_into(&mut name);
        }
        let stack = stack.map(|stack| raw::lossy(ctx, &stack)).transpose()?;
        let frames = stack.as_deref().map(|text| match is_own {
            true => stack::below_header(text, &name, &message),
            false => stack::frames(text, &name, &message),
        });
        let stack = frames.map(Text::Utf8);
        let (name, message) = (Text::Utf8(&name), Text::Utf8(&message));
        match dom {
            true => self.writer.begin_dom_exception(name, message, stack),
            false => self.writer.begin_error(name, message, stack),
        }
        self.entries(value, keys, Form::Error);
        // They come before the enumerable properties.
        self.frames.push(Frame::Fields(hidden.into_iter()));
        Ok(())
    }
}
