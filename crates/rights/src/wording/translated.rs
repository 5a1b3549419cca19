//! The same explanations in the other languages that people are written to. Each says what the English one says, in as many
//! paragraphs.

use crate::state::Right;
use crate::wording::{DELETION_OR_ANONYMIZATION, Explanation, explain};

/// Languages there is an explanation in, by their codes.
pub const LANGUAGES: [&str; 4] = ["en", "de", "fr", "es"];

/// What a right does, in a language by its code; in English where there is none in that.
pub fn explain_in(right: Right, language: &str) -> Explanation {
    match (language, right) {
        ("de", Right::Access) => Explanation {
            title: "Eine Kopie Ihrer Daten",
            paragraphs: &[
                "Wir suchen Ihre Daten in allen unseren Systemen. Sie bekommen eine Kopie von dem, was wir finden.",
                "Wir sagen Ihnen auch, warum wir sie haben, wem wir sie gegeben haben und wie lange wir sie behalten.",
                "Wo ein Eintrag auch andere Menschen betrifft, verdecken wir deren Teil und kennzeichnen die Stelle.",
            ],
        },
        ("de", Right::Portability) => Explanation {
            title: "Ihre Daten zum Mitnehmen",
            paragraphs: &[
                "Sie bekommen die Daten, die Sie uns gegeben haben, in einer Form, die andere Dienste lesen können.",
                "Was wir selbst über Sie erschlossen haben, ist nicht dabei. Bitten Sie um eine Kopie Ihrer Daten, um auch das zu sehen.",
            ],
        },
        ("de", Right::Erasure) => Explanation {
            title: "Ihre Daten löschen",
            paragraphs: &[
                "Wir entfernen Ihre Daten aus unseren Systemen. Niemand, der damit arbeitet, sieht sie danach noch.",
                "Für kurze Zeit können wir sie noch zurückholen, falls Sie es sich anders überlegen. Sie erfahren, bis wann.",
                "Danach vernichten wir sie für immer. Dann suchen wir noch einmal und sagen Ihnen erst, dass es getan ist, wenn wir nichts mehr finden.",
                "Manche Unterlagen müssen nach dem Gesetz bleiben, zum Beispiel Rechnungen. Wir behalten nicht mehr, als das Gesetz verlangt, und sagen Ihnen, was und bis wann.",
            ],
        },
        ("de", Right::Anonymization) => Explanation {
            title: "Sie aus den Einträgen entfernen",
            paragraphs: &[
                "Die Einträge bleiben, aber was zeigt, dass sie von Ihnen handeln, wird entfernt. Summen und Zahlen stimmen weiter.",
                "Wir prüfen das Ergebnis. Anonym nennen wir es erst, wenn niemand Sie darin finden kann und kein Weg zurück bleibt.",
                "Bis dahin gelten die Einträge weiter als Ihre, und Ihre Rechte bestehen fort.",
                "Wenn auch die Einträge weg sollen, bitten Sie uns, Ihre Daten zu löschen.",
            ],
        },
        ("fr", Right::Access) => Explanation {
            title: "Une copie de vos données",
            paragraphs: &[
                "Nous cherchons vos données dans tous nos systèmes. Vous recevez une copie de ce que nous trouvons.",
                "Nous vous disons aussi pourquoi nous les avons, à qui nous les avons données et combien de temps nous les gardons.",
                "Quand une fiche concerne aussi d’autres personnes, nous cachons leur partie et marquons l’endroit.",
            ],
        },
        ("fr", Right::Portability) => Explanation {
            title: "Vos données à emporter",
            paragraphs: &[
                "Vous recevez les données que vous nous avez données, sous une forme que d’autres services savent lire.",
                "Ce que nous avons déduit nous-mêmes n’y est pas. Demandez une copie de vos données pour le voir aussi.",
            ],
        },
        ("fr", Right::Erasure) => Explanation {
            title: "Supprimer vos données",
            paragraphs: &[
                "Nous retirons vos données de nos systèmes. Aussitôt, plus personne de ceux qui y travaillent ne les voit.",
                "Pendant un court délai, nous pouvons encore les faire revenir si vous changez d’avis. Vous saurez jusqu’à quand.",
                "Ensuite, nous les détruisons pour toujours. Puis nous cherchons encore, et ne vous disons que c’est fait que si nous ne trouvons plus rien.",
                "La loi oblige à garder certains papiers, comme les factures. Nous ne gardons que ce que la loi demande, et vous disons quoi et jusqu’à quand.",
            ],
        },
        ("fr", Right::Anonymization) => Explanation {
            title: "Vous retirer des fiches",
            paragraphs: &[
                "Les fiches restent, mais ce qui montre qu’il s’agit de vous est retiré. Les sommes et les comptes restent justes.",
                "Nous vérifions le résultat. Nous ne l’appelons anonyme que si personne ne peut vous y retrouver et qu’aucun retour n’est possible.",
                "Jusque-là, les fiches restent les vôtres et vos droits continuent.",
                "Si vous voulez que les fiches partent aussi, demandez-nous de supprimer vos données.",
            ],
        },
        ("es", Right::Access) => Explanation {
            title: "Una copia de sus datos",
            paragraphs: &[
                "Buscamos sus datos en todos nuestros sistemas. Usted recibe una copia de lo que encontramos.",
                "También le decimos por qué los tenemos, a quién se los dimos y cuánto tiempo los guardamos.",
                "Cuando un registro trata también de otras personas, tapamos su parte y marcamos el lugar.",
            ],
        },
        ("es", Right::Portability) => Explanation {
            title: "Sus datos para llevar",
            paragraphs: &[
                "Usted recibe los datos que nos dio, en una forma que otros servicios pueden leer.",
                "Lo que dedujimos nosotros no está en ese archivo. Pida una copia de sus datos para verlo también.",
            ],
        },
        ("es", Right::Erasure) => Explanation {
            title: "Borrar sus datos",
            paragraphs: &[
                "Quitamos sus datos de nuestros sistemas. Desde ese momento, nadie que trabaje con ellos puede verlos.",
                "Durante un tiempo corto aún podemos recuperarlos, por si cambia de idea. Le diremos hasta cuándo.",
                "Después los destruimos para siempre. Luego buscamos otra vez, y solo le decimos que está hecho cuando no encontramos nada.",
                "La ley obliga a guardar algunos papeles, como las facturas. No guardamos más de lo que la ley pide, y le decimos qué y hasta cuándo.",
            ],
        },
        ("es", Right::Anonymization) => Explanation {
            title: "Quitarle de los registros",
            paragraphs: &[
                "Los registros quedan, pero se quita lo que muestra que son de usted. Las sumas y las cuentas siguen bien.",
                "Probamos el resultado. Solo lo llamamos anónimo cuando nadie puede encontrarle en él y no queda camino de vuelta.",
                "Hasta entonces los registros siguen siendo suyos, y sus derechos continúan.",
                "Si quiere que los registros también desaparezcan, pídanos que borremos sus datos.",
            ],
        },
        _ => explain(right),
    }
}

