//! The Users models of the map as it is now, with their tables as the live schemas name them.

use std::collections::BTreeMap;

use exeunt_base::{Name, TableRef};
use exeunt_engine::delta::Users;

use crate::error::Error;
use crate::maps::check::describe;
use crate::office::Office;

impl Office {
    /// Those whose source can be asked; without a map that can be read, none.
    pub(super) async fn users_of_the_map(&self) -> Result<Vec<Users>, Error> {
        let Ok(read) = self.map() else { return Ok(Vec::new()) };
        let mut schemas: BTreeMap<Name, Option<Name>> = BTreeMap::new();
        let mut users = Vec::new();
        for (model, about) in read.map.subjects() {
            let Some(source) = self.engine.sources.get(&model.source) else { continue };
            if !schemas.contains_key(&model.source) {
                let schema = describe(&model.source, source).await?.default_schema;
                schemas.insert(model.source.clone(), schema);
            }
            let usual = schemas.get(&model.source).cloned().flatten();
            let Some(schema) = about.table.schema.clone().or(usual) else { continue };
            let identities = about.subject.iter().flatten();
            users.push(Users {
                table: TableRef { schema, name: about.table.name.clone() },
                key: about.key.clone(),
                identities: identities.map(|(kind, column)| (kind.to_string(), column.clone())).collect(),
                model,
            });
        }
        Ok(users)
    }
}
