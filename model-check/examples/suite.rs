use windlass_model_check::models::Suite;
use windlass_model_check::suite::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let suite: Suite = args[1].parse().unwrap();
    let options = Options {
        suite,
        mutants: args.len() > 2 && args[2] == "m",
        model: args.get(3).cloned(),
        states_max: 6_000_000,
        ..Options::default()
    };
    let checked = check(&options, &|_| {}).unwrap();
    for m in &checked.result.models {
        println!(
            "{:45} {:>9} {:>9} d{:<3} rest {:<5} {:>6} ms {:?} {:?}",
            m.name,
            m.states,
            m.steps,
            m.depth,
            m.states_at_rest,
            m.took.as_millis(),
            m.stopped_by,
            m.broken
        );
    }
    for m in &checked.result.mutants {
        println!(
            "{:35} {:?} {:?} {:?} {} {} ms",
            m.name,
            m.model,
            m.property,
            m.length,
            m.states,
            m.took.as_millis()
        );
    }
    for p in &checked.result.properties {
        let n: u64 = checked
            .result
            .models
            .iter()
            .flat_map(|m| &m.at_stake)
            .filter(|(id, _)| *id == p.id)
            .map(|x| x.1)
            .sum();
        print!("{}={} ", p.id, n);
    }
    println!();
    for r in &checked.result.rows {
        if r.models.is_empty() && r.excused.is_none() {
            println!("unreached {}: {}", r.table, r.row);
        }
    }
    println!("took {:?}", checked.result.took);
    for f in &checked.found {
        if f.mutant.is_none() {
            println!("{}", f.tale.text());
            std::fs::create_dir_all("/tmp/found").unwrap();
            std::fs::write(
                format!("/tmp/found/{}-{}.yaml", f.model, f.property),
                windlass_fixtures::scenario::write_scenario(f.tale.scenario()),
            )
            .unwrap();
        }
    }
}
