//! The lease: one process works at a time, others stand by.
//!
//! Pipeline: API server ⇄ **`lease`** → `gate` → whoever writes.
//!
//! Guarantees: a write to the lease names the version that it was decided on, so that of two only one succeeds; who
//! cannot renew in time is deposed before another may begin. Correctness never rests on this: with two at work,
//! guarded writes keep both right.
//!
//! Deliberately absent: any way back. Who was deposed ends, and is started again.

mod record;

use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::jiff::Timestamp;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::config::LeaderElection;
use crate::gate::{Keeper, Standing};
use record::{Move, Seen, holder, released, taken};

/// Longest wait for the lease to be given back.
const RELEASE_MAX: Duration = Duration::from_secs(5);

/// Takes part in the election for one lease.
#[derive(Debug)]
pub(crate) struct Elector {
    api: Api<Lease>,
    options: LeaderElection,
    identity: String,
    keeper: Keeper,
    /// The lease as last read or written, and what was seen of it since when.
    known: Option<Lease>,
    seen: Option<Seen>,
    /// Who held it when that was last logged.
    told: String,
}

impl Elector {
    /// Takes part as `identity`; `keeper` learns what comes of it.
    pub(crate) fn new(client: Client, options: LeaderElection, identity: String, keeper: Keeper) -> Self {
        let api = Api::namespaced(client, &options.resource_namespace);
        Self { api, options, identity, keeper, known: None, seen: None, told: String::new() }
    }

