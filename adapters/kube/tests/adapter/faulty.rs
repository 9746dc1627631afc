//! A connection that fails when it is told to: between a client and the real API server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::listening::Listening;

/// What happens to what the server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is passed on.
    None,
    /// The connection is cut as soon as the server says anything.
    CutReply,
    /// It is swallowed, and the connection stays open.
    SwallowReply,
}

/// Passes bytes on to a port, until a fault is set.
#[derive(Debug)]
pub(crate) struct Faulty {
    listening: Listening,
    fault: Arc<AtomicU8>,
    met: Arc<AtomicUsize>,
}

impl Faulty {
    pub(crate) async fn before(server: u16) -> Self {
        let (fault, met) = (Arc::new(AtomicU8::new(0)), Arc::new(AtomicUsize::new(0)));
        let state = (Arc::clone(&fault), Arc::clone(&met));
        let listening = Listening::begin(move |client| {
            let (fault, met) = state.clone();
            async move {
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::join!(there(from_client, to_server), back(from_server, to_client, fault, met));
            }
        });
        Self { listening: listening.await, fault, met }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listening.port
    }

    /// From now on, this happens.
    pub(crate) fn set(&self, fault: Fault) {
        let code = match fault {
            Fault::None => 0,
            Fault::CutReply => 1,
            Fault::SwallowReply => 2,
        };
        self.fault.store(code, Ordering::SeqCst);
    }

    /// How often the server has said something that was not passed on.
    pub(crate) fn met(&self) -> usize {
        self.met.load(Ordering::SeqCst)
    }
}

async fn there(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, fault: Arc<AtomicU8>, met: Arc<AtomicUsize>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let code = fault.load(Ordering::SeqCst);
        met.fetch_add(usize::from(code != 0), Ordering::SeqCst);
        match code {
            1 => return,
            2 => {}
            _ if to.write_all(&buffer[..count]).await.is_err() => return,
            _ => {}
        }
    }
}
