//! Events as JSON.

use jiff::Timestamp;
use serde_json::json;
use windlass_core::order::Event;

use super::sent::Place;

/// The name under which the persistent-volume controller of Kubernetes reports.
const COMPONENT: &str = "persistentvolume-controller";

/// Longest message of an event, in bytes; set by Kubernetes.
const MESSAGE_BYTES_MAX: usize = 1024;

/// The text of an event, cut to what the server takes.
pub(super) fn message(event: &Event) -> String {
    let mut message = event.message();
    if message.len() > MESSAGE_BYTES_MAX {
        message.truncate(cut(&message, MESSAGE_BYTES_MAX - '…'.len_utf8()).len());
        message.push('…');
    }
    message
}

/// As much of `text`, from its beginning, as has at most so many bytes.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    let ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
    let end = ends.take_while(|end| *end <= bytes_max).last().unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// An event that is told for the first time.
pub(super) fn first(event: &Event, message: &str, place: &Place) -> Vec<u8> {
    let (api_version, kind) = (event.object.kind().api_version(), event.object.kind().name());
    let (namespace, name) = (event.object.namespace(), event.object.name().as_str());
    let mut involved = json!({
        "apiVersion": api_version,
        "kind": kind,
        "name": name,
        "uid": event.uid.to_string(),
    });
    if let (false, Some(fields)) = (namespace.is_empty(), involved.as_object_mut()) {
        fields.insert("namespace".to_owned(), json!(namespace));
    }
    let now = now();
    let body = json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": place.name, "namespace": place.namespace},
        "involvedObject": involved,
        "type": event.reason.severity(),
        "reason": event.reason.as_str(),
        "message": message,
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "reportingInstance": "",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    });
    body.to_string().into_bytes()
}

/// The patch of an event that is told again: for the `count`th time.
pub(super) fn repeated(count: u32) -> Vec<u8> {
    json!({"count": count, "lastTimestamp": now()}).to_string().into_bytes()
}

/// The time, to the second, as the API has it.
fn now() -> String {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}
