//! Volumes and claims, as many of the one as of the other.

use std::thread;

use oorandom::Rand64;
use serde_json::{Value, json};
use windlass_cluster::{Api, requests};
use windlass_core::ids::{ClaimKey, Kind, ObjectKey, VolumeName};
use windlass_core::observed::{ClaimPhase, Object, VolumePhase};
use windlass_world::actors::ApiServer;

/// Clients that create objects at once.
const LANES: usize = 4;

/// Pairs that belong together, or that any claim may form with any volume.
#[derive(Clone, Debug)]
pub(crate) struct Pairs {
    pub(crate) name: String,
    pub(crate) count: usize,
    /// Each claim fits each volume.
    are_alike: bool,
}

impl Pairs {
    /// Pairs of which each claim can have exactly one volume.
    pub(crate) fn new(name: &str, count: usize) -> Self {
        Self { name: name.to_owned(), count, are_alike: false }
    }

    /// Pairs of which each claim can have each volume, but none of others.
    pub(crate) fn alike(name: &str, count: usize) -> Self {
        Self { name: name.to_owned(), count, are_alike: true }
    }

    fn part(&self, kind: &str, at: usize) -> String {
        format!("{}-{kind}-{at:02}", self.name)
    }

    pub(crate) fn volume_key(&self, at: usize) -> ObjectKey {
        ObjectKey::Volume(VolumeName::new(&self.part("pv", at)))
    }

    pub(crate) fn claim_key(&self, at: usize) -> ObjectKey {
        ObjectKey::Claim(ClaimKey::new("default", &self.part("data", at)))
    }

