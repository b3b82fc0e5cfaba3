//! The report: a page in Markdown, and its plots.

mod plots;
mod statistics;
mod text;

use std::fmt::Write as _;
use std::path::Path;

use plots::{Bar, Bars, Cell, Dots, Point};
use statistics::{
    BASE, Figure, compute, each, failure, figure, median, most_live, named, present, ratio,
};
use text::{bytes, digits, mebibytes, time, times};

use crate::driver::{COMPUTE, cores};
use crate::results::{Attack, PeerResults, Results};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A measure of time: its name, what a row is called, and how many operations a sample holds.
struct Measure {
    name: &'static str,
    title: &'static str,
    per: f64,
}

const MEASURES: [Measure; 7] = [
    Measure { name: "cold", title: "load new source, call, drop", per: 1.0 },
    Measure { name: "cold_capability", title: "the same, with one call of the host", per: 1.0 },
    Measure { name: "warm", title: "warm call", per: 1.0 },
    Measure { name: "sequence", title: "call of the host, 1,000 in sequence, each", per: 1_000.0 },
    Measure { name: "at_once", title: "call of the host, 1,000 at once, each", per: 1_000.0 },
    Measure { name: "stop", title: "end of `while (true)` after its deadline", per: 1.0 },
    Measure { name: "neighbour", title: "lateness of a neighbour's answers meanwhile", per: 1.0 },
];

/// A program may make the processes grow by as much: twice its limit, and what a host may
/// allocate for itself.
const GROWTH: u64 = 192 << 20;

const MEBIBYTE: f64 = (1 << 20) as f64;

/// Writes `backends.md` and its plots.
pub fn write(results: &Results, out: &Path) -> Outcome {
    let base = named(results, BASE).ok_or("isolet was not measured")?;
    let plots = out.join("backends");
    std::fs::create_dir_all(&plots)?;
    let mut page = String::new();
    head(&mut page, results)?;
    losses(&mut page, results, base)?;
    if results.parts.contains_key("work") {
        times_of(&mut page, results, base, &plots)?;
        computing(&mut page, results, base, &plots)?;
    }
    if results.parts.contains_key("memory") {
        memory(&mut page, results, &plots)?;
    }
    if results.parts.contains_key("hostile") {
        hostile(&mut page, results, base, &plots)?;
    }
    if results.parts.contains_key("metering") {
        metering(&mut page, results, &plots)?;
    }
    backends(&mut page, results)?;
    std::fs::write(out.join("backends.md"), page)?;
    Ok(())
}

fn head(page: &mut String, results: &Results) -> Outcome {
    writeln!(
        page,
        "# isolet beside other ways to run untrusted code\n\n\
         `just peers` writes this page. The same programs run in every backend, and every answer \
         is checked, before and while it is timed. [benches/peers](../benches/peers/README.md) \
         describes how, and what is fair and unfair about it.\n\n\
         Machine: {}.\n",
        results.machine
    )?;
    for (name, part) in &results.parts {
        let rounds =
            if name == "work" { format!(", {} rounds", part.rounds) } else { String::new() };
        writeln!(page, "- {name}: {}, isolet of {}{rounds}", part.date, part.commit)?;
    }
    writeln!(
        page,
        "\nIn a round each backend runs once, in a new host process, and each round begins with \
         another one. A figure is the median over the rounds of the median in a round. A ratio \
         compares with isolet in the same round. The whole of it is in \
         [results.json](backends/results.json).\n"
    )?;
    Ok(())
}

