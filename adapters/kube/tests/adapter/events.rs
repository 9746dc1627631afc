//! Events on a server that follows a script: what is told twice is counted, what is too much is dropped.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use windlass_core::ids::{ClaimKey, ClassName, ObjectKey, Uid, VolumeName};
use windlass_core::order::{Event, Reason};
use windlass_core::why::Why;
use windlass_kube::Events;
use windlass_kube::events::EventOptions;
use windlass_kube::report::Dropped;

use crate::scripted::{Kept, LIMIT, Reply, Scripted};

fn event(name: &str) -> Event {
    let (object, uid) = (ObjectKey::Claim(ClaimKey::new("shop", name)), Uid::new(name));
    Event { object, uid, reason: Reason::WaitForFirstConsumer, why: Why::NoConsumer(ClassName::new("slow")) }
}

fn ok() -> Reply {
    Reply::Whole(201, "", "{}".to_owned())
}

/// Tells `events` to a server that follows `script`, to their end.
async fn told(script: Vec<Reply>, options: EventOptions, events: Vec<Event>) -> (Vec<String>, Vec<Dropped>) {
    let server = Scripted::begin(script).await;
    let report = Arc::new(Kept::default());
    let client = server.client(report.clone()).await;
    let (teller, task) = Events::begin(&client, &options, &CancellationToken::new());
    events.into_iter().for_each(|it| teller.tell(it));
    drop(teller);
    timeout(LIMIT, task).await.unwrap().unwrap();
    let dropped = report.dropped.lock().unwrap().clone();
    (server.requests(), dropped)
}

#[tokio::test]
async fn an_event_has_the_names_that_tools_look_for() {
    let on_volume = Event {
        object: ObjectKey::Volume(VolumeName::new("pv-1")),
        uid: Uid::new("u"),
        reason: Reason::VolumeMismatch,
        why: Why::ReservedMisfit(ClaimKey::new("shop", "a"), windlass_core::why::Misfit::VolumeMode),
    };
    let (requests, dropped) =
        told(vec![ok(), ok()], EventOptions::default(), vec![event("a"), on_volume]).await;
    assert_eq!(dropped, []);
    let [first, second] = requests.try_into().unwrap();
    let (line, body) = first.split_once('\n').unwrap();
    assert_eq!(line, "POST /api/v1/namespaces/shop/events");
    let mut body: Value = serde_json::from_str(body).unwrap();
    for field in ["/metadata/name", "/firstTimestamp", "/lastTimestamp"] {
        let text = body.pointer(field).and_then(Value::as_str).unwrap().to_owned();
        assert!(!text.is_empty());
        if field.ends_with("Timestamp") {
            assert!(text.len() == "1970-01-01T00:00:00Z".len() && text.ends_with('Z'), "{text}");
        }
        *body.pointer_mut(field).unwrap() = Value::from("set");
    }
    insta::assert_snapshot!(format!("{body:#}"));
    assert!(second.starts_with("POST /api/v1/namespaces/default/events\n"), "{second}");
    assert!(second.contains(r#""type":"Warning""#), "{second}");
}

#[tokio::test]
async fn what_is_told_again_is_counted_on_the_event_that_is_there() {
    let missing = Reply::Whole(404, "", "{}".to_owned());
    let script = vec![ok(), ok(), ok(), missing, ok()];
    let again = vec![event("a"), event("a"), event("a"), event("a")];
    let (requests, dropped) = told(script, EventOptions::default(), again).await;
    assert_eq!(dropped, []);
    let lines: Vec<&str> = requests.iter().map(|it| it.split_whitespace().next().unwrap()).collect();
    assert_eq!(lines, ["POST", "PATCH", "PATCH", "PATCH", "POST"]);
    assert!(requests[2].contains(r#"{"count":3,"lastTimestamp":"#), "{}", requests[2]);
}

#[tokio::test]
async fn what_is_too_much_is_dropped_and_counted() {
    let options = EventOptions { queue_max: 3, object_burst: 1, ..EventOptions::default() };
    let many = vec![event("a"), event("a"), event("b"), event("c"), event("d")];
    let (requests, dropped) = told(vec![ok(), ok()], options, many).await;
    assert_eq!(requests.len(), 2);
    assert_eq!(dropped, [Dropped::QueueFull, Dropped::QueueFull, Dropped::ObjectTooBusy]);
}

#[tokio::test]
async fn an_event_that_is_not_taken_is_dropped_and_the_next_is_sent() {
    let script = vec![Reply::Whole(403, "", "{}".to_owned()), Reply::Cut, ok()];
    let (requests, dropped) =
        told(script, EventOptions::default(), vec![event("a"), event("b"), event("c")]).await;
    assert_eq!((requests.len(), dropped), (3, vec![Dropped::Failed, Dropped::Failed]));
}

#[tokio::test]
async fn the_task_ends_when_it_is_told_to() {
    let server = Scripted::begin(vec![Reply::Silent]).await;
    let client = server.client(Arc::new(Kept::default())).await;
    let stop = CancellationToken::new();
    let (teller, task) = Events::begin(&client, &EventOptions::default(), &stop);
    teller.tell(event("a"));
    stop.cancel();
    timeout(Duration::from_secs(5), task).await.unwrap().unwrap();
}
