//! The decision about a claim as a table, and the four writes from each half-finished state.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
use crate::ids::VolumeName;
use crate::observed::{AccessMode, AccessModes};
use crate::samples::{claim, claim_ref, quantity, volume};
use crate::text::Text;

/// Progress, what is seen, what is to be done. In a row with `binder's` a binder chose the volume that the
/// claim names.
const TABLE: [&str; 38] = [
    "never  unnamed-reserved           bind Reserved",
    "never  unnamed-fits               bind BestFit",
    "never  unnamed-fits-class-unseen  read gold",
    "never  unnamed-no-class           seek NoVolumeFits",
    "never  unnamed-default            seek-as-is DefaultClassElsewhere(usual)",
    "never  unnamed-immediate          seek-as-is NoVolumeOfClassFits(gold)",
    "never  unnamed-mode-unknown       stay BindingModeUnknown(gold)",
    "never  unnamed-no-consumer        pend NoConsumer(gold)",
    "never  unnamed-unscheduled        pend ConsumersUnscheduled([default/pod])",
    "never  unnamed-scheduled          stay NoVolumeOfClassFits(gold)",
    "never  named-missing              pend NamedVolumeMissing(pv)",
    "never  named-free                 bind ClaimNamesIt",
    "never  named-unfit                pend NamedVolumeMisfit(pv, TooSmall)",
    "never  named-reserved             bind Reserved",
    "never  named-reserved-deleting    pend NamedVolumeMisfit(pv, Deleting)",
    "never  named-ours                 bind BindGoesOn",
    "never  named-ours-misnamed        pend NamedVolumeTaken(pv, default/other)",
    "never  named-ours-misnamed  binder's  stay NamedVolumeTaken(pv, default/other)",
    "never  named-other                pend NamedVolumeTaken(pv, default/other)",
    "never  named-other          binder's  stay NamedVolumeTaken(pv, default/other)",
    "bound  unnamed-reserved           lose LostName",
    "bound  unnamed-fits               lose LostName",
    "bound  unnamed-fits-class-unseen  lose LostName",
    "bound  unnamed-no-class           lose LostName",
    "bound  unnamed-default            lose LostName",
    "bound  unnamed-immediate          lose LostName",
    "bound  unnamed-mode-unknown       lose LostName",
    "bound  unnamed-no-consumer        lose LostName",
    "bound  unnamed-unscheduled        lose LostName",
    "bound  unnamed-scheduled          lose LostName",
    "bound  named-missing              lose LostVolume(pv)",
    "bound  named-free                 bind BoundBefore",
    "bound  named-unfit                bind BoundBefore",
    "bound  named-reserved             lose Misbound(pv, None)",
    "bound  named-reserved-deleting    lose Misbound(pv, None)",
    "bound  named-ours                 bind BindGoesOn",
    "bound  named-ours-misnamed        bind BoundBefore",
    "bound  named-other                lose Misbound(pv, Some(default/other))",
];

#[test]
fn decisions_follow_the_table() {
    for row in TABLE {
        let (progress, seen, of_binder, want) = parse(row);
        let claim = Claim {
            class: Some(crate::ids::ClassName::new("gold")),
            volume_name: VolumeName::new("pv"),
            bound_by_controller: of_binder,
            ..claim()
        };
        let volume = Arc::new(Volume { claim_ref: Some(claim_ref("other", Some("uid-other"))), ..volume() });
        let seen = all_seen(&volume).into_iter().find(|it| word(it) == seen).unwrap();
        assert_eq!(show(&decide(&claim, progress, seen)), want, "{row}");
    }
}

#[test]
fn the_table_has_each_observation() {
    let volume = Arc::new(volume());
    let seen = all_seen(&volume);
    let all = ["never", "bound"].into_iter().flat_map(|it| seen.iter().map(move |seen| (it, word(seen))));
    let rows = TABLE.iter().map(|row| {
        let mut words = row.split_whitespace();
        (words.next().unwrap(), words.next().unwrap())
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), all.collect::<BTreeSet<_>>());
}

