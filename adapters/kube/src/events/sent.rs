//! What was sent: to count what is told again, and to bound what is told about one object.
//!
//! Guarantees: no more is remembered than the limit; what was used longest ago is forgotten first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use windlass_core::ids::{ObjectKey, Uid};
use windlass_core::order::{Event, Reason};

use super::{EventOptions, body};
use crate::rate::Bucket;

/// The namespace of events on objects that have none.
const DEFAULT_NAMESPACE: &str = "default";

/// Longest part of an object's name in the name of an event, in bytes: a name has at most 253, of which a dot
/// and 16 digits are the event's own.
const NAME_BYTES_MAX: usize = 253 - 17;

/// Namespace and name of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// What makes two events the same.
type Told = (Uid, Reason, String);

#[derive(Debug)]
pub(super) struct Memory {
    sent: Recent<Told, (Place, u32)>,
    objects: Recent<Uid, Bucket>,
    object_rate: f32,
    object_burst: u32,
    /// The last number in a name.
    last: u64,
}

impl Memory {
    pub(super) fn new(options: &EventOptions) -> Self {
        let max = options.remembered_max.max(1);
        Self {
            sent: Recent::new(max),
            objects: Recent::new(max),
            object_rate: options.object_pause.as_secs_f32().recip(),
            object_burst: options.object_burst,
            last: 0,
        }
    }

    /// Whether one more event may be sent for this object, which then counts.
    pub(super) fn allows(&mut self, uid: &Uid) -> bool {
        if let Some(bucket) = self.objects.get(uid) {
            return bucket.take(std::time::Duration::ZERO).is_some();
        }
        let Some(bucket) = Bucket::new(self.object_rate, self.object_burst) else { return true };
        let is_allowed = bucket.take(std::time::Duration::ZERO).is_some();
        self.objects.put(uid.clone(), bucket);
        is_allowed
    }

    /// The event of the same words that was sent before, and how often it was told with this time.
    pub(super) fn repeated(&mut self, event: &Event, message: &str) -> Option<(Place, u32)> {
        let told = (event.uid.clone(), event.reason, message.to_owned());
        let (place, count) = self.sent.get(&told)?;
        *count = count.saturating_add(1);
        Some((place.clone(), *count))
    }

    /// Remembers an event that was sent for the first time.
    pub(super) fn keep(&mut self, event: &Event, message: String, place: Place) {
        self.sent.put((event.uid.clone(), event.reason, message), (place, 1));
    }

    /// A place for an event on `object`, as client-go makes it: the object's name and the time.
    pub(super) fn new_place(&mut self, object: &ObjectKey) -> Place {
        let (namespace, name) = (object.namespace(), object.name().as_str());
        let nanoseconds = u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default();
        self.last = nanoseconds.max(self.last + 1);
        let name = body::cut(name, NAME_BYTES_MAX).trim_end_matches(['.', '-']);
        let namespace = if namespace.is_empty() { DEFAULT_NAMESPACE } else { namespace };
        Place { namespace: namespace.to_owned(), name: format!("{name}.{:x}", self.last) }
    }
}

/// A map of limited size, out of which what was used longest ago falls.
#[derive(Debug)]
struct Recent<K, V> {
    entries: BTreeMap<K, (u64, V)>,
    uses: u64,
    max: usize,
}

impl<K: Ord + Clone, V> Recent<K, V> {
    const fn new(max: usize) -> Self {
        Self { entries: BTreeMap::new(), uses: 0, max }
    }

    fn get(&mut self, key: &K) -> Option<&mut V> {
        self.uses += 1;
        let (used, value) = self.entries.get_mut(key)?;
        *used = self.uses;
        Some(value)
    }

    fn put(&mut self, key: K, value: V) {
        self.uses += 1;
        self.entries.insert(key, (self.uses, value));
        if self.entries.len() > self.max {
            // Seldom enough, at the rate of events, to look through all.
            let oldest = self.entries.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone());
            oldest.map(|key| self.entries.remove(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use windlass_core::ids::{ClaimKey, VolumeName};

    use super::*;

    #[test]
    fn what_was_used_longest_ago_is_forgotten_first() {
        let mut recent = Recent::new(2);
        recent.put("a", 1);
        recent.put("b", 2);
        assert_eq!(recent.get(&"a"), Some(&mut 1));
        recent.put("c", 3);
        assert_eq!(recent.get(&"b"), None);
        assert_eq!((recent.get(&"a").copied(), recent.get(&"c").copied()), (Some(1), Some(3)));
    }

    #[test]
    fn every_event_has_a_name_of_its_own_that_the_server_takes() {
        let mut memory = Memory::new(&EventOptions::default());
        let long = ObjectKey::Volume(VolumeName::new(&"a.".repeat(126)));
        let (first, second) = (memory.new_place(&long), memory.new_place(&long));
        assert_ne!(first, second);
        assert_eq!(first.namespace, "default");
        assert!(first.name.len() <= 253, "{}", first.name.len());
        assert!(!first.name.contains(".."), "{}", first.name);
        let claim = memory.new_place(&ObjectKey::Claim(ClaimKey::new("shop", "data")));
        assert_eq!(claim.namespace, "shop");
        assert!(claim.name.starts_with("data."), "{}", claim.name);
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_that_has_much_to_tell_is_cut_short() {
        let mut memory = Memory::new(&EventOptions { object_burst: 3, ..EventOptions::default() });
        let allowed =
            |memory: &mut Memory, uid| (0..5).filter(|_| memory.allows(&Uid::numbered(uid))).count();
        assert_eq!(allowed(&mut memory, 1), 3);
        assert_eq!(allowed(&mut memory, 2), 3, "another object is not concerned");
        tokio::time::advance(EventOptions::default().object_pause).await;
        assert_eq!(allowed(&mut memory, 1), 1);
    }
}
