//! From the array of arguments to the parameters of a method.

use isolet_wire::{DecodeError, Elements, Value};
use serde::de::DeserializeOwned;

use super::Answer;
use crate::error::thrown::Thrown;

/// The arguments of one call, taken one by one. Those that no parameter takes
/// are ignored, as in a call of a JavaScript function.
pub struct Arguments<'a> {
    method: &'static str,
    elements: Elements<'a>,
}

impl<'a> Arguments<'a> {
    /// The arguments of a call of `method`.
    ///
    /// # Errors
    /// A `TypeError` if `arguments` is not an array.
    pub fn new(method: &'static str, arguments: &'a Value) -> Result<Self, Thrown> {
        match arguments.elements() {
            Some(elements) => Ok(Self { method, elements }),
            None => Err(not_an_array(method)),
        }
    }

    /// The next one as a value of its own; `undefined` if there is none left.
    ///
    /// # Errors
    /// A `TypeError` that names the parameter, if it is no `T`.
    pub fn next<T: DeserializeOwned>(&mut self, parameter: &'static str) -> Result<T, Thrown> {
        let passed = self.elements.len() > 0;
        match self.elements.next_or_undefined() {
            Ok(argument) => Ok(argument),
            Err(error) => Err(refused(self.method, parameter, passed, &error)),
        }
    }
}

/// The answer to a call of a method that does not exist.
pub fn no_method(method: &str) -> Answer {
    let thrown = Thrown::no_method(method);
    Box::pin(std::future::ready(Err(thrown)))
}

// Out of line, so that each parameter's code is little more than its decoding.
#[cold]
fn refused(method: &str, parameter: &str, passed: bool, error: &DecodeError) -> Thrown {
    Thrown::type_error(if passed {
        format!("{method}: parameter \"{parameter}\": {error}")
    } else {
        format!("{method}: parameter \"{parameter}\" is missing")
    })
}

#[cold]
fn not_an_array(method: &str) -> Thrown {
    Thrown::type_error(format!("{method}: the arguments are not an array"))
}
