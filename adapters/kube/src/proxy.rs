//! By way of which proxy the API server is reached, if by any: by the rules of client-go.
//!
//! Guarantees: a proxy that the kubeconfig names is used; one of the environment is used neither for a server on this
//! machine nor for one that `NO_PROXY` names.
//!
//! `kube` compares `NO_PROXY` with the proxy in place of the server, and does so for the proxy of a kubeconfig as
//! well. So what it finds is found again here. Source: `golang.org/x/net/http/httpproxy`.

use std::net::IpAddr;

use http::Uri;
use http::uri::InvalidUri;
use hyper_util::client::proxy::matcher::Matcher;
use kube::config::Kubeconfig;

/// The proxy that a kubeconfig names for the cluster of that context, or of the current one.
pub(crate) fn named(file: &Kubeconfig, context: Option<&str>) -> Option<String> {
    let context = context.or(file.current_context.as_deref())?;
    let context = file.contexts.iter().find(|it| it.name == context)?.context.as_ref()?;
    let cluster = file.clusters.iter().find(|it| it.name == context.cluster)?.cluster.as_ref()?;
    cluster.proxy_url.clone().filter(|it| !it.is_empty())
}

/// The proxy for `server`: the one that is `named`, or that of the environment.
pub(crate) fn find(
    server: &Uri,
    named: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Uri>, InvalidUri> {
    let first = |names: [&str; 2]| names.into_iter().find_map(|it| variable(it).filter(|it| !it.is_empty()));
    if let Some(named) = named {
        return read(named).map(Some);
    }
    let is_plain = server.scheme_str() == Some("http");
    let names = if is_plain { ["HTTP_PROXY", "http_proxy"] } else { ["HTTPS_PROXY", "https_proxy"] };
    let Some(proxy) = first(names) else { return Ok(None) };
    let spared = first(["NO_PROXY", "no_proxy"]).unwrap_or_default();
    if is_on_this_machine(server) || is_spared(server, &spared) {
        return Ok(None);
    }
    read(&proxy).map(Some)
}

/// Reads the address of a proxy. Without a scheme it speaks HTTP.
fn read(proxy: &str) -> Result<Uri, InvalidUri> {
    if proxy.contains("://") { proxy.parse() } else { format!("http://{proxy}").parse() }
}

fn is_on_this_machine(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// Whether a list of hosts, domains, addresses and networks has the server in it.
fn is_spared(server: &Uri, list: &str) -> bool {
    let port = server.port_u16().unwrap_or(if server.scheme_str() == Some("http") { 80 } else { 443 });
    // The library knows no ports.
    let of_port = |entry: &str| match entry.split_once(':') {
        Some((host, of)) if !of.contains(':') => (of.parse() == Ok(port)).then(|| host.to_owned()),
        Some(_) | None => Some(entry.to_owned()),
    };
    let entries: Vec<String> = list.split(',').filter_map(|it| of_port(it.trim())).collect();
    if entries.iter().any(|it| it == "*") {
        return true;
    }
    let any_proxy = Matcher::builder().all("http://proxy").no(entries.join(",")).build();
    any_proxy.intercept(server).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy for a server where these variables are set, as `NAME=VALUE NAME=VALUE`.
    #[track_caller]
    fn check(server: &str, variables: &str, want: &str) {
        let variable = |name: &str| {
            let found = variables.split(' ').find_map(|it| it.strip_prefix(name)?.strip_prefix('='));
            found.map(ToOwned::to_owned)
        };
        let found = find(&server.parse().unwrap(), None, variable).unwrap();
        assert_eq!(
            found.map_or_else(|| "none".to_owned(), |it| it.to_string()),
            want,
            "{server} {variables}"
        );
    }

    #[test]
    fn the_environment_is_understood_as_by_client_go() {
        let server = "https://10.1.2.3:6443";
        check(server, "", "none");
        check(server, "HTTPS_PROXY=http://proxy:3128", "http://proxy:3128/");
        check(server, "https_proxy=http://proxy:3128", "http://proxy:3128/");
        check(server, "HTTPS_PROXY= https_proxy=http://proxy:3128", "http://proxy:3128/");
        check(server, "HTTPS_PROXY=proxy:3128", "http://proxy:3128/");
        check(server, "HTTPS_PROXY=http://me:secret@proxy:3128", "http://me:secret@proxy:3128/");
        check(server, "HTTP_PROXY=http://proxy:3128", "none");
        check("http://10.1.2.3:8080", "HTTP_PROXY=http://proxy:3128", "http://proxy:3128/");
    }

    #[test]
    fn a_server_that_is_spared_is_asked_without_a_proxy() {
        let with = |list: &str| format!("HTTPS_PROXY=http://proxy.corp:3128 NO_PROXY={list}");
        let server = "https://10.1.2.3:6443";
        for list in ["10.1.2.3", "10.0.0.0/8", "*", "other,10.1.2.3", "10.1.2.3:6443"] {
            check(server, &with(list), "none");
        }
        // What is compared is the server, and never the proxy.
        for list in ["192.168.0.0/16", "proxy.corp", ".corp", "10.1.2.3:443", ","] {
            check(server, &with(list), "http://proxy.corp:3128/");
        }
        check("https://api.shop.example", &with(".shop.example"), "none");
        check("https://api.shop.example", &with("shop.example:443"), "none");
        check("https://api.workshop.example", &with("shop.example"), "http://proxy.corp:3128/");
    }

    #[test]
    fn a_server_on_this_machine_is_asked_without_a_proxy() {
        for server in ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443"] {
            check(server, "HTTPS_PROXY=http://proxy:3128", "none");
        }
    }

    #[test]
    fn a_proxy_that_the_kubeconfig_names_is_used_in_any_case() {
        let file = |context: &str| {
            let cluster = |name, proxy| serde_json::json!({"name": name, "cluster": {"server": "https://a", "proxy-url": proxy}});
            let context_of =
                |name| serde_json::json!({"name": name, "context": {"cluster": name, "user": ""}});
            let file = serde_json::json!({
                "current-context": context,
                "clusters": [cluster("far", Some("http://gate:8080")), cluster("near", None)],
                "contexts": [context_of("far"), context_of("near")],
            });
            serde_json::from_value::<Kubeconfig>(file).unwrap()
        };
        assert_eq!(named(&file("far"), None).as_deref(), Some("http://gate:8080"));
        assert_eq!(named(&file("far"), Some("near")), None);
        assert_eq!(named(&file("near"), Some("far")).as_deref(), Some("http://gate:8080"));
        assert_eq!(named(&file("none"), None), None);
        let spared = |name: &str| (name == "NO_PROXY").then(|| "*".to_owned());
        let found = find(&"https://127.0.0.1".parse().unwrap(), Some("http://gate:8080"), spared);
        assert_eq!(found.unwrap().unwrap().to_string(), "http://gate:8080/");
    }
}
