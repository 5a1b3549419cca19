//! Transport security against a server that speaks it. The certificates in `tls/` are for these tests alone and valid
//! for a century; the server's names `localhost` and nothing else.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use exeunt_base::FaultKind;
use exeunt_postgres::Tls;
use exeunt_source::Source;
use exeunt_source_postgres::{Postgres, Settings};

const AUTHORITY: &str = include_str!("tls/authority.pem");
const CERTIFICATE: &str = include_str!("tls/server.pem");
const KEY: &str = include_str!("tls/server.key");

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_believed_only_with_a_certificate_we_trust_for_its_name() {
    let server = exeunt_testkit::Postgres::start().unwrap();
    let data = server.dir().join("data");
    let owner = std::fs::metadata(&data).unwrap();
    for (file, text) in [("server.crt", CERTIFICATE), ("server.key", KEY)] {
        let path = data.join(file);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    let database = server.create_database().unwrap();
    database.run("ALTER SYSTEM SET ssl = on").unwrap();
    server.crash().unwrap();
    server.start_again().unwrap();
    let trusted = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(trusted.path(), AUTHORITY).unwrap();

    let connect = async |host: &str, tls: Tls, roots: bool| {
        let mut settings = Settings::from_url(&database.url().replace("127.0.0.1", host));
        settings.sslmode = Some(tls);
        settings.sslrootcert = roots.then(|| trusted.path().to_owned());
        Postgres::connect(&settings).await
    };
    for mode in [Tls::Require, Tls::VerifyCa, Tls::VerifyFull] {
        assert!(connect("localhost", mode, true).await.is_ok(), "{mode:?}");
        // Another name, and an authority nobody here has heard of.
        assert_eq!(connect("127.0.0.1", mode, true).await.err().unwrap().kind, FaultKind::Denied, "{mode:?}");
        assert_eq!(
            connect("localhost", mode, false).await.err().unwrap().kind,
            FaultKind::Denied,
            "{mode:?}"
        );
    }
    let insecure = connect("127.0.0.1", Tls::Insecure, false).await.unwrap();
    let advice = insecure.advise().await.unwrap();
    assert!(advice.iter().any(|line| line.contains("whoever answers is believed")), "{advice:?}");
    let used = "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
         WHERE a.application_name = 'exeunt' AND s.ssl";
    assert_eq!(database.ask(used).unwrap(), "1");
}