/// Everything that can be seen. The match of [`word`] stops the build when something is added.
fn all_seen(volume: &Arc<Volume>) -> [Seen<'_>; 18] {
    let pod = PodKey::new("default", "pod");
    [
        Seen::UnnamedReserved(volume),
        Seen::UnnamedFits(volume),
        Seen::UnnamedFitsClassUnseen,
        Seen::UnnamedNothing(Shortage::NoClass),
        Seen::UnnamedNothing(Shortage::Default(crate::ids::ClassName::new("usual"))),
        Seen::UnnamedNothing(Shortage::Immediate),
        Seen::UnnamedNothing(Shortage::ModeUnknown),
        Seen::UnnamedNothing(Shortage::NoConsumer),
        Seen::UnnamedNothing(Shortage::Unscheduled(Arc::from([pod]))),
        Seen::UnnamedNothing(Shortage::Scheduled),
        Seen::NamedMissing,
        Seen::NamedFree(volume),
        Seen::NamedUnfit(volume, Misfit::TooSmall),
        Seen::NamedReserved(volume),
        Seen::NamedReservedDeleting(volume),
        Seen::NamedOurs(volume),
        Seen::NamedOursMisnamed(volume),
        Seen::NamedOther(volume),
    ]
}

fn word(seen: &Seen<'_>) -> &'static str {
    match seen {
        Seen::UnnamedReserved(_) => "unnamed-reserved",
        Seen::UnnamedFits(_) => "unnamed-fits",
        Seen::UnnamedFitsClassUnseen => "unnamed-fits-class-unseen",
        Seen::UnnamedNothing(Shortage::NoClass) => "unnamed-no-class",
        Seen::UnnamedNothing(Shortage::Default(_)) => "unnamed-default",
        Seen::UnnamedNothing(Shortage::Immediate) => "unnamed-immediate",
        Seen::UnnamedNothing(Shortage::ModeUnknown) => "unnamed-mode-unknown",
        Seen::UnnamedNothing(Shortage::NoConsumer) => "unnamed-no-consumer",
        Seen::UnnamedNothing(Shortage::Unscheduled(_)) => "unnamed-unscheduled",
        Seen::UnnamedNothing(Shortage::Scheduled) => "unnamed-scheduled",
        Seen::NamedMissing => "named-missing",
        Seen::NamedFree(_) => "named-free",
        Seen::NamedUnfit(..) => "named-unfit",
        Seen::NamedReserved(_) => "named-reserved",
        Seen::NamedReservedDeleting(_) => "named-reserved-deleting",
        Seen::NamedOurs(_) => "named-ours",
        Seen::NamedOursMisnamed(_) => "named-ours-misnamed",
        Seen::NamedOther(_) => "named-other",
    }
}

/// Reads a row: columns are two spaces apart or more.
fn parse(row: &str) -> (Progress, &str, bool, &str) {
    let columns: Vec<&str> = row.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect();
    let progress = match columns[0] {
        "never" => Progress::NeverBound,
        "bound" => Progress::BoundBefore,
        other => panic!("{other} is no progress"),
    };
    (progress, columns[1], columns[2] == "binder's", columns[columns.len() - 1])
}

fn show(next: &Next<'_>) -> String {
    match next {
        Next::Bind(_, because) => format!("bind {because:?}"),
        Next::ReadClass(class) => format!("read {class}"),
        Next::Pend(why) => format!("pend {why:?}"),
        Next::Seek(why) => format!("seek {why:?}"),
        Next::SeekAsIs(why) => format!("seek-as-is {why:?}"),
        Next::Stay(why) => format!("stay {why:?}"),
        Next::Lose(why) => format!("lose {why:?}"),
    }
}

#[test]
fn the_next_write_goes_on_from_each_state() {
    // Whom the volume names, its phase; what the claim says; the write.
    check_write("nobody     Available  -                reserve marked");
    check_write("name       Available  -                reserve");
    check_write("nobody     Bound      named completed  reserve marked");
    check_write("misnamed   Bound      named completed  reserve marked");
    check_write("ours       Pending    -                mark volume Bound");
    check_write("ours       Available  -                mark volume Bound");
    check_write("ours       Released   named completed  mark volume Bound");
    check_write("ours       Failed     named completed  mark volume Bound");
    check_write("ours       Bound      -                bind to pv");
    check_write("ours       Bound      named            complete");
    check_write("ours       Bound      completed        bind to pv");
    check_write("ours       Bound      named completed  mark claim Bound");
    check_write("ours       Bound      named completed marked  nothing");
}

#[track_caller]
fn check_write(row: &str) {
    let columns: Vec<&str> = row.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect();
    let named = match columns[0] {
        "nobody" => None,
        "name" => Some(claim_ref("claim", None)),
        "ours" => Some(claim_ref("claim", Some("uid-claim"))),
        "misnamed" => Some(claim_ref("other", Some("uid-claim"))),
        other => panic!("{other} is nobody"),
    };
    let volume = Volume { claim_ref: named, phase: VolumePhase::parse(columns[1]).unwrap(), ..volume() };
    let mut claim = claim();
    for word in columns[2].split(' ') {
        match word {
            "named" => claim.volume_name = VolumeName::new("pv"),
            "completed" => claim.completed = true,
            "marked" => claim.status = bound_status(&claim, &volume),
            _ => assert_eq!(word, "-"),
        }
    }
    assert_eq!(show_write(next_write(&Arc::new(claim), &Arc::new(volume))), columns[3], "{row}");
}

/// Shows the write after a look at its guards.
fn show_write(order: Option<Order>) -> String {
    let Some(order) = order else { return "nothing".to_string() };
    let (on_volume, on_claim) = (Object::Volume(volume().into()), Object::Claim(claim().into()));
    let guards = |object: &Object| assert_eq!(order, Order::update(object, order.call.clone()), "{order}");
    let Call::Bind(call) = &order.call else { panic!("{order} does not bind") };
    match call {
        BindCall::ReserveVolume { claim: key, claim_uid, mark } => {
            guards(&on_volume);
            assert_eq!((key, claim_uid), (&claim().key, &claim().uid));
            if *mark { "reserve marked".to_string() } else { "reserve".to_string() }
        }
        BindCall::MarkVolume(phase) => {
            guards(&on_volume);
            format!("mark volume {}", phase.as_str())
        }
        BindCall::BindClaim(volume) => {
            guards(&on_claim);
            volume.as_ref().map_or("complete".to_string(), |volume| format!("bind to {volume}"))
        }
        BindCall::MarkClaim(status) => {
            guards(&on_claim);
            format!("mark claim {}", status.phase.as_str())
        }
        BindCall::FreeVolume { .. } | BindCall::Read { .. } => panic!("{order} does not bind"),
    }
}

#[test]
fn the_status_of_a_bound_claim_follows_its_volume() {
    // Phase, capacity and attributes class so far; the volume's capacity, before a resize; the outcome.
    check_status("Pending -    -     2Gi -    2Gi fast");
    check_status("Pending 1Gi  slow  2Gi -    2Gi fast");
    check_status("Lost    -    -     2Gi -    2Gi -");
    check_status("Lost    -    slow  2Gi -    2Gi slow");
    check_status("Bound   1Gi  slow  2Gi -    1Gi slow");
    check_status("Bound   -    -     2Gi -    -   -");
    check_status("Pending -    -     2Gi 1Gi  1Gi fast");
    check_status("Bound   3Gi  -     2Gi 1Gi  3Gi -");
    check_status("Pending 2048Mi -   2Gi -    2048Mi fast");
}

#[track_caller]
fn check_status(row: &str) {
    let words: Vec<&str> = row.split_whitespace().collect();
    let size = |text: &str| (text != "-").then(|| quantity(text));
    let class = |text: &str| Text::new(if text == "-" { "" } else { text });
    let modes = AccessModes::new([AccessMode::ReadOnlyMany, AccessMode::ReadWriteOnce]);
    let volume = Volume {
        capacity: quantity(words[3]),
        capacity_before_resize: size(words[4]),
        attributes_class: Text::new("fast"),
        access_modes: modes,
        ..volume()
    };
    let mut claim = claim();
    claim.status.phase = ClaimPhase::parse(words[0]).unwrap();
    claim.status.capacity = size(words[1]);
    claim.status.attributes_class = class(words[2]);
    let status = bound_status(&claim, &volume);
    let want = ClaimStatus {
        phase: ClaimPhase::Bound,
        // The volume's list as it is, its order included.
        access_modes: modes,
        capacity: status.capacity.clone(),
        attributes_class: class(words[6]),
    };
    assert_eq!(status, want, "{row}");
    assert_eq!(status.capacity.map_or("-".to_string(), |it| it.to_string()), show_size(words[5]), "{row}");
}

/// A size as quantities print it.
fn show_size(text: &str) -> String {
    if text == "-" { text.to_string() } else { quantity(text).to_string() }
}

#[test]
fn an_unbound_claim_has_an_empty_status() {
    let mut claim = claim();
    assert_eq!(mark_claim(&Arc::new(claim.clone()), unbound_status(ClaimPhase::Pending)), None);
    claim.status.capacity = Some(quantity("1Gi"));
    let claim = Arc::new(claim);
    let order = mark_claim(&claim, unbound_status(ClaimPhase::Lost)).unwrap();
    let status = ClaimStatus { phase: ClaimPhase::Lost, ..ClaimStatus::default() };
    assert_eq!(order, on_claim(&claim, BindCall::MarkClaim(status)));
}
