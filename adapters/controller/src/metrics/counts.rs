//! What the core holds, counted by the labels of metrics.

use std::collections::BTreeMap;

use prometheus::GaugeVec;
use windlass_core::controller::Controller;
use windlass_core::ids::ObjectKey;
use windlass_core::observed::{ClaimPhase, VolumePhase};

/// Counts by the values of labels.
pub(crate) type By<const N: usize> = BTreeMap<[String; N], usize>;

/// The label of a volume's plug-in. The sources of volumes are not observed.
const PLUGIN_UNKNOWN: &str = "N/A";

/// What the core holds at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) orders_out: u16,
    pub(crate) timers: usize,
    pub(crate) inputs_waiting: usize,
    /// Keys that wait to be decided about, by queue.
    pub(crate) queues: By<1>,
    /// By plug-in and mode.
    pub(crate) volumes: By<2>,
    /// By class.
    pub(crate) volumes_bound: By<1>,
    pub(crate) volumes_unbound: By<1>,
    /// By namespace, class and attributes class.
    pub(crate) claims_bound: By<3>,
    pub(crate) claims_unbound: By<3>,
    /// By kind and reason.
    pub(crate) waiting: By<2>,
}

impl Counts {
    /// Counts what `core` holds. It takes time in proportion to that.
    pub(crate) fn of(core: &Controller) -> Self {
        let queues = core.queues().map(|(name, depth)| ([name.to_owned()], depth)).collect();
        let mut counts = Self { orders_out: core.orders_out(), queues, ..Self::default() };
        for volume in core.store().volumes() {
            let mode = volume.volume_mode.as_str().to_owned();
            *counts.volumes.entry([PLUGIN_UNKNOWN.to_owned(), mode]).or_default() += 1;
            let is_bound = volume.phase == VolumePhase::Bound;
            let by = if is_bound { &mut counts.volumes_bound } else { &mut counts.volumes_unbound };
            *by.entry([volume.class.to_string()]).or_default() += 1;
            if !is_bound {
                counts.note_wait("volume", core, &ObjectKey::Volume(volume.name.clone()));
            }
        }
        for claim in core.store().claims() {
            let class = claim.class.as_ref().map(ToString::to_string).unwrap_or_default();
            let labels = [claim.key.namespace.to_string(), class, claim.attributes_class.to_string()];
            let is_bound = claim.status.phase == ClaimPhase::Bound;
            let by = if is_bound { &mut counts.claims_bound } else { &mut counts.claims_unbound };
            *by.entry(labels).or_default() += 1;
            if !is_bound {
                counts.note_wait("claim", core, &ObjectKey::Claim(claim.key.clone()));
            }
        }
        counts
    }

    fn note_wait(&mut self, kind: &str, core: &Controller, key: &ObjectKey) {
        // Before the first lists are complete nothing is decided, and nothing waits for a reason.
        if let Some(why) = core.is_synced().then(|| core.why(key)).flatten() {
            *self.waiting.entry([kind.to_owned(), why.name().to_owned()]).or_default() += 1;
        }
    }
}

/// Shows `counts` and nothing else on `gauges`.
pub(super) fn show<const N: usize>(gauges: &GaugeVec, counts: &By<N>) {
    gauges.reset();
    for (labels, count) in counts {
        let labels = labels.each_ref().map(String::as_str);
        gauges.with_label_values(&labels).set(super::float(*count));
    }
}
