use super::*;
use crate::cart::Address;
use crate::ids::AddressId;
use crate::pricing::Destination;

fn id(n: u128) -> AddressId {
    AddressId::from(Uuid::from_u128(n))
}

pub(super) fn address() -> Address {
    let destination = Destination { country: "DE".to_owned(), subdivision: None, postal_code: None };
    let person = Uuid::from_u128(1);
    let contact = Sealed::Box { person, data: "c".to_owned(), shape: PhantomData };
    Address { contact, destination }
}

fn kept(n: u128, at: Timestamp) -> Event {
    Event::AddressPut { id: id(n), address: address(), at }
}

fn chosen(n: u128) -> Event {
    Event::DefaultAddressChosen { id: id(n) }
}

fn add(n: u128, default: bool) -> Command {
    Command::AddAddress { id: id(n), address: address(), default }
}

#[test]
fn the_first_address_is_the_default_and_another_one_when_it_is_said() {
    given::<User>([registered()])
        .when(add(1, false))
        .at(NOON)
        .then_events([kept(1, NOON), chosen(1)])
        .when(add(2, false))
        .then_events([kept(2, NOON)])
        .when(add(3, true))
        .then_events([kept(3, NOON), chosen(3)])
        .when(add(3, true))
        .then_nothing_happens();
}

#[test]
fn the_oldest_other_address_takes_the_place_of_a_default_that_goes() {
    given::<User>([registered(), kept(9, NOON), kept(1, after_noon(1)), kept(5, after_noon(2)), chosen(1)])
        .when(Command::RemoveAddress { id: id(1) })
        .then_events([Event::AddressRemoved { id: id(1) }, chosen(9)])
        .when(Command::RemoveAddress { id: id(5) })
        .then_events([Event::AddressRemoved { id: id(5) }])
        .when(Command::RemoveAddress { id: id(9) })
        .then_state(|user| assert_eq!(user.default_address, None))
        .when(Command::RemoveAddress { id: id(9) })
        .then_rejects(Rejection::AddressUnknown);
}

#[test]
fn an_address_that_is_not_kept_cannot_be_changed() {
    let change = |n| Command::ChangeAddress { id: id(n), address: address(), default: true };
    given::<User>([registered(), kept(1, NOON)])
        .when(change(2))
        .then_rejects(Rejection::AddressUnknown)
        .when(change(1))
        .at(after_noon(5))
        .then_events([kept(1, after_noon(5)), chosen(1)])
        .then_state(|user| assert_eq!(user.addresses[&id(1)].added_at, NOON));
}

#[test]
fn the_twenty_first_address_is_refused() {
    let full = std::iter::once(registered()).chain((1..=20).map(|n| kept(n, NOON)));
    given::<User>(full).when(add(21, false)).then_rejects(Rejection::TooManyAddresses);
}

#[test]
fn a_person_can_be_called_something_else() {
    given::<User>([registered()])
        .when(Command::Rename { name: sealed("m") })
        .then_state(|user| assert_eq!(user.registration.as_ref().unwrap().name, sealed("m")));
}

#[test]
fn other_sessions_end_and_this_one_goes_on() {
    given::<User>([registered(), opened(1, NOON), opened(2, NOON), opened(3, NOON)])
        .when(Command::CloseOtherSessions { keep: session(2) })
        .then_events([closed(1, CloseReason::EndedElsewhere), closed(3, CloseReason::EndedElsewhere)])
        .when(Command::CloseOtherSessions { keep: session(2) })
        .then_nothing_happens();
}
