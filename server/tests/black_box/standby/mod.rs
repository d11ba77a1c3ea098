//! Two processes on one database: who serves, who waits, and what becomes of one that was frozen or cut off.

mod cut;
mod house;
mod turns;
mod zombie;
