//! The real API server: what it shows, what it says when it will not or cannot, and events on it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use windlass_cluster::wait::{self, Look};
use windlass_cluster::{ControlPlane, Member, Options, Patch, User, testing};
use windlass_core::call::{BindCall, Call};
use windlass_core::ids::{ClaimKey, ClassName, Kind, ObjectKey, Uid, Version, VolumeName};
use windlass_core::observed::{Object, VolumePhase};
use windlass_core::order::{Answer, Event, Guard, Input, Order, Reason, Refusal, Target};
use windlass_core::why::Why;
use windlass_kube::events::EventOptions;
use windlass_kube::{Client, ClientOptions, Events, Performer, WatchOptions, Watches, connect};

use crate::faulty::{Fault, Faulty};
use crate::orders::{CLAIMS, VOLUMES, claim_manifest, performer, volume_manifest};
use crate::scripted::{Kept, LIMIT};
use crate::tunnel::Tunnel;

async fn client(kubeconfig: PathBuf) -> Client {
    let options = ClientOptions { kubeconfig: Some(kubeconfig), ..ClientOptions::default() };
    connect(&options, Arc::new(Kept::default())).await.unwrap()
}

/// An order that marks the volume as it is on the server.
fn mark(plane: &ControlPlane, phase: VolumePhase) -> Order {
    let stored = plane.api().get(&format!("{VOLUMES}/pv-1")).unwrap();
    let text = |field: &str| stored["metadata"][field].as_str().unwrap().to_owned();
    let version = Version(text("resourceVersion").parse().unwrap());
    let guard = Guard::Update(Target { uid: Uid::new(&text("uid")), version });
    let key = ObjectKey::Volume(VolumeName::new("pv-1")).into();
    Order { key, guard, call: Call::Bind(BindCall::MarkVolume(phase)) }
}

fn phase(plane: &ControlPlane) -> Value {
    plane.api().get(&format!("{VOLUMES}/pv-1")).unwrap()["status"]["phase"].clone()
}

fn read() -> Order {
    Order::read(ObjectKey::Volume(VolumeName::new("pv-1")), Call::Look)
}

async fn next(inputs: &mut mpsc::Receiver<Input>) -> Input {
    timeout(LIMIT, inputs.recv()).await.unwrap().unwrap()
}

/// The next input about objects; how far the watches have come is checked elsewhere.
async fn next_object(inputs: &mut mpsc::Receiver<Input>) -> Input {
    loop {
        let input = next(inputs).await;
        if !matches!(input, Input::Reached(..)) {
            return input;
        }
    }
}

#[tokio::test]
async fn a_watch_shows_what_is_stored_and_every_change_of_it() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    let verbs = check_watch(plane).await;
    assert!(!verbs.contains(&"list"), "lists are streamed: {verbs:?}");
}

#[tokio::test]
async fn a_server_that_streams_no_lists_is_watched_as_well() {
    let options = Options::new().api_server_argument("--feature-gates=WatchList=false");
    let Some(plane) = testing::control_plane(options) else { return };
    let verbs = check_watch(plane).await;
    assert!(verbs.contains(&"list"), "lists come by pages: {verbs:?}");
}

