//! Messages that are errors.

use crate::error::{Problem, WireError};
use crate::reader::{Reader, Token};
use crate::table::Table;
use crate::text::Text;
use crate::value::Value;
use crate::walker::Walker;

/// The maximum number of errors that [`Value::error_chain`] returns.
const MAX_CAUSES: usize = 32;

/// The name, message and stack of an error. Lone surrogates are replaced by U+FFFD.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorParts {
    /// The name, such as `TypeError`.
    pub name: String,
    /// The message, which may be empty.
    pub message: String,
    /// The stack as the engine writes it: only frames, one on each line.
    pub stack: Option<String>,
}

impl Value {
    /// Creates an error as JavaScript will see it.
    #[must_use]
    pub fn error(parts: &ErrorParts) -> Self {
        Self::from_error_chain(std::slice::from_ref(parts))
    }

    /// Creates an error, its cause, the cause of that and so on. An empty chain is `undefined`.
    #[must_use]
    pub fn from_error_chain(chain: &[ErrorParts]) -> Self {
        Self::written(|writer| {
            for (index, parts) in chain.iter().enumerate() {
                if index > 0 {
                    writer.string("cause");
                }
                let stack = parts.stack.as_deref().map(Text::Utf8);
                writer.begin_error(Text::Utf8(&parts.name), Text::Utf8(&parts.message), stack);
            }
            if chain.is_empty() {
                writer.undefined();
            }
            for _ in chain {
                writer.end();
            }
        })
    }

    /// Returns the name, message and stack of the error, or `None` if this is not one. Its own
    /// properties can be decoded with [`to`](Self::to).
    #[must_use]
    pub fn as_error(&self) -> Option<ErrorParts> {
        self.errors(1).pop()
    }

    /// Returns the error, its cause, the cause of that and so on, up to 32 of them. The chain
    /// ends at a value that is not an error, or is one that came before. It is empty if this is
    /// not an error. Copies each text of the message at most once.
    #[must_use]
    pub fn error_chain(&self) -> Vec<ErrorParts> {
        self.errors(MAX_CAUSES)
    }

    fn errors(&self, limit: usize) -> Vec<ErrorParts> {
        let mut chain = Vec::new();
        // The positions where the properties of each error begin. A cause may be a reference to
        // any of them.
        let mut met = Vec::new();
        let mut position = Some(1);
        while let Some(at) = position.take().filter(|_| chain.len() < limit) {
            let want_cause = chain.len() + 1 < limit;
            position = self.error_at(at, want_cause, &mut met, &mut chain).unwrap_or_default();
        }
        chain
    }

    /// Appends the error that begins at `at`, unless it was met before, and returns where its
    /// cause begins.
    fn error_at(
        &self,
        at: usize,
        want_cause: bool,
        met: &mut Vec<usize>,
        chain: &mut Vec<ErrorParts>,
    ) -> Result<Option<usize>, WireError> {
        let mut reader = Reader::at(self.as_bytes(), at);
        let Token::Error { name, message, stack, .. } = self.resolve(&mut reader)? else {
            return Ok(None);
        };
        if met.contains(&reader.position()) {
            return Ok(None);
        }
        met.push(reader.position());
        chain.push(ErrorParts {
            name: name.to_str_lossy().into_owned(),
            message: message.to_str_lossy().into_owned(),
            stack: stack.map(|stack| stack.to_str_lossy().into_owned()),
        });
        while let Some(key) = reader.key()?.filter(|_| want_cause) {
            let at = reader.position();
            if key == Text::Utf8("cause") {
                return Ok(Some(at));
            }
            let mut walker = Walker::at(self.as_bytes(), at);
            while walker.event()?.is_some() {}
            reader = Reader::at(self.as_bytes(), walker.position());
        }
        Ok(None)
    }

    /// Reads the next token, or the one that a reference refers to.
    fn resolve<'a>(&'a self, reader: &mut Reader<'a>) -> Result<Token<'a>, WireError> {
        match reader.token()? {
            Token::Ref(index) => {
                let table = Table::new(self.as_bytes(), self.objects())?;
                let place = table.get(index).ok_or(reader.error(Problem::Reference))?;
                reader.seek(place.start);
                reader.token()
            }
            token => Ok(token),
        }
    }
}
