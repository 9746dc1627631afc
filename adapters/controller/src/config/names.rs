//! The names of controllers, as `--controllers` takes them.
//!
//! Guarantees: a name that is switched off is either not run, or was never run by this program; a name that is
//! switched on is run. Upstream: `cmd/kube-controller-manager/names` and the aliases in `app`.

use std::collections::BTreeSet;
use std::fmt;

use windlass_core::controller::Enabled;

/// The storage controllers of kube-controller-manager: name, alias. What this program has of them is the core's to say.
const KNOWN: [(&str, &str); 8] = [
    ("persistentvolume-binder-controller", "persistentvolume-binder"),
    ("persistentvolume-attach-detach-controller", "attachdetach"),
    ("persistentvolume-expander-controller", "persistentvolume-expander"),
    ("persistentvolumeclaim-protection-controller", "pvc-protection"),
    ("persistentvolume-protection-controller", "pv-protection"),
    ("ephemeral-volume-controller", "ephemeral-volume"),
    ("volumeattributesclass-protection-controller", ""),
    ("selinux-warning-controller", ""),
];

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
                "controllers: this program does not have {name}, it has {}; leave it to kube-controller-manager",
                Enabled::NAMES.join(", ")
            ),
            Self::Nothing => {
                write!(
                    f,
                    "controllers: nothing is left to run; write * or one of {}",
                    Enabled::NAMES.join(", ")
                )
            }
        }
    }
}

/// The controllers that a list of names leaves to run.
///
/// As upstream has it: a name counts before `*`, and the first mention of a name before later ones.
pub(crate) fn enabled(names: &[String]) -> Result<Enabled, NamesError> {
    let mut enabled = if names.iter().any(|it| it == "*") { Enabled::ALL } else { Enabled::NONE };
    let mut mentioned = BTreeSet::new();
    for written in names.iter().filter(|it| *it != "*") {
        let (name, is_on) = written.strip_prefix('-').map_or((written.as_str(), true), |name| (name, false));
        let is_it = |(known, alias): &&(&str, &str)| name == *known || (name == *alias && !name.is_empty());
        let Some((known, _)) = KNOWN.iter().find(is_it) else {
            return Err(NamesError::Unknown(written.clone()));
        };
        let is_ours = Enabled::NAMES.contains(known);
        if is_on && !is_ours {
            return Err(NamesError::Absent((*known).to_owned()));
        }
        if is_ours && mentioned.insert(*known) {
            enabled.set(known, is_on);
        }
    }
    if enabled == Enabled::NONE { Err(NamesError::Nothing) } else { Ok(enabled) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &str) -> Result<Vec<&'static str>, NamesError> {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        enabled(&names).map(|it| it.names().collect())
    }

    #[test]
    fn lists_of_names_mean_what_they_mean_upstream() {
        let [binder, claims, volumes] = [KNOWN[0].0, KNOWN[3].0, KNOWN[4].0];
        for (names, expected) in [
            ("*", vec![binder, claims, volumes]),
            (binder, vec![binder]),
            ("persistentvolume-binder", vec![binder]),
            ("*,-attachdetach", vec![binder, claims, volumes]),
            ("-pvc-protection,*,-volumeattributesclass-protection-controller", vec![binder, volumes]),
            ("persistentvolume-binder,-persistentvolume-binder-controller", vec![binder]),
            ("*,-persistentvolume-binder", vec![claims, volumes]),
            ("-persistentvolume-binder,*,persistentvolume-binder", vec![claims, volumes]),
            ("pv-protection,pvc-protection", vec![claims, volumes]),
        ] {
            assert_eq!(of(names), Ok(expected), "{names}");
        }
        for empty in ["*,-persistentvolume-binder,-pvc-protection,-pv-protection", "-attachdetach"] {
            assert_eq!(of(empty), Err(NamesError::Nothing), "{empty}");
        }
        for unknown in ["", "-", "binder", "*,Persistentvolume-binder", "-*", "--attachdetach", "deployment"]
        {
            assert!(matches!(of(unknown), Err(NamesError::Unknown(_))), "{unknown}");
        }
        assert_eq!(of("*,attachdetach"), Err(NamesError::Absent(KNOWN[1].0.to_owned())));
        let told = NamesError::Unknown("binder".to_owned()).to_string();
        assert!(KNOWN.iter().all(|it| told.contains(it.0)), "{told}");
    }

    #[test]
    fn every_machine_has_a_name_that_is_known() {
        assert!(Enabled::NAMES.iter().all(|name| KNOWN.iter().any(|(known, _)| known == name)));
    }
}
