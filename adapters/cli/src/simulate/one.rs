//! One run, told.

use std::io::{BufWriter, Write};
use std::path::Path;

use windlass_world::run::{
    End, Failure, Finished, Limits, Mark, Paint, Plan, ending, judge_end, mermaid, plain, reference_tables,
    report, run as run_scenario, timeline, trace_line,
};
use windlass_world::scenario::Scenario;

use super::values::Until;
use super::{Arguments, Output};
use crate::failed::Failed;
use crate::output::{Colour, coloured, columns_max, document, print};

/// Runs the scenario once; whether it settled as expected.
pub(super) fn run(arguments: &Arguments, scenario: &Scenario, colour: Colour) -> Result<bool, Failed> {
    let faults = arguments.faults.unwrap_or_default();
    let plan = Plan {
        seed: arguments.seed.or(arguments.is_drawn().then_some(0)),
        faults,
        orders_in_flight_max: 0,
        until_ms: match arguments.until {
            Until::Settled => None,
            Until::Ms(ms) => Some(ms),
        },
        is_told: true,
        is_traced: arguments.trace.is_some(),
    };
    let finished = run_scenario(scenario, &plan);
    if let Some(path) = &arguments.trace {
        write_trace(path, &finished).map_err(|error| Failed::file(path, "write", &error))?;
    }
    let is_on = colour.is_on();
    let paint: Paint<'_> = if is_on { &coloured } else { &plain };
    let difference = difference(scenario, &plan, &finished);
    let unlike = difference.as_ref().map(|it| format!("{}\n", paint(Mark::Bad, &it.to_string())));
    print_run(arguments.output, scenario, &finished, &unlike.unwrap_or_default(), paint)?;
    let is_at_end = match finished.end {
        End::Settled => true,
        // Asked for.
        End::TimeIsUp => true,
        End::Astray(_) | End::Restless(_) | End::Unstable | End::Broken(_) => false,
    };
    Ok(is_at_end && finished.shortfalls(scenario).is_empty() && difference.is_none())
}

/// How the end differs from that of the run in turn, where there should be only one end.
fn difference(scenario: &Scenario, plan: &Plan, finished: &Finished) -> Option<Failure> {
    if plan.seed.is_none() || finished.end != End::Settled {
        return None;
    }
    match judge_end(scenario, finished, reference_tables(scenario).as_deref()) {
        Err(failure @ Failure::Differs(_)) => Some(failure),
        // These the report names itself.
        Err(Failure::Unsettled(_) | Failure::Short(_) | Failure::Panicked(_)) | Ok(()) => None,
    }
}

/// Prints the run; what only people read goes to standard error where a machine reads the rest.
fn print_run(
    output: Output,
    scenario: &Scenario,
    finished: &Finished,
    unlike: &str,
    paint: Paint<'_>,
) -> Result<(), Failed> {
    let shortfalls = finished.shortfalls(scenario);
    let end = |paint| ending(scenario, finished, &shortfalls, paint);
    match output {
        Output::Table => {
            let text =
                report(scenario, finished, Limits { columns_max: columns_max(), ..Limits::READABLE }, paint);
            print(&format!("{text}{unlike}"))
        }
        Output::Timeline => {
            let text =
                timeline(&finished.happenings, Limits { columns_max: columns_max(), ..Limits::NONE }, paint);
            print(&format!("{text}\n{}{unlike}", end(paint)))
        }
        Output::Json => {
            let text = document(scenario, finished, &shortfalls);
            print(&text.map_err(|error| Failed::input(format!("cannot write JSON: {error}")))?)?;
            eprint!("{}{unlike}", end(&plain));
            Ok(())
        }
        Output::Mermaid => {
            print(&mermaid(&finished.happenings))?;
            eprint!("{}{unlike}", end(&plain));
            Ok(())
        }
    }
}

fn write_trace(path: &Path, finished: &Finished) -> std::io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    for (at_ms, action) in &finished.trace {
        writeln!(file, "{}", trace_line(*at_ms, action))?;
    }
    file.flush()
}
