//! `amazoff load run`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{RunArgs, dry, print};
use crate::compare::{Became, Comparison};
use crate::error::{BadScenario, Finding, LoadError};
use crate::report::{Report, SCHEMA, html::html, markdown::markdown, tables::text};
use crate::run::{RunOptions, hosts, prepare, run as run_scenario, stop_by_hand};
use crate::scenario::values::{Rate, Span};
use crate::scenario::{Scenario, Variable, check, read};

/// The exit code of a run that was ended at once by a second Ctrl-C: 128 and the signal's number, as shells have it.
const INTERRUPTED: u8 = 130;

/// Runs a scenario, or only looks at it.
pub(super) async fn run(args: RunArgs) -> Result<u8, LoadError> {
    let source = read::find(&args.scenario)?;
    let mut scenario = read::read(&source)?;
    apply(&mut scenario, &args)?;
    let faults = check::check(&scenario);
    if !faults.is_empty() {
        let finding = |fault: check::Fault| Finding { at: None, message: fault.message, hint: fault.hint };
        let findings = faults.into_iter().map(finding).collect();
        return Err(BadScenario { name: format!("{} with these options", args.scenario), findings }.into());
    }
    let rows = prepare::rows(&scenario, source.folder.as_deref())?;
    if args.dry_run {
        return print(&dry::told(&scenario, &rows)?);
    }
    if args.check {
        return print(&format!("{}: fine\n", args.scenario));
    }
    hosts::check(&scenario.target, &scenario, &args.allow_host)?;
    let baseline = args.baseline.as_deref().map(report_of).transpose()?;
    let options = RunOptions {
        allow_host: args.allow_host.clone(),
        agents: args.agent.clone(),
        processes: args.processes,
        program: None,
        allow_lost_agents: args.allow_lost_agents,
        run: run_id(args.run_id.as_deref())?,
        quiet: args.quiet,
        stop: CancellationToken::new(),
    };
    let at_once = CancellationToken::new();
    let _waiting = stop_by_hand(&options.stop, &at_once);
    let ran = tokio::select! {
        ran = run_scenario(&scenario, rows, &options) => ran?,
        () = at_once.cancelled() => return Ok(INTERRUPTED),
    };
    let mut report = Report::new(&scenario, options.run, &ran)?;
    if let Some(baseline) = baseline {
        against(&mut report, &baseline, args.fail_when_slower);
    }
    write(&report, &args)?;
    print(&text(&report))?;
    Ok(report.exit_code)
}

/// Compares with an earlier run; a step that became slower, or that was not compared, may fail this one.
fn against(report: &mut Report, baseline: &Report, fails: bool) {
    let comparison = Comparison::new(baseline, report);
    let slower = comparison.changes.iter().filter(|change| change.verdict == Became::Slower);
    let slower = slower.map(|change| {
        format!("{} of {} became slower by {:.1} %", change.figure, change.name, change.percent)
    });
    let reasons: Vec<_> = slower.chain(comparison.missing.iter().cloned()).collect();
    if fails && !reasons.is_empty() {
        report.reasons.extend(reasons);
        if report.exit_code == 0 {
            report.exit_code = 99;
        }
    }
    report.comparison = Some(comparison);
}

fn report_of(path: &Path) -> Result<Report, LoadError> {
    let unreadable = |why: String| LoadError::Unreadable { what: path.display().to_string(), why };
    let report: Report = serde_json::from_str(&read::text_of(path)?)
        .map_err(|error| unreadable(format!("it is no report: {error}")))?;
    if report.schema == SCHEMA {
        return Ok(report);
    }
    Err(unreadable(format!("it is a {}, not a {SCHEMA}; make the baseline anew", report.schema)))
}

fn write(report: &Report, args: &RunArgs) -> Result<(), LoadError> {
    let save = |path: &Path, text: String| {
        std::fs::write(path, text)
            .map_err(|error| LoadError::failed(format!("writing {}", path.display()), error))
    };
    if let Some(path) = &args.json {
        let text = serde_json::to_string(report);
        save(path, text.map_err(|error| LoadError::failed("writing the report", error))?)?;
    }
    if let Some(path) = &args.html {
        save(path, html(report))?;
    }
    if let Some(path) = &args.markdown {
        save(path, markdown(report))?;
    }
    Ok(())
}

fn run_id(text: Option<&str>) -> Result<u64, LoadError> {
    text.map_or_else(
        || Ok(rand::random()),
        |text| {
            u64::from_str_radix(text, 16).map_err(|_none| {
                LoadError::Refused(format!("`{text}` is no run: it has up to 16 hex digits"))
            })
        },
    )
}

/// What the command line says over the scenario.
fn apply(scenario: &mut Scenario, args: &RunArgs) -> Result<(), LoadError> {
    if let Some(target) = &args.target {
        scenario.target.clone_from(target);
    }
    if let Some(seed) = args.seed {
        scenario.seed = seed;
    }
    for set in &args.set {
        let Some((name, value)) = set.split_once('=') else {
            return Err(LoadError::Refused(format!("`{set}`: write name=value")));
        };
        let known: BTreeMap<_, _> = scenario.variables.clone();
        let Some(variable) = scenario.variables.get_mut(name) else {
            let names = known.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(LoadError::Refused(format!("there is no variable `{name}`; known are {names}")));
        };
        *variable = Variable::Text(value.to_owned());
    }
    scale(scenario, args.scale_time, args.scale_load)
}

fn scale(scenario: &mut Scenario, time: f64, load: f64) -> Result<(), LoadError> {
    for factor in [time, load] {
        if !(factor.is_finite() && factor > 0.0 && factor <= 1_000.0) {
            return Err(LoadError::Refused(format!(
                "{factor} is no factor: it is more than 0 and at most 1000"
            )));
        }
    }
    let stretched =
        |span: Span| Span(Duration::try_from_secs_f64(span.0.as_secs_f64() * time).unwrap_or(Duration::MAX));
    scenario.warm_up = stretched(scenario.warm_up);
    for threshold in &mut scenario.thresholds {
        threshold.delay = threshold.delay.map(stretched);
    }
    for executor in &mut scenario.executors {
        executor.start = stretched(executor.start);
        for stage in &mut executor.stages {
            stage.duration = stretched(stage.duration);
            stage.rate = stage.rate.map(|Rate(rate)| Rate(rate * load));
            stage.users = stage.users.map(|users| {
                let users = crate::numbers::whole((f64::from(users) * load).ceil());
                u32::try_from(users).unwrap_or(u32::MAX)
            });
        }
    }
    Ok(())
}
