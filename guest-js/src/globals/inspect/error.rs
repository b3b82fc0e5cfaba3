//! Printing of errors: what they say, where they come from and what caused them.

use rquickjs::{Object, Result, Value};

use super::kind::Identity;
use super::{Inspector, MAX_STRING, raw, text};
use crate::value::stack;

impl<'js> Inspector<'_, 'js> {
    pub(super) fn error(
        &self,
        error: &Object<'js>,
        class: &str,
        identity: &Identity,
    ) -> Result<String> {
        let name = self.error_part(error, class, "name", "exceptionName")?;
        let name = name.unwrap_or_else(|| "Error".to_owned());
        let message = self.error_part(error, class, "message", "exceptionMessage")?;
        let message = message.unwrap_or_default();

        let mut title = name.clone();
        match identity.constructor.as_deref() {
            Some(constructor) if constructor != name && name.ends_with("Error") => {
                title = if constructor.contains(&name) {
                    constructor.to_owned()
                } else {
                    format!("{constructor} [{name}]")
                };
            }
            _ => {}
        }
        let plain = message.clone();
        let header = match (title.is_empty(), message.is_empty()) {
            (true, _) => message,
            (false, true) => title,
            (false, false) => format!("{title}: {message}"),
        };

        // `Error.prepareStackTrace` may throw, and printing goes on.
        let stack = self.stack(error, &name, &plain).unwrap_or_else(|_| {
            drop(self.ctx.catch());
            String::new()
        });
        let stack = stack.trim_end();
        let frames = stack.trim_start_matches('\n');
        let printed = if frames.is_empty() {
            format!("[{header}]")
        } else if frames.starts_with("    at ") {
            format!("{header}\n{frames}")
        } else {
            // A stack that was set to another text is printed as it is.
            frames.to_owned()
        };
        let (shown, rest) = text::cut(&printed, MAX_STRING);
        let mut printed = shown.replace('\n', &format!("\n{}", " ".repeat(self.indentation)));
        if rest > 0 {
            printed.push_str(&text::more(rest, "character"));
        }
        Ok(printed)
    }

    /// Returns `name` or `message`, which an exception of the platform keeps elsewhere.
    fn error_part(
        &self,
        error: &Object<'js>,
        class: &str,
        name: &str,
        getter: &str,
    ) -> Result<Option<String>> {
        let found = match Self::lookup(error, &self.key(name)?)? {
            None if class == "DOMException" => {
                Some(self.helper::<_, Value<'js>>(getter, (error.clone(),))?)
            }
            found => found,
        };
        match found {
            Some(value) if !value.is_object() && !value.is_symbol() && !value.is_undefined() => {
                raw::text(&value).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Returns the stack without the name and the message above it, unless it was set to
    /// another text.
    fn stack(&self, error: &Object<'js>, name: &str, message: &str) -> Result<String> {
        if let Some(own) = self.own_text(error, "stack")? {
            let below = stack::below_header(&own, name, message);
            // The name may have been set after the stack was read.
            return Ok(stack::below_header(below, "Error", message).to_owned());
        }
        let whole: Value<'js> = self.helper("errorStack", (error.clone(),))?;
        if !whole.is_string() {
            return Ok(String::new());
        }
        raw::text(&whole).map(|text| stack::frames(&text, name, message).to_owned())
    }
}
