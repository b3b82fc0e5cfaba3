//! Properties of every specifier, whoever imports it.

use isolet_guest_js::resolve;

/// The importing module's name and the specifier in `data`, on a line each, and
/// what the guest asks the host for; none if that is nothing.
pub fn resolver(data: &[u8]) -> Option<String> {
    let (base, specifier) = str::from_utf8(data).ok()?.split_once('\n')?;
    let relative = matches!(specifier.split('/').next(), Some("." | ".."));
    let resolved = resolve(base, specifier);
    if !relative {
        let name = specifier.strip_prefix('/').unwrap_or(specifier);
        assert_eq!(resolved.as_deref(), Some(name));
        return resolved;
    }
    // A folder below the base's at most, and above it by no more than it is deep.
    let parts: Vec<_> = specifier.split('/').collect();
    let ups = parts.iter().filter(|part| **part == "..").count();
    let depth = base.split('/').count() - 1;
    let Some(name) = resolved else {
        assert!(ups > depth, "{specifier:?} from {base:?}");
        return None;
    };
    let downs = parts.iter().filter(|part| !matches!(**part, "" | "." | "..")).count();
    let levels = if name.is_empty() { 0 } else { name.split('/').count() };
    // The empty parts of a base are folders like any other.
    assert!(levels <= depth + downs, "{specifier:?} from {base:?} is {name:?}");
    if is_clean(base) {
        assert!(is_clean(&name) || name.is_empty(), "{specifier:?} from {base:?} is {name:?}");
        assert_eq!(resolve(&name, &format!("./{}", last(&name))).as_deref(), Some(&*name));
    }
    // A detour changes nothing.
    assert_eq!(resolve(base, &format!("./x/../{specifier}")), Some(name.clone()));
    Some(name)
}

/// Returns true if no part of a path is empty or leads anywhere else.
fn is_clean(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn last(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, last)| last)
}
