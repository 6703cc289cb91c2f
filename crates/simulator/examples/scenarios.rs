//! Prints `docs/scenarios.md`.

fn main() -> std::io::Result<()> {
    std::io::Write::write_all(&mut std::io::stdout(), unmoor_simulator::load::ready_made::page().as_bytes())
}
