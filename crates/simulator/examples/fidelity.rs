//! Prints `FIDELITY.md`: `cargo run -p unmoor-simulator --example fidelity > crates/simulator/FIDELITY.md`.

fn main() -> std::io::Result<()> {
    use std::io::Write as _;
    std::io::stdout().write_all(unmoor_simulator::fidelity_page().as_bytes())
}
