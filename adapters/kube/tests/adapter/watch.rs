//! What a watch makes of what the server shows: a list, changes, bookmarks, and all that goes wrong.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use windlass_core::ids::Kind;
use windlass_core::order::Input;
use windlass_kube::{WatchOptions, Watches};

use crate::scripted::{Kept, LIMIT, Reply, Scripted, Then};

/// A watch of volumes that follows a script.
struct Run {
    server: Scripted,
    report: Arc<Kept>,
    inputs: mpsc::Receiver<Input>,
    watches: Watches,
    stop: CancellationToken,
}

impl Run {
    async fn begin(script: Vec<Reply>) -> Self {
        Self::of(&[Kind::Volume], script, LIMIT).await
    }

    async fn of(kinds: &[Kind], script: Vec<Reply>, silence_max: Duration) -> Self {
        let server = Scripted::begin(script).await;
        let report = Arc::new(Kept::default());
        let client = server.client(report.clone()).await;
        let options = WatchOptions {
            kinds: kinds.to_vec(),
            silence_max,
            page: 2,
            pause_first: Duration::from_millis(1),
            pause_longest: Duration::from_millis(10),
            ..WatchOptions::default()
        };
        let (sender, inputs) = mpsc::channel(4);
        let stop = CancellationToken::new();
        let watches = Watches::begin(&client, &options, &sender, &stop);
        Self { server, report, inputs, watches, stop }
    }

    /// The next inputs, in short.
    async fn expect(&mut self, expected: &[&str]) {
        let mut shown = Vec::new();
        for _ in expected {
            match timeout(LIMIT, self.inputs.recv()).await {
                Ok(Some(input)) => shown.push(short(&input)),
                Ok(None) => panic!("the watch has ended after {shown:?}"),
                Err(_) => panic!("nothing came after {shown:?}; asked: {:#?}", self.server.requests()),
            }
        }
        assert_eq!(shown, expected);
    }

    /// Of the queries so far, where each began: at a version, with a list, or as a page.
    fn begun(&self) -> Vec<String> {
        let from = |request: &String| {
            let query = request.split_once('?').unwrap().1;
            let value = |name: &str| query.split('&').find_map(|it| it.strip_prefix(name)).map(str::to_owned);
            match (query.contains("sendInitialEvents=true"), value("resourceVersion="), value("limit=")) {
                (true, ..) => "stream".to_owned(),
                (false, Some(version), _) => version,
                (false, None, Some(_)) => format!("page {}", value("continue=").unwrap_or_default()),
                (false, None, None) => panic!("{request}"),
            }
        };
        self.server.requests().iter().map(from).collect()
    }
}

fn short(input: &Input) -> String {
    match input {
        Input::Observed(object) => format!("{} at {}", object.key(), object.version()),
        Input::Gone(key, version) => format!("{key} gone at {version}"),
        Input::Reached(kind, version) => format!("{kind:?} reached {version}"),
        Input::Synced | Input::Answered(..) | Input::TimerFired(_) => format!("{input:?}"),
    }
}

fn volume(name: &str, version: u64) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": name, "uid": format!("uid-{name}"), "resourceVersion": version.to_string()},
        "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}},
        "status": {"phase": "Available"},
    })
}

fn unreadable(name: &str, version: u64) -> Value {
    let mut volume = volume(name, version);
    volume["spec"]["capacity"]["storage"] = json!("plenty");
    volume
}

fn line(kind: &str, object: &Value) -> String {
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n")
}

fn added(name: &str, version: u64) -> String {
    line("ADDED", &volume(name, version))
}

fn bookmark(version: u64) -> String {
    let meta = json!({"resourceVersion": version.to_string(), "creationTimestamp": null});
    line("BOOKMARK", &json!({"kind": "PersistentVolume", "metadata": meta, "spec": {}, "status": {}}))
}

fn end_of_list(version: u64) -> String {
    let annotations = json!({"k8s.io/initial-events-end": "true"});
    let meta = json!({"resourceVersion": version.to_string(), "annotations": annotations});
    line("BOOKMARK", &json!({"kind": "PersistentVolume", "metadata": meta}))
}

fn gone_error() -> String {
    let status = json!({"kind": "Status", "metadata": {}, "status": "Failure", "reason": "Expired",
        "message": "too old resource version: 9 (12)", "code": 410});
    line("ERROR", &status)
}

fn refusal(code: u16) -> Reply {
    let message = "sendInitialEvents: Forbidden: not for this server";
    let status = json!({"kind": "Status", "status": "Failure", "message": message, "code": code});
    Reply::Whole(code, "", status.to_string())
}

fn stream(lines: &[String], then: Then) -> Reply {
    Reply::Stream(lines.to_vec(), then)
}

