//! One controller, and each fault once.

use super::scenario;
use crate::models::{EACH_ONCE, Spec, Suite};

pub(super) const ALL: &[Spec] = &[
    Spec::new("access-mode-missing", scenario!("access-mode-missing")).faults(EACH_ONCE).suite(Suite::Smoke),
    Spec::new("claim-names-misfit", scenario!("claim-names-misfit")).faults(EACH_ONCE).suite(Suite::Smoke),
    Spec::new("class-appears", scenario!("class-appears")).faults(EACH_ONCE).suite(Suite::Smoke),
    Spec::new("class-seen-late", scenario!("class-seen-late")).faults(EACH_ONCE).suite(Suite::Smoke),
    Spec::new("crash-after-second-write", scenario!("crash-after-second-write"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("crash-after-third-write", scenario!("crash-after-third-write"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("failed-volume-with-its-claim", scenario!("failed-volume-with-its-claim"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("no-node-for-the-pod", scenario!("no-node-for-the-pod")).faults(EACH_ONCE).suite(Suite::Smoke),
    Spec::new("pair-with-deleted-volume", scenario!("pair-with-deleted-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("reserved-for-another-name", scenario!("reserved-for-another-name"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("scheduler-selected-a-node", scenario!("scheduler-selected-a-node"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("surplus-volume-freed", scenario!("surplus-volume-freed"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("surplus-volume-made-for-the-claim", scenario!("surplus-volume-made-for-the-claim"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("surplus-volume-of-a-user", scenario!("surplus-volume-of-a-user"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("wait-for-first-consumer", scenario!("wait-for-first-consumer"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("wrong-name-right-uid", scenario!("wrong-name-right-uid"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("claim-names-taken-volume", scenario!("claim-names-taken-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("default-class-left-to-others", scenario!("default-class-left-to-others"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("reserved-misfit", scenario!("reserved-misfit")).faults(EACH_ONCE).suite(Suite::Smoke),
    Spec::new("deleted-claim-still-binds", scenario!("deleted-claim-still-binds"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("claim-names-giant-volume", scenario!("claim-names-giant-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("bound-claim-asks-for-more", scenario!("bound-claim-asks-for-more")).faults(EACH_ONCE),
    Spec::new("claim-created-again", scenario!("claim-created-again")).faults(EACH_ONCE),
    Spec::new("claim-deleted", scenario!("claim-deleted")).faults(EACH_ONCE),
    Spec::new("claim-deleted-policy-delete", scenario!("claim-deleted-policy-delete")).faults(EACH_ONCE),
    Spec::new("claim-names-missing-volume", scenario!("claim-names-missing-volume")).faults(EACH_ONCE),
    Spec::new("class-without-object", scenario!("class-without-object")).faults(EACH_ONCE),
    Spec::new("default-class-and-a-volume-without", scenario!("default-class-and-a-volume-without"))
        .faults(EACH_ONCE),
    Spec::new("delayed-claim-names-its-volume", scenario!("delayed-claim-names-its-volume"))
        .faults(EACH_ONCE),
    Spec::new("deleted-volume-is-passed-over", scenario!("deleted-volume-is-passed-over")).faults(EACH_ONCE),
    Spec::new("freed-volume-goes-to-the-next", scenario!("freed-volume-goes-to-the-next")).faults(EACH_ONCE),
    Spec::new("local-volumes", scenario!("local-volumes")).faults(EACH_ONCE),
    Spec::new("lost-volume-returns", scenario!("lost-volume-returns")).faults(EACH_ONCE),
    Spec::new("name-erased", scenario!("name-erased")).faults(EACH_ONCE),
    Spec::new("nobody-provisions", scenario!("nobody-provisions")).faults(EACH_ONCE),
    Spec::new("node-lost-before-binding", scenario!("node-lost-before-binding")).faults(EACH_ONCE),
    Spec::new("pair-names-each-other", scenario!("pair-names-each-other")).faults(EACH_ONCE),
    Spec::new("released-volume-freed", scenario!("released-volume-freed")).faults(EACH_ONCE),
    Spec::new("released-volume-kept-for-the-name", scenario!("released-volume-kept-for-the-name"))
        .faults(EACH_ONCE),
    Spec::new("reserved-for-a-claim-to-come", scenario!("reserved-for-a-claim-to-come")).faults(EACH_ONCE),
    Spec::new("restored-from-backup", scenario!("restored-from-backup")).faults(EACH_ONCE),
    Spec::new("size-before-resize", scenario!("size-before-resize")).faults(EACH_ONCE),
    Spec::new("two-claims-one-volume", scenario!("two-claims-one-volume")).faults(EACH_ONCE),
    Spec::new("volume-appears-later", scenario!("volume-appears-later")).faults(EACH_ONCE),
    Spec::new("volume-forgot-its-claim", scenario!("volume-forgot-its-claim")).faults(EACH_ONCE),
    Spec::new("volume-lost", scenario!("volume-lost")).faults(EACH_ONCE),
    Spec::new("volume-deleted-midway", scenario!("volume-deleted-midway")).faults(EACH_ONCE),
    Spec::new("pair-appears", scenario!("pair-appears")).faults(EACH_ONCE),
    Spec::new("user-misnames-the-claim", scenario!("user-misnames-the-claim")).faults(EACH_ONCE),
    Spec::new("volume-taken-over", scenario!("volume-taken-over")).faults(EACH_ONCE),
    Spec::new("pod-appears", scenario!("pod-appears")).faults(EACH_ONCE),
];
