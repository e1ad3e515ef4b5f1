//! The binary `portvakt`.
fn main() {}
