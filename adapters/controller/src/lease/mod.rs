//! The lease: one process works at a time, others stand by.
//!
//! Pipeline: API server ⇄ **`lease`** → `gate` → whoever writes.
//!
//! Guarantees: those of `candidate`, which decides; here its requests are sent, and its pauses are kept. Correctness
//! never rests on this: with two at work, guarded writes keep both right.
//!
//! Deliberately absent: any way back. Who was deposed ends, and is started again.

mod candidate;
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
use candidate::{Answer, Candidate, Next, Now, Outcome, Request, Stored, Times};
use record::Record;

/// Longest wait for the lease to be given back.
const RELEASE_MAX: Duration = Duration::from_secs(5);

/// Takes part in the election for one lease.
#[derive(Debug)]
pub(crate) struct Elector {
    api: Api<Lease>,
    options: LeaderElection,
    identity: String,
    keeper: Keeper,
    candidate: Candidate,
    /// From when the candidate counts its time.
    began: Instant,
    /// The lease as last read or written, for what the candidate does not look at.
    lease: Lease,
    /// Who held it when that was last logged.
    told: String,
}

impl Elector {
    /// Takes part as `identity`; `keeper` learns what comes of it.
    pub(crate) fn new(client: Client, options: LeaderElection, identity: String, keeper: Keeper) -> Self {
        let api = Api::namespaced(client, &options.resource_namespace);
        let times = Times { lease: options.lease_duration.0, renew_deadline: options.renew_deadline.0 };
        let candidate = Candidate::new(identity.clone(), times);
        let (began, lease, told) = (Instant::now(), Lease::default(), String::new());
        Self { api, options, identity, keeper, candidate, began, lease, told }
    }

    /// Gets the lease and keeps it, until `stop` is cancelled or it is lost. Gives it back if it is held then.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let leads = stop.run_until_cancelled(self.get()).await.is_some();
        let is_lost = leads && stop.run_until_cancelled(self.keep()).await.is_some();
        self.keeper.set(Standing::Deposed);
        if leads && !is_lost {
            self.give_back().await;
        }
    }

    /// Tries until the lease is ours.
    async fn get(&mut self) {
        let lease = format!("{}/{}", self.options.resource_namespace, self.options.resource_name);
        tracing::info!(lease, identity = self.identity, "stands by for the lease");
        loop {
            let request = self.candidate.begin(self.now());
            let deadline = Instant::now() + self.options.renew_deadline.0;
            if let Outcome::Leads(until) = self.attempt(request, deadline).await {
                self.lead(until);
                tracing::warn!(
                    lease,
                    identity = self.identity,
                    "leads: it has the lease and begins to write"
                );
                return;
            }
            // As client-go does, so that those who wait do not all come at once.
            let jitter = 1.0 + fastrand::f64() * 1.2;
            sleep(self.options.retry_period.0.mul_f64(jitter)).await;
        }
    }

    /// Renews the lease until that has not worked for too long.
    async fn keep(&mut self) {
        while let Some(until) = self.candidate.leads_until() {
            let until = self.began + until;
            if Instant::now() < until {
                sleep(self.options.retry_period.0).await;
            }
            if Instant::now() >= until {
                tracing::error!(deadline = %self.options.renew_deadline, "the lease was lost: it could not be renewed");
                return;
            }
            let request = self.candidate.begin(self.now());
            match self.attempt(request, until).await {
                Outcome::Leads(until) => self.lead(until),
                Outcome::Follows => tracing::error!(holder = self.told, "the lease was lost to another one"),
                Outcome::Unclear => {}
            }
        }
    }

    /// Lets this process write until then.
    fn lead(&self, until: Duration) {
        self.keeper.set(Standing::Leading(Some(self.began + until)));
    }

    /// Gives the lease back.
    async fn give_back(&mut self) {
        let request = self.candidate.resign(self.now());
        match self.attempt(request, Instant::now() + RELEASE_MAX).await {
            Outcome::Follows => {
                tracing::info!(lease = self.options.resource_name, "does not hold the lease any more")
            }
            Outcome::Leads(_) | Outcome::Unclear => {
                tracing::warn!("cannot give the lease back; it runs out by itself");
            }
        }
    }

    /// Sends what the candidate asks, until its attempt ends.
    async fn attempt(&mut self, mut request: Request, deadline: Instant) -> Outcome {
        loop {
            let answer = match timeout_at(deadline, self.send(request)).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(problem)) => {
                    tracing::warn!(%problem, "cannot get, renew or give back the lease");
                    Answer::Failed
                }
                Err(_) => {
                    tracing::warn!("cannot get, renew or give back the lease: no answer in time");
                    Answer::Failed
                }
            };
            let next = self.candidate.answered(answer, self.now());
            self.tell();
            match next {
                Next::Ask(next) => request = next,
                Next::End(outcome) => return outcome,
            }
        }
    }

    async fn send(&mut self, request: Request) -> Result<Answer, kube::Error> {
        let name = &self.options.resource_name;
        let written = match request {
            Request::Read => {
                let found = self.api.get_opt(name).await?;
                return Ok(found.map_or(Answer::Absent, |lease| Answer::Found(self.take_in(lease))));
            }
            Request::Create(record) => {
                let metadata = ObjectMeta { name: Some(name.clone()), ..ObjectMeta::default() };
                let spec = Some(record.written_over(LeaseSpec::default()));
                self.api.create(&PostParams::default(), &Lease { metadata, spec }).await
            }
            Request::Replace(Stored { version, record }) => {
                let mut lease = self.lease.clone();
                lease.metadata.resource_version = Some(version);
                lease.spec = Some(record.written_over(lease.spec.unwrap_or_default()));
                match self.api.replace(name, &PostParams::default(), &lease).await {
                    // A creation that is answered like this has no namespace, which is another matter.
                    Err(kube::Error::Api(status)) if status.code == 404 => return Ok(Answer::Absent),
                    written => written,
                }
            }
        };
        match written {
            Ok(lease) => Ok(Answer::Written(self.take_in(lease))),
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(Answer::Conflict),
            Err(error) => Err(error),
        }
    }

    /// What the candidate looks at in a lease; the rest is kept for the next write.
    fn take_in(&mut self, lease: Lease) -> Stored {
        let version = lease.metadata.resource_version.clone().unwrap_or_default();
        let record = lease.spec.as_ref().map(Record::read).unwrap_or_default();
        self.lease = lease;
        Stored { version, record }
    }

    fn now(&self) -> Now {
        Now { own: self.began.elapsed(), wall: Timestamp::now() }
    }

    /// Logs who holds the lease, when that has changed.
    fn tell(&mut self) {
        let holder = self.candidate.holder();
        if self.told == holder {
            return;
        }
        let lease = &self.options.resource_name;
        if holder.is_empty() {
            tracing::info!(lease, "the lease is free");
        } else {
            tracing::info!(lease, holder, "the lease has a holder");
        }
        self.told = holder.to_owned();
    }
}
