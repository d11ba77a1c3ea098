//! The same rows, written by a loop that checks nothing but the fence.

use std::time::{Duration, Instant};

use amazoff_supervisor::Epoch;
use futures::future::join_all;

use crate::part::{self, Cell};
use crate::writer::{Bare, Writer};

impl Bare {
    /// Appends a second over as many connections as the port has lanes.
    pub(crate) async fn rate(
        &self,
        lanes: usize,
        (epoch, count, fenced): (Epoch, usize, bool),
        turn: Duration,
    ) -> f64 {
        let began = Instant::now();
        let counts = join_all(part::cells(count, lanes).into_iter().map(async |mut cells| {
            let mut writer = Writer::open(self).await;
            let mut appended = 0;
            while !cells.is_empty() && began.elapsed() < turn {
                let parts: Vec<_> = cells.iter_mut().map(|cell: &mut Cell| cell.next(epoch)).collect();
                writer.write(&parts, fenced).await;
                appended += parts.len();
            }
            appended
        }))
        .await;
        u32::try_from(counts.iter().sum::<usize>()).map_or(f64::NAN, f64::from)
            / began.elapsed().as_secs_f64()
    }
}
