//! Orders on the real API server leave what they leave in the simulated world, and answer alike.

use std::sync::Arc;

use serde_json::{Value, json};
use windlass_cluster::{Api, ControlPlane, Options, Patch, testing};
use windlass_core::call::{BindCall, Call, ProtectCall};
use windlass_core::ids::{ClaimKey, Kind, ObjectKey, Uid, Version, VolumeName};
use windlass_core::observed::{
    AccessMode, AccessModes, Claim, ClaimPhase, ClaimStatus, Object, Volume, VolumePhase,
};
use windlass_core::order::{Answer, Order, Payload, Refusal};
use windlass_core::quantity::Quantity;
use windlass_core::text::Text;
use windlass_core::versions::Versioned;
use windlass_kube::{ClientOptions, Performer, connect};
use windlass_world::actors::{ApiServer, perform};
use windlass_world::manifest::from_manifest;
use windlass_world::record::Record;

use crate::scripted::Kept;

/// A client for the real API server.
pub(crate) async fn performer(plane: &ControlPlane) -> Performer {
    let options = ClientOptions { kubeconfig: Some(plane.admin_kubeconfig()), ..ClientOptions::default() };
    Performer::new(connect(&options, Arc::new(Kept::default())).await.unwrap())
}

pub(crate) const VOLUMES: &str = "/api/v1/persistentvolumes";
pub(crate) const CLAIMS: &str = "/api/v1/namespaces/default/persistentvolumeclaims";

pub(crate) fn volume_manifest(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name, "labels": {"tier": "a"},
            "annotations": {"kept": "yes"}},
        "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "hostPath": {"path": "/x"},
            "storageClassName": "fast", "persistentVolumeReclaimPolicy": "Retain"},
    })
}

pub(crate) fn claim_manifest(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "fast"},
    })
}

/// The same objects on a real server and in the world.
struct Both {
    api: Api,
    performer: Performer,
    world: ApiServer,
}

impl Both {
    async fn on(plane: &ControlPlane) -> Self {
        let (api, performer) = (plane.api().clone(), performer(plane).await);
        Self { api, performer, world: ApiServer::default() }
    }

    /// Puts the object of that path into the world as it is on the server.
    fn take_over(&mut self, kind: Kind, path: &str) -> Object {
        let json = self.api.get(path).unwrap();
        let Record { object, rest } = from_manifest(kind, &json).unwrap().record;
        self.world.load(Record { object: object.clone(), rest }, true, true);
        object
    }

    fn volume(&mut self, name: &str) -> Arc<Volume> {
        let Object::Volume(volume) = self.take_over(Kind::Volume, &format!("{VOLUMES}/{name}")) else {
            panic!("a volume")
        };
        volume
    }

    fn claim(&mut self, name: &str) -> Arc<Claim> {
        let Object::Claim(claim) = self.take_over(Kind::Claim, &format!("{CLAIMS}/{name}")) else {
            panic!("a claim")
        };
        claim
    }

    /// Carries out `order` on both sides, which have to answer alike. Answers what the server said.
    async fn check(&mut self, order: &Order) -> Answer {
        let real = self.performer.perform(order).await;
        let (world, _) = perform(&mut self.world, order);
        assert_eq!(without_versions(&real.answer), without_versions(&world), "{order}: {}", real.detail);
        real.answer
    }
}

/// The answer, but for versions: the world counts on its own.
fn without_versions(answer: &Answer) -> Answer {
    let mut answer = answer.clone();
    answer.map_versions(&mut |_, _| Version(0));
    answer
}

fn on_volume(volume: &Volume, call: BindCall) -> Order {
    Order::update(&Object::Volume(Arc::new(volume.clone())), Call::Bind(call))
}

fn on_claim(claim: &Claim, call: BindCall) -> Order {
    Order::update(&Object::Claim(Arc::new(claim.clone())), Call::Bind(call))
}

fn read(object: ObjectKey) -> Order {
    Order::read(object, Call::Look)
}

fn bound_status() -> ClaimStatus {
    ClaimStatus {
        phase: ClaimPhase::Bound,
        access_modes: AccessModes::new([AccessMode::ReadWriteOnce]),
        capacity: Quantity::parse("1Gi").ok(),
        attributes_class: Text::new("gold"),
    }
}

