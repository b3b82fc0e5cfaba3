//! The names of an object: its constructor and its tag.

use rquickjs::{Object, Result, Value};

use super::{Inspector, MAX_CHAIN, raw, text};

/// The names that are printed before an object's brace.
pub struct Identity {
    /// The name of the constructor. `None` if the object inherits from nothing that has a
    /// constructor.
    pub constructor: Option<String>,
    /// The value of `Symbol.toStringTag`, where it says more.
    pub tag: Option<String>,
}

impl Identity {
    /// Returns the names ready for a brace, as in `Foo(2) [tag] `.
    pub fn prefix(&self, fallback: &str, size: Option<usize>) -> String {
        let size = size.map(|size| format!("({size})")).unwrap_or_default();
        let mut prefix = match &self.constructor {
            Some(constructor) => format!("{constructor}{size} "),
            None => format!("[{fallback}{size}: null prototype] "),
        };
        if let Some(tag) = &self.tag {
            prefix.extend(["[", tag, "] "]);
        }
        prefix
    }

    pub fn is_plain(&self, name: &str) -> bool {
        self.constructor.as_deref() == Some(name) && self.tag.is_none()
    }
}

impl<'js> Inspector<'_, 'js> {
    pub(super) fn identity(&self, object: &Object<'js>) -> Result<Identity> {
        let constructor = self.constructor_name(object)?;
        let key = self.well_known("toStringTag")?;
        let mut tag = None;
        if let Some(value) = Self::lookup(object, &key)?.filter(Value::is_string) {
            let own = raw::own_property(object, &key)?;
            let listed = own.is_some_and(|property| property.is_enumerable());
            let name = raw::text(&value)?;
            if !listed && !name.is_empty() && constructor.as_deref() != Some(&*name) {
                tag = Some(text::escape(text::cut(&name, 128).0));
            }
        }
        Ok(Identity { constructor, tag })
    }

    fn constructor_name(&self, object: &Object<'js>) -> Result<Option<String>> {
        let key = self.key("constructor")?;
        let mut next = Some(object.clone());
        for _ in 0..MAX_CHAIN {
            let Some(holder) = next.filter(|holder| !holder.is_proxy()) else { break };
            if let Some(raw::Property::Data { value, .. }) = raw::own_property(&holder, &key)?
                && let Some(constructor) = value.as_object().filter(|value| value.is_function())
                && !constructor.is_proxy()
                && let Some(name) = self.own_text(constructor, "name")?
                && !name.is_empty()
                && self.is_instance(object, constructor)?
            {
                return Ok(Some(text::escape(text::cut(&name, 128).0)));
            }
            next = holder.get_prototype();
        }
        Ok(None)
    }

    fn is_instance(&self, object: &Object<'js>, constructor: &Object<'js>) -> Result<bool> {
        let Some(raw::Property::Data { value, .. }) = self.own(constructor, "prototype")? else {
            return Ok(false);
        };
        let Some(prototype) = value.as_object() else { return Ok(false) };
        let mut next = object.get_prototype();
        for _ in 0..MAX_CHAIN {
            let Some(holder) = next else { return Ok(false) };
            if holder == *prototype {
                return Ok(true);
            }
            next = if holder.is_proxy() { None } else { holder.get_prototype() };
        }
        Ok(false)
    }
}