/// Says in which figures another backend is ahead, and by how much.
fn losses(page: &mut String, results: &Results, base: &PeerResults) -> Outcome {
    writeln!(page, "## Where isolet loses\n")?;
    let mut rows: Vec<(String, Vec<(f64, String)>)> = Vec::new();
    let others = || present(results).filter(|peer| peer.name != BASE);
    for measure in &MEASURES {
        let ahead = others().filter_map(|peer| Some((ratio(peer, base, measure.name)?, peer)));
        rows.push((measure.title.to_owned(), better(ahead)));
    }
    let ahead = others().filter_map(|peer| Some((1.0 / ratio(peer, base, "loads")?, peer)));
    rows.push((format!("loads per second on {} cores", cores()), better(ahead)));
    let ahead = others().filter_map(|peer| Some((compute(peer, base)?.0, peer)));
    rows.push(("compute, geometric mean".to_owned(), better(ahead)));
    if let Some((count, own)) = most_live(base) {
        let ahead = others().filter_map(|peer| Some((each(peer, count)? / own, peer)));
        rows.push((format!("memory of a live sandbox, {count} live"), better(ahead)));
    }
    writeln!(page, "| figure | ahead of isolet, and by how much |\n|---|---|")?;
    for (title, ahead) in rows {
        let ahead: Vec<String> =
            ahead.iter().map(|(factor, name)| format!("{name} {}", times(*factor))).collect();
        let ahead = if ahead.is_empty() { "nothing".to_owned() } else { ahead.join(", ") };
        writeln!(page, "| {title} | {ahead} |")?;
    }
    writeln!(page)?;
    Ok(())
}

/// Keeps those who take less than isolet by more than a twentieth, the best first.
fn better<'a>(ratios: impl Iterator<Item = (f64, &'a PeerResults)>) -> Vec<(f64, String)> {
    let mut ahead: Vec<(f64, String)> = ratios
        .filter(|(ratio, _)| *ratio < 0.95)
        .map(|(ratio, peer)| (1.0 / ratio.max(1e-6), peer.title.clone()))
        .collect();
    ahead.sort_by(|left, right| right.0.total_cmp(&left.0));
    ahead
}

fn times_of(page: &mut String, results: &Results, base: &PeerResults, plots: &Path) -> Outcome {
    writeln!(page, "## Times\n\nMedian, and in brackets the least and the most of the rounds.\n")?;
    write!(page, "| backend |")?;
    for measure in &MEASURES {
        write!(page, " {} |", measure.title)?;
    }
    writeln!(page, " loads per second, {} processes |", cores())?;
    writeln!(page, "|---|{}", "---|".repeat(MEASURES.len() + 1))?;
    for peer in present(results) {
        write!(page, "| {} |", peer.title)?;
        for measure in &MEASURES {
            let cell = match figure(peer, measure.name) {
                Some(figure) => spread(figure, measure.per),
                None => failure(peer, measure.name).unwrap_or("not measured").to_owned(),
            };
            write!(page, " {cell} |")?;
        }
        let loads = figure(peer, "loads").map(|figure| digits(figure.median));
        let loads = loads.or_else(|| failure(peer, "loads").map(str::to_owned));
        writeln!(page, " {} |", loads.unwrap_or_default())?;
    }
    writeln!(page, "\nAs ratios to isolet, of each round by itself:\n\n| backend |{} loads |", {
        let titles: Vec<String> = MEASURES
            .iter()
            .map(|measure| format!(" {} |", measure.name.replace('_', " ")))
            .collect();
        titles.concat()
    })?;
    writeln!(page, "|---|{}", "--:|".repeat(MEASURES.len() + 1))?;
    for peer in present(results) {
        write!(page, "| {} |", peer.title)?;
        for name in MEASURES.iter().map(|measure| measure.name).chain(["loads"]) {
            let cell = ratio(peer, base, name).map_or_else(|| "–".to_owned(), times);
            write!(page, " {cell} |")?;
        }
        writeln!(page)?;
    }
    writeln!(page)?;
    for (measure, title, subtitle) in [
        (
            "cold",
            "Load new source, call it, drop it",
            "median time; the line is the least and the most of the rounds; shorter is better",
        ),
        ("warm", "Warm call: a small object in and out", "median time; shorter is better"),
        (
            "sequence",
            "Call of the host from inside the sandbox",
            "1,000 in sequence, time of each; shorter is better",
        ),
        (
            "stop",
            "Lateness of the end of while (true)",
            "time from the deadline to the error at the caller; those that never end it are left out",
        ),
    ] {
        let per = MEASURES.iter().find(|one| one.name == measure).map_or(1.0, |one| one.per);
        let mut bars: Vec<Bar> = present(results)
            .filter_map(|peer| {
                let figure = figure(peer, measure)?;
                let value = (figure.median / per).max(1.0);
                let spread = Some(((figure.least / per).max(1.0), (figure.most / per).max(1.0)));
                Some(bar(peer, value, spread, time(value)))
            })
            .collect();
        bars.sort_by(|left, right| left.value.total_cmp(&right.value));
        Bars { title, subtitle, unit: time, bars }.draw(&plots.join(format!("{measure}.svg")))?;
        writeln!(page, "![{title}](backends/{measure}.svg)\n")?;
    }
    let mut bars: Vec<Bar> = present(results)
        .filter_map(|peer| {
            let figure = figure(peer, "loads")?;
            let spread = Some((figure.least, figure.most));
            Some(bar(peer, figure.median, spread, digits(figure.median)))
        })
        .collect();
    bars.sort_by(|left, right| right.value.total_cmp(&left.value));
    let title = "One-shot loads per second, on all cores";
    let subtitle = "one host process for each core; longer is better";
    Bars { title, subtitle, unit: digits, bars }.draw(&plots.join("loads.svg"))?;
    writeln!(page, "![{title}](backends/loads.svg)\n")?;
    Ok(())
}

