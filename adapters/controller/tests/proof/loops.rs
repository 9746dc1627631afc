//! Bursts of pairs while something goes wrong, again and again on one control plane; and everything that was stored
//! meanwhile under the properties of the models.

use std::time::Instant;

use oorandom::Rand64;
use windlass_cluster::{Member, Signal};
use windlass_model_check::history::judge_rest;

use crate::cluster::{Cluster, WITHIN, tell};
use crate::judge::{Unnamed, assert_allowed, assert_sound};
use crate::pairs::Pairs;

/// Pairs of one burst.
pub(crate) const PAIRS: usize = 50;
/// Objects that are stored, and writes that bind them, before a burst is over: two objects and four writes a pair.
const CHANGES: u64 = 6 * 50;
/// The last changes of a burst, in which a kill would come too late to be waited for.
const LAST: u64 = 10;

/// Rounds in which the one controller is killed.
const KILLS: usize = 100;
/// Rounds in which one of two controllers is killed.
const KILLS_OF_TWO: usize = 12;
/// Rounds in which the API server is killed.
const KILLS_OF_SERVER: usize = 4;
/// Rounds in which the second API server, and with it the second controller, falls behind.
const LAGS: usize = 8;

/// What has to have been possible to break in each loop, or it proves nothing.
const AT_STAKE: [&str; 8] =
    ["shared/H1", "bind/S1", "bind/S3", "bind/S4", "bind/S11", "bind/S15", "bind/C1", "bind/B5"];

