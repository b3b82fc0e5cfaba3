//! Messages that are errors.

use crate::error::{Problem, WireError};
use crate::reader::{Reader, Token};
use crate::table::Table;
use crate::text::Text;
use crate::value::Value;
use crate::walker::Walker;

/// Causes that [`Value::error_chain`] follows.
const MAX_CAUSES: usize = 32;

/// What an error says. Text with lone surrogates has U+FFFD in their place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorParts {
    /// Such as `TypeError`.
    pub name: String,
    /// The message, which may be empty.
    pub message: String,
    /// The stack, as the engine writes it: frames only, a line each.
    pub stack: Option<String>,
}

impl Value {
    /// An error as JavaScript will see it.
    #[must_use]
    pub fn error(parts: &ErrorParts) -> Self {
        Self::from_error_chain(std::slice::from_ref(parts))
    }

    /// An error, its cause, that one's cause and so on. Nothing is `undefined`.
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

    /// What the error says, if it is one. Its own properties are there for
    /// [`to`](Self::to).
    #[must_use]
    pub fn as_error(&self) -> Option<ErrorParts> {
        self.errors(1).pop()
    }

    /// The error, its cause, that one's cause and so on, up to 32 of them, as long as
    /// each is an error and another one than those before it; empty if this is not
    /// one. Copies each text of the message once at most.
    #[must_use]
    pub fn error_chain(&self) -> Vec<ErrorParts> {
        self.errors(MAX_CAUSES)
    }

    fn errors(&self, limit: usize) -> Vec<ErrorParts> {
        let mut chain = Vec::new();
        // Where the properties of each begin: a cause may be a reference to any of them.
        let mut met = Vec::new();
        let mut position = Some(1);
        while let Some(at) = position.take().filter(|_| chain.len() < limit) {
            let want_cause = chain.len() + 1 < limit;
            position = self.error_at(at, want_cause, &mut met, &mut chain).unwrap_or_default();
        }
        chain
    }

    /// Appends the error that begins at `at`, unless it was met, and says where its
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

    /// The next token, or the one that a reference means.
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
