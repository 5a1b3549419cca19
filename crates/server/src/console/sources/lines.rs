//! The lines that go into the settings for another database. No password is in them: the settings name a file or a variable that
//! holds it.

use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_base::Name;

use crate::console::form::Sent;
use crate::console::frame::page;
use crate::console::sources::asked::Asked;
use crate::console::sources::list;
use crate::console::trouble::Trouble;

/// What goes into the settings.
pub(crate) struct Block {
    pub(crate) text: String,
    pub(crate) name: String,
}

/// Writes the lines.
pub(crate) async fn write(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::CheckSources)?;
    let asked = Asked::of(&fields);
    let known: Vec<String> = by.office.engine.sources.keys().map(ToString::to_string).collect();
    match lines(&asked, &known) {
        Ok(block) => Ok(page(StatusCode::OK, &list::of(&by, asked, Some(block), None).await?)),
        Err(why) => {
            let again = list::of(&by, asked, None, Some(why.to_owned())).await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
    }
}

fn lines(asked: &Asked, known: &[String]) -> Result<Block, &'static str> {
    if Name::new(&asked.name).is_err()
        || asked.name.chars().any(|c| !(c.is_alphanumeric() || "_-".contains(c)))
    {
        return Err("Give the source a name of letters, digits, - and _: the map calls it by that.");
    }
    if known.contains(&asked.name) {
        return Err("A source of this name is connected already; choose another name.");
    }
    let mut pairs: Vec<(&str, String)> = Vec::new();
    let mut put = |key, value: &str| {
        if !value.is_empty() {
            pairs.push((key, serde_json::Value::from(value).to_string()));
        }
    };
    match asked.kind.as_str() {
        "sqlite" => {
            if asked.path.is_empty() {
                return Err("Say where the database file is, on the machine that Exeunt runs on.");
            }
            put("path", &asked.path);
        }
        "postgres" => {
            if asked.host.is_empty() || asked.database.is_empty() || asked.user.is_empty() {
                return Err("A PostgreSQL source needs its host, its database and the role to log in as.");
            }
            if !asked.port.is_empty() && asked.port.parse::<u16>().is_err() {
                return Err("The port is a number from 1 to 65535, or nothing for 5432.");
            }
            put("host", &asked.host);
            put("database", &asked.database);
            put("user", &asked.user);
            put("password_file", &asked.password_file);
            if !asked.port.is_empty() {
                pairs.push(("port", asked.port.clone()));
            }
        }
        _ => return Err("Choose which kind of database it is."),
    }
    let pairs = pairs.iter().map(|(key, value)| format!("    {key}: {value}\n")).collect::<String>();
    let text = format!("sources:\n  {}:\n    kind: {}\n{pairs}", asked.name, asked.kind);
    Ok(Block { text, name: asked.name.clone() })
}

#[cfg(test)]
mod tests {
    use super::lines;
    use crate::console::sources::asked::Asked;

    #[test]
    fn the_lines_are_yaml_whatever_is_typed() {
        let asked = Asked {
            name: String::from("shop"),
            kind: String::from("sqlite"),
            path: String::from("/srv/a \"b\": c.db"),
            ..Asked::default()
        };
        let block = lines(&asked, &[]).map(|block| block.text);
        assert_eq!(
            block.unwrap_or_default(),
            "sources:\n  shop:\n    kind: sqlite\n    path: \"/srv/a \\\"b\\\": c.db\"\n"
        );
        assert!(lines(&asked, &[String::from("shop")]).is_err());
        assert!(lines(&Asked { name: String::from("a: b"), ..asked }, &[]).is_err());
    }
}
