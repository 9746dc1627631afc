//! The connection to an API server: which one, as whom, how fast.
//!
//! Guarantees: the library underneath tries nothing again; a connection that has died without a word is
//! found within a minute.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use http::header::USER_AGENT;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::Config;
use kube::client::{ClientBuilder, ConfigExt};
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use tower::ServiceBuilder;

use crate::client::Client;
use crate::proxy;
use crate::report::Report;

/// Longest wait for a TCP connection.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// Silence after which a connection is probed.
const PROBE_AFTER: Duration = Duration::from_secs(30);

/// Time between two probes.
const PROBE_EVERY: Duration = Duration::from_secs(10);

/// Probes without an answer after which the connection is dead.
const PROBES_MAX: u32 = 3;

/// How long a connection is kept that nobody uses.
const IDLE_MAX: Duration = Duration::from_secs(90);

/// Which API server, as whom, and how fast.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientOptions {
    /// The kubeconfig file. Without one: the service account of the pod that this runs in, and if it runs in
    /// none, `$KUBECONFIG` or `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig, where it is not the current one.
    pub context: Option<String>,
    /// Requests a second over a longer time; 0 is no limit.
    pub qps: f32,
    /// Requests that may be sent at once after a rest, where there is a limit.
    pub burst: u32,
    /// What the server's logs call us.
    pub user_agent: String,
}

impl Default for ClientOptions {
    fn default() -> Self {
        let user_agent = concat!("windlass/", env!("CARGO_PKG_VERSION")).to_owned();
        Self { kubeconfig: None, context: None, qps: 0.0, burst: 0, user_agent }
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The kubeconfig file that was named cannot be used.
    #[error("kubeconfig {path}: {source}; check --kubeconfig", path = path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<KubeconfigError>,
    },
    /// The environment says that this is a pod, but its service account cannot be used.
    #[error(
        "KUBERNETES_SERVICE_HOST is set, so this is a pod, but its service account cannot be used: {source}; \
             mount the token of a service account, or name a file with --kubeconfig"
    )]
    InCluster {
        /// What is wrong.
        source: Box<kube::config::InClusterError>,
    },
    /// Nothing was named, and nothing was found.
    #[error(
        "no kubeconfig was named, KUBERNETES_SERVICE_HOST is not set, so this is no pod, and $KUBECONFIG or \
             ~/.kube/config cannot be used: {source}; name a file with --kubeconfig"
    )]
    Nowhere {
        /// What is wrong with the file that is used by default.
        source: Box<KubeconfigError>,
    },
    /// The configuration was read and makes no client.
    #[error("the configuration for {server} makes no client: {source}")]
    Client {
        /// The address of the server.
        server: String,
        /// What is wrong.
        source: Box<kube::Error>,
    },
    /// The name for the server's logs cannot be sent.
    #[error("the user agent {0:?} cannot be sent; use printable characters")]
    UserAgent(String),
}

/// Connects to the API server that `options` name; nothing is sent yet.
///
/// # Errors
///
/// When there is no usable configuration; the error says what was tried.
pub async fn connect(options: &ClientOptions, report: Arc<dyn Report>) -> Result<Client, ConnectError> {
    let mut config = configuration(options).await?;
    let agent = HeaderValue::from_str(&options.user_agent)
        .map_err(|_| ConnectError::UserAgent(options.user_agent.clone()))?;
    config.headers.push((USER_AGENT, agent));
    // One order is one request: what failed is for the core to decide about.
    config.default_retry = false;
    let server = config.cluster_url.to_string();
    let host = config.cluster_url.authority().map_or_else(String::new, ToString::to_string);
    let inner = match config.proxy_url {
        None => direct(&config),
        Some(_) => ClientBuilder::try_from(config).map(ClientBuilder::build),
    };
    let inner = inner.map_err(|source| ConnectError::Client { server, source: Box::new(source) })?;
    Ok(Client::new(inner, options.qps, options.burst, report).of_host(&host))
}

async fn configuration(options: &ClientOptions) -> Result<Config, ConnectError> {
    if let Some(path) = &options.kubeconfig {
        let failed = |source| ConnectError::Kubeconfig { path: path.clone(), source: Box::new(source) };
        let file = Kubeconfig::read_from(path).map_err(failed)?;
        return of_file(file, options).await.map_err(failed);
    }
    if std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
        return Config::incluster().map_err(|source| ConnectError::InCluster { source: Box::new(source) });
    }
    let failed = |source| ConnectError::Nowhere { source: Box::new(source) };
    let file = Kubeconfig::read().map_err(failed)?;
    of_file(file, options).await.map_err(failed)
}

async fn of_file(file: Kubeconfig, options: &ClientOptions) -> Result<Config, KubeconfigError> {
    let named = proxy::named(&file, options.context.as_deref());
    let wanted = KubeConfigOptions { context: options.context.clone(), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(file, &wanted).await?;
    let variable = |name: &str| std::env::var(name).ok();
    config.proxy_url = proxy::find(&config.cluster_url, named.as_deref(), variable)
        .map_err(KubeconfigError::ParseProxyUrl)?;
    Ok(config)
}

/// A client without a proxy. In place of the one that `kube` makes: no Nagle, dead peers are found, and no
/// work is done for spans that nobody reads.
fn direct(config: &Config) -> Result<kube::Client, kube::Error> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_MAX));
    tcp.set_keepalive(Some(PROBE_AFTER));
    tcp.set_keepalive_interval(Some(PROBE_EVERY));
    tcp.set_keepalive_retries(Some(PROBES_MAX));
    let connector = config.rustls_https_connector_with_connector(tcp)?;
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_MAX);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(tower::BoxError::from)
        .service(builder.build(connector));
    Ok(kube::Client::new(service, config.default_namespace.clone()))
}
