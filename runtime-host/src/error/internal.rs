//! Errors that should not happen.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// A defect of isolet or of its guest.
///
/// Its text is for people. `source` returns the error beneath it, if there is one, such as
/// one of the operating system. Which errors these are may change in any version.
#[derive(Clone)]
pub struct InternalError(Arc<Defect>);

enum Defect {
    Error(wasmtime::Error),
    Text(Cow<'static, str>),
}

impl InternalError {
    pub(crate) fn new(error: impl Into<wasmtime::Error>) -> Self {
        Self(Arc::new(Defect::Error(error.into())))
    }

    pub(crate) fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Defect::Text(text.into())))
    }
}

impl fmt::Display for InternalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            // With its causes, since few programs print the sources of an error.
            Defect::Error(error) => write!(f, "{error:#}"),
            Defect::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for InternalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InternalError").field(&format_args!("{self}")).finish()
    }
}

impl StdError for InternalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &*self.0 {
            Defect::Error(error) => Some(error.as_ref()),
            Defect::Text(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use wasmtime::error::Context as _;

    use super::*;
    use crate::error::Error;

    #[test]
    fn the_errors_beneath_are_its_sources() {
        let beneath = || io::Error::from_raw_os_error(2);
        let made = Err::<(), _>(beneath()).context("no image").expect_err("an error");
        let error = Error::Internal(InternalError::new(made));
        assert_eq!(error.to_string(), format!("internal error: no image: {}", beneath()));
        let sources = std::iter::successors(Some(&error as &dyn StdError), |&it| it.source());
        let system: Vec<_> = sources.filter_map(|it| it.downcast_ref::<io::Error>()).collect();
        assert!(matches!(system[..], [it] if it.raw_os_error() == Some(2)), "{error:?}");
    }

    #[test]
    fn a_text_has_no_source() {
        let error = InternalError::text("the guest lied");
        assert_eq!(error.to_string(), "the guest lied");
        assert!(error.source().is_none());
    }
}
