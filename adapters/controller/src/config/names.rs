//! The names of controllers, as `--controllers` takes them.
//!
//! Guarantees: a name that is switched off is either not run, or was never run by this program; a name that is
//! switched on is run. Upstream: `cmd/kube-controller-manager/names` and the aliases in `app`.

use std::fmt;

/// The storage controllers of kube-controller-manager: name, alias, whether this program has it.
const KNOWN: [(&str, &str, bool); 8] = [
    (BINDER, "persistentvolume-binder", true),
    ("persistentvolume-attach-detach-controller", "attachdetach", false),
    ("persistentvolume-expander-controller", "persistentvolume-expander", false),
    ("persistentvolumeclaim-protection-controller", "pvc-protection", false),
    ("persistentvolume-protection-controller", "pv-protection", false),
    ("ephemeral-volume-controller", "ephemeral-volume", false),
    ("volumeattributesclass-protection-controller", "", false),
    ("selinux-warning-controller", "", false),
];

/// The controller that binds claims to volumes.
const BINDER: &str = "persistentvolume-binder-controller";

/// Why a list of controllers makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NamesError {
    /// No such controller is known.
    Unknown(String),
    /// This program does not have it.
    Absent(String),
    /// With everything switched off, there is nothing to do.
    Nothing,
}

impl fmt::Display for NamesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = KNOWN.map(|it| it.0).join(", ");
        match self {
            Self::Unknown(name) => write!(
                f,
                "controllers: {name:?} is unknown; known are * and {known}, each with or without a - before it"
            ),
            Self::Absent(name) => write!(
                f,
                "controllers: this program does not have {name}, it has {BINDER}; leave it to \
                 kube-controller-manager"
            ),
            Self::Nothing => {
                write!(f, "controllers: nothing is left to run; write * or {BINDER}")
            }
        }
    }
}

/// Checks that a list of names leaves something to run, which is the binder.
///
/// As upstream has it: a name counts before `*`, and the first mention of a name before later ones.
pub(crate) fn check(names: &[String]) -> Result<(), NamesError> {
    let mut binder = None;
    let mut all = false;
    for written in names {
        let (name, is_on) = written.strip_prefix('-').map_or((written.as_str(), true), |name| (name, false));
        if written == "*" {
            all = true;
            continue;
        }
        let known =
            KNOWN.iter().find(|(known, alias, _)| name == *known || (name == *alias && !name.is_empty()));
        match known {
            None => return Err(NamesError::Unknown(written.clone())),
            Some((_, _, true)) => binder = binder.or(Some(is_on)),
            Some((known, _, false)) if is_on => return Err(NamesError::Absent((*known).to_owned())),
            Some((_, _, false)) => {}
        }
    }
    if binder.unwrap_or(all) { Ok(()) } else { Err(NamesError::Nothing) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_names_mean_what_they_mean_upstream() {
        let check = |names: &str| check(&names.split(',').map(str::to_owned).collect::<Vec<_>>());
        for good in [
            "*",
            BINDER,
            "persistentvolume-binder",
            "*,-attachdetach",
            "-pvc-protection,*,-volumeattributesclass-protection-controller",
            "persistentvolume-binder,-persistentvolume-binder-controller",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for empty in [
            "*,-persistentvolume-binder",
            "-persistentvolume-binder,*,persistentvolume-binder",
            "-attachdetach",
        ] {
            assert_eq!(check(empty), Err(NamesError::Nothing), "{empty}");
        }
        for unknown in ["", "-", "binder", "*,Persistentvolume-binder", "-*", "--attachdetach", "deployment"]
        {
            assert!(matches!(check(unknown), Err(NamesError::Unknown(_))), "{unknown}");
        }
        assert_eq!(check("*,attachdetach"), Err(NamesError::Absent(KNOWN[1].0.to_owned())));
        let told = NamesError::Unknown("binder".to_owned()).to_string();
        assert!(KNOWN.iter().all(|it| told.contains(it.0)), "{told}");
    }
}
