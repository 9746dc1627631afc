//! A connection that fails when it is told to: between a client and the real API server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

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
    pub(crate) port: u16,
    fault: Arc<AtomicU8>,
    met: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Faulty {
    pub(crate) async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (fault, met) = (Arc::new(AtomicU8::new(0)), Arc::new(AtomicUsize::new(0)));
        let state = (Arc::clone(&fault), Arc::clone(&met));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(there(from_client, to_server));
                tokio::spawn(back(from_server, to_client, state.0.clone(), state.1.clone()));
            }
        });
        Self { port, fault, met, task }
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
