//! Who carries orders out: how many each may have at once, and how long they may take.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::{
    DRIVER_ORDERS_MAX, DRIVER_SWEEPS_MAX, MOUNT_ORDERS_MAX, MOUNT_SWEEPS_MAX, SWEEPS_WITHOUT_ANSWER_MAX,
};
use crate::operation::Lane;
use crate::text::Text;

/// How many orders are out, by lane.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Out {
    api_server: u16,
    mounts: u16,
    /// A driver that carries out nothing is not in it.
    drivers: BTreeMap<Text, u16>,
}

impl Out {
    /// None is out.
    pub(super) const fn none() -> Self {
        Self { api_server: 0, mounts: 0, drivers: BTreeMap::new() }
    }

    /// One more is out.
    pub(super) fn begin(&mut self, lane: &Lane) {
        *self.of_mut(lane) += 1;
    }

    /// One has ended.
    pub(super) fn end(&mut self, lane: &Lane) {
        let out = self.of_mut(lane);
        *out = out.saturating_sub(1);
        self.drivers.retain(|_, out| *out > 0);
    }

    /// How many are out in a lane.
    pub(super) fn of(&self, lane: &Lane) -> u16 {
        match lane {
            Lane::ApiServer => self.api_server,
            Lane::Mounts => self.mounts,
            Lane::Driver(name) => self.drivers.get(name).copied().unwrap_or_default(),
        }
    }

    /// How many are out.
    pub(super) fn sum(&self) -> u16 {
        let Self { api_server, mounts, drivers } = self;
        drivers.values().fold(api_server.saturating_add(*mounts), |sum, it| sum.saturating_add(*it))
    }

    fn of_mut(&mut self, lane: &Lane) -> &mut u16 {
        match lane {
            Lane::ApiServer => &mut self.api_server,
            Lane::Mounts => &mut self.mounts,
            Lane::Driver(name) => self.drivers.entry(name.clone()).or_default(),
        }
    }
}

/// Most orders that may be out in a lane; for the API server it is configured.
pub(super) const fn limit(lane: &Lane, api_server_max: u16) -> u16 {
    match lane {
        Lane::ApiServer => api_server_max,
        Lane::Driver(_) => DRIVER_ORDERS_MAX,
        Lane::Mounts => MOUNT_ORDERS_MAX,
    }
}

/// Looks at the orders of a lane that an order may live through without an answer.
pub(super) const fn sweeps_max(lane: &Lane) -> u8 {
    match lane {
        Lane::ApiServer => SWEEPS_WITHOUT_ANSWER_MAX,
        Lane::Driver(_) => DRIVER_SWEEPS_MAX,
        Lane::Mounts => MOUNT_SWEEPS_MAX,
    }
}
