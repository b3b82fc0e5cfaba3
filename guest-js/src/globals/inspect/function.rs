//! Printing of functions and classes.

use std::fmt::Write;

use rquickjs::{Object, Result, Value};

use super::Inspector;
use super::kind::Identity;

impl<'js> Inspector<'_, 'js> {
    pub(super) fn function(
        &self,
        function: &Object<'js>,
        class: &str,
        identity: &Identity,
    ) -> Result<String> {
        let name = self.own_text(function, "name")?.filter(|name| !name.is_empty());
        let name = name.map(|name| super::text::escape(&name));
        let is_class: Value<'js> = self.helper("isClass", (function.clone(),))?;
        if is_class.as_bool() == Some(true) {
            return self.class(function, name.as_deref(), identity);
        }
        let kind = match class {
            "AsyncFunction" | "GeneratorFunction" | "AsyncGeneratorFunction" => class,
            _ => "Function",
        };
        let unowned = if identity.constructor.is_none() { " (null prototype)" } else { "" };
        let name = name.map_or(" (anonymous)".to_owned(), |name| format!(": {name}"));
        // Writing to a string does not fail, here and below.
        let mut text = format!("[{kind}{unowned}{name}]");
        if let Some(constructor) = identity.constructor.as_deref().filter(|name| *name != kind) {
            text.extend([" ", constructor]);
        }
        if let Some(tag) = &identity.tag {
            let _ = write!(text, " [{tag}]");
        }
        Ok(text)
    }

    fn class(
        &self,
        class: &Object<'js>,
        name: Option<&str>,
        identity: &Identity,
    ) -> Result<String> {
        let mut text = format!("[class {}", name.unwrap_or("(anonymous)"));
        if let Some(constructor) =
            identity.constructor.as_deref().filter(|name| *name != "Function")
        {
            let _ = write!(text, " [{constructor}]");
        }
        if let Some(tag) = &identity.tag {
            let _ = write!(text, " [{tag}]");
        }
        match class.get_prototype().filter(|base| !base.is_proxy()) {
            None => text.push_str(" extends [null prototype]"),
            Some(base) => {
                if let Some(name) = self.own_text(&base, "name")?.filter(|name| !name.is_empty()) {
                    let _ = write!(text, " extends {}", super::text::escape(&name));
                }
            }
        }
        text.push(']');
        Ok(text)
    }
}
