//! The machine that keeps claims: who is decided about, which order is due, and who waits for whose list.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{claim, rows};
use crate::call::{Call, ProtectCall};
use crate::ids::{ClaimKey, Kind, ObjectKey, Uid, Version};
use crate::machine::{Answered, Decision, Machine, View};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Change, Claim, Object, Pod, Store};
use crate::operation::OperationKey;
use crate::order::{Answer, Effect, Order, Payload};
use crate::text::Text;
use crate::versions::Versioned;
use crate::why::{Because, Why};
use crate::work_queue::WorkQueue;

/// What the protection of claims remembers between two inputs. Dropped, it comes back at the price of some live reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProtectClaims {
    /// Claims about which to decide.
    queue: WorkQueue<ClaimKey>,
    /// Claims that are being deleted and of which a live list has shown that no pod uses them, by UID.
    unused: BTreeMap<ClaimKey, Uid>,
    /// The lists of pods that are wanted, by namespace.
    lists: BTreeMap<Text, List>,
}

/// A list of the pods of one namespace that is out, or about to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct List {
    /// The claim that asks for it.
    asker: ClaimKey,
    /// Others that wait for it.
    waiting: BTreeSet<ClaimKey>,
}

impl Machine for ProtectClaims {
    fn changed(&mut self, change: &Change, view: View<'_>) {
        let Change::Changed { before, after } = change else { return };
        for object in before.iter().chain(after) {
            match object {
                Object::Claim(claim) => self.queue.insert(claim.key.clone()),
                Object::Pod(pod) => self.wake_claims_of(pod, view.store),
                Object::Volume(_) | Object::Class(_) | Object::Node(_) => {}
            }
        }
    }

    fn freed(&mut self, key: &OperationKey, _: View<'_>) {
        if let Some(key) = key.object() {
            self.wake(key);
        }
    }

    fn answered(&mut self, answered: Answered<'_>, view: View<'_>, _: &mut Vec<Effect>) {
        let Answered { order, because: _, answer } = answered;
        let (Call::Protect(call), Some(ObjectKey::Claim(_))) = (&order.call, order.key.object()) else {
            return;
        };
        rows::answer(call, order, answer);
        match (call, answer) {
            (ProtectCall::ListPods { namespace, known }, Answer::Done(Payload::List(pods))) => {
                self.listed(namespace, *known, pods, view.store);
            }
            // A list that failed is asked for again when the asker has its turn. What was written is observed.
            (
                ProtectCall::ListPods { .. }
                | ProtectCall::AddFinalizer
                | ProtectCall::RemoveFinalizer
                | ProtectCall::ReadClaim { .. },
                _,
            ) => {}
        }
    }

    fn wake(&mut self, key: &ObjectKey) {
        match key {
            ObjectKey::Claim(key) => self.queue.insert(key.clone()),
            ObjectKey::Volume(_) | ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_) => {}
        }
    }

    fn decide(&mut self, view: View<'_>) -> Option<Decision> {
        let key = self.queue.pop()?;
        Some(self.decide_claim(&key, view))
    }

    fn queues(&self) -> Vec<(&'static str, usize)> {
        Vec::from([("pvcprotection", self.queue.len())])
    }

    fn reason(&self, key: &ObjectKey, view: View<'_>) -> Option<Why> {
        let ObjectKey::Claim(key) = key else { return None };
        let claim = view.store.claim(key)?;
        match claim::decide(claim::observe(view.store, claim, self.unused.get(key))) {
            claim::Next::Wait(why) => Some(why),
            claim::Next::Add | claim::Next::List | claim::Next::Remove | claim::Next::Keep => None,
        }
    }

    fn check(&self, view: View<'_>) -> Result<(), String> {
        // A new field does not compile until someone decides whether it has an invariant.
        let Self { queue, unused, lists } = self;
        let is_leaving = |key: &ClaimKey, uid: &Uid| {
            view.store.claim(key).is_some_and(|claim| claim.uid == *uid && claim.deleting)
        };
        if let Some((key, _)) = unused.iter().find(|(key, uid)| !is_leaving(key, uid) && !queue.contains(key))
        {
            return Err(format!("P1: pvc/{key} is proven unused, and is not being deleted"));
        }
        for (namespace, List { asker, waiting }) in lists {
            let is_strange = |it: &ClaimKey| it.namespace != *namespace || it == asker;
            if asker.namespace != *namespace || waiting.iter().any(is_strange) {
                return Err(format!("P3: the list of namespace {namespace} serves others"));
            }
            let is_busy = !view.in_flight.is_object_free(&ObjectKey::Claim(asker.clone()));
            if !is_busy && !queue.contains(asker) {
                return Err(format!("P4: pvc/{asker} is to list the pods of {namespace}, and does not"));
            }
        }
        Ok(())
    }
}

