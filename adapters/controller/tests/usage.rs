//! The command line of the built binary, without any cluster.

#![expect(clippy::unwrap_used, reason = "a test may fail by panic, its helpers too")]

use std::path::Path;
use std::process::Command;

/// Exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_windlass-controller"));
    let output = command.args(arguments).env_remove("KUBERNETES_SERVICE_HOST").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_help_is_grouped() {
    let (code, out, _) = run(&["--help"]);
    assert_eq!(code, 0);
    let heads = [
        "What to run:",
        "API server:",
        "Leader election:",
        "Health and metrics:",
        "Log:",
        "Flight recorder:",
    ];
    let places: Vec<usize> =
        heads.iter().map(|it| out.find(it).unwrap_or_else(|| panic!("{it}: {out}"))).collect();
    assert!(places.is_sorted(), "{out}");
    assert!(out.contains("Exit codes:"), "{out}");
}

#[test]
fn what_makes_no_sense_ends_with_two() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("usage");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.yaml");
    let head = "apiVersion: windlass.dev/v1alpha1\nkind: ControllerConfiguration\n";
    std::fs::write(&file, format!("{head}serving:\n  prot: 1\n")).unwrap();
    let file = format!("--config={}", file.display());
    for (arguments, expected) in [
        (vec!["--controllers=foo"], "persistentvolume-binder-controller"),
        (vec!["--nonsense"], "--nonsense"),
        (vec![file.as_str()], "prot"),
        (vec!["--config=missing.yaml"], "missing.yaml: cannot read"),
    ] {
        let (code, _, err) = run(&arguments);
        assert_eq!(code, 2, "{arguments:?}: {err}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
}

#[test]
fn what_cannot_begin_ends_with_one_and_says_why() {
    let (code, _, err) = run(&["--kubeconfig=missing.kubeconfig", "--port=0"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("missing.kubeconfig") && err.contains("--kubeconfig"), "{err}");
}