/// Writes a median and, where rounds differ, the least and the most of them.
fn spread(figure: Figure, per: f64) -> String {
    let [median, least, most] =
        [figure.median, figure.least, figure.most].map(|value| time(value / per));
    if least == most { median } else { format!("{median} ({least} to {most})") }
}

fn bar(peer: &PeerResults, value: f64, spread: Option<(f64, f64)>, text: String) -> Bar {
    let is_base = peer.name == BASE;
    Bar { name: peer.title.clone(), wall: peer.wall, is_base, value, spread, text }
}

fn computing(page: &mut String, results: &Results, base: &PeerResults, plots: &Path) -> Outcome {
    writeln!(page, "## Compute\n\nTimes, and the geometric mean of the ratios to isolet.\n")?;
    writeln!(page, "| backend | {} | mean |\n|---|{}", COMPUTE.join(" | "), "---|".repeat(7))?;
    let mut rows = Vec::new();
    for peer in present(results) {
        write!(page, "| {} |", peer.title)?;
        for name in COMPUTE {
            let cell = figure(peer, name).map(|figure| time(figure.median));
            let cell = cell.or_else(|| failure(peer, name).map(str::to_owned));
            write!(page, " {} |", cell.unwrap_or_default())?;
        }
        let mean = compute(peer, base);
        let text = mean.map_or_else(String::new, |(mean, count)| {
            let of = if count < COMPUTE.len() { format!(" ({count})") } else { String::new() };
            format!("{}{of}", times(mean))
        });
        writeln!(page, " {text} |")?;
        let ratios = COMPUTE.iter().enumerate();
        let values: Vec<(f64, usize)> =
            ratios.filter_map(|(kind, name)| Some((ratio(peer, base, name)?, kind))).collect();
        if !values.is_empty() {
            let (name, mean) = (peer.title.clone(), mean.map(|(mean, _)| mean));
            rows.push(Dots { name, is_base: peer.name == BASE, values, mean, text });
        }
    }
    rows.sort_by(|left, right| left.mean.unwrap_or(0.0).total_cmp(&right.mean.unwrap_or(0.0)));
    let title = "JavaScript that computes, time as a multiple of isolet's";
    let subtitle = "five kernels, and marked over a long document; left is better";
    plots::dots(&plots.join("compute.svg"), title, subtitle, &COMPUTE, &rows)?;
    writeln!(page, "\n![{title}](backends/compute.svg)\n")?;
    Ok(())
}

