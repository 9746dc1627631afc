//! The binder of kube-controller-manager on the same objects: at the same time, and before and after.

use std::time::Instant;

use windlass_cluster::{Controllers, Member};

use crate::cluster::{Cluster, tell};
use crate::judge::{Changes, Unnamed, assert_allowed, assert_sound};
use crate::loops::{PAIRS, burst, chance, wait_for_rest};
use crate::pairs::Pairs;

/// Rounds in which both bind at once and one of them is killed.
const BESIDE: usize = 6;
/// Rounds in which one takes over from the other in the middle of a burst.
const HANDOVERS: usize = 8;
/// Claims and volumes of which each fits each.
const ALIKE: usize = 40;

/// What has to have been possible to break, or it proves nothing.
const AT_STAKE: [&str; 6] = ["shared/H1", "bind/S1", "bind/S3", "bind/S4", "bind/C1", "bind/B5"];

/// Both bind at once, and one of them is killed on the way. Whatever they do to each
/// other's work, the end is as with one, and then both rest.
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
    conclude(cluster, after, &format!("{BESIDE} bursts beside upstream's binder"), began);
    alike.delete(cluster.api(), true);
    cluster.control_plane.kill(Member::ControllerManager).unwrap();
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
    conclude(cluster, after, &format!("{HANDOVERS} times over to upstream's binder or back"), began);
}

/// Judges what happened. If one of the two had done nothing of it, nothing would have been shown.
fn conclude(cluster: &Cluster, after: u64, what: &str, began: Instant) {
    let Changes { all, ours, edits_of_others: theirs } =
        assert_sound(cluster, after, Unnamed::User, &AT_STAKE);
    assert_allowed(cluster);
    let least = PAIRS.try_into().unwrap();
    assert!(ours >= least && theirs >= PAIRS, "{ours} changes of ours, {theirs} of theirs");
    tell(&format!("{what}, {all} changes judged, {ours} of ours, {theirs} of theirs,"), began);
}

fn start_upstream(cluster: &mut Cluster) {
    let mut controllers = Controllers::new(["persistentvolume-binder-controller"]);
    // It tries again what has failed only when it looks at everything.
    controllers.arguments.push("--pvclaimbinder-sync-period=2s".to_owned());
    cluster.control_plane.start_controllers(&controllers).unwrap();
}
