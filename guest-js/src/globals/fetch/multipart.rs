//! Forms as `multipart/form-data`.

use memchr::memmem::{self, Finder};
use rquickjs::{Array, Ctx, Function, Object, Result, TypedArray, Value};

use super::raw;

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    native.set("writeMultipart", Function::new(ctx.clone(), write)?)?;
    native.set("readMultipart", Function::new(ctx, read)?)
}

/// Writes a form. The list holds four values for each entry: its name, its value, its file name
/// and its type. The value of an entry without a file name is a string, otherwise bytes.
fn write<'js>(
    ctx: Ctx<'js>,
    list: Array<'js>,
    boundary: Value<'js>,
) -> Result<TypedArray<'js, u8>> {
    let boundary = raw::text(&boundary)?;
    let mut form = Vec::new();
    for index in 0..list.len() / 4 {
        let item = |at: usize| list.get::<Value<'js>>(index * 4 + at);
        let (name, value, file) = (raw::text(&item(0)?)?, item(1)?, item(2)?);
        let name = escaped(&normalized(&name));
        push(&mut form, &["--", &boundary, "\r\nContent-Disposition: form-data; name=\"", &name]);
        if file.is_undefined() {
            push(&mut form, &["\"\r\n\r\n", &normalized(&raw::text(&value)?)]);
        } else {
            let (file, kind) = (escaped(&raw::text(&file)?), raw::text(&item(3)?)?);
            push(&mut form, &["\"; filename=\"", &file, "\"\r\nContent-Type: ", &kind, "\r\n\r\n"]);
            raw::with_bytes(&value, |bytes| form.extend_from_slice(bytes));
        }
        push(&mut form, &["\r\n"]);
    }
    push(&mut form, &["--", &boundary, "--\r\n"]);
    TypedArray::new(ctx, form)
}

fn push(form: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        form.extend_from_slice(text.as_bytes());
    }
}

/// Makes each line end with CR and LF.
fn normalized(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' => {
                chars.next_if_eq(&'\n');
                lines.push_str("\r\n");
            }
            '\n' => lines.push_str("\r\n"),
            _ => lines.push(char),
        }
    }
    lines
}

fn escaped(name: &str) -> String {
    name.replace('\n', "%0A").replace('\r', "%0D").replace('"', "%22")
}

fn unescaped(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.replace("%0A", "\n").replace("%0D", "\r").replace("%22", "\"")
}

/// Reads a form. Returns a list as [`write`] takes it, with bytes for all values, or nothing if
/// the form is malformed.
fn read<'js>(ctx: Ctx<'js>, form: Value<'js>, boundary: Value<'js>) -> Result<Option<Array<'js>>> {
    let boundary = raw::text(&boundary)?;
    let bytes = raw::with_bytes(&form, |bytes| bytes.to_vec()).unwrap_or_default();
    let Some(entries) = entries(&bytes, boundary.as_bytes()) else { return Ok(None) };
    let list = Array::new(ctx.clone())?;
    for (index, entry) in entries.into_iter().enumerate() {
        list.set(index * 4, entry.name)?;
        list.set(index * 4 + 1, TypedArray::<u8>::new_copy(ctx.clone(), entry.value)?)?;
        list.set(index * 4 + 2, entry.file)?;
        list.set(index * 4 + 3, entry.kind)?;
    }
    Ok(Some(list))
}

struct Entry<'a> {
    name: String,
    value: &'a [u8],
    file: Option<String>,
    kind: Option<String>,
}

fn entries<'a>(form: &'a [u8], boundary: &[u8]) -> Option<Vec<Entry<'a>>> {
    if boundary.is_empty() {
        return None;
    }
    let mut delimiter = b"\r\n--".to_vec();
    delimiter.extend_from_slice(boundary);
    let ends = Finder::new(&delimiter);
    let mut entries = Vec::new();
    let mut rest = form;
    while let Some(after) = rest.strip_prefix(b"\r\n") {
        rest = after;
    }
    rest = rest.strip_prefix(delimiter.get(2..)?)?;
    loop {
        if let Some(after) = rest.strip_prefix(b"--") {
            return after.iter().all(|byte| matches!(byte, b'\r' | b'\n')).then_some(entries);
        }
        let (mut entry, body) = head(rest.strip_prefix(b"\r\n")?)?;
        let end = ends.find(body)?;
        entry.value = body.get(..end)?;
        entries.push(entry);
        rest = body.get(end + delimiter.len()..)?;
    }
}

/// Reads the headers of an entry up to the empty line. Returns what follows it, too.
fn head<'a>(mut rest: &'a [u8]) -> Option<(Entry<'a>, &'a [u8])> {
    let (mut name, mut file, mut kind) = (None, None, None);
    loop {
        let end = memmem::find(rest, b"\r\n")?;
        let (line, after) = (rest.get(..end)?, rest.get(end + 2..)?);
        rest = after;
        if line.is_empty() {
            return Some((Entry { name: name?, value: &[], file, kind }, rest));
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (field, value) = (line.get(..colon)?, line.get(colon + 1..)?.trim_ascii());
        if field.eq_ignore_ascii_case(b"content-disposition") {
            (name, file) = disposition(value)?;
        } else if field.eq_ignore_ascii_case(b"content-type") {
            kind = Some(value.iter().map(|byte| char::from(*byte)).collect());
        }
    }
}

/// Reads the name and the file name of an entry.
fn disposition(value: &[u8]) -> Option<(Option<String>, Option<String>)> {
    const KIND: usize = b"form-data".len();
    let mut rest = value.get(KIND..)?;
    if !value.get(..KIND)?.eq_ignore_ascii_case(b"form-data") {
        return None;
    }
    let (mut name, mut file) = (None, None);
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return Some((name, file));
        }
        rest = rest.strip_prefix(b";")?.trim_ascii_start();
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let key = rest.get(..equals)?;
        rest = rest.get(equals + 1..)?;
        let (quoted, end) = match rest.strip_prefix(b"\"") {
            Some(quoted) => (quoted, quoted.iter().position(|byte| *byte == b'"')?),
            None => (rest, rest.iter().position(|byte| *byte == b';').unwrap_or(rest.len())),
        };
        let is_quoted = quoted.len() < rest.len();
        let text = unescaped(quoted.get(..end)?);
        rest = quoted.get(end + usize::from(is_quoted)..)?;
        match key {
            b"name" => name = Some(text),
            b"filename" => file = Some(text),
            _ => {}
        }
    }
}