fn memory(page: &mut String, results: &Results, plots: &Path) -> Outcome {
    writeln!(
        page,
        "## Memory\n\nThe proportional set size of the whole process tree, less that of the host \
         process with nothing loaded, for each sandbox. Each has answered one call.\n"
    )?;
    writeln!(page, "| backend | empty host | of each, with as many alive | why no more |")?;
    writeln!(page, "|---|---|---|---|")?;
    let mut bars = Vec::new();
    for peer in present(results) {
        let Some(memory) = &peer.memory else { continue };
        let steps: Vec<String> = memory
            .live
            .iter()
            .filter_map(|(count, _)| {
                let count_text = digits(*count as f64);
                Some(format!("{count_text}: {}", bytes(each(peer, *count)?)))
            })
            .collect();
        let stopped = memory.stopped.as_deref().unwrap_or("");
        let empty = bytes(memory.empty as f64);
        writeln!(page, "| {} | {empty} | {} | {stopped} |", peer.title, steps.join("; "))?;
        if let Some((count, each)) = most_live(peer) {
            let text = format!("{} ({})", bytes(each), digits(count as f64));
            bars.push(bar(peer, each / MEBIBYTE, None, text));
        }
    }
    bars.sort_by(|left, right| left.value.total_cmp(&right.value));
    let title = "Memory of a live sandbox";
    let subtitle = "proportional set size of all processes; in brackets how many were alive";
    Bars { title, subtitle, unit: mebibytes, bars }.draw(&plots.join("memory.svg"))?;
    writeln!(page, "\n![{title}](backends/memory.svg)\n")?;
    let points: Vec<Point> = present(results)
        .filter_map(|peer| {
            let (name, wall, is_base) = (peer.title.clone(), peer.wall, peer.name == BASE);
            let (x, y) = (figure(peer, "cold")?.median, most_live(peer)?.1 / MEBIBYTE);
            Some(Point { name, wall, is_base, x, y })
        })
        .collect();
    if !points.is_empty() {
        let title = "Cost of a sandbox: time to load and call it, and memory while it lives";
        let subtitle = "lower left is better";
        plots::scatter(&plots.join("cost.svg"), title, subtitle, time, mebibytes, &points)?;
        writeln!(page, "![{title}](backends/cost.svg)\n")?;
    }
    Ok(())
}

fn cell(attack: &Attack) -> Cell {
    if attack.told.is_none() {
        return match attack.silence.as_deref() {
            Some("no answer in time") => Cell::Endless,
            Some("the host process took too much memory") => Cell::Greedy,
            _ => Cell::Dead,
        };
    }
    if !attack.right() || !attack.others_right() {
        Cell::Wrong
    } else if attack.growth() > GROWTH {
        Cell::Greedy
    } else if attack.stopped() {
        Cell::Held
    } else {
        Cell::Late
    }
}

fn hostile(page: &mut String, results: &Results, base: &PeerResults, plots: &Path) -> Outcome {
    let programs: Vec<&String> = base.hostile.keys().collect();
    writeln!(
        page,
        "## Hostile programs\n\n{} programs, each in a host process of its own, one at a time on each core, beside a sandbox \
         that is called every 10 ms. A program may use 64 MiB and 250 ms. It is *held* if it has \
         ended as it should within 500 ms, the processes have grown by no more than {} MiB, and \
         the host, the other sandbox and a new one answer right afterwards. A backend has 2 \
         seconds for a program, and 4 GiB.\n",
        programs.len(),
        GROWTH >> 20
    )?;
    let titles: Vec<&str> = Cell::ALL.iter().map(|(_, title)| *title).collect();
    writeln!(
        page,
        "| backend | {} | time to the end, median and most | latest answer of the neighbour, median and most | growth, median and most |",
        titles.join(" | ")
    )?;
    writeln!(page, "|---|{}---|---|---|", "--:|".repeat(titles.len()))?;
    for peer in present(results).filter(|peer| !peer.hostile.is_empty()) {
        write!(page, "| {} |", peer.title)?;
        for (kind, _) in Cell::ALL {
            let count = peer.hostile.values().filter(|attack| cell(attack) == kind).count();
            write!(page, " {count} |")?;
        }
        let told = || peer.hostile.values().filter_map(|attack| attack.told.as_ref());
        let both = |values: Vec<f64>, unit: fn(f64) -> String| {
            let most = values.iter().copied().fold(0.0, f64::max);
            let middle = median(values).map_or_else(String::new, unit);
            format!("{middle}, {}", unit(most))
        };
        let ends = both(told().map(|told| told.ns).collect(), time);
        let late = both(told().map(|told| told.neighbour_worst_ns).collect(), time);
        let growth = peer.hostile.values().map(|attack| attack.growth() as f64).collect();
        writeln!(page, " {ends} | {late} | {} |", both(growth, bytes))?;
    }
    let mut shown: Vec<&PeerResults> =
        present(results).filter(|peer| !peer.hostile.is_empty()).collect();
    let held = |peer: &PeerResults| {
        peer.hostile.values().filter(|attack| cell(attack) == Cell::Held).count() * 1_000
            / peer.hostile.len().max(1)
    };
    shown.sort_by_key(|peer| (peer.name != BASE, std::cmp::Reverse(held(peer))));
    let columns: Vec<String> = shown.iter().map(|peer| peer.title.clone()).collect();
    let rows: Vec<(String, Vec<Cell>)> = programs
        .iter()
        .map(|program| {
            let of = |peer: &&PeerResults| peer.hostile.get(*program).map_or(Cell::None, cell);
            ((*program).clone(), shown.iter().map(of).collect())
        })
        .collect();
    let title = "Hostile programs";
    let subtitle = "each program in each backend, with a limit of 64 MiB and 250 ms; grey: not in its language";
    plots::matrix(&plots.join("hostile.svg"), title, subtitle, &columns, &rows)?;
    writeln!(page, "\n![{title}](backends/hostile.svg)\n")?;
    let own: Vec<_> =
        base.hostile.iter().filter(|(_, attack)| cell(attack) != Cell::Held).collect();
    if own.is_empty() {
        writeln!(page, "isolet holds all of them.\n")?;
    } else {
        writeln!(page, "What isolet does not hold:\n")?;
        for (program, attack) in own {
            let took = attack.told.as_ref().map_or_else(String::new, |told| time(told.ns));
            let why = Cell::ALL.iter().find(|(kind, _)| *kind == cell(attack));
            let why = why.map_or("", |(_, title)| title);
            writeln!(page, "- {program}: {why}; {took}, growth {}", bytes(attack.growth() as f64))?;
        }
        writeln!(page)?;
    }
    Ok(())
}

