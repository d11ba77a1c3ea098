//! Whatever is asked, in whatever order.

use std::time::Duration;

use amazoff_testkit::Life;
use proptest::prelude::*;
use uuid::Uuid;

use crate::parking::{Command, Parking};

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => (0..200_u32).prop_map(|minutes| Command::Pay { minutes }),
        1 => Just(Command::Leave),
        2 => Just(Command::Check),
    ]
}

proptest! {
    #[test]
    fn nobody_is_fined_in_paid_time(
        steps in proptest::collection::vec((any_command(), 0..10_000_u64), 0..50),
    ) {
        let mut place = Life::<Parking>::new(Uuid::from_u128(1));
        for (command, seconds) in steps {
            place.advance(Duration::from_secs(seconds));
            let before = place.state().clone();
            let _ = place.run(command);
            let fined = place.state().fines > before.fines;
            prop_assert!(!fined || before.until.is_some_and(|until| until <= place.now()));
        }
    }
}
