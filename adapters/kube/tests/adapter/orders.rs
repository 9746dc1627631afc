//! Orders on the real API server leave what they leave in the simulated world, and answer alike.

use std::sync::Arc;

use serde_json::{Value, json};
use windlass_cluster::{Api, ControlPlane, Options, Patch, testing};
use windlass_core::ids::{ClaimKey, Kind, ObjectKey, Uid, Version, VolumeName};
use windlass_core::observed::{
    AccessMode, AccessModes, Claim, ClaimPhase, ClaimStatus, Object, Volume, VolumePhase,
};
use windlass_core::order::{Answer, Order, Target};
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

fn of_volume(volume: &Volume) -> Target<VolumeName> {
    Target { key: volume.name.clone(), uid: volume.uid.clone(), version: volume.version }
}

fn of_claim(claim: &Claim) -> Target<ClaimKey> {
    Target { key: claim.key.clone(), uid: claim.uid.clone(), version: claim.version }
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

    let reserve = |volume: &Volume, mark| Order::ReserveVolume {
        volume: of_volume(volume),
        claim: claim.key.clone(),
        claim_uid: claim.uid.clone(),
        mark,
    };
    for mark in [true, false] {
        let order = reserve(&both.volume("pv-1"), mark);
        assert!(matches!(both.check(&order).await, Answer::Done(_)));
        for phase in VolumePhase::ALL {
            let order = Order::MarkVolume { volume: of_volume(&both.volume("pv-1")), phase };
            assert!(matches!(both.check(&order).await, Answer::Done(_)));
        }
        let order = Order::FreeVolume { volume: of_volume(&both.volume("pv-1")), keep_name: !mark };
        assert!(matches!(both.check(&order).await, Answer::Done(_)));
    }
    // What is in no order has stayed as it was.
    let stored = both.api.get(&format!("{VOLUMES}/pv-1")).unwrap();
    assert_eq!(stored["metadata"]["annotations"], json!({"kept": "yes"}));
    assert_eq!(stored["spec"]["claimRef"]["name"], "data");

    let order = Order::BindClaim { claim: of_claim(&claim), volume: Some(VolumeName::new("pv-1")) };
    assert!(matches!(both.check(&order).await, Answer::Done(_)));
    let order = Order::BindClaim { claim: of_claim(&both.claim("data")), volume: None };
    assert!(matches!(both.check(&order).await, Answer::Done(_)));
    for status in [bound_status(), ClaimStatus { phase: ClaimPhase::Lost, ..ClaimStatus::default() }] {
        let order = Order::MarkClaim { claim: of_claim(&both.claim("data")), status };
        assert!(matches!(both.check(&order).await, Answer::Done(_)));
    }
    let stored = both.api.get(&format!("{CLAIMS}/data")).unwrap();
    assert_eq!(stored["status"], json!({"phase": "Lost"}));
    assert_eq!(stored["spec"]["volumeName"], "pv-1");

    for object in [ObjectKey::Volume(VolumeName::new("pv-1")), ObjectKey::Claim(claim.key.clone())] {
        let order = Order::Read { asker: object.clone(), object, identity: None, known: None };
        assert!(matches!(both.check(&order).await, Answer::Done(_)));
    }
}

#[tokio::test]
async fn a_guard_that_does_not_hold_and_a_change_that_is_not_allowed_are_answered_alike() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    let mut both = Both::on(&plane).await;
    both.api.create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    both.api.create(CLAIMS, &claim_manifest("data")).unwrap();
    let (volume, claim) = (both.volume("pv-1"), both.claim("data"));
    let mark = |volume: Target<VolumeName>| Order::MarkVolume { volume, phase: VolumePhase::Available };

    let old = of_volume(&volume);
    assert!(matches!(both.check(&mark(old.clone())).await, Answer::Done(_)));
    assert_eq!(both.check(&mark(old)).await, Answer::Conflict, "the version is an older one");
    let now = of_volume(&both.volume("pv-1"));
    let other = Target { uid: Uid::numbered(1), ..now.clone() };
    assert_eq!(both.check(&mark(other.clone())).await, Answer::Conflict, "the identity is another");
    assert_eq!(both.check(&Order::FreeVolume { volume: other, keep_name: false }).await, Answer::Conflict);
    let unprotected = json!({"metadata": {"finalizers": null}});
    both.api.patch(&format!("{VOLUMES}/pv-1"), Patch::Merge, &unprotected).unwrap();
    both.api.delete(&format!("{VOLUMES}/pv-1")).unwrap();
    both.api.create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    both.volume("pv-1");
    assert_eq!(both.check(&mark(now.clone())).await, Answer::Conflict, "it was created again");
    let missing = Target { key: VolumeName::new("pv-2"), ..now };
    assert_eq!(both.check(&mark(missing)).await, Answer::Missing);
    let elsewhere = ObjectKey::Claim(ClaimKey::new("no-such-namespace", "data"));
    let read = Order::Read { asker: elsewhere.clone(), object: elsewhere, identity: None, known: None };
    assert_eq!(both.check(&read).await, Answer::Missing);

    let bind = |claim: &Claim, volume| Order::BindClaim {
        claim: of_claim(claim),
        volume: Some(VolumeName::new(volume)),
    };
    assert!(matches!(both.check(&bind(&claim, "pv-1")).await, Answer::Done(_)));
    let bound = both.claim("data");
    assert_eq!(both.check(&bind(&bound, "pv-2")).await, Answer::Refused, "a name that is set stays");

    // The same write again changes nothing, and says so with the same version.
    let again = mark(of_volume(&both.volume("pv-1")));
    assert!(matches!(both.check(&again).await, Answer::Done(_)));
    let volume = both.volume("pv-1");
    let Answer::Done(object) = both.check(&mark(of_volume(&volume))).await else { panic!("done") };
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
    let order = Order::ReserveVolume { volume: of_volume(&volume), claim: key, claim_uid, mark: false };
    both.check(&order).await;
    let order = Order::MarkVolume { volume: of_volume(&both.volume("pv-1")), phase: VolumePhase::Bound };
    both.check(&order).await;
    both.check(&Order::MarkClaim { claim: of_claim(&claim), status: bound_status() }).await;

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
