//! The text that Prometheus reads: its exposition format, version 0.0.4. Names and label names are ours and plain; values
//! of labels are escaped.

use std::fmt::Write as _;

/// What Prometheus calls the form.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A text in the making.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    text: String,
}

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Only grows, until the process ends.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counted into buckets.
    Histogram,
}

/// Name and value of each label.
pub(crate) type Labels<'a> = &'a [(&'a str, &'a str)];

impl Exposition {
    /// Begins a metric: all its samples follow.
    pub(crate) fn metric(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.put(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    /// A sample of the metric that was begun.
    pub(crate) fn sample(&mut self, name: &str, labels: Labels<'_>, value: f64) {
        self.put(format_args!("{name}"));
        for (place, (label, value)) in labels.iter().enumerate() {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            self.put(format_args!("{}{label}=\"{value}\"", if place == 0 { '{' } else { ',' }));
        }
        self.put(format_args!("{} {value}\n", if labels.is_empty() { "" } else { "}" }));
    }

    /// A gauge with one sample.
    pub(crate) fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.metric(name, Kind::Gauge, help);
        self.sample(name, &[], value);
    }

    /// The whole text.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn put(&mut self, words: std::fmt::Arguments<'_>) {
        self.text.write_fmt(words).expect("a text takes whatever is written");
    }
}

#[cfg(test)]
mod tests {
    use super::{Exposition, Kind};

    #[test]
    fn what_stands_in_labels_ends_no_line_and_no_label() {
        let mut text = Exposition::default();
        text.metric("a_total", Kind::Counter, "two\nlines");
        text.sample("a_total", &[("x", "say \"hi\"\\\n"), ("y", "é")], 3.0);
        text.gauge("b", "bare", 0.5);
        assert_eq!(
            text.finish(),
            "# HELP a_total two\\nlines\n# TYPE a_total counter\na_total{x=\"say \\\"hi\\\"\\\\\\n\",y=\"é\"} 3\n\
             # HELP b bare\n# TYPE b gauge\nb 0.5\n"
        );
    }
}
