//! The map as a picture or as text again.

use exeunt_datamap::{DataMap, graph, render};

/// Pictures of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// SVG.
    Svg,
    /// Mermaid text.
    Mermaid,
}

/// Draws the map.
pub fn draw(map: &DataMap, picture: Picture) -> String {
    match picture {
        Picture::Svg => graph::svg::draw(map),
        Picture::Mermaid => graph::mermaid::draw(map),
    }
}

/// The map as YAML, in one spelling.
pub fn render(map: &DataMap) -> String {
    render::render(map)
}
