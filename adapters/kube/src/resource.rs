//! Where the API server keeps the objects of each kind.

use std::fmt::Write as _;

use windlass_core::ids::{Kind, ObjectKey};
use windlass_core::text::Text;

/// API version and kind of the objects of `kind`, as references name them.
pub(crate) const fn api_name(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Claim => ("v1", "PersistentVolumeClaim"),
        Kind::Volume => ("v1", "PersistentVolume"),
        Kind::Class => ("storage.k8s.io/v1", "StorageClass"),
        Kind::Node => ("v1", "Node"),
        Kind::Pod => ("v1", "Pod"),
    }
}

/// The resource of `kind`, as paths and permissions name it.
pub(crate) const fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Claim => "persistentvolumeclaims",
        Kind::Volume => "persistentvolumes",
        Kind::Class => "storageclasses",
        Kind::Node => "nodes",
        Kind::Pod => "pods",
    }
}

const fn root(kind: Kind) -> &'static str {
    match kind {
        Kind::Class => "/apis/storage.k8s.io/v1",
        Kind::Claim | Kind::Volume | Kind::Node | Kind::Pod => "/api/v1",
    }
}

/// The path of all objects of `kind`, of all namespaces.
pub(crate) fn collection(kind: Kind) -> String {
    format!("{}/{}", root(kind), plural(kind))
}

/// The path of one object; none where the API can have no object of such a name.
///
/// References hold any text that a user wrote, and a slash or an empty name would make another path of it.
pub(crate) fn path(key: &ObjectKey) -> Option<String> {
    let kind = key.kind();
    let mut path = root(kind).to_owned();
    match key {
        ObjectKey::Claim(key) => push_namespaced(&mut path, &key.namespace, plural(kind), &key.name)?,
        ObjectKey::Pod(key) => push_namespaced(&mut path, &key.namespace, plural(kind), &key.name)?,
        ObjectKey::Volume(name) => push_named(&mut path, plural(kind), name.as_text())?,
        ObjectKey::Class(name) => push_named(&mut path, plural(kind), name.as_text())?,
        ObjectKey::Node(name) => push_named(&mut path, plural(kind), name.as_text())?,
    }
    Some(path)
}

/// Namespace and name of an object; the namespace is empty where the kind has none.
pub(crate) fn names(key: &ObjectKey) -> (&str, &str) {
    match key {
        ObjectKey::Claim(key) => (key.namespace.as_str(), key.name.as_str()),
        ObjectKey::Pod(key) => (key.namespace.as_str(), key.name.as_str()),
        ObjectKey::Volume(name) => ("", name.as_str()),
        ObjectKey::Class(name) => ("", name.as_str()),
        ObjectKey::Node(name) => ("", name.as_str()),
    }
}

fn push_namespaced(path: &mut String, namespace: &Text, plural: &str, name: &Text) -> Option<()> {
    path.push_str("/namespaces/");
    push_segment(path, namespace.as_str())?;
    push_named(path, plural, name)
}

fn push_named(path: &mut String, plural: &str, name: &Text) -> Option<()> {
    path.push('/');
    path.push_str(plural);
    path.push('/');
    push_segment(path, name.as_str())
}

/// Appends one segment. What the API server takes for no segment of a path is none here either: the
/// function `IsValidPathSegmentName` of `k8s.io/apimachinery`.
fn push_segment(path: &mut String, segment: &str) -> Option<()> {
    if segment.is_empty() || matches!(segment, "." | "..") || segment.contains(['/', '%']) {
        return None;
    }
    for byte in segment.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                path.push(char::from(byte));
            }
            other => write!(path, "%{other:02X}").ok()?,
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use windlass_core::ids::{ClaimKey, ClassName, VolumeName};

    use super::*;

    #[test]
    fn objects_have_the_paths_of_the_api() {
        let claim = ObjectKey::Claim(ClaimKey::new("shop", "data"));
        assert_eq!(path(&claim).as_deref(), Some("/api/v1/namespaces/shop/persistentvolumeclaims/data"));
        let class = ObjectKey::Class(ClassName::new("fast"));
        assert_eq!(path(&class).as_deref(), Some("/apis/storage.k8s.io/v1/storageclasses/fast"));
        assert_eq!(collection(Kind::Node), "/api/v1/nodes");
    }

    #[test]
    fn no_name_leads_to_another_path() {
        for name in ["", ".", "..", "a/b", "a/status", "%2e%2e", "../../secrets/x"] {
            assert_eq!(path(&ObjectKey::Volume(VolumeName::new(name))), None, "{name:?}");
            assert_eq!(path(&ObjectKey::Claim(ClaimKey::new(name, "x"))), None, "{name:?}");
            assert_eq!(path(&ObjectKey::Claim(ClaimKey::new("x", name))), None, "{name:?}");
        }
        let odd = path(&ObjectKey::Volume(VolumeName::new("a b?c#d\u{e9}")));
        assert_eq!(odd.as_deref(), Some("/api/v1/persistentvolumes/a%20b%3Fc%23d%C3%A9"));
    }
}
