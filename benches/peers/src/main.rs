//! The library beside other downloaders, in turns, on roads of every kind: see README.md.

mod cases;
mod content;
mod contestants;
mod floor;
mod options;
mod place;
mod process;
mod programs;
mod report;
mod road;
mod run;
mod servers;

use std::process::ExitCode;

use anyhow::{Result, ensure};

use contestants::{Contestant, Kind};
use options::Options;
use place::Place;
use programs::Programs;
use report::Sheet;
use run::{Bench, Stock};
use servers::{Sandbox, Servers};

fn main() -> ExitCode {
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some((first, rest)) = words.split_first()
        && first == "floor"
    {
        return floor::run(rest);
    }
    let Some(options) = Options::parse()? else {
        return Ok(());
    };
    if options.publish {
        return Sheet::load_from(&options.out)?.publish(&options.root);
    }
    measure(&options)
}

fn measure(options: &Options) -> Result<()> {
    let cases = match options.roads.as_slice() {
        [] => cases::select(&options.cases)?,
        roads => roads.iter().collect(),
    };
    process::come_first(options.nice);
    let place = Place::new()?;
    let programs = Programs::prepare(
        &options.root,
        &options.library,
        &options.tools,
        &place.programs,
    )?;
    let contestants = contestants(options, &programs)?;
    let stock = Stock::make(&cases, &place.files, options.shrink)?;
    let servers = Servers::start(&place.files, &stock.sources(), &place.servers)?;
    let objects = cases.iter().find(|case| case.kind() == Kind::Objects);
    let sandbox = objects
        .map(|case| {
            let sources = stock.files(case.files, options.shrink);
            Sandbox::start(&options.sandbox, &place.files, sources, &place.servers)
        })
        .transpose()?;
    let bench = Bench {
        place: &place,
        servers: &servers,
        sandbox: sandbox.as_ref(),
        programs: &programs,
        stock: &stock,
        shrink: options.shrink,
        rounds: options.rounds,
    };
    let mut sheet = Sheet::new(&options.root, &programs);
    println!("{}, {}", sheet.machine, sheet.kernel);
    if options.shrink > 1 {
        println!(
            "Files are smaller than the titles say, by {}: this shows that it works, not how fast anybody is.",
            options.shrink
        );
    }
    // Nothing was measured before on a machine that is new.
    if options.add && Sheet::is_in(&options.out) {
        sheet.cases = Sheet::load_from(&options.out)?.cases;
    }
    for case in cases {
        let measured = bench.case(case, &contestants)?;
        println!("\n{}", sheet.add(measured).markdown());
        // After each, so that a run that is broken off was not for nothing.
        sheet.save(&options.out)?;
    }
    println!("{}", sheet.summary());
    sheet.complain(options.shrink > 1)?;
    println!("{}", options.out.join("bench.json").display());
    Ok(())
}

/// Those that were asked for and are here; says which are not.
fn contestants(options: &Options, programs: &Programs) -> Result<Vec<&'static Contestant>> {
    for peer in &options.peers {
        ensure!(
            contestants::all().any(|one| one.family == peer),
            "there is no peer `{peer}`"
        );
    }
    let mut missing = Vec::new();
    let mut present = Vec::new();
    for one in contestants::all() {
        if !(options.peers.is_empty() || options.peers.iter().any(|peer| peer == one.family)) {
            continue;
        }
        if programs.has(one.family) {
            present.push(one);
        } else if !missing.contains(&one.family) {
            missing.push(one.family);
        }
    }
    if !missing.is_empty() {
        eprintln!(
            "Not here: {}. `cargo xtask bench --install` brings them.",
            missing.join(", ")
        );
    }
    Ok(present)
}
