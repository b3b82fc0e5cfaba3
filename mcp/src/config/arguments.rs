//! Secrets in the arguments of a server's process.

use percent_encoding::percent_decode_str;
use url::Url;

/// The ends of words that name a secret.
const SECRET: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "key",
    "credential",
    "credentials",
    "auth",
    "authorization",
    "bearer",
];

/// Returns the literal secrets of a list of arguments, each with the name that it has there: the value of
/// an option such as `--api-key VALUE` or `--token=VALUE`, of a variable such as `TOKEN=VALUE` or a header
/// such as `Authorization: Bearer VALUE`, and the password of an address.
pub(super) fn secrets(arguments: &[String]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut option = None;
    for argument in arguments {
        let named = argument.split_once('=').or_else(|| argument.split_once(':'));
        if let Some((name, value)) = named.filter(|(name, _)| is_secret(name)) {
            // A scheme, which may be shown without its token.
            let token = value.trim().rsplit(' ').next().unwrap_or_default();
            found.push((name.to_owned(), value.trim().to_owned()));
            found.push((name.to_owned(), token.to_owned()));
        } else if let Some(name) = option.take().filter(|_| !argument.starts_with('-')) {
            found.push((name, argument.clone()));
        }
        let value = named.map_or(argument.as_str(), |(_, value)| value);
        for address in [argument.as_str(), value] {
            let address = Url::parse(address).ok();
            let password = address.as_ref().and_then(Url::password);
            if let Some(password) = password {
                let decoded = percent_decode_str(password).decode_utf8_lossy().into_owned();
                found.push(("password".to_owned(), password.to_owned()));
                found.push(("password".to_owned(), decoded));
            }
        }
        let is_option = argument.starts_with('-') && !argument.contains('=');
        option = (is_option && is_secret(argument)).then(|| argument.clone());
    }
    for (name, _) in &mut found {
        *name = name.trim_start_matches('-').to_owned();
    }
    found
}

/// Returns true if a name is that of a secret by its last word.
fn is_secret(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    let word = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    SECRET.iter().any(|end| word.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_a_secret_is_one() {
        let of = |arguments: &[&str]| {
            let arguments: Vec<_> = arguments.iter().map(|&it| it.to_owned()).collect();
            let mut values: Vec<_> = secrets(&arguments).into_iter().map(|it| it.1).collect();
            values.dedup();
            values
        };
        for (arguments, expected) in [
            (&["--token", "literal"][..], &["literal"][..]),
            (&["--api-key=literal"], &["literal"]),
            (&["-e", "GITHUB_TOKEN=literal"], &["literal"]),
            (&["--header", "Authorization: Bearer literal"], &["Bearer literal", "literal"]),
            (&["--accessKey", "literal"], &["literal"]),
            (&["postgres://me:pass%40word@db.example/x"], &["pass%40word", "pass@word"]),
            (&["--database=postgres://me:password@db.example/x"], &["password"]),
            // These are shown: a folder, a package, a flag without a value, an author.
            (&["-y", "@scope/server", "/home/me/project"], &[]),
            (&["--no-auth", "--root", "/home/me/project"], &[]),
            (&["--author", "Somebody", "--tokens=10"], &[]),
            (&["https://a.example/token"], &[]),
        ] {
            assert_eq!(of(arguments), expected, "{arguments:?}");
        }
    }
}