/// A loop and its name.
type Loop = (&'static str, fn(&mut Cluster));

/// All of them. Those in which no API server is killed come first: they judge permissions, and a server that has just
/// been started forbids what it should not.
const LOOPS: [Loop; 7] = [
    ("killed", one_is_killed),
    ("two", one_of_two_is_killed),
    ("upstream", crate::upstream::both_bind),
    ("handover", crate::upstream::one_takes_over),
    ("server", the_api_server_is_killed),
    ("behind", one_falls_behind),
    ("hostile", crate::hostile::a_client_is_hostile),
];

#[test]
fn whatever_goes_wrong_the_end_is_right_and_nothing_on_the_way_was_wrong() {
    let Some(mut cluster) = Cluster::start() else { return };
    // One loop alone, as `WINDLASS_LOOP=hostile`, for whoever looks for something.
    let only = std::env::var("WINDLASS_LOOP").ok();
    for (name, run) in LOOPS {
        if only.as_ref().is_none_or(|it| it == name) {
            run(&mut cluster);
        }
    }
}

/// The choices of one loop; `WINDLASS_SEED` draws others.
pub(crate) fn chance(of: u64) -> Rand64 {
    let seed = std::env::var("WINDLASS_SEED").ok().and_then(|it| it.parse::<u64>().ok()).unwrap_or_default();
    Rand64::new(u128::from(seed) * 100 + u128::from(of))
}

/// Waits until the store has gone on by so many changes.
pub(crate) fn wait_for_changes(cluster: &Cluster, from: u64, changes: u64) {
    let began = Instant::now();
    while cluster.control_plane.version().unwrap() < from + changes {
        assert!(began.elapsed() < WITHIN, "the burst stands still");
    }
}

/// A burst of pairs, while which `disturb` is called when a number of changes by chance has been stored. Ends when all
/// are bound as they have to be, and gone again.
pub(crate) fn burst(
    cluster: &mut Cluster,
    name: &str,
    chance: &mut Rand64,
    disturb: impl FnOnce(&mut Cluster, &mut Rand64),
) {
    let pairs = Pairs::new(name, PAIRS);
    let from = cluster.control_plane.version().unwrap();
    let moment = chance.rand_range(0..CHANGES - LAST);
    let mut order = Rand64::new(u128::from(chance.rand_u64()));
    let api = cluster.api().clone();
    std::thread::scope(|scope| {
        scope.spawn(|| pairs.create(&api, &mut order));
        wait_for_changes(cluster, from, moment);
        disturb(cluster, chance);
    });
    cluster.wait_for(&format!("the pairs of {name} to be bound"), |stored| pairs.are_bound(stored));
    pairs.delete(cluster.api(), chance.rand_range(0..2) == 0);
    cluster.wait_for(&format!("the pairs of {name} to be gone"), |stored| pairs.are_gone(stored));
}

fn one_is_killed(cluster: &mut Cluster) {
    let began = Instant::now();
    let after = cluster.control_plane.version().unwrap();
    let mut drawn = chance(1);
    cluster.start_controller(1, Member::ApiServer, &[]);
    for round in 0..KILLS {
        burst(cluster, &format!("kill{round:03}"), &mut drawn, |cluster, _| {
            cluster.start_controller(1, Member::ApiServer, &[]);
        });
    }
    let changes = assert_sound(cluster, after, Unnamed::User, &AT_STAKE).all;
    assert_allowed(cluster);
    tell(
        &format!("{KILLS} kills of a controller in bursts of {PAIRS} pairs, {changes} changes judged,"),
        began,
    );
}

fn one_of_two_is_killed(cluster: &mut Cluster) {
    let began = Instant::now();
    let after = cluster.control_plane.version().unwrap();
    let mut drawn = chance(2);
    for number in [1, 2] {
        cluster.start_controller(number, Member::ApiServer, &[]);
    }
    for round in 0..KILLS_OF_TWO {
        burst(cluster, &format!("two{round:03}"), &mut drawn, |cluster, chance| {
            let number = if chance.rand_range(0..2) == 0 { 1 } else { 2 };
            cluster.start_controller(number, Member::ApiServer, &[]);
        });
    }
    let changes = assert_sound(cluster, after, Unnamed::User, &AT_STAKE).all;
    assert_allowed(cluster);
    tell(
        &format!("{KILLS_OF_TWO} kills of one of two controllers without a lease, {changes} changes judged,"),
        began,
    );
}

fn the_api_server_is_killed(cluster: &mut Cluster) {
    let began = Instant::now();
    let after = cluster.control_plane.version().unwrap();
    let mut drawn = chance(3);
    for number in [1, 2] {
        cluster.start_controller(number, Member::ApiServer, &[]);
    }
    for round in 0..KILLS_OF_SERVER {
        burst(cluster, &format!("server{round:03}"), &mut drawn, |cluster, _| {
            cluster.control_plane.restart(Member::ApiServer).unwrap();
        });
    }
    let changes = assert_sound(cluster, after, Unnamed::ControllerIfChanged, &AT_STAKE).all;
    tell(
        &format!(
            "{KILLS_OF_SERVER} kills of the API server under two controllers, {changes} changes judged,"
        ),
        began,
    );
}

fn one_falls_behind(cluster: &mut Cluster) {
    let began = Instant::now();
    cluster.control_plane.start_second_api_server().unwrap();
    let after = cluster.control_plane.version().unwrap();
    let mut drawn = chance(4);
    cluster.start_controller(1, Member::ApiServer, &[]);
    cluster.start_controller(2, Member::SecondApiServer, &[]);
    for round in 0..LAGS {
        burst(cluster, &format!("lag{round:03}"), &mut drawn, |cluster, chance| {
            let from = cluster.control_plane.version().unwrap();
            cluster.control_plane.signal(Member::SecondApiServer, Signal::Stop).unwrap();
            if chance.rand_range(0..2) == 0 {
                // What is left is for the one who has not seen any of it.
                cluster.kill_controller(1);
            } else {
                wait_for_changes(cluster, from, LAST);
            }
            cluster.control_plane.signal(Member::SecondApiServer, Signal::Continue).unwrap();
        });
        cluster.start_controller(1, Member::ApiServer, &[]);
    }
    cluster.kill_controller(2);
    let changes = assert_sound(cluster, after, Unnamed::User, &AT_STAKE).all;
    tell(&format!("{LAGS} lags of a second API server and its controller, {changes} changes judged,"), began);
}

/// Waits until nothing is left to do: twice in a row the same is stored, and a new controller would write nothing.
#[track_caller]
pub(crate) fn wait_for_rest(cluster: &mut Cluster) {
    let mut last = None;
    let machines = cluster.machines;
    cluster.wait_for("everything to come to rest", |stored| {
        let broken = judge_rest(stored, machines).broken;
        let is_still = last.replace(stored.clone()).as_ref() == Some(stored);
        match broken.first() {
            Some(breach) => Err(breach.to_string()),
            None if is_still => Ok(()),
            None => Err("something has changed since the last look".to_owned()),
        }
    });
}
