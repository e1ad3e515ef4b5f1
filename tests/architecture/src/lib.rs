//! Proves that the arrows of ARCHITECTURE.md hold; see `tests/`.
