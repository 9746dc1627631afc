//! A port of this machine on which a test stands in for a server.

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Each connection is served by a task of its own. No more are taken when it is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    pub(crate) port: u16,
    task: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listening {
    pub(crate) async fn begin<Served>(serve: impl Fn(TcpStream) -> Served + Send + 'static) -> Self
    where
        Served: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { port, task }
    }
}
