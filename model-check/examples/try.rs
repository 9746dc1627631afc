use stateright::{Checker, Model};
use std::time::Duration;
use windlass_fixtures::builders::{claim, volume};
use windlass_fixtures::scenario::Scenario;
use windlass_fixtures::world::{Budgets, Setting};
use windlass_model_check::bounded::Bounded;
use windlass_model_check::engine::{Bounds, explore};
use windlass_model_check::packed::Packed;
use windlass_model_check::plain::Plain;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let n: usize = args[1].parse().unwrap();
    let m: usize = args[2].parse().unwrap();
    let c: u8 = args[3].parse().unwrap();
    let b: Vec<u8> = args[4].split(',').map(|x| x.parse().unwrap()).collect();
    let backlog: u16 = args[5].parse().unwrap();
    let mut start = vec![];
    for i in 0..n {
        start.push(claim(["x", "y", "z"][i]).into());
    }
    for i in 0..m {
        start.push(volume(["a", "b", "c"][i]).into());
    }
    let scenario = Scenario { start, ..Scenario::default() };
    let budgets = Budgets {
        crashes: b[0],
        conflicts: b[1],
        losses: b[2],
        refusals: b[3],
        relists: b[4],
        sweeps: b[5],
        scheduler_crashes: 0,
    };
    let setting = Setting { orders_in_flight_max: 8, watch_backlog_max: backlog, ..Setting::default() };
    let bounded = Bounded::new(scenario, c, budgets, setting);
    if args.len() > 6 {
        let t = std::time::Instant::now();
        let plain = Plain(bounded.clone());
        let r = plain.checker().spawn_bfs().join();
        println!("plain {} in {:?}", r.unique_state_count(), t.elapsed());
    }
    for threads in [2] {
        let packed = Packed::new(bounded.clone());
        let e = explore(
            &packed,
            &Bounds { threads, time_max: Some(Duration::from_secs(100)), ..Bounds::default() },
            &|_| {},
        );
        println!(
            "{threads}: states {} steps {} depth {} rest {} bytes {} took {:?} {:?} rate {:.0}",
            e.states,
            e.steps,
            e.depth,
            e.states_at_rest,
            e.bytes,
            e.took,
            e.stopped_by,
            e.states as f64 / e.took.as_secs_f64()
        );
        println!("{:?}", packed.sizes());
        for f in e.findings.iter() {
            println!("{} {} {:?} len {}", f.property, f.what, f.cycle_from, f.path.actions.len());
            let steps = windlass_model_check::engine::replay(&packed, &f.path).unwrap();
            for w in steps.windows(2) {
                println!(
                    "   {}",
                    windlass_fixtures::run::action_line(&packed.action(&w[0].1, &w[1].0.unwrap()))
                );
            }
        }
    }
}