/// Checks that a watch of this server shows everything. Answers the verbs of its requests.
async fn check_watch(mut plane: ControlPlane) -> Vec<&'static str> {
    plane.api().create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    plane.api().create(CLAIMS, &claim_manifest("data")).unwrap();
    let options = WatchOptions {
        pause_first: Duration::from_millis(20),
        pause_longest: Duration::from_millis(200),
        ..WatchOptions::default()
    };
    let (sender, mut inputs) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let report = Arc::new(Kept::default());
    let to = ClientOptions { kubeconfig: Some(plane.admin_kubeconfig()), ..ClientOptions::default() };
    let watches = Watches::begin(&connect(&to, report.clone()).await.unwrap(), &options, &sender, &stop);
    let mut listed = Vec::new();
    loop {
        let input = next(&mut inputs).await;
        if input == Input::Synced {
            break;
        }
        listed.push(input);
    }
    for kind in Kind::ALL {
        assert!(listed.iter().any(|it| matches!(it, Input::Reached(of, _) if *of == kind)), "{listed:?}");
    }
    let version =
        |json: &Value| Version(json["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap());
    let shows = |inputs: &[Input], key: &ObjectKey| {
        inputs.iter().any(|it| matches!(it, Input::Observed(object) if object.key() == *key))
    };
    let volume = ObjectKey::Volume(VolumeName::new("pv-1"));
    assert!(shows(&listed, &volume) && shows(&listed, &ObjectKey::Claim(ClaimKey::new("default", "data"))));
    assert!(watches.health().is_synced());

    let labels = json!({"metadata": {"labels": {"tier": "b"}, "finalizers": null}});
    let changed = plane.api().patch(&format!("{VOLUMES}/pv-1"), Patch::Merge, &labels).unwrap();
    let shown = next_object(&mut inputs).await;
    let Input::Observed(Object::Volume(it)) = &shown else { panic!("{shown:?}") };
    assert_eq!((it.version, it.labels.to_string().as_str()), (version(&changed), "tier=b"));
    plane.api().delete(&format!("{VOLUMES}/pv-1")).unwrap();
    let shown = next_object(&mut inputs).await;
    let Input::Gone(key, gone_at) = &shown else { panic!("{shown:?}") };
    assert!(*key == volume && *gone_at > version(&changed), "{shown:?}");

    // The server dies; what was created meanwhile is shown when it is back.
    plane.kill(Member::ApiServer).unwrap();
    plane.restart(Member::ApiServer).unwrap();
    plane.api().create(VOLUMES, &volume_manifest("pv-2")).unwrap();
    loop {
        let input = next_object(&mut inputs).await;
        let Input::Observed(object) = &input else { panic!("{input:?}") };
        if object.key() == ObjectKey::Volume(VolumeName::new("pv-2")) {
            break;
        }
    }
    stop.cancel();
    timeout(LIMIT, watches.ended()).await.unwrap();
    report.requests.lock().unwrap().iter().map(|it| it.verb).collect()
}

#[tokio::test]
async fn a_user_without_rights_is_refused() {
    let nobody = User::new("nobody");
    let Some(plane) = testing::control_plane(Options::new().user(nobody.clone())) else { return };
    plane.api().create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    let kubeconfig = plane.kubeconfig(Member::ApiServer, nobody.name()).unwrap();
    let performer = Performer::new(client(kubeconfig).await);
    for order in [read(), mark(&plane, VolumePhase::Available)] {
        let done = performer.perform(&order).await;
        assert_eq!(done.answer, Answer::Refused(Refusal::Other), "{done:?}");
        assert!(done.detail.starts_with("403 Forbidden"), "{done:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_asked_too_much_says_later() {
    let limited = User::new("limited");
    let Some(plane) = testing::control_plane(Options::new().user(limited.clone())) else { return };
    plane.api().create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    let flow = "/apis/flowcontrol.apiserver.k8s.io/v1";
    let level = json!({
        "metadata": {"name": "none"},
        "spec": {"type": "Limited", "limited":
            {"nominalConcurrencyShares": 0, "lendablePercent": 0, "borrowingLimitPercent": 0,
             "limitResponse": {"type": "Reject"}}},
    });
    plane.api().create(&format!("{flow}/prioritylevelconfigurations"), &level).unwrap();
    let schema = json!({
        "metadata": {"name": "limited"},
        "spec": {"matchingPrecedence": 2, "priorityLevelConfiguration": {"name": "none"}, "rules": [{
            "subjects": [{"kind": "User", "user": {"name": limited.name()}}],
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"],
                "clusterScope": true}],
        }]},
    });
    plane.api().create(&format!("{flow}/flowschemas"), &schema).unwrap();
    let kubeconfig = plane.kubeconfig(Member::ApiServer, limited.name()).unwrap();
    let performer = Performer::new(client(kubeconfig).await);
    // One request at a time is let through, to be forbidden; the others are too many.
    let deadline = Instant::now() + LIMIT;
    let done = loop {
        let mut all = JoinSet::new();
        for _ in 0..32 {
            let performer = performer.clone();
            all.spawn(async move { performer.perform(&read()).await });
        }
        let done = all.join_all().await;
        if let Some(done) = done.iter().find(|it| matches!(it.answer, Answer::TryLater { .. })) {
            break done.clone();
        }
        assert!(Instant::now() < deadline, "{done:?}");
    };
    assert!(done.detail.starts_with("429 "), "{done:?}");
    assert_eq!(done.request.unwrap().code, Some(429));
    // It says for how long it wishes to be left alone.
    assert_eq!(done.answer, Answer::TryLater { after_ms: 1_000 });
}

/// A kubeconfig like the admin's, for another port.
fn through(plane: &ControlPlane, port: u16) -> PathBuf {
    let server = plane.port(Member::ApiServer).unwrap();
    rewritten(plane, &format!("through-{port}"), &format!("127.0.0.1:{server}"), &format!("127.0.0.1:{port}"))
}

/// A kubeconfig like the admin's, with something else in the place of a part of it.
fn rewritten(plane: &ControlPlane, name: &str, part: &str, by: &str) -> PathBuf {
    let text = fs::read_to_string(plane.admin_kubeconfig()).unwrap();
    let changed = text.replace(part, by);
    assert_ne!(changed, text);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, changed).unwrap();
    path
}

