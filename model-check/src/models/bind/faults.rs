//! One controller, and each fault once.

use windlass_world::actors::FaultKind;

use super::scenario;
use crate::models::{EACH_ONCE, LOSS, NO_FAULTS, REFUSAL, Spec, Suite};

pub(super) const ALL: &[Spec] = &[
    Spec::new("access-mode-missing", scenario!("access-mode-missing"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_988),
    Spec::new("claim-names-misfit", scenario!("claim-names-misfit"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_988),
    Spec::new("class-appears", scenario!("class-appears"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(4_262),
    Spec::new("class-seen-late", scenario!("class-seen-late"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(6_296),
    Spec::new("crash-after-second-write", scenario!("crash-after-second-write"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(17_069),
    Spec::new("crash-after-third-write", scenario!("crash-after-third-write"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(4_995),
    Spec::new("failed-volume-with-its-claim", scenario!("failed-volume-with-its-claim"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_795),
    Spec::new("no-node-for-the-pod", scenario!("no-node-for-the-pod"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(5_584),
    Spec::new("pair-with-deleted-volume", scenario!("pair-with-deleted-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_795),
    Spec::new("reserved-for-another-name", scenario!("reserved-for-another-name"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_795),
    Spec::new("scheduler-selected-a-node", scenario!("scheduler-selected-a-node"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(21_871),
    Spec::new("surplus-volume-freed", scenario!("surplus-volume-freed"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(12_108),
    Spec::new("surplus-volume-made-for-the-claim", scenario!("surplus-volume-made-for-the-claim"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_795),
    Spec::new("surplus-volume-of-a-user", scenario!("surplus-volume-of-a-user"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_795),
    Spec::new("wait-for-first-consumer", scenario!("wait-for-first-consumer"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(4_672),
    Spec::new("wrong-name-right-uid", scenario!("wrong-name-right-uid"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_811),
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
        .states(114_549),
    Spec::new("claim-names-giant-volume", scenario!("claim-names-giant-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(67_873),
    Spec::new("bound-claim-asks-for-more", scenario!("bound-claim-asks-for-more"))
        .faults(EACH_ONCE)
        .states(115_269),
    Spec::new("claim-created-again", scenario!("claim-created-again")).faults(EACH_ONCE).states(188_562),
    Spec::new("claim-deleted", scenario!("claim-deleted")).faults(EACH_ONCE).states(128_597),
    Spec::new("claim-deleted-policy-delete", scenario!("claim-deleted-policy-delete"))
        .faults(EACH_ONCE)
        .states(128_597),
    Spec::new("claim-names-missing-volume", scenario!("claim-names-missing-volume"))
        .faults(EACH_ONCE)
        .states(67_886),
    Spec::new("default-class-and-a-volume-without", scenario!("default-class-and-a-volume-without"))
        .faults(EACH_ONCE)
        .states(115_913),
    Spec::new("delayed-claim-names-its-volume", scenario!("delayed-claim-names-its-volume"))
        .faults(EACH_ONCE)
        .states(71_805),
    Spec::new("freed-volume-goes-to-the-next", scenario!("freed-volume-goes-to-the-next"))
        .faults(EACH_ONCE)
        .states(482_700),
    Spec::new("local-volumes", scenario!("local-volumes")).faults(EACH_ONCE).states(984_995),
    Spec::new("lost-volume-returns", scenario!("lost-volume-returns")).faults(EACH_ONCE).states(190_043),
    Spec::new("name-erased", scenario!("name-erased")).faults(EACH_ONCE).states(350_811),
    Spec::new("nobody-provisions", scenario!("nobody-provisions")).faults(EACH_ONCE).states(180_735),
    Spec::new("node-lost-before-binding", scenario!("node-lost-before-binding"))
        .faults(EACH_ONCE)
        .states(659_323),
    Spec::new("pair-names-each-other", scenario!("pair-names-each-other")).faults(EACH_ONCE).states(67_873),
    Spec::new("released-volume-freed", scenario!("released-volume-freed")).faults(EACH_ONCE).states(378_632),
    Spec::new("released-volume-kept-for-the-name", scenario!("released-volume-kept-for-the-name"))
        .faults(EACH_ONCE)
        .states(528_535),
    Spec::new("reserved-for-a-claim-to-come", scenario!("reserved-for-a-claim-to-come"))
        .faults(EACH_ONCE)
        .states(151_397),
    Spec::new("restored-from-backup", scenario!("restored-from-backup")).faults(EACH_ONCE).states(132_182),
    Spec::new("two-claims-one-volume", scenario!("two-claims-one-volume")).faults(EACH_ONCE).states(376_058),
    Spec::new("volume-appears-later", scenario!("volume-appears-later")).faults(EACH_ONCE).states(146_136),
    Spec::new("volume-forgot-its-claim", scenario!("volume-forgot-its-claim"))
        .faults(EACH_ONCE)
        .states(125_253),
    Spec::new("volume-lost", scenario!("volume-lost")).faults(EACH_ONCE).states(131_739),
    Spec::new("volume-deleted-midway", scenario!("volume-deleted-midway")).faults(EACH_ONCE).states(458_487),
    Spec::new("pair-appears", scenario!("pair-appears")).faults(EACH_ONCE).states(497_031),
    Spec::new("user-misnames-the-claim", scenario!("user-misnames-the-claim"))
        .faults(EACH_ONCE)
        .states(125_285),
    Spec::new("volume-taken-over", scenario!("volume-taken-over")).faults(EACH_ONCE).states(619_148),
    Spec::new("pod-appears", scenario!("pod-appears")).faults(EACH_ONCE).states(39),
    Spec::new("volume-and-class-seen-late", scenario!("volume-and-class-seen-late"))
        .faults(EACH_ONCE)
        .states(35_614),
    Spec::new("claim-of-a-made-up-class-appears", scenario!("claim-of-a-made-up-class-appears"))
        .faults(EACH_ONCE)
        .states(323_660),
    Spec::new("surplus-volume-deleted", scenario!("surplus-volume-deleted")).faults(EACH_ONCE).states(40_108),
    Spec::new("volume-deleted-while-asked-about", scenario!("volume-deleted-while-asked-about"))
        .faults(REFUSAL.with(FaultKind::Sweep, 3))
        .states(8_519),
    Spec::new("volume-deleted-midway-overdue", scenario!("volume-deleted-midway"))
        .faults(LOSS.with(FaultKind::Sweep, 3))
        .states(29_801),
    Spec::new("deleted-claim-still-binds-overdue", scenario!("deleted-claim-still-binds"))
        .faults(LOSS.with(FaultKind::Sweep, 3))
        .states(8_165),
    Spec::new("volume-reserved-by-name-one-order", scenario!("volume-reserved-by-name"))
        .orders(1)
        .faults(LOSS.with(FaultKind::Conflict, 1))
        .states(43_224),
    Spec::new("claim-comes-and-goes", scenario!("claim-comes-and-goes")).faults(EACH_ONCE).states(330_783),
    Spec::new("volume-edited-while-asked-about", scenario!("volume-edited-while-asked-about"))
        .faults(NO_FAULTS.with(FaultKind::Sweep, 3))
        .states(1_842),
];