#[tokio::test]
async fn every_order_leaves_what_it_leaves_in_the_world() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    let mut both = Both::on(&plane).await;
    both.api.create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    both.api.create(CLAIMS, &claim_manifest("data")).unwrap();
    let claim = both.claim("data");

    let reserve = |volume: &Volume, mark| {
        let (claim, claim_uid) = (claim.key.clone(), claim.uid.clone());
        on_volume(volume, BindCall::ReserveVolume { claim, claim_uid, mark })
    };
    for mark in [true, false] {
        let order = reserve(&both.volume("pv-1"), mark);
        assert!(matches!(both.check(&order).await, Answer::Done(_)));
        for phase in VolumePhase::ALL {
            let order = on_volume(&both.volume("pv-1"), BindCall::MarkVolume(phase));
            assert!(matches!(both.check(&order).await, Answer::Done(_)));
        }
        let order = on_volume(&both.volume("pv-1"), BindCall::FreeVolume { keep_name: !mark });
        assert!(matches!(both.check(&order).await, Answer::Done(_)));
    }
    // What is in no order has stayed as it was.
    let stored = both.api.get(&format!("{VOLUMES}/pv-1")).unwrap();
    assert_eq!(stored["metadata"]["annotations"], json!({"kept": "yes"}));
    assert_eq!(stored["spec"]["claimRef"]["name"], "data");

    let order = on_claim(&claim, BindCall::BindClaim(Some(VolumeName::new("pv-1"))));
    assert!(matches!(both.check(&order).await, Answer::Done(_)));
    let order = on_claim(&both.claim("data"), BindCall::BindClaim(None));
    assert!(matches!(both.check(&order).await, Answer::Done(_)));
    for status in [bound_status(), ClaimStatus { phase: ClaimPhase::Lost, ..ClaimStatus::default() }] {
        let order = on_claim(&both.claim("data"), BindCall::MarkClaim(status));
        assert!(matches!(both.check(&order).await, Answer::Done(_)));
    }
    let stored = both.api.get(&format!("{CLAIMS}/data")).unwrap();
    assert_eq!(stored["status"], json!({"phase": "Lost"}));
    assert_eq!(stored["spec"]["volumeName"], "pv-1");

    for object in [ObjectKey::Volume(VolumeName::new("pv-1")), ObjectKey::Claim(claim.key.clone())] {
        assert!(matches!(both.check(&read(object)).await, Answer::Done(_)));
    }
}

#[tokio::test]
async fn a_guard_that_does_not_hold_and_a_change_that_is_not_allowed_are_answered_alike() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    let mut both = Both::on(&plane).await;
    both.api.create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    both.api.create(CLAIMS, &claim_manifest("data")).unwrap();
    let (volume, claim) = (both.volume("pv-1"), both.claim("data"));
    let mark = |volume: &Volume| on_volume(volume, BindCall::MarkVolume(VolumePhase::Available));

    assert!(matches!(both.check(&mark(&volume)).await, Answer::Done(_)));
    assert_eq!(both.check(&mark(&volume)).await, Answer::Conflict, "the version is an older one");
    let now = (*both.volume("pv-1")).clone();
    let other = Volume { uid: Uid::numbered(1), ..now.clone() };
    assert_eq!(both.check(&mark(&other)).await, Answer::Conflict, "the identity is another");
    let free = on_volume(&other, BindCall::FreeVolume { keep_name: false });
    assert_eq!(both.check(&free).await, Answer::Conflict);
    let unprotected = json!({"metadata": {"finalizers": null}});
    both.api.patch(&format!("{VOLUMES}/pv-1"), Patch::Merge, &unprotected).unwrap();
    both.api.delete(&format!("{VOLUMES}/pv-1")).unwrap();
    both.api.create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    both.volume("pv-1");
    assert_eq!(both.check(&mark(&now)).await, Answer::Conflict, "it was created again");
    let missing = Volume { name: VolumeName::new("pv-2"), ..now };
    assert_eq!(both.check(&mark(&missing)).await, Answer::Missing);
    let elsewhere = ObjectKey::Claim(ClaimKey::new("no-such-namespace", "data"));
    assert_eq!(both.check(&read(elsewhere)).await, Answer::Missing);

    let bind = |claim: &Claim, volume| on_claim(claim, BindCall::BindClaim(Some(VolumeName::new(volume))));
    assert!(matches!(both.check(&bind(&claim, "pv-1")).await, Answer::Done(_)));
    let bound = both.claim("data");
    assert_eq!(
        both.check(&bind(&bound, "pv-2")).await,
        Answer::Refused(Refusal::Other),
        "a name that is set stays"
    );

    // The same write again changes nothing, and says so with the same version.
    let again = mark(&both.volume("pv-1"));
    assert!(matches!(both.check(&again).await, Answer::Done(_)));
    let volume = both.volume("pv-1");
    let Answer::Done(Payload::Object(object)) = both.check(&mark(&volume)).await else { panic!("done") };
    assert_eq!(object.version(), volume.version);
}

