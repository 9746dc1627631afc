//! One controller, and each fault once.

use windlass_world::actors::FaultKind;

use super::scenario;
use crate::models::{EACH_ONCE, LOSS, NO_FAULTS, REFUSAL, Spec, Suite};

pub(super) const ALL: &[Spec] = &[
    Spec::new("access-mode-missing", scenario!("access-mode-missing"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_406),
    Spec::new("claim-names-misfit", scenario!("claim-names-misfit"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_406),
    Spec::new("class-appears", scenario!("class-appears"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_680),
    Spec::new("class-seen-late", scenario!("class-seen-late"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(5_714),
    Spec::new("crash-after-second-write", scenario!("crash-after-second-write"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(14_030),
    Spec::new("crash-after-third-write", scenario!("crash-after-third-write"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(4_314),
    Spec::new("failed-volume-with-its-claim", scenario!("failed-volume-with-its-claim"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_228),
    Spec::new("no-node-for-the-pod", scenario!("no-node-for-the-pod"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(5_002),
    Spec::new("pair-with-deleted-volume", scenario!("pair-with-deleted-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_228),
    Spec::new("reserved-for-another-name", scenario!("reserved-for-another-name"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_228),
    Spec::new("scheduler-selected-a-node", scenario!("scheduler-selected-a-node"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(18_721),
    Spec::new("surplus-volume-freed", scenario!("surplus-volume-freed"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(9_951),
    Spec::new("surplus-volume-made-for-the-claim", scenario!("surplus-volume-made-for-the-claim"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_228),
    Spec::new("surplus-volume-of-a-user", scenario!("surplus-volume-of-a-user"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_228),
    Spec::new("wait-for-first-consumer", scenario!("wait-for-first-consumer"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(4_090),
    Spec::new("wrong-name-right-uid", scenario!("wrong-name-right-uid"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_244),
    Spec::new("claim-names-taken-volume", scenario!("claim-names-taken-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(8),
    Spec::new("default-class-left-to-others", scenario!("default-class-left-to-others"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(8),
    Spec::new("reserved-misfit", scenario!("reserved-misfit"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(8),
    Spec::new("deleted-volume-is-passed-over", scenario!("deleted-volume-is-passed-over"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(95_335),
    Spec::new("claim-names-giant-volume", scenario!("claim-names-giant-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(56_650),
    Spec::new("bound-claim-asks-for-more", scenario!("bound-claim-asks-for-more"))
        .faults(EACH_ONCE)
        .states(96_055),
    Spec::new("claim-created-again", scenario!("claim-created-again")).faults(EACH_ONCE).states(162_877),
    Spec::new("claim-deleted", scenario!("claim-deleted")).faults(EACH_ONCE).states(108_147),
    Spec::new("claim-deleted-policy-delete", scenario!("claim-deleted-policy-delete"))
        .faults(EACH_ONCE)
        .states(108_147),
    Spec::new("claim-names-missing-volume", scenario!("claim-names-missing-volume"))
        .faults(EACH_ONCE)
        .states(56_663),
    Spec::new("default-class-and-a-volume-without", scenario!("default-class-and-a-volume-without"))
        .faults(EACH_ONCE)
        .states(96_699),
    Spec::new("delayed-claim-names-its-volume", scenario!("delayed-claim-names-its-volume"))
        .faults(EACH_ONCE)
        .states(60_582),
    Spec::new("freed-volume-goes-to-the-next", scenario!("freed-volume-goes-to-the-next"))
        .faults(EACH_ONCE)
        .states(407_672),
    Spec::new("local-volumes", scenario!("local-volumes")).faults(EACH_ONCE).states(826_799),
    Spec::new("lost-volume-returns", scenario!("lost-volume-returns")).faults(EACH_ONCE).states(161_151),
    Spec::new("name-erased", scenario!("name-erased")).faults(EACH_ONCE).states(311_420),
    Spec::new("nobody-provisions", scenario!("nobody-provisions")).faults(EACH_ONCE).states(151_455),
    Spec::new("node-lost-before-binding", scenario!("node-lost-before-binding"))
        .faults(EACH_ONCE)
        .states(563_570),
    Spec::new("pair-names-each-other", scenario!("pair-names-each-other")).faults(EACH_ONCE).states(56_650),
    Spec::new("released-volume-freed", scenario!("released-volume-freed")).faults(EACH_ONCE).states(318_732),
    Spec::new("released-volume-kept-for-the-name", scenario!("released-volume-kept-for-the-name"))
        .faults(EACH_ONCE)
        .states(439_585),
    Spec::new("reserved-for-a-claim-to-come", scenario!("reserved-for-a-claim-to-come"))
        .faults(EACH_ONCE)
        .states(126_769),
    Spec::new("restored-from-backup", scenario!("restored-from-backup")).faults(EACH_ONCE).states(125_555),
    Spec::new("two-claims-one-volume", scenario!("two-claims-one-volume")).faults(EACH_ONCE).states(314_708),
    Spec::new("volume-appears-later", scenario!("volume-appears-later")).faults(EACH_ONCE).states(121_943),
    Spec::new("volume-forgot-its-claim", scenario!("volume-forgot-its-claim"))
        .faults(EACH_ONCE)
        .states(104_803),
    Spec::new("volume-lost", scenario!("volume-lost")).faults(EACH_ONCE).states(111_151),
    Spec::new("volume-deleted-midway", scenario!("volume-deleted-midway")).faults(EACH_ONCE).states(374_277),
    Spec::new("pair-appears", scenario!("pair-appears")).faults(EACH_ONCE).states(410_274),
    Spec::new("user-misnames-the-claim", scenario!("user-misnames-the-claim"))
        .faults(EACH_ONCE)
        .states(104_835),
    Spec::new("volume-taken-over", scenario!("volume-taken-over")).faults(EACH_ONCE).states(516_784),
    Spec::new("pod-appears", scenario!("pod-appears")).faults(EACH_ONCE).states(39),
    Spec::new("volume-and-class-seen-late", scenario!("volume-and-class-seen-late"))
        .faults(EACH_ONCE)
        .states(31_330),
    Spec::new("claim-of-a-made-up-class-appears", scenario!("claim-of-a-made-up-class-appears"))
        .faults(EACH_ONCE)
        .states(272_093),
    Spec::new("surplus-volume-deleted", scenario!("surplus-volume-deleted")).faults(EACH_ONCE).states(33_019),
    Spec::new("volume-deleted-while-asked-about", scenario!("volume-deleted-while-asked-about"))
        .faults(REFUSAL.with(FaultKind::Sweep, 3))
        .states(7_883),
    Spec::new("volume-deleted-midway-overdue", scenario!("volume-deleted-midway"))
        .faults(LOSS.with(FaultKind::Sweep, 3))
        .states(27_048),
    Spec::new("deleted-claim-still-binds-overdue", scenario!("deleted-claim-still-binds"))
        .faults(LOSS.with(FaultKind::Sweep, 3))
        .states(7_501),
    Spec::new("volume-reserved-by-name-one-order", scenario!("volume-reserved-by-name"))
        .orders(1)
        .faults(LOSS.with(FaultKind::Conflict, 1))
        .states(84_452),
    Spec::new("claim-comes-and-goes", scenario!("claim-comes-and-goes")).faults(EACH_ONCE).states(293_293),
    Spec::new("volume-edited-while-asked-about", scenario!("volume-edited-while-asked-about"))
        .faults(NO_FAULTS.with(FaultKind::Sweep, 3))
        .states(1_832),
];