#[tokio::test]
async fn a_list_is_shown_in_the_order_of_its_versions_and_then_every_change() {
    let first = [added("a", 7), added("b", 5), end_of_list(9)];
    let changes = [line("MODIFIED", &volume("b", 10)), line("DELETED", &volume("a", 11)), bookmark(20)];
    let second = [added("c", 21)];
    let script = vec![stream(&[&first[..], &changes].concat(), Then::Close), stream(&second, Then::Stay)];
    let mut run = Run::begin(script).await;
    run.expect(&["pv/b at 5", "pv/a at 7", "Volume reached 9", "Synced"]).await;
    run.expect(&["pv/b at 10", "pv/a gone at 11", "Volume reached 20", "pv/c at 21"]).await;
    assert_eq!(run.begun(), ["stream", "20"]);
    assert_eq!(*run.report.listed.lock().unwrap(), [(Kind::Volume, 2)]);
    assert_eq!(*run.report.failed.lock().unwrap(), [""; 0]);
    let health = run.watches.health().kinds();
    assert!(run.watches.health().is_synced() && health[0].is_open, "{health:?}");
    let request = &run.server.requests()[0];
    assert!(
        request.starts_with("GET /api/v1/persistentvolumes?watch=true&allowWatchBookmarks=true"),
        "{request}"
    );
}

#[tokio::test]
async fn what_changes_while_the_list_is_streamed_is_shown_once() {
    let lines = [
        added("a", 1),
        added("b", 2),
        line("MODIFIED", &volume("a", 8)),
        line("DELETED", &volume("b", 9)),
        end_of_list(9),
    ];
    let mut run = Run::begin(vec![stream(&lines, Then::Stay)]).await;
    run.expect(&["pv/a at 8", "Volume reached 9", "Synced"]).await;
}

