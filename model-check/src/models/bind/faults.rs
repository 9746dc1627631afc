//! One controller, and each fault once.

use windlass_fixtures::world::Budgets;

use super::scenario;
use crate::models::{EACH_ONCE, NO_FAULTS, Spec, Suite};

pub(super) const ALL: &[Spec] = &[
    Spec::new("access-mode-missing", scenario!("access-mode-missing"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_228),
    Spec::new("claim-names-misfit", scenario!("claim-names-misfit"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_228),
    Spec::new("class-appears", scenario!("class-appears"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(3_502),
    Spec::new("class-seen-late", scenario!("class-seen-late"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(5_536),
    Spec::new("crash-after-second-write", scenario!("crash-after-second-write"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(13_445),
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
        .states(4_824),
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
        .states(18_055),
    Spec::new("surplus-volume-freed", scenario!("surplus-volume-freed"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(9_450),
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
        .states(3_912),
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
    Spec::new("deleted-claim-still-binds", scenario!("deleted-claim-still-binds"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(80_546),
    Spec::new("claim-names-giant-volume", scenario!("claim-names-giant-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke)
        .states(50_272),
    Spec::new("bound-claim-asks-for-more", scenario!("bound-claim-asks-for-more"))
        .faults(EACH_ONCE)
        .states(81_266),
    Spec::new("claim-created-again", scenario!("claim-created-again")).faults(EACH_ONCE).states(144_634),
    Spec::new("claim-deleted", scenario!("claim-deleted")).faults(EACH_ONCE).states(93_358),
    Spec::new("claim-deleted-policy-delete", scenario!("claim-deleted-policy-delete"))
        .faults(EACH_ONCE)
        .states(93_358),
    Spec::new("claim-names-missing-volume", scenario!("claim-names-missing-volume"))
        .faults(EACH_ONCE)
        .states(50_285),
    Spec::new("class-without-object", scenario!("class-without-object")).faults(EACH_ONCE).states(80_546),
    Spec::new("default-class-and-a-volume-without", scenario!("default-class-and-a-volume-without"))
        .faults(EACH_ONCE)
        .states(81_910),
    Spec::new("delayed-claim-names-its-volume", scenario!("delayed-claim-names-its-volume"))
        .faults(EACH_ONCE)
        .states(54_204),
    Spec::new("deleted-volume-is-passed-over", scenario!("deleted-volume-is-passed-over"))
        .faults(EACH_ONCE)
        .states(80_546),
    Spec::new("freed-volume-goes-to-the-next", scenario!("freed-volume-goes-to-the-next"))
        .faults(EACH_ONCE)
        .states(340_440),
    Spec::new("local-volumes", scenario!("local-volumes")).faults(EACH_ONCE).states(727_341),
    Spec::new("lost-volume-returns", scenario!("lost-volume-returns")).faults(EACH_ONCE).states(143_239),
    Spec::new("name-erased", scenario!("name-erased")).faults(EACH_ONCE).states(278_620),
    Spec::new("nobody-provisions", scenario!("nobody-provisions")).faults(EACH_ONCE).states(124_230),
    Spec::new("node-lost-before-binding", scenario!("node-lost-before-binding"))
        .faults(EACH_ONCE)
        .states(544_101),
    Spec::new("pair-names-each-other", scenario!("pair-names-each-other")).faults(EACH_ONCE).states(50_272),
    Spec::new("released-volume-freed", scenario!("released-volume-freed")).faults(EACH_ONCE).states(270_360),
    Spec::new("released-volume-kept-for-the-name", scenario!("released-volume-kept-for-the-name"))
        .faults(EACH_ONCE)
        .states(379_927),
    Spec::new("reserved-for-a-claim-to-come", scenario!("reserved-for-a-claim-to-come"))
        .faults(EACH_ONCE)
        .states(105_762),
    Spec::new("restored-from-backup", scenario!("restored-from-backup")).faults(EACH_ONCE).states(125_555),
    Spec::new("size-before-resize", scenario!("size-before-resize")).faults(EACH_ONCE).states(80_546),
    Spec::new("two-claims-one-volume", scenario!("two-claims-one-volume")).faults(EACH_ONCE).states(268_260),
    Spec::new("volume-appears-later", scenario!("volume-appears-later")).faults(EACH_ONCE).states(101_080),
    Spec::new("volume-forgot-its-claim", scenario!("volume-forgot-its-claim"))
        .faults(EACH_ONCE)
        .states(90_014),
    Spec::new("volume-lost", scenario!("volume-lost")).faults(EACH_ONCE).states(96_362),
    Spec::new("volume-deleted-midway", scenario!("volume-deleted-midway")).faults(EACH_ONCE).states(321_911),
    Spec::new("pair-appears", scenario!("pair-appears")).faults(EACH_ONCE).states(313_940),
    Spec::new("user-misnames-the-claim", scenario!("user-misnames-the-claim"))
        .faults(EACH_ONCE)
        .states(90_046),
    Spec::new("volume-taken-over", scenario!("volume-taken-over")).faults(EACH_ONCE).states(403_362),
    Spec::new("pod-appears", scenario!("pod-appears")).faults(EACH_ONCE).states(39),
    Spec::new("volume-and-class-seen-late", scenario!("volume-and-class-seen-late"))
        .faults(EACH_ONCE)
        .states(21_492),
    Spec::new("claim-of-a-made-up-class-appears", scenario!("claim-of-a-made-up-class-appears"))
        .faults(EACH_ONCE)
        .states(195_939),
    Spec::new("surplus-volume-deleted", scenario!("surplus-volume-deleted")).faults(EACH_ONCE).states(29_391),
    Spec::new("volume-deleted-while-asked-about", scenario!("volume-deleted-while-asked-about"))
        .faults(Budgets { sweeps: 3, refusals: 1, ..NO_FAULTS })
        .states(7_883),
    Spec::new("volume-deleted-midway-overdue", scenario!("volume-deleted-midway"))
        .faults(Budgets { sweeps: 3, losses: 1, ..NO_FAULTS })
        .states(27_048),
    Spec::new("deleted-claim-still-binds-overdue", scenario!("deleted-claim-still-binds"))
        .faults(Budgets { sweeps: 3, losses: 1, ..NO_FAULTS })
        .states(7_501),
    Spec::new("volume-reserved-by-name-one-order", scenario!("volume-reserved-by-name"))
        .orders(1)
        .faults(Budgets { losses: 1, conflicts: 1, ..NO_FAULTS })
        .states(52_897),
    Spec::new("claim-comes-and-goes", scenario!("claim-comes-and-goes")).faults(EACH_ONCE).states(266_816),
    Spec::new("volume-edited-while-asked-about", scenario!("volume-edited-while-asked-about"))
        .faults(Budgets { sweeps: 3, ..NO_FAULTS })
        .states(1_832),
];
