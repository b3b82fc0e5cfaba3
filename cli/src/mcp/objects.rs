//! The folders and tools that programs see as objects.

use isolet_mcp::HostObject;

use super::McpArgs;

/// The folders and tools of the arguments.
#[derive(Default)]
pub(super) struct Objects {
    pub(super) objects: Vec<HostObject>,
    #[cfg(feature = "dir")]
    pub(super) overlays: crate::dir::Overlays,
}

impl Objects {
    pub(super) fn new(args: &McpArgs) -> Result<Self, String> {
        let mut all = Self::default();
        #[cfg(feature = "dir")]
        for arg in &args.dirs {
            let directory = crate::dir::open(arg, &mut all.overlays)?;
            let methods =
                if arg.is_read_only() { METHODS_OF_DIRECTORY } else { READS_OF_DIRECTORY };
            all.objects.push(object(&arg.name, "Directory", directory, methods));
        }
        #[cfg(feature = "wasi")]
        for (name, path) in &args.tools {
            let tool = args.tool.tool(name, path)?;
            // It changes nothing but the folders that it is handed.
            all.objects.push(object(name, "Tool", tool, &["run", "start", "wait", "kill"]));
        }
        Ok(all)
    }
}

/// The methods of a folder, those that change nothing first.
#[cfg(feature = "dir")]
const METHODS_OF_DIRECTORY: &[&str] = &[
    "readText",
    "readBytes",
    "readStream",
    "list",
    "listStream",
    "glob",
    "stat",
    "exists",
    "dir",
    "readOnly",
    "write",
    "append",
    "writeStream",
    "mkdir",
    "rename",
    "remove",
];

/// The methods of a folder that change nothing.
#[cfg(feature = "dir")]
const READS_OF_DIRECTORY: &[&str] = METHODS_OF_DIRECTORY.split_at(10).0;

#[cfg(any(feature = "dir", feature = "wasi"))]
fn object(
    name: &str,
    type_name: &str,
    capability: impl isolet::Capability,
    read_only: &[&str],
) -> HostObject {
    let interface = capability.declaration().unwrap_or_default().replace("export ", "");
    let (name, type_name) = (name.to_owned(), type_name.to_owned());
    let read_only = read_only.iter().map(|name| (*name).to_owned()).collect();
    HostObject { name, stub: isolet::Stub::new(capability), type_name, interface, read_only }
}