#[tokio::test]
async fn what_vanished_in_a_gap_is_gone_at_the_version_of_the_next_list() {
    let script = vec![
        stream(&[added("a", 1), added("b", 2), end_of_list(9), gone_error()], Then::Close),
        stream(&[added("b", 2), added("c", 12), end_of_list(30)], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["pv/a at 1", "pv/b at 2", "Volume reached 9", "Synced"]).await;
    run.expect(&["pv/b at 2", "pv/c at 12", "pv/a gone at 30", "Volume reached 30"]).await;
    assert_eq!(run.begun(), ["stream", "stream"]);
}

#[tokio::test]
async fn an_answer_of_410_leads_to_a_list_too() {
    let script = vec![
        stream(&[end_of_list(9)], Then::Cut),
        Reply::Whole(410, "", json!({"reason": "Expired", "code": 410}).to_string()),
        stream(&[end_of_list(30)], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["Volume reached 9", "Synced", "Volume reached 30"]).await;
    assert_eq!(run.begun(), ["stream", "9", "stream"]);
}

#[tokio::test]
async fn a_cut_connection_goes_on_where_the_last_whole_line_stood() {
    let half = added("c", 11);
    let half = half[..half.len() - 10].to_owned();
    let script = vec![
        stream(&[end_of_list(9), added("b", 10), half], Then::Cut),
        Reply::Cut,
        stream(&[added("c", 11)], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["Volume reached 9", "Synced", "pv/b at 10", "pv/c at 11"]).await;
    assert_eq!(run.begun(), ["stream", "10", "10"]);
    assert_eq!(run.report.failed.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_list_that_is_cut_off_is_not_shown() {
    let script = vec![
        stream(&[added("a", 1)], Then::Cut),
        stream(&[added("a", 1)], Then::Close),
        stream(&[added("b", 2), end_of_list(9)], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["pv/b at 2", "Volume reached 9", "Synced"]).await;
}

#[tokio::test]
async fn silence_is_the_end_of_a_watch() {
    let script = vec![stream(&[end_of_list(9)], Then::Stay), stream(&[added("a", 10)], Then::Stay)];
    let mut run = Run::of(&[Kind::Volume], script, Duration::from_millis(200)).await;
    run.expect(&["Volume reached 9", "Synced", "pv/a at 10"]).await;
    let failed = run.report.failed.lock().unwrap().clone();
    assert!(failed[0].starts_with("nothing came for"), "{failed:?}");
}

#[tokio::test]
async fn an_object_that_cannot_be_read_is_reported_and_not_taken_for_gone() {
    let script = vec![
        stream(
            &[
                added("a", 1),
                line("ADDED", &unreadable("b", 2)),
                "{\"type\":\"ADDED\",\"object\":{\"metadata\":{}}}\n".to_owned(),
                "no JSON\n".to_owned(),
                end_of_list(9),
                line("MODIFIED", &unreadable("a", 10)),
                line("MODIFIED", &unreadable("b", 11)),
                added("c", 12),
                gone_error(),
            ],
            Then::Close,
        ),
        stream(&[line("ADDED", &unreadable("a", 10)), added("c", 12), end_of_list(20)], Then::Cut),
        stream(&[line("DELETED", &unreadable("a", 21))], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["pv/a at 1", "Volume reached 9", "Synced", "pv/c at 12"]).await;
    run.expect(&["pv/c at 12", "pv/b gone at 20", "Volume reached 20", "pv/a gone at 21"]).await;
    let reported = run.report.unreadable.lock().unwrap().clone();
    let plenty = |name: &str| format!("pv/{name}: spec.capacity.storage: \"plenty\" is not a quantity");
    assert_eq!(reported[0], plenty("b"));
    assert_eq!(reported[1], "PersistentVolume: metadata.name: is missing");
    assert_eq!(reported[3..], [plenty("a"), plenty("b"), plenty("a")]);
    assert_eq!(run.begun(), ["stream", "stream", "20"]);
}

#[tokio::test]
async fn a_version_that_cannot_be_read_is_passed_all_the_same() {
    let script = vec![
        stream(&[end_of_list(9), line("ADDED", &unreadable("b", 10))], Then::Close),
        stream(&[bookmark(11)], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["Volume reached 9", "Synced", "Volume reached 11"]).await;
    assert_eq!(run.begun(), ["stream", "10"]);
}

fn page(items: &[Value], version: u64, next: &str) -> Reply {
    let meta = json!({"resourceVersion": version.to_string(), "continue": next});
    let list = json!({"kind": "PersistentVolumeList", "metadata": meta, "items": items});
    Reply::Whole(200, "", list.to_string())
}

#[tokio::test]
async fn a_server_without_streaming_lists_is_listed_by_pages() {
    let script = vec![
        refusal(422),
        page(&[volume("a", 8), unreadable("b", 2)], 9, "t/1="),
        page(&[volume("c", 3)], 9, ""),
        stream(&[added("d", 10), gone_error()], Then::Close),
        refusal(400),
        page(&[volume("c", 3)], 20, "u"),
        // The token is too old by now: the list begins anew.
        Reply::Whole(410, "", json!({"reason": "Expired", "code": 410}).to_string()),
        refusal(400),
        page(&[volume("d", 10)], 30, ""),
        stream(&[bookmark(31)], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["pv/c at 3", "pv/a at 8", "Volume reached 9", "Synced", "pv/d at 10"]).await;
    run.expect(&["pv/d at 10", "pv/a gone at 30", "pv/b gone at 30", "pv/c gone at 30"]).await;
    run.expect(&["Volume reached 30", "Volume reached 31"]).await;
    let begun =
        ["stream", "page ", "page t%2F1%3D", "9", "stream", "page ", "page u", "stream", "page ", "30"];
    assert_eq!(run.begun(), begun);
}

#[tokio::test]
async fn a_server_that_overhears_the_wish_for_a_list_is_listed_by_pages() {
    let script = vec![
        stream(&[added("a", 1), bookmark(5)], Then::Stay),
        page(&[volume("a", 1)], 9, ""),
        stream(&[bookmark(10)], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["pv/a at 1", "Volume reached 9", "Synced", "Volume reached 10"]).await;
    assert_eq!(run.begun(), ["stream", "page ", "9"]);
}

#[tokio::test]
async fn trouble_is_told_and_over_when_a_watch_is_open_again() {
    let forbidden = json!({"reason": "Forbidden", "message": "no", "code": 403}).to_string();
    let script = vec![
        Reply::Whole(403, "", forbidden),
        Reply::Whole(500, "", "no status".to_owned()),
        Reply::Cut,
        stream(&[end_of_list(9)], Then::Stay),
    ];
    let mut run = Run::begin(script).await;
    run.expect(&["Volume reached 9", "Synced"]).await;
    let failed = run.report.failed.lock().unwrap().clone();
    assert_eq!(failed[0], "the watch was answered 403 Forbidden: no");
    assert_eq!(failed.len(), 3, "{failed:?}");
    assert_eq!(run.watches.health().kinds()[0].trouble, None);
}

#[tokio::test]
async fn synced_comes_once_after_the_lists_of_all_kinds() {
    let empty = || stream(&[end_of_list(9)], Then::Stay);
    let mut run = Run::of(&Kind::ALL, (0..5).map(|_| empty()).collect(), LIMIT).await;
    let mut shown = Vec::new();
    for _ in 0..6 {
        shown.push(timeout(LIMIT, run.inputs.recv()).await.unwrap().unwrap());
    }
    assert_eq!(shown.pop(), Some(Input::Synced));
    shown.sort();
    let reached: Vec<Kind> = shown
        .iter()
        .map(|it| if let Input::Reached(kind, _) = it { *kind } else { panic!("{it:?}") })
        .collect();
    assert_eq!(reached, Kind::ALL);
}

#[tokio::test]
async fn watches_end_when_they_are_told_to_and_when_nobody_listens() {
    let run = Run::begin(vec![Reply::Silent]).await;
    run.stop.cancel();
    timeout(LIMIT, run.watches.ended()).await.unwrap();

    let Run { server, inputs, watches, .. } =
        Run::begin(vec![stream(&[added("a", 1), end_of_list(9)], Then::Stay)]).await;
    drop(inputs);
    timeout(LIMIT, watches.ended()).await.unwrap();
    assert_eq!(server.requests().len(), 1);
}