    /// A third of the pairs find each other by a label, a third by the name in the volume, a third by that in the
    /// claim; the label keeps every other claim away in any case.
    fn volume(&self, at: usize) -> Value {
        let mut volume = json!({
            "apiVersion": "v1", "kind": "PersistentVolume",
            "metadata": {"name": self.part("pv", at), "labels": {"pair": self.part("pair", at), "of": self.name}},
            "spec": {
                "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"},
                "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": "/data"},
            },
        });
        if at % 3 == 1 && !self.are_alike {
            volume["spec"]["claimRef"] = json!({"name": self.part("data", at), "namespace": "default"});
        }
        volume
    }

    fn claim(&self, at: usize) -> Value {
        let mut claim = json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": self.part("data", at), "namespace": "default", "labels": {"of": self.name}},
            "spec": {
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
                "storageClassName": "",
                "selector": {"matchLabels": {"pair": self.part("pair", at)}},
            },
        });
        if self.are_alike {
            claim["spec"]["selector"] = json!({"matchLabels": {"of": self.name}});
        } else if at % 3 == 2 {
            claim["spec"]["volumeName"] = json!(self.part("pv", at));
        }
        claim
    }

    /// Creates all of it in an order by chance, by several clients at once. What is there already is left.
    pub(crate) fn create(&self, api: &Api, chance: &mut Rand64) {
        let mut objects: Vec<(Kind, Value)> = (0..self.count)
            .flat_map(|at| [(Kind::Volume, self.volume(at)), (Kind::Claim, self.claim(at))])
            .collect();
        for at in (1..objects.len()).rev() {
            let other = chance.rand_range(0..u64::try_from(at + 1).unwrap());
            objects.swap(at, usize::try_from(other).unwrap());
        }
        let lanes = objects.chunks(objects.len().div_ceil(LANES));
        thread::scope(|scope| {
            for lane in lanes {
                scope.spawn(move || {
                    for (kind, object) in lane {
                        create_surely(api, *kind, object);
                    }
                });
            }
        });
    }

    /// Deletes the claims and the volumes, or the volumes and the claims.
    pub(crate) fn delete(&self, api: &Api, claims_first: bool) {
        let of = format!("?labelSelector=of%3D{}", self.name);
        let mut paths =
            [requests::collection(Kind::Volume, ""), requests::collection(Kind::Claim, "default")];
        if claims_first {
            paths.reverse();
        }
        for path in paths {
            api.delete(&format!("{path}{of}")).unwrap();
        }
    }

    /// Whether each claim has its volume and each volume its claim, by all that each of the two says.
    pub(crate) fn are_bound(&self, stored: &ApiServer) -> Result<(), String> {
        for at in 0..self.count {
            let (claim_key, volume_key) = (self.claim_key(at), self.volume_key(at));
            let Some(Object::Claim(claim)) = stored.get(&claim_key).map(|it| &it.object) else {
                return Err(format!("{claim_key} is not there"));
            };
            let Some(Object::Volume(volume)) = stored.get(&volume_key).map(|it| &it.object) else {
                return Err(format!("{volume_key} is not there"));
            };
            let is_claims = claim.status.phase == ClaimPhase::Bound
                && claim.completed
                && claim.volume_name == volume.name
                && claim.status.capacity.as_ref() == Some(&volume.capacity)
                && claim.bound_by_controller == (at % 3 != 2);
            let is_volumes = volume.phase == VolumePhase::Bound
                && volume.bound_by_controller == (at % 3 != 1)
                && volume
                    .claim_ref
                    .as_ref()
                    .is_some_and(|it| it.key == claim.key && it.uid.as_ref() == Some(&claim.uid));
            if !is_claims || !is_volumes {
                return Err(format!(
                    "{claim_key} is {:?}, {volume_key} is {:?}",
                    claim.status.phase, volume.phase
                ));
            }
        }
        Ok(())
    }

    /// Whether each claim has a volume of these, and that volume has the claim.
    pub(crate) fn have_each_other(&self, stored: &ApiServer) -> Result<(), String> {
        for at in 0..self.count {
            let key = self.claim_key(at);
            let Some(Object::Claim(claim)) = stored.get(&key).map(|it| &it.object) else {
                return Err(format!("{key} is not there"));
            };
            let volume = stored.get(&ObjectKey::Volume(claim.volume_name.clone())).map(|it| &it.object);
            let Some(Object::Volume(volume)) = volume else {
                return Err(format!("{key} names {:?}", claim.volume_name));
            };
            let holder = volume.claim_ref.as_ref().and_then(|it| it.uid.as_ref());
            if claim.status.phase != ClaimPhase::Bound || holder != Some(&claim.uid) {
                return Err(format!("{key} is {:?}, its volume is of {holder:?}", claim.status.phase));
            }
        }
        Ok(())
    }

    /// Whether none of it is left.
    pub(crate) fn are_gone(&self, stored: &ApiServer) -> Result<(), String> {
        let left = (0..self.count)
            .flat_map(|at| [self.claim_key(at), self.volume_key(at)])
            .find(|key| stored.get(key).is_some());
        left.map_or(Ok(()), |key| Err(format!("{key} is there")))
    }
}

/// Creates an object, also when the server is being started again meanwhile.
pub(crate) fn create_surely(api: &Api, kind: Kind, object: &Value) {
    use windlass_cluster::Error;
    use windlass_cluster::wait::{Look, until};
    let path = requests::collection(kind, "default");
    until("the object to be created", crate::cluster::WITHIN, || match api.create(&path, object) {
        Ok(_) | Err(Error::Answered { code: 409, .. }) => Ok(Look::Holds(())),
        Err(error @ Error::Unreachable { .. }) => Ok(Look::NotYet(error.to_string())),
        Err(error @ Error::Answered { code: 429 | 500..=599, .. }) => Ok(Look::NotYet(error.to_string())),
        // While it starts, a server knows nobody yet, or no namespace.
        Err(error @ Error::Answered { code: 401 | 403 | 404, .. }) => Ok(Look::NotYet(error.to_string())),
        Err(error) => Err(error),
    })
    .unwrap();
}
