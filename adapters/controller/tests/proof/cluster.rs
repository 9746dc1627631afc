//! A control plane with controllers that can be killed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use windlass_cluster::audit::{Audit, AuditLevel};
use windlass_cluster::wait::{self, Look};
use windlass_cluster::{
    Api, ControlPlane, Error, Member, Options, Patch, Process, history, requests, testing,
};
use windlass_core::controller::Enabled;
use windlass_core::ids::{Kind, ObjectKey};
use windlass_model_check::models::BINDER;
use windlass_world::actors::ApiServer;
use windlass_world::manifest::from_manifest;

use crate::deployed;

/// How long anything may take on a machine that does much else.
pub(crate) const WITHIN: Duration = Duration::from_secs(90);

/// Admission of which no machine here does its part; `docs/models.md` says more.
const LEFT_OUT: &str = "DefaultStorageClass,PersistentVolumeClaimResize";

/// Admission whose finalizers only the protection of claims and volumes takes away.
const PROTECTION: &str = "StorageObjectInUseProtection";

/// A control plane and the controllers on it.
pub(crate) struct Cluster {
    pub(crate) control_plane: ControlPlane,
    controllers: BTreeMap<u8, Process>,
    /// What its controllers run.
    pub(crate) machines: Enabled,
}

impl Cluster {
    /// Starts a control plane on which controllers run the binder alone; none if the test is to be skipped.
    pub(crate) fn start() -> Option<Self> {
        Self::running(BINDER)
    }

    /// The same, with controllers that run these machines.
    pub(crate) fn running(machines: Enabled) -> Option<Self> {
        let left_out =
            if machines == Enabled::ALL { LEFT_OUT.to_owned() } else { format!("{LEFT_OUT},{PROTECTION}") };
        let mut options = Options::new()
            .user(deployed::user())
            .audit(Audit::of_users(AuditLevel::RequestResponse, [deployed::USER]))
            .api_server_argument(format!("--disable-admission-plugins={left_out}"));
        for argument in history::ARGUMENTS {
            options = options.api_server_argument(argument);
        }
        let control_plane = testing::control_plane(options)?;
        deployed::apply(control_plane.api());
        Some(Self { control_plane, controllers: BTreeMap::new(), machines })
    }

    pub(crate) fn api(&self) -> &Api {
        self.control_plane.api()
    }

    /// Starts a controller under a number, in place of the one that has it. It takes part without a lease.
    pub(crate) fn start_controller(&mut self, number: u8, server: Member, arguments: &[String]) {
        self.kill_controller(number);
        let kubeconfig = self.control_plane.kubeconfig(server, deployed::USER).unwrap();
        let mut command = Command::new(binary());
        command
            .arg("--kubeconfig")
            .arg(kubeconfig)
            .args(["--leader-elect=false", "--port=0"])
            .arg(format!("--controllers={}", self.machines.names().collect::<Vec<_>>().join(",")))
            .args(arguments);
        let name = format!("windlass-controller-{number}");
        let process = self.control_plane.start_program(&name, &command).unwrap();
        self.controllers.insert(number, process);
    }

    /// Kills a controller with SIGKILL; nothing if there is none.
    pub(crate) fn kill_controller(&mut self, number: u8) {
        if let Some(mut process) = self.controllers.remove(&number) {
            assert_eq!(process.ended().unwrap(), None, "it ended by itself:\n{}", process.tail());
            process.kill();
        }
    }

    pub(crate) fn kill_controllers(&mut self) {
        for number in self.controllers.keys().copied().collect::<Vec<_>>() {
            self.kill_controller(number);
        }
    }

    /// Fails if a controller has ended, or panicked in one of its threads.
    #[track_caller]
    pub(crate) fn assert_alive(&mut self) {
        for process in self.controllers.values_mut() {
            assert_eq!(process.ended().unwrap(), None, "it ended by itself:\n{}", process.tail());
            let log = std::fs::read_to_string(process.log()).unwrap_or_default();
            assert!(!log.contains("panicked at"), "a thread panicked:\n{}", process.tail());
        }
    }

