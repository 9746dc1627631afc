//! Orders on a server that follows a script: one request each, and whatever comes of it has its class.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use windlass_core::call::{BindCall, Call};
use windlass_core::ids::{ClaimKey, ObjectKey, Uid, Version, VolumeName};
use windlass_core::observed::VolumePhase;
use windlass_core::order::{Answer, Guard, Order, Payload, Refusal, Target};
use windlass_kube::{Client, ClientOptions, Performed, Performer, connect};

use crate::scripted::{Kept, LIMIT, Reply, Scripted, Then, kubeconfig};

fn mark() -> Order {
    let guard = Guard::Update(Target { uid: Uid::numbered(1), version: Version(7) });
    let key = ObjectKey::Volume(VolumeName::new("pv-1")).into();
    Order { key, guard, call: Call::Bind(BindCall::MarkVolume(VolumePhase::Bound)) }
}

fn read(object: ObjectKey) -> Order {
    Order::read(object, Call::Look)
}

fn volume() -> Value {
    json!({
        "metadata": {"name": "pv-1", "uid": Uid::numbered(1).to_string(), "resourceVersion": "8"},
        "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}},
        "status": {"phase": "Bound"},
    })
}

async fn performed(performer: &Performer, order: &Order) -> Performed {
    timeout(LIMIT, performer.perform(order)).await.unwrap()
}

async fn one(reply: Reply) -> (Performed, Scripted) {
    let server = Scripted::begin(vec![reply]).await;
    let client = server.client(Arc::new(Kept::default())).await;
    let performer = Performer::new(client).with_response_max(Duration::from_millis(500));
    (performed(&performer, &mark()).await, server)
}

#[tokio::test]
async fn an_order_is_one_request_with_its_guard() {
    let (done, server) = one(Reply::Whole(200, "", volume().to_string())).await;
    let Answer::Done(Payload::Object(object)) = &done.answer else { panic!("{done:?}") };
    assert_eq!((object.version(), done.detail.as_str()), (Version(8), ""));
    let request = done.request.unwrap();
    assert_eq!(
        (request.verb, request.resource, request.subresource, request.code),
        ("patch", "persistentvolumes", "status", Some(200))
    );
    let [sent] = server.requests().try_into().unwrap();
    let (line, body) = sent.split_once('\n').unwrap();
    assert_eq!(line, "PATCH /api/v1/persistentvolumes/pv-1/status?timeout=1s");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["metadata"], json!({"uid": Uid::numbered(1).to_string(), "resourceVersion": "7"}));
}

