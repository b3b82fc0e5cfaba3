//! Decoding of the array of arguments into the parameters of a method.

use isolet_wire::{DecodeError, Elements, Value};
use serde::de::DeserializeOwned;

use super::Answer;
use crate::error::thrown::Thrown;

/// The arguments of one call, taken one by one. Surplus arguments are ignored, as in a
/// call of a JavaScript function.
pub struct Arguments<'a> {
    method: &'static str,
    elements: Elements<'a>,
}

impl<'a> Arguments<'a> {
    /// Creates the arguments of a call of `method`.
    ///
    /// # Errors
    /// Errors with a `TypeError` if `arguments` is not an array.
    pub fn new(method: &'static str, arguments: &'a Value) -> Result<Self, Thrown> {
        match arguments.elements() {
            Some(elements) => Ok(Self { method, elements }),
            None => Err(not_an_array(method)),
        }
    }

    /// Returns the next argument as an owned value. It is `undefined` if none is left.
    ///
    /// # Errors
    /// Errors with a `TypeError` that names the parameter if the argument is not a `T`.
    pub fn next<T: DeserializeOwned>(&mut self, parameter: &'static str) -> Result<T, Thrown> {
        let passed = self.elements.len() > 0;
        match self.elements.next_or_undefined() {
            Ok(argument) => Ok(argument),
            Err(error) => Err(refused(self.method, parameter, passed, &error)),
        }
    }
}

/// Returns the answer to a call of a method that does not exist.
pub fn no_method(method: &str) -> Answer {
    let thrown = Thrown::no_method(method);
    Box::pin(std::future::ready(Err(thrown)))
}

// Out of line, so that the code of each parameter is little more than its decoding.
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
