//! Objects of the host that programs reach beside the servers.

use std::fmt;

use isolet::code_mode::{CapabilityCall, ToolCall};
use isolet_catalog::{Method, methods};

use crate::policy::Policy;
use crate::upstream::Hints;

/// An object of the host, such as an [`isolet::Stub`] of a directory. Its calls are recorded, and
/// rules may say that they need approval.
#[derive(Clone)]
pub struct HostObject {
    /// The name of the global, an identifier that no server has.
    pub name: String,
    /// The object.
    pub stub: isolet::Stub,
    /// The name of its interface in TypeScript, such as `Directory`.
    pub type_name: String,
    /// The declaration of the interface for the model, and of the types that it uses. It is shown
    /// once for all objects that have the same. The search of tools finds the methods of the
    /// interface, and rules name their parameters.
    pub interface: String,
    /// The names of the methods that change nothing. Rules with a hint are not true of them.
    pub read_only: Vec<String>,
}

impl HostObject {
    /// Returns the declaration of the interface and of the global.
    pub(crate) fn declaration(&self) -> String {
        format!("{}\n{}", self.interface.trim_end(), self.constant())
    }

    /// Returns the declaration of the global.
    pub(crate) fn constant(&self) -> String {
        format!("declare const {}: {};\n", self.name, self.type_name)
    }

    /// Returns true if this is the name of the object, or of one of its methods with that.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        match name.split_once('.') {
            None => self.name == name,
            Some((object, method)) => {
                self.name == object && self.methods().iter().any(|it| it.name == method)
            }
        }
    }

    fn methods(&self) -> Vec<Method> {
        methods(&self.declaration(), &self.name)
    }

    fn hints(&self, method: &str) -> Hints {
        let is_read_only = self.read_only.iter().any(|it| it == method);
        Hints { is_read_only, is_additive: false }
    }

    /// Returns true if calls of one of its methods may need approval.
    fn is_ruled(&self, policy: &Policy) -> bool {
        let methods = self.methods();
        let is_ruled = |it: &Method| policy.may_apply(&self.name, &it.name, self.hints(&it.name));
        // Without a declaration nothing is known of it.
        methods.is_empty() && policy.is_for(&self.name) || methods.iter().any(is_ruled)
    }
}

/// Returns true if a call of one of the objects needs approval.
///
/// Patterns are not matched against a call whose arguments are not known as a whole, or whose
/// object was returned by a method: the path in a folder of a folder is not the path in the
/// folder. The receiver of an object may call all of its methods.
pub(crate) fn needs_approval(
    objects: &[HostObject],
    policy: &Policy,
    call: &ToolCall,
    capability: &CapabilityCall,
) -> bool {
    let find = |name: &str| objects.iter().find(|object| object.name == name);
    let (name, method) = (&call.namespace, call.tool.as_str());
    let last = method.rsplit('.').next().unwrap_or_default();
    let hints = find(name).map(|object| object.hints(last)).unwrap_or_default();
    let is_elsewhere = !capability.returned_by.is_empty() || method.contains('.');
    let is_ruled = if capability.is_cut || is_elsewhere {
        policy.may_apply(name, method, hints) || policy.may_apply(name, last, hints)
    } else {
        policy.applies(name, method, hints, &call.arguments)
    };
    let hands_over = |name: &String| find(name).is_none_or(|object| object.is_ruled(policy));
    is_ruled || capability.handed_over.iter().any(hands_over)
}

impl fmt::Debug for HostObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostObject")
            .field("name", &self.name)
            .field("type_name", &self.type_name)
            .finish_non_exhaustive()
    }
}
