//! A run that is repeated to the unit: with the same code, input and seed, the result, the
//! random numbers and the fuel are the same, on any machine.

use isolet::{Engine, Report, WorkerCode};

const DICE: &str = "export default (n) => Array.from({ length: n }, () => 1 + Math.floor(Math.random() * 6)).join('')";

async fn roll(engine: &Engine, seed: u64) -> isolet::Result<Report> {
    let code = WorkerCode::module("dice.js", DICE).seed(seed);
    Ok(engine.loader().load(code)?.entrypoint().run(None, (10,)).await)
}

#[tokio::main]
async fn main() -> isolet::Result<()> {
    let engine = Engine::new()?;
    let first = roll(&engine, 7).await?;
    let again = roll(&engine, first.seed).await?;
    let other = roll(&engine, 8).await?;

    let text = |report: Report| report.result.and_then(|value| Ok(value.to::<String>()?));
    assert_eq!(first.usage.fuel, again.usage.fuel);
    let (first, again, other) = (text(first)?, text(again)?, text(other)?);
    println!("again: {}", first == again);
    println!("other seed: {}", first == other);
    Ok(())
}
