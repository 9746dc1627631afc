//! The lines of a watch, cut out of the bytes as they arrive.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Response;
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::time::timeout;

use crate::client::chain;

/// Longest line, in bytes: an object has at most 1.5 MiB in etcd, of which JSON makes more.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The lines of one response.
#[derive(Debug)]
pub(super) struct Lines {
    body: Body,
    /// Bytes that have arrived and are not cut yet.
    rest: BytesMut,
    /// How much of `rest` has no end of a line in it.
    searched: usize,
    silence_max: Duration,
}

/// Why there is no further line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The server has closed the watch.
    Closed,
    /// The connection broke, or nothing came for too long, or a line had no end.
    Broken(String),
}

impl Lines {
    pub(super) fn new(response: Response<Body>, silence_max: Duration) -> Self {
        Self { body: response.into_body(), rest: BytesMut::new(), searched: 0, silence_max }
    }

    /// The next line. A last one that has no end is none: it was cut off.
    pub(super) async fn next(&mut self) -> Result<Bytes, End> {
        loop {
            let unsearched = self.rest.get(self.searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', unsearched) {
                let line = self.rest.split_to(self.searched + at + 1).freeze();
                self.searched = 0;
                return Ok(line);
            }
            self.searched = self.rest.len();
            if self.searched > LINE_BYTES_MAX {
                return Err(End::Broken(format!("a line of more than {LINE_BYTES_MAX} bytes")));
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<(), End> {
        match timeout(self.silence_max, self.body.frame()).await {
            Err(_) => Err(End::Broken(format!("nothing came for {} s", self.silence_max.as_secs()))),
            Ok(None) => Err(End::Closed),
            Ok(Some(Err(error))) => Err(End::Broken(chain(&error))),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    self.rest.extend_from_slice(&data);
                }
                Ok(())
            }
        }
    }
}
