//! Figures of the runtime: see `benches/runtime` and `docs/benchmarks.md`. The library is empty on purpose.