fn metering(page: &mut String, results: &Results, plots: &Path) -> Outcome {
    writeln!(
        page,
        "## Metering\n\nWhat the backends report as the cost of one and the same call (the kernel \
         json, load included), each time in a new process. The spread is that of the processes \
         around their median.\n"
    )?;
    writeln!(page, "| backend | unit | processes | median | least | most | spread |")?;
    writeln!(page, "|---|---|--:|--:|--:|--:|--:|")?;
    let mut rows = Vec::new();
    let mut silent = Vec::new();
    for peer in present(results) {
        let Some(metering) = &peer.metering else { continue };
        let Some(middle) = median(metering.values.clone()) else {
            silent.push(peer.title.as_str());
            continue;
        };
        let unit = if metering.unit == "fuel" { "fuel" } else { "CPU time" };
        let show = |value: f64| if unit == "fuel" { digits(value) } else { time(value) };
        let least = metering.values.iter().copied().fold(f64::MAX, f64::min);
        let most = metering.values.iter().copied().fold(0.0, f64::max);
        let spread = (most - least) / middle * 100.0;
        let spread =
            if spread == 0.0 { "none".to_owned() } else { format!("{} %", digits(spread)) };
        writeln!(
            page,
            "| {} | {unit} | {} | {} | {} | {} | {spread} |",
            peer.title,
            metering.values.len(),
            show(middle),
            show(least),
            show(most)
        )?;
        let values = metering.values.iter().map(|value| ((value / middle - 1.0) * 100.0, 0));
        let (name, is_base) = (peer.title.clone(), peer.name.starts_with(BASE));
        let text = format!("{unit}, spread {spread}");
        rows.push(Dots { name, is_base, values: values.collect(), mean: None, text });
    }
    if !silent.is_empty() {
        writeln!(page, "\nThese report no cost of a sandbox: {}.", silent.join(", "))?;
    }
    let title = "The same call in 20 processes: what each reports as its cost";
    let subtitle = "deviation from the median; one dot is one process";
    plots::deviations(&plots.join("metering.svg"), title, subtitle, &rows)?;
    writeln!(page, "\n![{title}](backends/metering.svg)\n")?;
    Ok(())
}

fn backends(page: &mut String, results: &Results) -> Outcome {
    writeln!(
        page,
        "## The backends\n\n| backend | isolation | version | how |\n|---|---|---|---|"
    )?;
    for peer in present(results) {
        let version = peer.version.as_deref().unwrap_or_default();
        writeln!(page, "| {} | {} | {version} | {} |", peer.title, peer.wall.text(), peer.note)?;
    }
    writeln!(page, "\nMissing here:\n")?;
    for peer in &results.peers {
        if let Some(why) = &peer.missing {
            writeln!(page, "- {}: {why}", peer.title)?;
        }
    }
    Ok(())
}
