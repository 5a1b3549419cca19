//! Numbers for whoever watches the machine: no ids, nothing of anybody, and as many lines whatever happens.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use exeunt_app::watch::Measured;
use exeunt_app::watch::meters::{Left, Meters};

use crate::caller::bearer;
use crate::exposition::{CONTENT_TYPE, Exposition, Kind};
use crate::problem::Problem;
use crate::service::Service;
use crate::watch::{BOUNDS, Counted, Watch};

/// Numbers to watch, for Prometheus
///
/// Over all organizations, so no session and no API key is enough: it takes the token of `serve.metrics_token_file` or
/// `serve.metrics_token_env`. There is nothing here when `serve.metrics` is off, which it is unless the settings say otherwise.
#[utoipa::path(
    get, path = "/metrics", tag = "operations", security(("watch" = [])),
    responses((status = 200, description = "The text form of Prometheus", body = String, content_type = "text/plain"))
)]
pub(crate) async fn show_metrics(
    service: State<Service>,
    parts: Parts,
) -> Result<impl IntoResponse, Problem> {
    let watch = &service.watch;
    let Some(token) = &watch.token else { return Err(Problem::not_found()) };
    if !bearer(&parts).is_some_and(|shown| token.is(&shown)) {
        return Err(Problem::unknown_watcher());
    }
    let measured = service.house.measure().await?;
    let text = told(&measured, &service.house.meters, watch);
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, CONTENT_TYPE)];
    Ok((headers, text))
}

fn told(measured: &Measured, meters: &Meters, watch: &Watch) -> String {
    let mut text = Exposition::default();
    text.metric("exeunt_build_info", Kind::Gauge, "Which release this process is.");
    text.sample("exeunt_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    store(&mut text, measured);
    work(&mut text, meters);
    calls(&mut text, &watch.calls.now());
    for reading in watch.process.map(|process| process()).unwrap_or_default() {
        let kind = if reading.name.ends_with("_total") { Kind::Counter } else { Kind::Gauge };
        text.metric(reading.name, kind, reading.help);
        text.sample(reading.name, &[], reading.value);
    }
    text.finish()
}

/// What the control store holds, the same for every process that shares it.
fn store(text: &mut Exposition, measured: &Measured) {
    let Measured { at, organizations, gauges, checkpoint, witnesses, witnessed, kept } = measured;
    text.gauge("exeunt_organizations", "Organizations that this process knows.", *organizations as f64);
    let name = "exeunt_tasks";
    text.metric(name, Kind::Gauge, "Tasks that wait for a worker or are at work, over all processes.");
    for tasks in &gauges.tasks {
        text.sample(name, &[("kind", &tasks.kind), ("state", &tasks.state)], tasks.count as f64);
    }
    let name = "exeunt_task_oldest_age_seconds";
    text.metric(
        name,
        Kind::Gauge,
        "How long the oldest of them could have been begun; 0 when its time has not come.",
    );
    for tasks in &gauges.tasks {
        let age = at.as_micros().saturating_sub(tasks.oldest.as_micros()).max(0) as f64 / 1e6;
        text.sample(name, &[("kind", &tasks.kind), ("state", &tasks.state)], age);
    }
    for (name, help, counts) in [
        ("exeunt_requests", "Requests by state.", &gauges.requests),
        ("exeunt_jobs", "Jobs by state.", &gauges.jobs),
    ] {
        text.metric(name, Kind::Gauge, help);
        for (state, count) in counts {
            text.sample(name, &[("state", state)], *count as f64);
        }
    }
    text.gauge("exeunt_packages", "Packages that were not removed yet.", gauges.packages as f64);
    text.gauge(
        "exeunt_kept_rows_stuck",
        "Rows of parts that stay by law and of which some are not followed; the requests that left them say why.",
        gauges.kept_stuck as f64,
    );
    text.gauge("exeunt_log_entries", "Entries of all audit logs.", gauges.log_entries as f64);
    if let Some(kept) = checkpoint {
        text.gauge(
            "exeunt_checkpoint_kept_timestamp_seconds",
            "When the head of a log was last kept outside the store; of the organization where that is longest ago.",
            kept.as_micros() as f64 / 1e6,
        );
    }
    let name = "exeunt_kept_oldest_age_seconds";
    text.metric(
        name,
        Kind::Gauge,
        "How long the oldest item of a class has been kept; 0 where there is none.",
    );
    for (class, oldest, _) in kept {
        let age = oldest.map_or(0, |oldest| at.as_micros().saturating_sub(oldest.as_micros()).max(0));
        text.sample(name, &[("class", class)], age as f64 / 1e6);
    }
    let name = "exeunt_kept_too_long";
    text.metric(
        name,
        Kind::Gauge,
        "1 where the oldest item of a class has been kept for longer than it may.",
    );
    for (class, _, overdue) in kept {
        text.sample(name, &[("class", class)], f64::from(u8::from(*overdue)));
    }
    let name = "exeunt_witnesses";
    text.metric(name, Kind::Gauge, "Witnesses of all logs, by how they stood when they were asked last.");
    for (state, count) in witnesses {
        text.sample(name, &[("state", state)], *count as f64);
    }
    if let Some(at) = witnessed {
        text.gauge(
            "exeunt_witnessed_timestamp_seconds",
            "When a witness last signed the head of a log; of the witness where that is longest ago.",
            at.as_micros() as f64 / 1e6,
        );
    }
}

/// What this process does.
fn work(text: &mut Exposition, meters: &Meters) {
    text.gauge("exeunt_worker_places", "Tasks this process may work on at a time.", meters.places() as f64);
    text.gauge("exeunt_worker_places_busy", "Tasks it works on.", meters.busy() as f64);
    let name = "exeunt_tasks_left_total";
    text.metric(name, Kind::Counter, "Tasks that left this process, by how.");
    for how in Left::ALL {
        text.sample(name, &[("how", how.as_str())], meters.count(how) as f64);
    }
}

/// What it answered.
fn calls(text: &mut Exposition, counted: &Counted) {
    let name = "exeunt_calls_total";
    text.metric(name, Kind::Counter, "Calls this process answered.");
    for (((method, route), status), count) in &counted.answers {
        let labels = [("method", *method), ("route", route.as_str()), ("status", &status.to_string())];
        text.sample(name, &labels, *count as f64);
    }
    text.metric("exeunt_call_duration_seconds", Kind::Histogram, "How long it took until the answer began.");
    for ((method, route), times) in &counted.times {
        let called = [("method", *method), ("route", route.as_str())];
        let mut so_far = 0;
        for (place, count) in times.buckets.iter().enumerate() {
            so_far += count;
            let bound =
                BOUNDS.get(place).map_or_else(|| "+Inf".into(), |bound| (*bound as f64 / 1e6).to_string());
            let labels = [called[0], called[1], ("le", bound.as_str())];
            text.sample("exeunt_call_duration_seconds_bucket", &labels, so_far as f64);
        }
        text.sample("exeunt_call_duration_seconds_sum", &called, times.micros as f64 / 1e6);
        text.sample("exeunt_call_duration_seconds_count", &called, so_far as f64);
    }
}