#[tokio::test]
async fn a_failure_is_not_tried_again_and_has_its_class() {
    let busy = json!({"reason": "TooManyRequests", "message": "later", "code": 429}).to_string();
    let refused = json!({"reason": "Invalid", "message": "no such phase", "code": 422}).to_string();
    let table = [
        (
            Reply::Whole(429, "Retry-After: 3\r\n", busy),
            Answer::TryLater { after_ms: 3_000 },
            "429 TooManyRequests: later",
        ),
        (Reply::Whole(422, "", refused), Answer::Refused(Refusal::Other), "422 Invalid: no such phase"),
        (Reply::Whole(503, "Retry-After: 1\r\n", String::new()), Answer::Unknown, "503 : "),
        (Reply::Whole(200, "", "{".to_owned()), Answer::Unknown, "the answer cannot be read"),
        (Reply::Stream(vec!["{".to_owned()], Then::Cut), Answer::Unknown, "the connection broke"),
        (Reply::Cut, Answer::Unknown, "the connection broke"),
        (Reply::Silent, Answer::Unknown, "no answer in time"),
        (Reply::Stream(vec!["{".to_owned()], Then::Stay), Answer::Unknown, "no answer in time"),
    ];
    for (reply, answer, detail) in table {
        let case = format!("{reply:?}");
        let (done, server) = one(reply).await;
        assert_eq!(done.answer, answer, "{case}: {done:?}");
        assert!(done.detail.starts_with(detail), "{case}: {done:?}");
        assert_eq!(server.requests().len(), 1, "{case}");
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_done() {
    let server = Scripted::begin(Vec::new()).await;
    let address = format!("http://127.0.0.1:{}", server.port());
    drop(server);
    let options = ClientOptions { kubeconfig: Some(kubeconfig(&address)), ..ClientOptions::default() };
    let report = Arc::new(Kept::default());
    let client = connect(&options, report.clone()).await.unwrap();
    let done = performed(&Performer::new(client), &mark()).await;
    assert_eq!(done.answer, Answer::TryLater { after_ms: 0 }, "{done:?}");
    assert!(done.detail.contains("nothing was sent"), "{done:?}");
    assert_eq!(report.requests.lock().unwrap()[0].code, None);
}

#[tokio::test]
async fn a_name_that_no_object_can_have_is_asked_nobody_about() {
    let server = Scripted::begin(Vec::new()).await;
    let performer = Performer::new(server.client(Arc::new(Kept::default())).await);
    for (namespace, name) in [("", "data"), ("shop", ""), ("shop", "data/status"), ("..", "x")] {
        let done = performed(&performer, &read(ObjectKey::Claim(ClaimKey::new(namespace, name)))).await;
        assert_eq!((done.answer, done.request), (Answer::Missing, None), "{namespace:?} {name:?}");
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[tokio::test]
async fn an_object_that_cannot_be_read_is_reported() {
    let mut volume = volume();
    volume["status"]["phase"] = json!("Odd");
    let server = Scripted::begin(vec![Reply::Whole(200, "", volume.to_string())]).await;
    let report = Arc::new(Kept::default());
    let performer = Performer::new(server.client(report.clone()).await);
    let done = performed(&performer, &read(ObjectKey::Volume(VolumeName::new("pv-1")))).await;
    assert_eq!(done.answer, Answer::Refused(Refusal::Other));
    assert_eq!(*report.unreadable.lock().unwrap(), ["pv/pv-1: status.phase: \"Odd\" is unknown"]);
    assert_eq!(server.requests(), ["GET /api/v1/persistentvolumes/pv-1?timeout=15s"]);
}

#[tokio::test]
async fn the_rate_is_kept_and_what_would_wait_too_long_is_not_sent() {
    let answers = (0..3).map(|_| Reply::Whole(200, "", volume().to_string())).collect();
    let server = Scripted::begin(answers).await;
    let report = Arc::new(Kept::default());
    let options = ClientOptions {
        kubeconfig: Some(kubeconfig(&format!("http://127.0.0.1:{}", server.port()))),
        qps: 0.05,
        burst: 2,
        ..ClientOptions::default()
    };
    let performer = Performer::new(connect(&options, report).await.unwrap());
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(performed(&performer, &mark()).await.answer);
    }
    assert!(
        matches!(answers[..], [Answer::Done(_), Answer::Done(_), Answer::TryLater { after_ms: 0 }]),
        "{answers:?}"
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_kubeconfig_that_cannot_be_used_says_why() {
    async fn said(options: ClientOptions) -> String {
        let connected: Result<Client, _> = connect(&options, Arc::new(Kept::default())).await;
        connected.unwrap_err().to_string()
    }
    let path = kubeconfig("http://127.0.0.1:1");
    let missing = path.with_extension("missing");
    let text = said(ClientOptions { kubeconfig: Some(missing.clone()), ..ClientOptions::default() }).await;
    assert!(text.starts_with(&format!("kubeconfig {}: failed to read", missing.display())), "{text}");
    let context = Some("other".to_owned());
    let text = said(ClientOptions { kubeconfig: Some(path), context, ..ClientOptions::default() }).await;
    assert!(text.contains("other"), "{text}");
    let agent = "a\nb".to_owned();
    let path = kubeconfig("http://127.0.0.1:1");
    let text =
        said(ClientOptions { kubeconfig: Some(path), user_agent: agent, ..ClientOptions::default() }).await;
    assert!(text.contains("\"a\\nb\""), "{text}");
}
