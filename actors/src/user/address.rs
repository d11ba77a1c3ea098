//! The rules of the addresses that a person keeps.

use amazoff_supervisor::{Decision, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Event, Rejection, Reply, User};
use crate::cart::Address;
use crate::ids::AddressId;

/// How many addresses a person keeps (USER-7).
pub const ADDRESSES_MAX: usize = 20;

/// An address that a person keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAddress {
    /// What it says.
    pub address: Address,
    /// Since when it is kept.
    pub added_at: Timestamp,
    /// Counts up, so that those of one moment have an order too.
    #[serde(default)]
    pub place: u32,
}

impl User {
    pub(super) fn add_address(
        &self,
        id: AddressId,
        (address, default): (&Address, bool),
        now: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        if self.addresses.contains_key(&id) {
            return Ok(Decision::reply(Reply::Done));
        }
        if self.addresses.len() >= ADDRESSES_MAX {
            return Err(Rejection::TooManyAddresses);
        }
        Ok(self.put(id, address, (default || self.addresses.is_empty(), now)))
    }

    pub(super) fn change_address(
        &self,
        id: AddressId,
        (address, default): (&Address, bool),
        now: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        if !self.addresses.contains_key(&id) {
            return Err(Rejection::AddressUnknown);
        }
        Ok(self.put(id, address, (default, now)))
    }

    fn put(&self, id: AddressId, address: &Address, (default, now): (bool, Timestamp)) -> Decision<Self> {
        let put = Event::AddressPut { id, address: address.clone(), at: now };
        let decision = Decision::event(put, Reply::Done);
        if default && self.default_address != Some(id) {
            decision.and(Event::DefaultAddressChosen { id })
        } else {
            decision
        }
    }

    /// When the default goes, the oldest of the others takes its place.
    pub(super) fn remove_address(&self, id: AddressId) -> Result<Decision<Self>, Rejection> {
        if !self.addresses.contains_key(&id) {
            return Err(Rejection::AddressUnknown);
        }
        let decision = Decision::event(Event::AddressRemoved { id }, Reply::Done);
        let others = self.addresses.iter().filter(|(other, _)| **other != id);
        let heir = others.min_by_key(|(other, saved)| (saved.added_at, saved.place, **other));
        Ok(match heir.filter(|_| self.default_address == Some(id)) {
            Some((heir, _)) => decision.and(Event::DefaultAddressChosen { id: *heir }),
            None => decision,
        })
    }

    pub(super) fn keep_address(&mut self, id: AddressId, address: Address, at: Timestamp) {
        let last = self.addresses.values().map(|saved| saved.place).max().unwrap_or_default();
        let known = self.addresses.get(&id).map(|saved| (saved.added_at, saved.place));
        let (added_at, place) = known.unwrap_or((at, last.saturating_add(1)));
        self.addresses.insert(id, SavedAddress { address, added_at, place });
    }

    pub(super) fn drop_address(&mut self, id: AddressId) {
        self.addresses.remove(&id);
        if self.default_address == Some(id) {
            self.default_address = None;
        }
    }
}
