//! Installing the packages of a project.

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use isolet::npm::{
    AllowedNames, Event, Installed, Installer, Lock, NPM_REGISTRY, Registries, Settings,
};

use super::{LOCK, MANIFEST, StoreArgs, read, write};
use crate::disk;
use crate::run::{self, Failure};
use crate::terminal::Terminal;

/// The maximum number of bytes of a file of certificates.
const MAX_CERTIFICATE_BYTES: u64 = 4 << 20;

/// Settings that only the user's own `.npmrc` and the environment may have.
const OF_USER: [&str; 5] = ["cafile", "https-proxy", "noproxy", "noproxy[]", "proxy"];

/// Returns the lines of a project's `.npmrc` that cannot harm its user. With variables of the
/// environment, a project could send secrets to a registry of its choice. With certificates or a
/// proxy it could read what is sent to others, and with a registry without TLS all on the way could
/// read the user's token.
fn trusted(text: &str, path: &Path) -> String {
    let mut kept = String::new();
    for line in text.lines() {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let name = name.trim();
        let is_plain = (name == "registry" || name.ends_with(":registry")) && is_plain(value);
        let is_harmful = line.contains("${") || OF_USER.contains(&name) || is_plain;
        if !is_harmful {
            kept.push_str(line);
            kept.push('\n');
        } else if !line.trim_start().starts_with(['#', ';']) {
            Terminal::default().warning(format!(
                "{}: {name} is ignored, because it has a variable, names certificates or \
                 proxies, or a registry without TLS (the user's .npmrc may have it)",
                path.display()
            ));
        }
    }
    kept
}

/// Returns true if an address begins with `http:`, and is not known to be of this machine.
fn is_plain(address: &str) -> bool {
    let address = address.trim().trim_matches(['"', '\'']).trim().to_ascii_lowercase();
    let Some(rest) = address.strip_prefix("http:") else { return false };
    let host = rest.trim_start_matches('/').split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let is_local = |name: &str| {
        let port = host.strip_prefix(name).map(|port| port.strip_prefix(':').unwrap_or(port));
        port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
    };
    !["localhost", "127.0.0.1", "[::1]"].into_iter().any(is_local)
}

/// Returns the settings for a project: the user's `.npmrc`, that of the project, and the
/// environment, with its proxies.
///
/// # Errors
/// Errors if one of them is malformed, or there is no folder for the store.
pub(super) fn settings(
    args: &StoreArgs,
    project: &Path,
    offline: bool,
) -> Result<Settings, Failure> {
    let usage = |error: isolet::npm::Error| Failure::Usage(error.to_string());
    let mut registries = Registries::new(NPM_REGISTRY).map_err(usage)?;
    let home = path("HOME").map(|home| home.join(".npmrc"));
    let files = home.map(|path| (path, true)).into_iter().chain([(project.join(".npmrc"), false)]);
    for (path, is_users) in files {
        if let Some(text) = read(&path)? {
            let text = if is_users { text } else { trusted(&text, &path) };
            let variable = |name: &str| std::env::var(name).ok();
            registries = registries
                .with_npmrc(&text, variable)
                .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
        }
    }
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    registries = registries.with_environment(variables).map_err(usage)?;
    let store = store(args).ok_or_else(|| {
        Failure::Usage("there is no home folder; name a folder with --store".to_owned())
    })?;
    // npm takes them from both.
    let files = registries.certificates_file().map(PathBuf::from);
    let files = files.into_iter().chain(path("NODE_EXTRA_CA_CERTS"));
    let certificates = files.map(|path| {
        let text = disk::read_at_most(&path, MAX_CERTIFICATE_BYTES);
        text.map(String::into_bytes)
            .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
    });
    let certificates = certificates.collect::<Result<_, _>>()?;
    let mut settings = Settings::new(registries, store);
    settings.certificates = certificates;
    settings.offline = offline;
    settings.allowed = AllowedNames::new(&args.allowed);
    settings.store_bytes = args.store_size.unwrap_or(settings.store_bytes);
    if let Some(age) = args.minimum_age {
        settings.minimum_age = age;
    }
    Ok(settings)
}

