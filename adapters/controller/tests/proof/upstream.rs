//! The binder of kube-controller-manager on the same objects: at the same time, and before and after.

use std::time::Instant;

use windlass_cluster::{Controllers, Member};

use crate::cluster::{Cluster, tell};
use crate::judge::{Unnamed, assert_allowed, assert_sound, shares};
use crate::loops::{PAIRS, burst, chance, wait_for_rest};
use crate::pairs::Pairs;

/// Rounds in which both bind at once and one of them is killed.
const BESIDE: usize = 6;
/// Rounds in which one takes over from the other in the middle of a burst.
const HANDOVERS: usize = 8;
/// Claims and volumes of which each fits each.
const ALIKE: usize = 40;

/// What has to have been possible to break, or it proves nothing.
const AT_STAKE: [&str; 6] = ["H1", "S1", "S3", "S4", "C1", "B5"];

/// Both bind at once, and one of them is killed on the way. They undo nothing of each other's, and when nobody does
/// anything any more, both rest.
pub(crate) fn both_bind(cluster: &mut Cluster) {
    let began = Instant::now();
    let after = cluster.control_plane.version().unwrap();
    let mut drawn = chance(6);
    cluster.kill_controllers();
    cluster.start_controller(1, Member::ApiServer, &[]);
    start_upstream(cluster);
    for round in 0..BESIDE {
        burst(cluster, &format!("beside{round:03}"), &mut drawn, |cluster, chance| {
            if chance.rand_range(0..2) == 0 {
                cluster.start_controller(1, Member::ApiServer, &[]);
            } else {
                cluster.control_plane.restart(Member::ControllerManager).unwrap();
            }
        });
    }
    let alike = Pairs::alike("alike", ALIKE);
    alike.create(cluster.api(), &mut drawn);
    wait_for_rest(cluster);
    cluster.wait_for("each claim to have a volume", |stored| alike.have_each_other(stored));
    let changes = assert_sound(cluster, after, Unnamed::User, &AT_STAKE);
    assert_allowed(cluster);
    let (ours, theirs) = assert_both_worked(cluster, after);
    alike.delete(cluster.api(), true);
    cluster.control_plane.kill(Member::ControllerManager).unwrap();
    tell(
        &format!(
            "{BESIDE} bursts beside upstream's binder, {changes} changes judged, {ours} of ours, {theirs} of theirs,"
        ),
        began,
    );
}

/// One takes over from the other in the middle of a burst, as when an operator switches, and back.
pub(crate) fn one_takes_over(cluster: &mut Cluster) {
    let began = Instant::now();
    let after = cluster.control_plane.version().unwrap();
    let mut drawn = chance(7);
    cluster.kill_controllers();
    cluster.start_controller(1, Member::ApiServer, &[]);
    for round in 0..HANDOVERS {
        burst(cluster, &format!("handover{round:03}"), &mut drawn, |cluster, _| {
            if round % 2 == 0 {
                cluster.kill_controllers();
                start_upstream(cluster);
            } else {
                cluster.control_plane.kill(Member::ControllerManager).unwrap();
                cluster.start_controller(1, Member::ApiServer, &[]);
            }
        });
    }
    let changes = assert_sound(cluster, after, Unnamed::User, &AT_STAKE);
    assert_allowed(cluster);
    let (ours, theirs) = assert_both_worked(cluster, after);
    tell(
        &format!(
            "{HANDOVERS} times over to upstream's binder or back, {changes} changes judged, {ours} of ours, {theirs} of theirs,"
        ),
        began,
    );
}

/// How many changes each made. With none of one of them, nothing was shown.
fn assert_both_worked(cluster: &Cluster, after: u64) -> (usize, usize) {
    let (ours, theirs) = shares(cluster, after);
    assert!(ours >= PAIRS && theirs >= PAIRS, "{ours} changes of ours, {theirs} of theirs");
    (ours, theirs)
}

fn start_upstream(cluster: &mut Cluster) {
    let mut controllers = Controllers::new(["persistentvolume-binder-controller"]);
    // It tries again what has failed only when it looks at everything.
    controllers.arguments.push("--pvclaimbinder-sync-period=2s".to_owned());
    cluster.control_plane.start_controllers(&controllers).unwrap();
}
