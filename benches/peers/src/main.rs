//! isolet beside other ways to run untrusted code. See README.md.

mod catalog;
mod child;
mod confined;
mod driver;
mod host;
mod install;
mod protocol;
mod report;
mod results;
mod work;

use std::path::{Path, PathBuf};

use catalog::{PEERS, Places};
use host::isolet::Isolet;
use protocol::Limits;

const HELP: &str = "\
isolet-peers run [--quick] [--rounds N] [--only PEER,…] [--parts PART,…] [--out DIR]
    Installs the backends, runs the work on them, and writes DIR/backends.md, its plots and
    DIR/backends/results.json, by default to target/peers/report. Parts: work, memory, hostile,
    metering. Parts that are not named stay as they are in results.json.
isolet-peers report [--out DIR]
    Writes the report again, from DIR/backends/results.json.
isolet-peers list
    Lists the backends.
";

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let places = Places::find();
    match args.as_slice() {
        ["run", options @ ..] => run(options, &places),
        ["report", options @ ..] => {
            let (_, out) = parse(options, &places)?;
            let text = std::fs::read_to_string(out.join("backends/results.json"))?;
            report::write(&serde_json::from_str(&text)?, &out)
        }
        ["list"] => {
            for peer in PEERS {
                println!("{:26} {}: {}", peer.name, peer.title, peer.note);
            }
            Ok(())
        }
        ["host", name] => host_of(name, &places),
        ["child", memory, wall, confined] => {
            let limits = Limits { memory_bytes: memory.parse()?, wall_ms: wall.parse()? };
            child::run(limits, *confined == "confined")
        }
        _ => {
            print!("{HELP}");
            Ok(())
        }
    }
}

fn run(options: &[&str], places: &Places) -> Outcome {
    let (options, out) = parse(options, places)?;
    std::fs::create_dir_all(out.join("backends"))?;
    let results = driver::run(&options, places, &out.join("backends/results.json"))?;
    report::write(&results, &out)?;
    println!("{}", out.join("backends.md").display());
    Ok(())
}

fn parse(
    args: &[&str],
    places: &Places,
) -> Result<(driver::Options, PathBuf), Box<dyn std::error::Error>> {
    let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut options =
        driver::Options { rounds: 0, quick: false, peers: Vec::new(), parts: Vec::new() };
    let mut out = places.installed.join("report");
    let mut args = args.iter().copied();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg {
            "--quick" => options.quick = true,
            "--rounds" => options.rounds = value()?.parse()?,
            "--only" => options.peers = list(value()?),
            "--parts" => options.parts = list(value()?),
            "--out" => out = Path::new(value()?).to_owned(),
            _ => return Err(format!("what is {arg}? See isolet-peers without arguments.").into()),
        }
    }
    if options.rounds == 0 {
        options.rounds = if options.quick { 2 } else { 5 };
    }
    for (names, all) in [
        (&options.peers, PEERS.iter().map(|peer| peer.name).collect::<Vec<_>>()),
        (&options.parts, driver::PARTS.to_vec()),
    ] {
        if let Some(name) = names.iter().find(|name| !all.contains(&name.as_str())) {
            return Err(format!("there is no {name}; there are {}", all.join(", ")).into());
        }
    }
    Ok((options, out))
}

/// Serves the driver for one backend.
fn host_of(name: &str, places: &Places) -> Outcome {
    match name {
        "isolet" => host::serve(Isolet::new(isolet::Backend::Native)?),
        "isolet_pulley" => host::serve(Isolet::new(isolet::Backend::Pulley)?),
        "rquickjs" => host::serve(host::rquickjs::Rquickjs),
        _ => confined::serve_named(name, places),
    }
}
