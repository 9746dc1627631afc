//! Health, metrics and the configuration in use, over plain HTTP.
//!
//! Guarantees: connections are bounded in number and in time; what is asked never makes the core wait.
//!
//! Deliberately absent: TLS and authentication. What is shown names objects and reasons, and no secrets.

mod checks;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use windlass_kube::Health;
use windlass_recorder::Status;

use crate::config::Configuration;
use crate::gate::Gate;
use crate::machine::Question;
use crate::metrics::Metrics;
use checks::Probe;

/// Connections at once; more are closed at once.
const CONNECTIONS_MAX: usize = 32;

/// Longest wait for the head of a request, and of a connection for its next one.
const HEAD_MAX: Duration = Duration::from_secs(15);

/// Longest wait for the core to answer a question.
const CORE_MAX: Duration = Duration::from_secs(5);

/// What is asked about.
#[derive(Debug)]
pub(crate) struct Views {
    pub(crate) configuration: Configuration,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) watches: Health,
    pub(crate) gate: Gate,
    pub(crate) questions: mpsc::Sender<Question>,
    pub(crate) recorder: Option<Arc<Status>>,
}

/// Serves until `stop` is cancelled.
pub(crate) async fn serve(listener: TcpListener, views: Views, stop: CancellationToken) {
    let views = Arc::new(views);
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, most likely: what is there has to end first.
                tracing::warn!(%error, "cannot take a connection for health and metrics");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let (views, stop) = (Arc::clone(&views), stop.clone());
        tokio::spawn(async move {
            let _place = place;
            let service = service_fn(|request| answer(request, Arc::clone(&views)));
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_MAX);
            let connection = http.serve_connection(TokioIo::new(stream), service);
            if let Some(Err(error)) = stop.run_until_cancelled(connection).await {
                tracing::debug!(%error, "a connection for health and metrics broke");
            }
        });
    }
}

/// Opens the port.
///
/// # Errors
///
/// In words, when it cannot be opened.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| {
        format!(
            "cannot serve health and metrics on {address}: {error}; choose with --bind-address and --port"
        )
    })
}

async fn answer(request: Request<Incoming>, views: Arc<Views>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Ok(text(StatusCode::METHOD_NOT_ALLOWED, "only GET is served\n"));
    }
    let query = request.uri().query().unwrap_or_default();
    let (path, single) = request.uri().path().split_at_checked(1).map_or(("", None), |(_, path)| {
        path.split_once('/').map_or((path, None), |(path, single)| (path, Some(single)))
    });
    let probe = match path {
        "healthz" => Probe::Health,
        "livez" => Probe::Live,
        "readyz" => Probe::Ready,
        "metrics" if single.is_none() => return Ok(metrics(&views).await),
        "configz" if single.is_none() => return Ok(configuration(&views)),
        _ => {
            return Ok(text(StatusCode::NOT_FOUND, "served are /healthz /livez /readyz /metrics /configz\n"));
        }
    };
    let (is_good, told) = checks::run(probe, single, query, &views).await;
    Ok(text(if is_good { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }, &told))
}

/// Asks the core; none where it does not answer in time.
async fn ask<T>(views: &Views, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Option<T> {
    let (reply, replied) = oneshot::channel();
    let asked = async {
        views.questions.send(question(reply)).await.ok()?;
        replied.await.ok()
    };
    tokio::time::timeout(CORE_MAX, asked).await.ok().flatten()
}

async fn metrics(views: &Views) -> Response<Full<Bytes>> {
    let Some(counts) = ask(views, Question::Counts).await else {
        return text(StatusCode::SERVICE_UNAVAILABLE, "the core does not answer\n");
    };
    match views.metrics.text(&counts, views.recorder.as_deref()) {
        Ok(body) => typed(StatusCode::OK, prometheus::TEXT_FORMAT, body),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error}\n")),
    }
}

fn configuration(views: &Views) -> Response<Full<Bytes>> {
    let shown = serde_json::json!({ "windlass.dev": views.configuration });
    typed(StatusCode::OK, "application/json", shown.to_string().into_bytes())
}

fn text(status: StatusCode, body: &str) -> Response<Full<Bytes>> {
    typed(status, "text/plain; charset=utf-8", body.as_bytes().to_vec())
}

fn typed(status: StatusCode, content: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(content));
    response
}