fn path(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|it| !it.is_empty()).map(PathBuf::from)
}

/// Returns the folder of the store. `None` if there is neither one nor a home folder.
pub(super) fn store(args: &StoreArgs) -> Option<PathBuf> {
    if let Some(store) = &args.store {
        return Some(store.clone());
    }
    let caches = path("XDG_CACHE_HOME").or_else(|| Some(path("HOME")?.join(".cache")))?;
    Some(caches.join("isolet").join("packages"))
}

/// Installs the packages of a project, and writes its lockfile if that changes.
///
/// # Errors
/// Errors if a package cannot be had, or the lockfile cannot be written.
pub(super) fn project(
    project: &Path,
    args: &StoreArgs,
    offline: bool,
) -> Result<isolet::npm::Packages, Failure> {
    let mut settings = settings(args, project, offline)?;
    settings.root = Some(project.to_owned());
    let manifest = read(&project.join(MANIFEST))?.unwrap_or_default();
    let lock = lock(project)?;
    let installed =
        wait(settings, async |installer| installer.install(&manifest, lock.as_ref()).await);
    let installed = installed.map_err(|failure| match failure {
        Failure::Usage(text) if offline => Failure::Usage(format!(
            "{}: {text} (isolet run --install installs what is missing)",
            project.display()
        )),
        other => other,
    })?;
    if !offline {
        finish(project, &installed)?;
    }
    Ok(installed.packages)
}

/// Reads the lockfile of a project: its own, or else that of npm.
///
/// # Errors
/// Errors if it is malformed.
pub(super) fn lock(project: &Path) -> Result<Option<Lock>, Failure> {
    for name in [LOCK, "package-lock.json"] {
        let path = project.join(name);
        if let Some(text) = read(&path)? {
            let lock = Lock::parse(&text);
            let lock =
                lock.map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
            return Ok(Some(lock));
        }
    }
    Ok(None)
}

/// Prints the warnings, and writes the lockfile if it changes.
///
/// # Errors
/// Errors if it cannot be written.
pub(super) fn finish(project: &Path, installed: &Installed) -> Result<(), Failure> {
    let terminal = Terminal::default();
    for warning in &installed.warnings {
        terminal.warning(warning);
    }
    let path = project.join(LOCK);
    let text = installed.lock.to_json();
    if read(&path)?.as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    write(&path, &text)
}

/// Runs an installer with a spinner. Ctrl-C ends it.
///
/// # Errors
/// Errors with the installer's error.
pub(super) fn wait<T>(
    settings: Settings,
    run: impl AsyncFnOnce(&Installer) -> isolet::npm::Result<T> + Send,
) -> Result<T, Failure>
where
    T: Send,
{
    let spinner = run::spinner("installing");
    let shown = spinner.clone();
    let installer =
        Installer::new(settings).with_progress(move |event: &Event<'_>| show(&shown, event));
    let install = || {
        run::runtime()?.block_on(async {
            let result = tokio::select! {
                result = run(&installer) => result.map_err(|error| error.to_string().into()),
                _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted),
                () = run::spin(&spinner) => Err(Failure::Interrupted),
            };
            spinner.finish_and_clear();
            result
        })
    };
    // A server that loads its program again is in a runtime already.
    std::thread::scope(|scope| scope.spawn(install).join())
        .unwrap_or_else(|_| Err(Failure::internal("the installer panicked")))
}

fn show(spinner: &ProgressBar, event: &Event<'_>) {
    match event {
        Event::Resolving { package, resolved } => {
            spinner.set_message(format!("resolving {package}, {resolved} done"));
        }
        Event::Fetched { package, done, total } => {
            spinner.set_message(format!("installed {package}, {done} of {total}"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn registries_without_tls_are_those_of_this_machine() {
        for address in ["https://r.example/", "http://localhost:4873", " 'http://127.0.0.1/' "] {
            assert!(!is_plain(address), "{address}");
        }
        for address in [
            "http://r.example/",
            "HTTP:r.example",
            "http://localhost.example/",
            "http://localhost:1@r.example/",
            "http://r.example/localhost",
            "\"http://r.example\"",
        ] {
            assert!(is_plain(address), "{address}");
        }
    }
}
