//! The library beside other downloaders, in turns, on roads of every kind: see README.md.

mod cases;
mod content;
mod contestants;
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

use contestants::Contestant;
use options::Options;
use place::Place;
use programs::Programs;
use report::Sheet;
use run::{Bench, Stock};
use servers::Servers;

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
    let Some(options) = Options::parse()? else {
        return Ok(());
    };
    let cases = cases::select(&options.cases)?;
    let contestants: Vec<&Contestant> = contestants::all()
        .filter(|one| {
            options.peers.is_empty() || options.peers.iter().any(|peer| peer == one.family)
        })
        .collect();
    ensure!(!contestants.is_empty(), "none of these peers is known");
    process::come_first(options.nice);

    let place = Place::new()?;
    let programs = Programs::prepare(&options.root, &options.library, &place.programs)?;
    let stock = Stock::make(&cases, &place.files, options.shrink)?;
    let servers = Servers::start(&place.files, &place.servers)?;
    let bench = Bench {
        place: &place,
        servers: &servers,
        programs: &programs,
        stock: &stock,
        shrink: options.shrink,
        rounds: options.rounds,
    };
    let mut sheet = Sheet::new();
    println!("{}, {}", sheet.machine, sheet.kernel);
    for case in cases {
        let measured = bench.case(case, &contestants)?;
        println!("\n{}", measured.markdown());
        sheet.cases.push(measured);
        // After each, so that a run that is broken off was not for nothing.
        sheet.save(&options.out)?;
    }
    println!("{}", options.out.join("bench.json").display());
    Ok(())
}
