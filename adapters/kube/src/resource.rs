//! Where the API server keeps the objects of each kind.

use std::fmt::Write as _;

use windlass_core::ids::{Kind, ObjectKey};

/// Where the API has everything of a group and version.
fn root(kind: Kind) -> String {
    let version = kind.api_version();
    let folder = if version.contains('/') { "apis" } else { "api" };
    format!("/{folder}/{version}")
}

/// The path of all objects of `kind`, of all namespaces.
pub(crate) fn collection(kind: Kind) -> String {
    format!("{}/{}", root(kind), kind.plural())
}

/// The path of all objects of `kind` in one namespace, where the kind has namespaces; none where the API can have no
/// such namespace.
pub(crate) fn collection_in(kind: Kind, namespace: &str) -> Option<String> {
    let mut path = root(kind);
    if kind.is_namespaced() {
        path.push_str("/namespaces/");
        push_segment(&mut path, namespace)?;
    }
    path.push('/');
    path.push_str(kind.plural());
    Some(path)
}

/// The path of one object; none where the API can have no object of such a name.
///
/// References hold any text that a user wrote, and a slash or an empty name would make another path of it.
pub(crate) fn path(key: &ObjectKey) -> Option<String> {
    let mut path = collection_in(key.kind(), key.namespace())?;
    path.push('/');
    push_segment(&mut path, key.name().as_str())?;
    Some(path)
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
