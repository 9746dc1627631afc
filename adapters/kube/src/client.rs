//! The client that all requests go through: their turn, their time, what became of them.
//!
//! Guarantees: a request is sent at most once; it waits for its turn and for its response no longer than it
//! is said to; each one that was sent is reported.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use hyper_util::client::legacy;
use kube::client::{AuthError, Body};
use tokio::time::{Instant, sleep, timeout_at};

use crate::rate::Bucket;
use crate::report::{Report, RequestDone};

/// Longest wait of a request for its turn. One that would wait longer is not sent.
pub(crate) const TURN_MAX: Duration = Duration::from_secs(10);

/// A client of one API server. Cloning it costs little; all clones share connections and rate.
#[derive(Clone)]
pub struct Client {
    inner: kube::Client,
    bucket: Option<Arc<Bucket>>,
    report: Arc<dyn Report>,
}

impl Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

/// A request, and how reports call it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) verb: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) subresource: &'static str,
    pub(crate) request: Request<Body>,
}

/// A response that was taken in whole.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) code: u16,
    /// What the header `Retry-After` says, in seconds.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// Nothing was sent: there was no connection, no credential or no turn.
    NotSent(String),
    /// The connection broke; the server may have done what it was asked to.
    Cut(String),
    /// The time was over; the same holds.
    TimedOut,
}

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(why) => write!(f, "nothing was sent: {why}"),
            Self::Cut(why) => write!(f, "the connection broke: {why}"),
            Self::TimedOut => f.write_str("no answer in time"),
        }
    }
}

impl Client {
    /// The client that sends by way of `inner`, which has to try nothing again. With `qps` requests a second
    /// at most over a longer time (0: no limit), and `burst` at once after a rest.
    #[must_use]
    pub fn new(inner: kube::Client, qps: f32, burst: u32, report: Arc<dyn Report>) -> Self {
        Self { inner, bucket: Bucket::new(qps, burst).map(Arc::new), report }
    }

    /// The client underneath, without limit on its rate: for the lease, which must never wait behind others.
    #[must_use]
    pub fn unlimited(&self) -> kube::Client {
        self.inner.clone()
    }

    /// Where reports go.
    #[must_use]
    pub fn report(&self) -> &Arc<dyn Report> {
        &self.report
    }

    /// Sends a request when its turn has come, and takes in the whole response within `limit` from then on.
    pub(crate) async fn send(&self, call: Call, limit: Duration) -> (Result<Answered, Failed>, RequestDone) {
        let mut done = call.done();
        if let Err(failed) = self.turn(&mut done).await {
            return (Err(failed), done);
        }
        let sent = Instant::now();
        let got = self.exchange(call.request, sent + limit).await;
        done.code = got.as_ref().ok().map(|answered| answered.code);
        done.duration = sent.elapsed();
        self.report.request(&done);
        (got, done)
    }

    async fn exchange(&self, request: Request<Body>, deadline: Instant) -> Result<Answered, Failed> {
        let response = self.head(request, deadline).await?;
        let (head, body) = response.into_parts();
        let collected = timeout_at(deadline, body.collect()).await.map_err(|_| Failed::TimedOut)?;
        let body = collected.map_err(|error| Failed::Cut(chain(&error)))?.to_bytes();
        Ok(Answered { code: head.status.as_u16(), retry_after: retry_after(&head.headers), body })
    }

    /// Sends a request when its turn has come, and hands over the response as it begins, within `limit` from
    /// then on.
    pub(crate) async fn open(&self, call: Call, limit: Duration) -> Result<Response<Body>, Failed> {
        let mut done = call.done();
        self.turn(&mut done).await?;
        let sent = Instant::now();
        let got = self.head(call.request, sent + limit).await;
        done.code = got.as_ref().ok().map(|response| response.status().as_u16());
        done.duration = sent.elapsed();
        self.report.request(&done);
        got
    }

    async fn head(&self, request: Request<Body>, deadline: Instant) -> Result<Response<Body>, Failed> {
        match timeout_at(deadline, self.inner.send(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(sorted(&error)),
            Err(_) => Err(Failed::TimedOut),
        }
    }

    /// Waits for the turn of a request.
    async fn turn(&self, done: &mut RequestDone) -> Result<(), Failed> {
        let Some(bucket) = &self.bucket else { return Ok(()) };
        let too_long =
            || Failed::NotSent("its turn by the limit on requests a second is too far off".to_owned());
        done.waited = bucket.take(TURN_MAX).ok_or_else(too_long)?;
        if !done.waited.is_zero() {
            sleep(done.waited).await;
        }
        Ok(())
    }
}

impl Call {
    fn done(&self) -> RequestDone {
        RequestDone {
            verb: self.verb,
            resource: self.resource,
            subresource: self.subresource,
            code: None,
            duration: Duration::ZERO,
            waited: Duration::ZERO,
        }
    }
}

/// Sorts an error of the library by whether the request may have reached the server.
fn sorted(error: &kube::Error) -> Failed {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(it) = cause {
        let has_no_connection = it.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect);
        if has_no_connection || it.is::<AuthError>() {
            return Failed::NotSent(chain(error));
        }
        cause = it.source();
    }
    Failed::Cut(chain(error))
}

/// An error and what it was caused by, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        let part = it.to_string();
        // Many errors repeat the one below them.
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        cause = it.source();
    }
    text
}

/// The header `Retry-After`, in the form that the API server uses: seconds.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
