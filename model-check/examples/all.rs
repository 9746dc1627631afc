use std::time::Duration;
use windlass_fixtures::scenario::read_scenario;
use windlass_fixtures::world::{Budgets, Setting};
use windlass_model_check::bounded::Bounded;
use windlass_model_check::engine::{Bounds, explore};
use windlass_model_check::packed::Packed;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let c: u8 = args[1].parse().unwrap();
    let b: Vec<u8> = args[2].split(',').map(|x| x.parse().unwrap()).collect();
    let backlog: u16 = args[3].parse().unwrap();
    let limit: u16 = args[4].parse().unwrap();
    let secs: u64 = args[5].parse().unwrap();
    for path in &args[6..] {
        let text = std::fs::read_to_string(path).unwrap();
        let scenario = read_scenario(&text, path).unwrap();
        let budgets = Budgets {
            crashes: b[0],
            conflicts: b[1],
            losses: b[2],
            refusals: b[3],
            relists: b[4],
            sweeps: b[5],
            scheduler_crashes: 0,
        };
        let setting =
            Setting { orders_in_flight_max: limit, watch_backlog_max: backlog, ..Setting::default() };
        let bounded = Bounded::new(scenario, c, budgets, setting);
        let packed = Packed::new(bounded.clone());
        let e = explore(
            &packed,
            &Bounds { threads: 2, time_max: Some(Duration::from_secs(secs)), ..Bounds::default() },
            &|_| {},
        );
        println!(
            "{:40} {:>9} {:>9} d{:<3} rest {:<4} {:>7} ms {:?} {:.0}/s {:?}",
            path.rsplit('/').next().unwrap(),
            e.states,
            e.steps,
            e.depth,
            e.states_at_rest,
            e.took.as_millis(),
            e.stopped_by,
            e.states as f64 / e.took.as_secs_f64(),
            packed.sizes()
        );
        for f in e.findings.iter() {
            println!("   {} {} {:?} len {}", f.property, f.what, f.cycle_from, f.path.actions.len());
            if std::env::var("SHOW").is_ok() {
                let steps = windlass_model_check::engine::replay(&packed, &f.path).unwrap();
                for w in steps.windows(2) {
                    println!(
                        "      {}",
                        windlass_fixtures::run::action_line(&packed.action(&w[0].1, &w[1].0.unwrap()))
                    );
                }
            }
        }
    }
}
