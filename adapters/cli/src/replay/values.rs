//! Values of arguments: the object to explain.

use std::str::FromStr;

use windlass_core::ids::{ClaimKey, ObjectKey, VolumeName};

/// An object about which the core can say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Explained(pub(super) ObjectKey);

impl FromStr for Explained {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            ["claim" | "pvc" | "persistentvolumeclaim", namespace, name]
                if !namespace.is_empty() && !name.is_empty() =>
            {
                Ok(Self(ObjectKey::Claim(ClaimKey::new(namespace, name))))
            }
            ["volume" | "pv" | "persistentvolume", name] if !name.is_empty() => {
                Ok(Self(ObjectKey::Volume(VolumeName::new(name))))
            }
            _ => Err("write claim/NAMESPACE/NAME or volume/NAME".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_as_people_name_them() {
        let claim = ObjectKey::Claim(ClaimKey::new("default", "data"));
        for text in ["claim/default/data", "pvc/default/data"] {
            assert_eq!(text.parse(), Ok(Explained(claim.clone())));
        }
        let volume = ObjectKey::Volume(VolumeName::new("disk"));
        assert_eq!("pv/disk".parse(), Ok(Explained(volume)));
        for text in ["", "disk", "pv", "pv/", "pvc/data", "claim//data", "pod/default/web", "pv/a/b"] {
            assert!(text.parse::<Explained>().is_err(), "{text}");
        }
    }
}
