//! The network of a program: `--allow-net` and `--net-policy`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use isolet::{AddressRange, Destination, Network, NetworkPolicy, NetworkRecord, Rule, Secret};
use serde::Deserialize;

use crate::args::ProgramArgs;
use crate::disk;
use crate::terminal::Terminal;

/// The file of `--net-policy`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    #[serde(default)]
    addresses: Vec<AddressRange>,
    ca: Option<PathBuf>,
    connect_timeout_ms: Option<u32>,
    response_timeout_ms: Option<u32>,
    #[serde(default, rename = "rule")]
    rules: Vec<Rule>,
    #[serde(default, rename = "secret")]
    secrets: Vec<SecretEntry>,
}

/// A secret of the file. Its value is elsewhere, so that the file can be shared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretEntry {
    name: String,
    to: Vec<Destination>,
    from_env: Option<String>,
    from_file: Option<PathBuf>,
    #[serde(default = "headers", rename = "in")]
    places: Vec<Place>,
    placeholder: Option<String>,
}

/// A part of a request.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Headers,
    Url,
    Body,
}

fn headers() -> Vec<Place> {
    vec![Place::Headers]
}

/// Returns true if the arguments give the program a network.
pub(crate) fn is_wanted(args: &ProgramArgs) -> bool {
    !args.allow_net.is_empty() || args.net_policy.is_some()
}

/// Creates the network that the arguments describe, if they do.
///
/// # Errors
/// Errors if the file of the policy, or what it names, is wrong.
pub(crate) fn network(args: &ProgramArgs) -> Result<Option<Network>, String> {
    if !is_wanted(args) {
        return Ok(None);
    }
    let mut policy = NetworkPolicy::new();
    if let Some(path) = &args.net_policy {
        policy = read(path).map_err(|error| format!("--net-policy {}: {error}", path.display()))?;
    }
    if let Some((first, others)) = args.allow_net.split_first() {
        let rule = Rule::new(first.clone()).name("--allow-net");
        policy = policy.rule(others.iter().cloned().fold(rule, Rule::to));
    }
    let network = Network::new(policy).map_err(|error| error.to_string())?.label(&args.file);
    Ok(Some(if args.net_log { network.audit(log) } else { network }))
}

fn read(path: &Path) -> Result<NetworkPolicy, String> {
    let text = disk::read(path).map_err(|error| error.to_string())?;
    let file: PolicyFile = toml::from_str(&text).map_err(|error| error.to_string())?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut policy = NetworkPolicy::new();
    policy = file.addresses.into_iter().fold(policy, NetworkPolicy::addresses);
    policy = file.rules.into_iter().fold(policy, NetworkPolicy::rule);
    if let Some(ca) = file.ca {
        policy = policy.root_certificates(text_beside(folder, &ca)?);
    }
    if let Some(ms) = file.connect_timeout_ms {
        policy = policy.connect_timeout(Duration::from_millis(ms.into()));
    }
    if let Some(ms) = file.response_timeout_ms {
        policy = policy.response_timeout(Duration::from_millis(ms.into()));
    }
    for entry in file.secrets {
        policy = policy.secret(secret(entry, folder)?);
    }
    Ok(policy)
}

fn secret(entry: SecretEntry, folder: &Path) -> Result<Secret, String> {
    let name = &entry.name;
    let value = match (&entry.from_env, &entry.from_file) {
        (Some(variable), None) => std::env::var(variable)
            .map_err(|error| format!("the secret {name:?}: {variable}: {error}"))?,
        (None, Some(path)) => text_beside(folder, path)?.trim_end_matches(['\r', '\n']).to_owned(),
        _ => return Err(format!("the secret {name:?} needs one of from_env and from_file")),
    };
    let Some((first, others)) = entry.to.split_first() else {
        return Err(format!("the secret {name:?} has no destination"));
    };
    let mut secret = others
        .iter()
        .cloned()
        .fold(Secret::new(name, value, first.clone()), Secret::to)
        .in_headers(entry.places.contains(&Place::Headers))
        .in_url(entry.places.contains(&Place::Url))
        .in_body(entry.places.contains(&Place::Body));
    if let Some(placeholder) = entry.placeholder {
        secret = secret.placeholder(placeholder);
    }
    Ok(secret)
}

fn text_beside(folder: &Path, path: &Path) -> Result<String, String> {
    let path = folder.join(path);
    disk::read(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Prints the record of a request.
fn log(record: &NetworkRecord) {
    let mut text = format!("{} {} {}", record.outcome.name(), record.method, record.url);
    let mut more = |name: &str, value: String| {
        // Writing to text cannot fail.
        let _ = write!(text, " {name}={value}");
    };
    if let Some(status) = record.status {
        more("status", status.to_string());
    }
    if let Some(address) = record.address {
        more("address", address.to_string());
    }
    if let Some(rule) = &record.rule {
        more("rule", format!("{rule:?}"));
    }
    more("sent", record.request_bytes.to_string());
    more("received", record.response_bytes.to_string());
    more("ms", record.duration.as_millis().to_string());
    if !record.secrets.is_empty() {
        more("secrets", record.secrets.join(","));
    }
    if !record.withheld.is_empty() {
        more("withheld", record.withheld.join(","));
    }
    if let Some(reason) = &record.reason {
        more("reason", format!("{reason:?}"));
    }
    Terminal::default().note(&format!("net: {text}"));
}