#[tokio::test]
async fn a_proxy_that_the_kubeconfig_names_is_the_way_to_the_server() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    plane.api().create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    let tunnel = Tunnel::open().await;
    let port = tunnel.port();
    let proxy = format!("\"proxy-url\": \"http://me:a%40b@127.0.0.1:{port}\", \"server\":");
    let client = client(rewritten(&plane, &format!("proxy-{port}"), "\"server\":", &proxy)).await;
    let done = Performer::new(client.clone()).perform(&mark(&plane, VolumePhase::Available)).await;
    assert!(matches!(done.answer, Answer::Done(_)), "{done:?}");
    let (sender, mut inputs) = mpsc::channel(100);
    let stop = CancellationToken::new();
    let watches = Watches::begin(&client, &WatchOptions::default(), &sender, &stop);
    let shown = next_object(&mut inputs).await;
    assert!(
        matches!(&shown, Input::Observed(Object::Volume(it)) if it.phase == VolumePhase::Available),
        "{shown:?}"
    );
    stop.cancel();
    drop(watches);
    let server = plane.port(Member::ApiServer).unwrap();
    let wanted = format!("CONNECT 127.0.0.1:{server} HTTP/1.1, proxy-authorization: Basic bWU6YUBi");
    let asked = tunnel.asked();
    assert!(!asked.is_empty() && asked.iter().all(|it| it.eq_ignore_ascii_case(&wanted)), "{asked:?}");
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_done_and_not_known() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    plane.api().create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    for (fault, to) in
        [(Fault::CutReply, VolumePhase::Available), (Fault::SwallowReply, VolumePhase::Released)]
    {
        let faulty = Faulty::before(plane.port(Member::ApiServer).unwrap()).await;
        let performer = Performer::new(client(through(&plane, faulty.port())).await)
            .with_response_max(Duration::from_secs(5));
        // The connection is made and stays.
        assert!(matches!(performer.perform(&read()).await.answer, Answer::Done(_)));
        let order = mark(&plane, to);
        faulty.set(fault);
        let done = performer.perform(&order).await;
        assert_eq!(done.answer, Answer::Unknown, "{fault:?}: {done:?}");
        assert!(faulty.met() > 0, "{fault:?}: the server has answered");
        assert_eq!(phase(&plane), to.as_str(), "{fault:?}: the server has done it");
        faulty.set(Fault::None);
        let again = performer.perform(&order).await;
        assert_eq!(again.answer, Answer::Conflict, "{fault:?}: {again:?}");
    }
}

#[tokio::test]
async fn a_server_that_has_lost_its_store_or_is_gone_has_done_nothing_that_is_known() {
    let Some(mut plane) = testing::control_plane(Options::new()) else { return };
    plane.api().create(VOLUMES, &volume_manifest("pv-1")).unwrap();
    let performer = performer(&plane).await.with_response_max(Duration::from_secs(8));
    let order = mark(&plane, VolumePhase::Available);
    plane.kill(Member::Etcd).unwrap();
    let done = performer.perform(&order).await;
    assert_eq!(done.answer, Answer::Unknown, "{done:?}");
    assert_eq!(done.request.as_ref().unwrap().code, Some(504), "{done:?}");
    plane.kill(Member::ApiServer).unwrap();
    let runtime = tokio::runtime::Handle::current();
    let again = order.clone();
    let asked = performer.clone();
    // The first one may still find a connection that is about to break.
    let done = tokio::task::spawn_blocking(move || {
        wait::until("the connection to be refused", LIMIT, || {
            let done = runtime.block_on(asked.perform(&again));
            Ok(match matches!(done.answer, Answer::TryLater { .. }) {
                true => Look::Holds(done),
                false => Look::NotYet(format!("{done:?}")),
            })
        })
        .unwrap()
    });
    assert!(done.await.unwrap().detail.starts_with("nothing was sent"));
    plane.restart(Member::Etcd).unwrap();
    plane.restart(Member::ApiServer).unwrap();
    assert!(matches!(performer.perform(&read()).await.answer, Answer::Done(_)));
}

#[tokio::test]
async fn events_are_on_the_object_once_with_their_count() {
    let Some(plane) = testing::control_plane(Options::new()) else { return };
    let claim = plane.api().create(CLAIMS, &claim_manifest("data")).unwrap();
    let event = Event {
        object: ObjectKey::Claim(ClaimKey::new("default", "data")),
        uid: Uid::new(claim["metadata"]["uid"].as_str().unwrap()),
        reason: Reason::WaitForFirstConsumer,
        why: Why::NoConsumer(ClassName::new("slow")),
    };
    let volume = ObjectKey::Volume(VolumeName::new("pv-1"));
    let on_volume = Event { object: volume, uid: Uid::new("u"), ..event.clone() };
    let client = client(plane.admin_kubeconfig()).await;
    let (teller, task) = Events::begin(&client, &EventOptions::default(), &CancellationToken::new());
    for event in [&event, &on_volume, &event] {
        teller.tell(event.clone());
    }
    drop(teller);
    timeout(LIMIT, task).await.unwrap().unwrap();
    let events = plane.api().get("/api/v1/namespaces/default/events").unwrap();
    let find = |name: &str| {
        let mut found =
            events["items"].as_array().unwrap().iter().filter(|it| it["involvedObject"]["name"] == name);
        let first = found.next().unwrap_or_else(|| panic!("{events:#}")).clone();
        assert_eq!(found.next(), None);
        first
    };
    let found = find("data");
    assert_eq!((&found["count"], &found["reason"]), (&json!(2), &json!("WaitForFirstConsumer")));
    assert_eq!(found["source"]["component"], "persistentvolume-controller");
    assert_eq!(find("pv-1")["count"], 1);
}
