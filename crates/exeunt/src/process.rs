//! What the system says of this process, under the names that Prometheus' own libraries use. Linux tells it in `/proc`;
//! elsewhere there is nothing to tell. And what became of its traces.

use std::fs;

use exeunt_server::Reading;

/// Ticks of a second in `/proc/self/stat`: the same on every Linux there is, whatever its kernel's own.
const TICKS: f64 = 100.0;

/// The readings.
pub(crate) fn readings() -> Vec<Reading> {
    let mut found = Vec::new();
    let mut put = |name, help, value: Option<f64>| {
        if let Some(value) = value {
            found.push(Reading { name, help, value });
        }
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bytes = |key: &str| number(&status, key).map(|kib| kib * 1024.0);
    put("process_resident_memory_bytes", "Memory in use.", bytes("VmRSS:"));
    put("process_virtual_memory_bytes", "Memory reserved.", bytes("VmSize:"));
    put("process_threads", "Threads.", number(&status, "Threads:"));
    let open = fs::read_dir("/proc/self/fd").ok().map(|entries| entries.count() as f64);
    put("process_open_fds", "Open files and sockets.", open);
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    put("process_max_fds", "Most of them.", most_files(&limits));
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    put("process_cpu_seconds_total", "Time spent computing.", cpu(&stat));
    found.extend(crate::traces::readings());
    found
}

fn number(status: &str, key: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

fn most_files(limits: &str) -> Option<f64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The 14th and 15th field; the second may hold anything, between brackets.
fn cpu(stat: &str) -> Option<f64> {
    let rest = stat.rsplit_once(')')?.1;
    let mut fields = rest.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS)
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_process_has_memory_files_and_time() {
        let readings = super::readings();
        let of = |name| readings.iter().find(|reading| reading.name == name).map(|reading| reading.value);
        assert!(of("process_resident_memory_bytes").is_some_and(|bytes| bytes > 100_000.0));
        assert!(of("process_open_fds") <= of("process_max_fds"));
        assert!(of("process_cpu_seconds_total").is_some());
        assert_eq!(super::cpu("1 (a) b) S 1 1 1 0 -1 4 1 0 0 0 250 50 0 0"), Some(3.0));
    }
}