    /// Gets the lease and keeps it, until `stop` is cancelled or it is lost. Gives it back if it is held then.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let leads = stop.run_until_cancelled(self.get()).await.is_some();
        let is_lost = leads && stop.run_until_cancelled(self.keep()).await.is_some();
        self.keeper.set(Standing::Deposed);
        if leads && !is_lost {
            self.release().await;
        }
    }

    /// Tries until the lease is ours.
    async fn get(&mut self) {
        let lease = format!("{}/{}", self.options.resource_namespace, self.options.resource_name);
        tracing::info!(lease, identity = self.identity, "stands by for the lease");
        loop {
            let sent = Instant::now();
            match self.attempt(sent + self.options.renew_deadline.0).await {
                Ok(true) => {
                    self.lead(sent);
                    tracing::warn!(
                        lease,
                        identity = self.identity,
                        "leads: it has the lease and begins to write"
                    );
                    return;
                }
                Ok(false) => {}
                Err(problem) => tracing::warn!(lease, problem, "cannot get the lease"),
            }
            // As client-go does, so that those who wait do not all come at once.
            let jitter = 1.0 + fastrand::f64() * 1.2;
            sleep(self.options.retry_period.0.mul_f64(jitter)).await;
        }
    }

    /// Renews the lease until that has not worked for too long.
    async fn keep(&mut self) {
        let mut deadline = Instant::now() + self.options.renew_deadline.0;
        loop {
            sleep(self.options.retry_period.0).await;
            let sent = Instant::now();
            match self.attempt(deadline).await {
                Ok(true) => {
                    deadline = sent + self.options.renew_deadline.0;
                    self.lead(sent);
                }
                Ok(false) => {
                    tracing::error!(holder = self.told, "the lease was lost to another one");
                    return;
                }
                Err(problem) => tracing::warn!(problem, "cannot renew the lease"),
            }
            if Instant::now() >= deadline {
                tracing::error!(deadline = %self.options.renew_deadline, "the lease was lost: it could not be renewed");
                return;
            }
        }
    }

    /// What was decided when the request was sent holds for so long from then on.
    fn lead(&self, sent: Instant) {
        self.keeper.set(Standing::Leading(Some(sent + self.options.renew_deadline.0)));
    }

    /// One attempt to get or renew the lease; whether it is ours then.
    async fn attempt(&mut self, deadline: Instant) -> Result<bool, String> {
        match timeout_at(deadline, self.try_once()).await {
            Ok(Ok(is_ours)) => Ok(is_ours),
            Ok(Err(error)) => {
                // Whatever became of the request: the next attempt looks first.
                self.known = None;
                Err(error.to_string())
            }
            Err(_) => {
                self.known = None;
                Err("no answer in time".to_owned())
            }
        }
    }

    async fn try_once(&mut self) -> Result<bool, kube::Error> {
        // The holder knows what it wrote last; everybody else looks.
        let ours = |it: &Lease| it.spec.as_ref().is_some_and(|spec| holder(spec) == self.identity);
        let known = match self.known.take().filter(ours) {
            Some(lease) => lease,
            None => match self.api.get_opt(&self.options.resource_name).await? {
                Some(lease) => lease,
                None => return self.create().await,
            },
        };
        let spec = known.spec.clone().unwrap_or_default();
        self.tell(holder(&spec));
        let now = Instant::now();
        let seen = Seen::take_in(self.seen.take(), spec, now);
        let next = seen.decide(&self.identity, self.options.lease_duration.0, now, Timestamp::now());
        self.seen = Some(seen);
        match next {
            Move::Wait => Ok(false),
            Move::Write(spec) => self.write(&known, spec).await,
        }
    }

    async fn create(&mut self) -> Result<bool, kube::Error> {
        let spec = taken(&self.identity, self.options.lease_duration.0, Timestamp::now(), 0);
        let name = Some(self.options.resource_name.clone());
        let lease = Lease { metadata: ObjectMeta { name, ..ObjectMeta::default() }, spec: Some(spec) };
        let created = self.api.create(&PostParams::default(), &lease).await?;
        self.wrote(created);
        Ok(true)
    }

    /// Writes `spec` unless the lease has changed since it was `known`.
    async fn write(&mut self, known: &Lease, spec: LeaseSpec) -> Result<bool, kube::Error> {
        let lease = Lease { metadata: known.metadata.clone(), spec: Some(spec) };
        let written = self.api.replace(&self.options.resource_name, &PostParams::default(), &lease).await;
        match written {
            Ok(written) => {
                self.wrote(written);
                Ok(true)
            }
            // Somebody else has written. The holder looks at once whether it still is one.
            Err(kube::Error::Api(status)) if status.code == 409 => {
                let found = self.api.get(&self.options.resource_name).await?;
                let spec = found.spec.clone().unwrap_or_default();
                let is_ours = holder(&spec) == self.identity;
                self.tell(holder(&spec));
                self.seen = Some(Seen::take_in(self.seen.take(), spec, Instant::now()));
                self.known = Some(found);
                Ok(is_ours)
            }
            Err(error) => Err(error),
        }
    }

    fn wrote(&mut self, lease: Lease) {
        let spec = lease.spec.clone().unwrap_or_default();
        self.tell(holder(&spec));
        self.seen = Some(Seen::take_in(self.seen.take(), spec, Instant::now()));
        self.known = Some(lease);
    }

    fn tell(&mut self, holder: &str) {
        if self.told != holder {
            tracing::info!(lease = self.options.resource_name, holder, "the lease has a holder");
            holder.clone_into(&mut self.told);
        }
    }

    /// Gives the lease back.
    async fn release(&mut self) {
        let problem = match tokio::time::timeout(RELEASE_MAX, self.give_back()).await {
            Ok(Ok(())) => return tracing::info!(lease = self.options.resource_name, "gave the lease back"),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(problem, "cannot give the lease back; it runs out by itself");
    }

    async fn give_back(&mut self) -> Result<(), kube::Error> {
        let known = match self.known.take() {
            Some(known) => known,
            // The last renewal was cut off.
            None => self.api.get(&self.options.resource_name).await?,
        };
        let spec = known.spec.clone().unwrap_or_default();
        if holder(&spec) == self.identity {
            let lease = Lease { metadata: known.metadata, spec: Some(released(&spec, Timestamp::now())) };
            self.api.replace(&self.options.resource_name, &PostParams::default(), &lease).await?;
        }
        Ok(())
    }
}