/// The difference between the two ways to be forgotten, in a language by its code.
pub fn difference_in(language: &str) -> Explanation {
    match language {
        "de" => Explanation {
            title: "Löschen, oder mich aus den Einträgen entfernen?",
            paragraphs: &[
                "Löschen: Die Einträge über Sie verschwinden. Nichts über Sie bleibt, außer was wir nach dem Gesetz behalten müssen.",
                "Entfernen: Die Einträge bleiben, aber ohne Sie. Wir können sie noch zählen. Niemand erkennt, dass sie von Ihnen handelten.",
                "Beides kann für kurze Zeit zurückgenommen werden. Danach nicht mehr.",
                "Einen Namen zu verdecken oder durch ein Zeichen zu ersetzen reicht für beides nicht. Das nennen wir weder gelöscht noch anonym.",
            ],
        },
        "fr" => Explanation {
            title: "Supprimer, ou me retirer des fiches ?",
            paragraphs: &[
                "Supprimer : les fiches sur vous partent. Il ne reste rien sur vous, sauf ce que la loi nous oblige à garder.",
                "Me retirer : les fiches restent, mais sans vous. Nous pouvons encore les compter. Personne ne peut voir qu’elles parlaient de vous.",
                "Les deux peuvent être annulés pendant un court délai. Ensuite, plus du tout.",
                "Cacher un nom ou le remplacer par un code ne suffit ni pour l’un ni pour l’autre. Nous n’appelons cela ni supprimé ni anonyme.",
            ],
        },
        "es" => Explanation {
            title: "¿Borrar, o quitarme de los registros?",
            paragraphs: &[
                "Borrar: los registros sobre usted desaparecen. No queda nada de usted, salvo lo que la ley nos obliga a guardar.",
                "Quitarme: los registros quedan, pero sin usted. Aún podemos contarlos. Nadie puede ver que eran de usted.",
                "Las dos cosas pueden deshacerse durante un tiempo corto. Después, ninguna.",
                "Tapar un nombre o cambiarlo por un código no basta para ninguna. A eso no lo llamamos borrado ni anónimo.",
            ],
        },
        _ => DELETION_OR_ANONYMIZATION,
    }
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, difference_in, explain_in};
    use crate::state::Right;
    use crate::wording::{DELETION_OR_ANONYMIZATION, explain};

    #[test]
    fn every_language_says_all_that_english_says() {
        for language in LANGUAGES {
            for right in Right::ALL {
                let (said, english) = (explain_in(right, language), explain(right));
                assert_eq!(said.paragraphs.len(), english.paragraphs.len(), "{language} {right}");
                assert_eq!(said.title == english.title, language == "en", "{language} {right}");
            }
            let said = difference_in(language);
            assert_eq!(said.paragraphs.len(), DELETION_OR_ANONYMIZATION.paragraphs.len());
        }
    }
}
