//! A real API server, and controllers on it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use windlass_cluster::audit::AuditEvent;
use windlass_cluster::wait::{Look, until};
use windlass_cluster::{Api, ControlPlane, Member, Options, Process, Signal, testing};

/// Longest wait for anything; a machine that does much else is slow.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// The program that ships, as it was built for this test.
const BINARY: &str = env!("CARGO_BIN_EXE_windlass-controller");

/// Shows the files of the folder `$1` where a pod has those of its service account, and becomes the rest.
const AS_IN_A_POD: &str = r#"
run=$(readlink -f /var/run)
account=$run/secrets/kubernetes.io/serviceaccount
mount -t tmpfs tmpfs "$run"
mkdir -p "$account"
cp "$1"/* "$account"
shift
exec "$@"
"#;

/// An API server with nothing in it.
pub(crate) struct Cluster {
    control_plane: ControlPlane,
    pairs: usize,
    controllers: usize,
}

/// A controller that runs, or has ended.
pub(crate) struct Controller {
    process: Process,
    port: u16,
}

/// Waits until `look` is true; answers that it is.
#[track_caller]
pub(crate) fn eventually(what: &str, mut look: impl FnMut() -> bool) -> bool {
    let seen = || "not yet".to_owned();
    let found = until(what, LIMIT, || Ok(if look() { Look::Holds(true) } else { Look::NotYet(seen()) }));
    found.unwrap_or_else(|error| panic!("{error}"))
}

/// Asks for a path on loopback; the status and the body, or 0 where nobody answers.
pub(crate) fn http(port: u16, path: &str) -> (u16, String) {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    };
    let text = ask().unwrap_or_default();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default();
    (status, body.to_owned())
}

/// A command that runs another one with mounts of its own; none, with the reason told, where this is not allowed.
///
/// # Panics
/// Instead of that when CI is set, where nothing may be skipped.
pub(crate) fn with_own_mounts() -> Option<Command> {
    let ways: [&[&str]; 2] = [&["--mount"], &["--map-root-user", "--mount"]];
    let works = |way: &&&[&str]| {
        let tried =
            Command::new("unshare").args(**way).args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
        tried.is_ok_and(|it| it.status.success())
    };
    if let Some(way) = ways.iter().find(works) {
        let mut command = Command::new("unshare");
        command.args(*way);
        return Some(command);
    }
    let why = "`unshare --mount` does not work here: it needs root, or user namespaces";
    assert!(std::env::var_os("CI").is_none_or(|it| it.is_empty()), "{why}");
    eprintln!("skipped: {why}");
    None
}

/// A port that nobody uses at the moment.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

impl Cluster {
    /// Starts one; none where the test is to be skipped.
    pub(crate) fn start(options: Options) -> Option<Self> {
        let control_plane = testing::control_plane(options)?;
        Some(Self { control_plane, pairs: 0, controllers: 0 })
    }

    /// The API server as the admin sees it.
    pub(crate) fn api(&self) -> &Api {
        self.control_plane.api()
    }

    /// A folder of that name, for files.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.control_plane.directory().join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// Starts a controller as that user, with a port of its own.
    pub(crate) fn controller(&mut self, user: &str, flags: &[&str]) -> Controller {
        let mut command = Command::new(BINARY);
        command.arg("--kubeconfig").arg(self.kubeconfig(user)).args(flags);
        self.start_controller(command)
    }

    /// Starts a controller that is told by `$KUBECONFIG` alone where to connect, as that user.
    pub(crate) fn controller_of_environment(&mut self, user: &str, flags: &[&str]) -> Controller {
        let mut command = Command::new(BINARY);
        command.env("KUBECONFIG", self.kubeconfig(user)).env_remove("KUBERNETES_SERVICE_HOST").args(flags);
        self.start_controller(command)
    }

    /// Starts a controller that finds what a pod of the service account finds: two variables, and a folder at the
    /// usual place. `unshare` gives it a view of the file system in which nothing else changes.
    pub(crate) fn controller_of_pod(
        &mut self,
        unshare: Command,
        (namespace, account): (&str, &str),
        flags: &[&str],
    ) -> Controller {
        let folder = self.folder("account");
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
        let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
        let answer = self.api().create(&path, &request).unwrap();
        let certificate = self.control_plane.directory().join("certificates/apiserver.crt");
        std::fs::copy(certificate, folder.join("ca.crt")).unwrap();
        std::fs::write(folder.join("token"), answer["status"]["token"].as_str().unwrap()).unwrap();
        std::fs::write(folder.join("namespace"), namespace).unwrap();
        let mut command = unshare;
        command.args(["sh", "-ec", AS_IN_A_POD, "pod"]).arg(folder).arg(BINARY).args(flags);
        command.env("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        command
            .env("KUBERNETES_SERVICE_PORT", self.control_plane.port(Member::ApiServer).unwrap().to_string());
        self.start_controller(command)
    }

    fn kubeconfig(&self, user: &str) -> PathBuf {
        self.control_plane.kubeconfig(Member::ApiServer, user).unwrap()
    }

    /// Starts it where a proxy is the way to all other machines, and leads nowhere.
    fn start_controller(&mut self, mut command: Command) -> Controller {
        let port = free_port();
        command.env("HTTPS_PROXY", "http://127.0.0.1:1");
        command.arg(format!("--port={port}"));
        let name = format!("controller-{}", self.controllers);
        self.controllers += 1;
        let process = self.control_plane.start_program(&name, &command).unwrap();
        Controller { process, port }
    }

    /// Has `count` pairs of volume and claim in all.
    pub(crate) fn create_pairs(&mut self, count: usize) {
        for at in self.pairs..count {
            let volume = json!({
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": format!("pv-{at}")},
                "spec": {
                    "capacity": {"storage": "1Gi"},
                    "accessModes": ["ReadWriteOnce"],
                    "hostPath": {"path": "/nowhere"},
                },
            });
            self.api().create("/api/v1/persistentvolumes", &volume).unwrap();
            self.create_claim(&format!("data-{at}"), "1Gi");
        }
        self.pairs = count.max(self.pairs);
    }

    /// Creates a claim without a class.
    pub(crate) fn create_claim(&self, name: &str, size: &str) {
        let claim = json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name},
            "spec": {
                "storageClassName": "",
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": size}},
            },
        });
        self.api().create("/api/v1/namespaces/default/persistentvolumeclaims", &claim).unwrap();
    }

    /// How many claims are bound.
    pub(crate) fn bound(&self) -> usize {
        let claims = self.api().get("/api/v1/namespaces/default/persistentvolumeclaims").unwrap();
        let claims = claims["items"].as_array().unwrap();
        claims.iter().filter(|it| it["status"]["phase"] == "Bound").count()
    }

    /// What the API server was asked.
    pub(crate) fn audit(&self) -> Vec<AuditEvent> {
        self.control_plane.audit().unwrap()
    }

    /// Sends a signal to a part of the control plane.
    pub(crate) fn signal(&mut self, member: Member, signal: Signal) {
        self.control_plane.signal(member, signal).unwrap();
    }
}

impl Controller {
    /// The port of health and metrics.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.process.log()).unwrap()
    }

    /// Sends a signal.
    pub(crate) fn signal(&mut self, signal: Signal) {
        self.process.signal(signal);
    }

    /// The exit code, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.process.ended().unwrap().and_then(|it| it.code())
    }

    /// Waits for the end; the exit code.
    pub(crate) fn wait_for_end(&mut self) -> Option<i32> {
        eventually("the controller has ended", || self.process.ended().unwrap().is_some());
        self.ended()
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn end(&mut self, signal: Signal) -> Option<i32> {
        self.signal(signal);
        self.wait_for_end()
    }
}