impl ProtectClaims {
    /// The kinds of objects that it observes.
    pub const KINDS: &'static [Kind] = &[Kind::Claim, Kind::Pod];

    /// Wakes the claims of a pod that may go when the pod does. All others it cannot concern.
    fn wake_claims_of(&mut self, pod: &Pod, store: &Store) {
        if is_planted(Mutant::PodWakesNoClaim) {
            return;
        }
        for used in pod.claims.iter() {
            if store.claim(&used.key).is_some_and(|claim| claim.deleting) {
                self.queue.insert(used.key.clone());
            }
        }
    }

    /// Decides about one claim.
    fn decide_claim(&mut self, key: &ClaimKey, view: View<'_>) -> Decision {
        let mut decision = Decision::default();
        let object = ObjectKey::Claim(key.clone());
        let known = view.store.claim(key);
        if self.unused.get(key) != known.map(|claim| &claim.uid) {
            self.unused.remove(key);
        }
        let Some(claim) = known else {
            self.stop_asking(key);
            decision.settled = Some(object.into());
            return decision;
        };
        if !view.in_flight.is_object_free(&object) {
            return decision;
        }
        let seen = claim::observe(view.store, claim, self.unused.get(key));
        rows::claim(&seen);
        let next = claim::decide(seen);
        if next != claim::Next::List {
            self.stop_asking(key);
        }
        match next {
            claim::Next::Add => {
                decision.order = Some((write(claim, ProtectCall::AddFinalizer), Because::Unprotected));
            }
            claim::Next::Remove => {
                decision.order = Some((write(claim, ProtectCall::RemoveFinalizer), Because::Unused));
            }
            claim::Next::List => {
                decision.order = self.ask(claim, view).map(|order| (order, Because::CacheIsNoProof));
            }
            claim::Next::Wait(_) | claim::Next::Keep => decision.settled = Some(object.into()),
        }
        decision
    }

    /// The list that `claim` asks for; none where it waits for that of another claim.
    fn ask(&mut self, claim: &Claim, view: View<'_>) -> Option<Order> {
        let namespace = &claim.key.namespace;
        let wanted = || List { asker: claim.key.clone(), waiting: BTreeSet::new() };
        let list = self.lists.entry(namespace.clone()).or_insert_with(wanted);
        if list.asker != claim.key {
            list.waiting.insert(claim.key.clone());
            return None;
        }
        // One answer serves all claims that are known by now.
        let known = view.store.frontier(Kind::Claim).max(claim.version);
        let call = ProtectCall::ListPods { namespace: namespace.clone(), known };
        Some(Order::read(ObjectKey::Claim(claim.key.clone()), Call::Protect(call)))
    }

    /// A claim has no use for a list of pods: if others wait for the one that it was to ask for, they ask themselves.
    fn stop_asking(&mut self, key: &ClaimKey) {
        let Some(list) = self.lists.get_mut(&key.namespace) else { return };
        if list.asker != *key {
            list.waiting.remove(key);
            return;
        }
        if let Some(List { asker: _, waiting }) = self.lists.remove(&key.namespace)
            && !is_planted(Mutant::ListWakesAskerOnly)
        {
            self.queue.extend(waiting);
        }
    }

    /// Takes in all pods of a namespace, as they were after every claim up to version `known`.
    fn listed(&mut self, namespace: &Text, known: Version, pods: &[Object], store: &Store) {
        let Some(List { asker, waiting }) = self.lists.remove(namespace) else { return };
        for key in core::iter::once(asker).chain(waiting) {
            let proven = store.claim(&key).filter(|claim| {
                let is_known = claim.version <= known || is_planted(Mutant::OlderListProves);
                let was_leaving = claim.deleting && is_known;
                was_leaving && !pods.iter().filter_map(Object::as_pod).any(|pod| claim::uses(pod, claim))
            });
            if let Some(claim) = proven {
                self.unused.insert(key.clone(), claim.uid.clone());
            }
            self.queue.insert(key);
        }
    }
}

/// A write on `claim`.
fn write(claim: &Arc<Claim>, call: ProtectCall) -> Order {
    Order::update(&Object::Claim(claim.clone()), Call::Protect(call))
}

impl Versioned for ProtectClaims {
    fn map_versions(&mut self, _: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { queue: _, unused: _, lists: _ } = self;
    }
}