    /// Everything that is stored and can be read; the rest is not counted.
    pub(crate) fn stored(&self) -> Result<ApiServer, Error> {
        let mut stored = ApiServer::default();
        for kind in Kind::ALL {
            let list = self.api().get(&everywhere(kind))?;
            for item in list.get("items").and_then(Value::as_array).into_iter().flatten() {
                if let Ok(manifest) = from_manifest(kind, item) {
                    stored.load(manifest.record, true, true);
                }
            }
        }
        Ok(stored)
    }

    /// Waits until what is stored is as it has to be.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: &str, mut wanted: impl FnMut(&ApiServer) -> Result<(), String>) {
        let waited = wait::until(what, WITHIN, || {
            // A server that is being started again is no end of the wait.
            let look = self.stored().map_err(|error| error.to_string()).and_then(|stored| wanted(&stored));
            Ok(look.map_or_else(Look::NotYet, Look::Holds))
        });
        if let Err(error) = waited {
            let tails: Vec<String> = self.controllers.values().map(Process::tail).collect();
            panic!("{error}\n{}", tails.join("\n---\n"));
        }
        self.assert_alive();
    }

    /// Deletes all objects of users, those with finalizers too.
    pub(crate) fn clear(&self) {
        for kind in [Kind::Pod, Kind::Claim, Kind::Volume, Kind::Class, Kind::Node] {
            let list = self.api().get(&everywhere(kind)).unwrap();
            for item in list.get("items").and_then(Value::as_array).into_iter().flatten() {
                self.remove(&key_of(kind, item), item);
            }
        }
        self.api().delete("/api/v1/namespaces/default/events").unwrap();
    }

    /// The events that are stored: object, type and reason.
    pub(crate) fn told(&self) -> Result<BTreeSet<(String, String, String)>, Error> {
        let list = self.api().get("/api/v1/events")?;
        let items = list.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let text =
            |item: &Value, at: &str| item.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(items
            .iter()
            .map(|item| {
                let name = text(item, "/involvedObject/name");
                let object = match text(item, "/involvedObject/kind").as_str() {
                    "PersistentVolumeClaim" => {
                        format!("pvc/{}/{name}", text(item, "/involvedObject/namespace"))
                    }
                    "PersistentVolume" => format!("pv/{name}"),
                    other => format!("{other}/{name}"),
                };
                (object, text(item, "/type"), text(item, "/reason"))
            })
            .collect())
    }

    /// What a controller has written into its log.
    pub(crate) fn log(&self, number: u8) -> String {
        let process = self.controllers.get(&number);
        process.and_then(|it| std::fs::read_to_string(it.log()).ok()).unwrap_or_default()
    }

    fn remove(&self, key: &ObjectKey, item: &Value) {
        let path = requests::path(key);
        if item.pointer("/metadata/finalizers").is_some() {
            // It may be gone since, by a deletion that was under way.
            self.api().patch(&path, Patch::Merge, &json!({"metadata": {"finalizers": null}})).ok();
        }
        self.api().delete_with(&path, &requests::delete_options(None, None)).ok();
    }
}

/// The binary that ships, as it was built for this test.
fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_windlass-controller"))
}

/// The path of all objects of a kind, whatever their namespace.
pub(crate) fn everywhere(kind: Kind) -> String {
    requests::collection(kind, "default").replace("/namespaces/default", "")
}

/// The key of an object as it is listed.
pub(crate) fn key_of(kind: Kind, item: &Value) -> ObjectKey {
    let field =
        |name: &str| item.pointer(&format!("/metadata/{name}")).and_then(Value::as_str).unwrap_or_default();
    real_key(kind, field("namespace"), field("name"))
}

/// The key of an object of this kind and name.
pub(crate) fn real_key(kind: Kind, namespace: &str, name: &str) -> ObjectKey {
    use windlass_core::ids::{ClaimKey, ClassName, NodeName, PodKey, VolumeName};
    match kind {
        Kind::Claim => ObjectKey::Claim(ClaimKey::new(namespace, name)),
        Kind::Pod => ObjectKey::Pod(PodKey::new(namespace, name)),
        Kind::Volume => ObjectKey::Volume(VolumeName::new(name)),
        Kind::Class => ObjectKey::Class(ClassName::new(name)),
        Kind::Node => ObjectKey::Node(NodeName::new(name)),
    }
}

/// Says what was run and how long it took, also where the output of tests is not shown.
pub(crate) fn tell(what: &str, began: Instant) {
    eprintln!("proof: {what} in {:.1?}", began.elapsed());
}
