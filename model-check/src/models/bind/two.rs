//! Two live controllers, as after a lease was lost and before that was noticed.

use super::scenario;
use crate::models::{REFUSAL, Spec, Suite};

pub(super) const ALL: &[Spec] = &[
    Spec::new("deleted-claim-still-binds-2", scenario!("deleted-claim-still-binds"))
        .controllers(2)
        .behind(1)
        .suite(Suite::Smoke)
        .states(17_962),
    Spec::new("claim-created-again-2", scenario!("claim-created-again"))
        .controllers(2)
        .behind(1)
        .suite(Suite::Smoke)
        .states(25_932),
    Spec::new("claim-deleted-2", scenario!("claim-deleted"))
        .controllers(2)
        .behind(1)
        .suite(Suite::Smoke)
        .states(18_933),
    Spec::new("two-claims-one-volume-2", scenario!("two-claims-one-volume"))
        .controllers(2)
        .behind(1)
        .states(95_090),
    Spec::new("freed-volume-goes-to-the-next-2", scenario!("freed-volume-goes-to-the-next"))
        .controllers(2)
        .behind(1)
        .states(97_506),
    Spec::new("lost-volume-returns-2", scenario!("lost-volume-returns"))
        .controllers(2)
        .behind(1)
        .states(24_893),
    Spec::new("pair-names-each-other-2", scenario!("pair-names-each-other"))
        .controllers(2)
        .behind(1)
        .states(11_516),
    Spec::new("volume-appears-later-2", scenario!("volume-appears-later"))
        .controllers(2)
        .behind(1)
        .states(15_434),
    Spec::new("name-erased-2", scenario!("name-erased")).controllers(2).behind(1).states(8_490),
    Spec::new("restored-from-backup-2", scenario!("restored-from-backup"))
        .controllers(2)
        .behind(1)
        .states(3_896),
    Spec::new("delayed-claim-names-its-volume-2", scenario!("delayed-claim-names-its-volume"))
        .controllers(2)
        .behind(1)
        .states(14_998),
    Spec::new("surplus-volume-freed-2", scenario!("surplus-volume-freed"))
        .controllers(2)
        .behind(1)
        .states(425),
    Spec::new("local-volumes-2", scenario!("local-volumes")).controllers(2).behind(1).states(275_383),
    Spec::new("node-lost-before-binding-2", scenario!("node-lost-before-binding"))
        .controllers(2)
        .behind(1)
        .states(161_367),
    Spec::new("misbound-2", scenario!("misbound")).controllers(2).behind(1).states(189_564),
    Spec::new("released-volume-kept-for-the-name-2", scenario!("released-volume-kept-for-the-name"))
        .controllers(2)
        .behind(1)
        .states(420_855),
    Spec::new("reserved-misfit-and-one-that-fits-2", scenario!("reserved-misfit-and-one-that-fits"))
        .controllers(2)
        .behind(1)
        .states(626_831),
    Spec::new("crash-after-first-write-2", scenario!("crash-after-first-write"))
        .controllers(2)
        .behind(1)
        .states(696_049),
    Spec::new("two-controllers-one-volume-2", scenario!("two-controllers-one-volume"))
        .controllers(2)
        .behind(1)
        .states(790_045),
    Spec::new("pair-appears-2", scenario!("pair-appears")).controllers(2).behind(1).states(799_950),
    Spec::new("volume-taken-over-2", scenario!("volume-taken-over")).controllers(2).behind(1).states(963_920),
    Spec::new("pair-appears-2-refused", scenario!("pair-appears"))
        .controllers(2)
        .behind(1)
        .faults(REFUSAL)
        .states(5_866_154),
];
