//! The start page: `index.html`, whatever the formats.

use crate::formats::Setting;
use crate::formats::markup::{Rules, put_attribute, put_text};
use crate::formats::page::{self, Measure, count, put};
use crate::manifest::{Manifest, ModelEntry};
use crate::spec::Layer;

/// The start page: leads to everything in the package.
pub(crate) fn page(manifest: &Manifest, letters: &[String], setting: &Setting) -> Vec<u8> {
    let mut out = Vec::new();
    let over = format!("{} · {}", page::day(setting.made_at), manifest.package);
    page::put_head(&mut out, "Your data", &over, None, Measure::Letter);
    put(&mut out, "<p>Prepared for <bdi>");
    put_text(&mut out, setting.subject.expose(), Rules::Html);
    put(&mut out, "</bdi>. Begin with the answer; it says what is here and what is not.</p>\n");
    if !manifest.complete {
        put(&mut out, "<div class=\"note\"><p>This answer is not complete: ");
        put(&mut out, &count(manifest.failed.len() as u64, "system", "systems"));
        put(&mut out, " could not be read. The answer names them.</p></div>\n");
    }
    let answer = "What we found, and what is not shown";
    put_letters(&mut out, "1 · The answer", answer, letters, "1-answer");
    if manifest.is_empty() {
        put(&mut out, "<h2>2 · Your data</h2>\n<p>No records were found.</p>\n");
    }
    for (layer, heading) in
        [(Layer::Everyday, "2 · Your data"), (Layer::Technical, "Technical logs and identifiers")]
    {
        put_models(&mut out, heading, manifest.models.iter().filter(|model| model.layer == layer.as_str()));
    }
    let about = "Purposes, recipients, how long we keep it, your rights";
    put_letters(&mut out, "3 · About our processing", about, letters, "3-about-our-processing");
    put(
        &mut out,
        "<h2>For machines and auditors</h2>\n<p><a href=\"manifest.json\">manifest.json</a> lists every file with its digest, and counts what was hidden or escaped. The folder <i>schema</i> describes every field.</p>\n",
    );
    page::put_foot(&mut out, setting);
    out
}

fn put_letters(out: &mut Vec<u8>, heading: &str, content: &str, letters: &[String], stem: &str) {
    let mut files = letters.iter().filter(|path| path.split('.').next() == Some(stem)).peekable();
    if files.peek().is_none() {
        return;
    }
    put(out, "<h2>");
    put(out, heading);
    put(out, "</h2>\n<dl class=\"files\"><div><dt>");
    put(out, content);
    put(out, "</dt><dd class=\"count\"></dd><dd class=\"links\">");
    put_links(out, files.map(String::as_str));
    put(out, "</dd></div></dl>\n");
}

fn put_models<'a>(out: &mut Vec<u8>, heading: &str, models: impl Iterator<Item = &'a ModelEntry>) {
    let mut models = models.filter(|model| model.rows > 0).peekable();
    if models.peek().is_none() {
        return;
    }
    put(out, "<h2>");
    put(out, heading);
    put(out, "</h2>\n<dl class=\"files\">\n");
    for model in models {
        put(out, "<div><dt>");
        put_text(out, &model.title, Rules::Html);
        put(out, "</dt><dd class=\"count\">");
        put(out, &count(model.rows, "record", "records"));
        put(out, "</dd><dd class=\"links\">");
        put_links(out, model.files.iter().map(String::as_str));
        if model.erasure_due.is_some() {
            put(out, " <span class=\"mark\">erased, still recoverable</span>");
        }
        put(out, "</dd></div>\n");
    }
    put(out, "</dl>\n");
}

/// The most files of one kind that are linked one by one; the pages themselves lead on.
const MOST_LINKS: usize = 3;

fn put_links<'a>(out: &mut Vec<u8>, paths: impl Iterator<Item = &'a str>) {
    let paths: Vec<_> = paths.collect();
    for (ending, words) in
        [("html", "Read"), ("docx", "Word"), ("csv", "Spreadsheet (CSV)"), ("json", "JSON"), ("xml", "XML")]
    {
        let files: Vec<_> = paths.iter().filter(|path| path.rsplit('.').next() == Some(ending)).collect();
        for (number, path) in files.iter().take(MOST_LINKS).enumerate() {
            put(out, "<a href=\"");
            put_attribute(out, path, Rules::Html);
            put(out, "\">");
            put(out, words);
            if number > 0 {
                put(out, &format!(", part {}", number + 1));
            }
            put(out, "</a>");
        }
        if files.len() > MOST_LINKS {
            put(out, &format!(" <span class=\"soft\">and {} more</span> ", files.len() - MOST_LINKS));
        }
    }
}