#[tokio::test]
async fn what_others_have_written_beside_our_fields_stays() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    let mut both = Both::on(&plane).await;
    let mut manifest = volume_manifest("pv-1");
    manifest["spec"]["claimRef"] = json!({"namespace": "default", "name": "data", "resourceVersion": "1"});
    both.api.create(VOLUMES, &manifest).unwrap();
    both.api.create(CLAIMS, &claim_manifest("data")).unwrap();
    let status = json!({"status": {"phase": "Failed", "message": "m", "reason": "r"}});
    both.api.patch(&format!("{VOLUMES}/pv-1/status"), Patch::Merge, &status).unwrap();
    let condition =
        json!({"type": "Resizing", "status": "True", "lastProbeTime": null, "lastTransitionTime": null});
    let status = json!({"status": {"conditions": [condition]}});
    both.api.patch(&format!("{CLAIMS}/data/status"), Patch::Merge, &status).unwrap();

    let (volume, claim) = (both.volume("pv-1"), both.claim("data"));
    let (key, claim_uid) = (claim.key.clone(), claim.uid.clone());
    let order = on_volume(&volume, BindCall::ReserveVolume { claim: key, claim_uid, mark: false });
    both.check(&order).await;
    let order = on_volume(&both.volume("pv-1"), BindCall::MarkVolume(VolumePhase::Bound));
    both.check(&order).await;
    both.check(&on_claim(&claim, BindCall::MarkClaim(bound_status()))).await;

    let stored = both.api.get(&format!("{VOLUMES}/pv-1")).unwrap();
    let reference = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": "default",
        "name": "data", "uid": claim.uid.to_string()});
    assert_eq!(stored["spec"]["claimRef"], reference);
    assert_eq!(stored["spec"]["hostPath"]["path"], "/x");
    assert_eq!((&stored["status"]["message"], &stored["status"]["reason"]), (&Value::Null, &Value::Null));
    let stored = both.api.get(&format!("{CLAIMS}/data")).unwrap();
    assert_eq!(stored["status"]["conditions"][0]["type"], "Resizing");
    assert_eq!(stored["status"]["capacity"], json!({"storage": "1Gi"}));
}

#[tokio::test]
async fn finalizers_come_and_go_and_those_of_others_stay() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    let mut both = Both::on(&plane).await;
    both.api.create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    both.api.create(CLAIMS, &claim_manifest("data")).unwrap();
    let foreign = json!({"metadata": {"finalizers": ["example.com/kept"]}});
    for path in [format!("{VOLUMES}/pv-1"), format!("{CLAIMS}/data")] {
        both.api.patch(&path, Patch::Merge, &foreign).unwrap();
    }
    let finalizers = |both: &Both, path: &str| both.api.get(path).unwrap()["metadata"]["finalizers"].clone();
    for (call, with_ours) in [
        (ProtectCall::AddFinalizer, true),
        (ProtectCall::AddFinalizer, true),
        (ProtectCall::RemoveFinalizer, false),
        (ProtectCall::RemoveFinalizer, false),
    ] {
        let objects = [
            (Object::Volume(both.volume("pv-1")), format!("{VOLUMES}/pv-1"), "kubernetes.io/pv-protection"),
            (Object::Claim(both.claim("data")), format!("{CLAIMS}/data"), "kubernetes.io/pvc-protection"),
        ];
        for (object, path, ours) in objects {
            let answer = both.check(&Order::update(&object, Call::Protect(call.clone()))).await;
            assert!(matches!(answer, Answer::Done(_)), "{answer:?}");
            let kept = finalizers(&both, &path);
            let mut names: Vec<&str> =
                kept.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
            names.sort_unstable();
            let expected = if with_ours { vec!["example.com/kept", ours] } else { vec!["example.com/kept"] };
            assert_eq!(names, expected);
        }
    }
}

#[tokio::test]
async fn the_pods_of_one_namespace_are_listed() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    let both = Both::on(&plane).await;
    let pod = |name: &str| {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {
                "containers": [{"name": "main", "image": "none"}],
                "automountServiceAccountToken": false,
                "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}],
            },
        })
    };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}});
    both.api.create("/api/v1/namespaces", &namespace).unwrap();
    both.api.create("/api/v1/namespaces/default/pods", &pod("web-0")).unwrap();
    both.api.create("/api/v1/namespaces/default/pods", &pod("web-1")).unwrap();
    both.api.create("/api/v1/namespaces/other/pods", &pod("elsewhere")).unwrap();
    for (namespace, expected) in
        [("default", vec!["web-0", "web-1"]), ("other", vec!["elsewhere"]), ("none", vec![])]
    {
        let call = ProtectCall::ListPods { namespace: Text::new(namespace), known: Version(0) };
        let order = Order::read(ObjectKey::Claim(ClaimKey::new(namespace, "data")), Call::Protect(call));
        let performed = both.performer.perform(&order).await;
        let Answer::Done(Payload::List(pods)) = performed.answer else { panic!("{performed:?}") };
        let names: Vec<String> = pods.iter().map(|it| it.key().name().to_string()).collect();
        assert_eq!(names, expected);
        assert!(pods.iter().filter_map(Object::as_pod).all(|it| it.claims.len() == 1));
    }
}
