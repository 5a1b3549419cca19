//! Puts in place what the tests need and a bare machine does not have: PostgreSQL's server programs, schemathesis, a mail
//! server, a bucket server, an identity provider, a PKCS#11 token in software, and a browser with what drives it.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run;

pub(crate) fn prepare() -> Result<()> {
    postgres()?;
    softhsm()?;
    // what calls the API in every way its document allows, and many it does not
    from_pypi("schemathesis")?;
    // a mail server that does what a test tells it
    from_pypi("aiosmtpd")?;
    // a bucket server
    from_pypi("moto")?;
    // an identity provider, for signing in by its word
    from_pypi("oidc-provider-mock")?;
    // the console, as people see it
    browser()
}

fn postgres() -> Result<()> {
    if has_postgres() {
        println!("PostgreSQL is here");
        return Ok(());
    }
    if !found(Command::new("apt-get").arg("--version")) {
        bail!(
            "the tests need PostgreSQL's server programs (initdb, postgres): install them and put them on PATH"
        );
    }
    install("postgresql")?;
    if !has_postgres() {
        bail!("PostgreSQL was installed, but its programs were not found below /usr/lib/postgresql");
    }
    Ok(())
}

/// A PKCS#11 token in software, and the tool that makes one.
fn softhsm() -> Result<()> {
    let is_here = || found(Command::new("softhsm2-util").arg("--version"));
    if is_here() {
        println!("SoftHSM is here");
        return Ok(());
    }
    if !found(Command::new("apt-get").arg("--version")) {
        bail!("the tests need SoftHSM 2 (softhsm2-util and its module): install it");
    }
    install("softhsm2")?;
    if !is_here() {
        bail!("softhsm2 was installed, but softhsm2-util is not on PATH");
    }
    Ok(())
}

/// A browser, and what drives it and looks for faults in pages, in the versions of `e2e/package-lock.json`.
fn browser() -> Result<()> {
    for (program, package) in [("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm")] {
        let is_here = || found(Command::new(program).arg("--version"));
        if is_here() {
            println!("{program} is here");
            continue;
        }
        if !found(Command::new("apt-get").arg("--version")) {
            bail!("the tests need {program}: install it and put it on PATH");
        }
        install(package)?;
        if !is_here() {
            bail!("{package} was installed, but {program} is not on PATH");
        }
    }
    let (from, home) = (run::root().join("e2e"), run::root().join("target/tools/e2e"));
    let done = home.join("installed.json");
    let versions =
        std::fs::read(from.join("package-lock.json")).context("could not read e2e/package-lock.json")?;
    if std::fs::read(&done).is_ok_and(|installed| installed == versions) {
        println!("what drives the browser is here");
        return Ok(());
    }
    println!("installing what drives the browser");
    std::fs::create_dir_all(&home).context("could not make target/tools/e2e")?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(from.join(file), home.join(file))
            .with_context(|| format!("could not copy e2e/{file}"))?;
    }
    let mut npm = Command::new("npm");
    // nothing that comes along runs anything here
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&home);
    run::run(&mut npm)?;
    std::fs::write(&done, &versions).context("could not write down what was installed")
}

/// A tool from PyPI, in the versions of `xtask/<name>.txt`, in an environment of its own under `target/tools`.
fn from_pypi(name: &str) -> Result<()> {
    let home = run::root().join("target/tools").join(name);
    let (wanted, done) = (run::root().join(format!("xtask/{name}.txt")), home.join("installed.txt"));
    let versions = std::fs::read(&wanted).with_context(|| format!("could not read xtask/{name}.txt"))?;
    if std::fs::read(&done).is_ok_and(|installed| installed == versions) {
        println!("{name} is here");
        return Ok(());
    }
    println!("installing {name}");
    let venv = || {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&home);
        venv
    };
    if !found(&mut venv()) {
        install("python3-venv")?;
        run::run(&mut venv())?;
    }
    let mut pip = Command::new(home.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"])
        .arg(&wanted);
    run::run(&mut pip)?;
    std::fs::write(&done, &versions).context("could not write down what was installed")
}

fn install(package: &str) -> Result<()> {
    println!("installing {package}");
    run::run(&mut as_root("apt-get", &["update", "--quiet"])?)?;
    let install = ["install", "--yes", "--quiet", "--no-install-recommends", package];
    run::run(&mut as_root("apt-get", &install)?)
}

/// The same places that the test kit looks in.
fn has_postgres() -> bool {
    let whole = |dir: &Path| ["initdb", "postgres", "psql"].iter().all(|program| dir.join(program).is_file());
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let on_path = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).map(|dir| dir.join("initdb")).find(|file| file.is_file());
        found
            .and_then(|file| file.canonicalize().ok())
            .and_then(|file| file.parent().map(whole))
            .unwrap_or(false)
    };
    debian.map(|entry| entry.path().join("bin")).any(|dir| whole(&dir)) || on_path() || configured(whole)
}

fn configured(whole: impl Fn(&Path) -> bool) -> bool {
    let output = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output();
    output.is_ok_and(|output| whole(Path::new(String::from_utf8_lossy(&output.stdout).trim())))
}

fn as_root(program: &str, arguments: &[&str]) -> Result<Command> {
    let who = run::read(Command::new("id").arg("-u")).context("could not tell who runs this")?;
    let root = who.trim_ascii() == b"0";
    if !root && !found(Command::new("sudo").args(["-n", "true"])) {
        bail!(
            "the tests need more than is here: run `{program} {}` as root, then this again",
            arguments.join(" ")
        );
    }
    let mut command = Command::new(if root { "env" } else { "sudo" });
    // Asking nothing, and without starting the server that the package would set up.
    command.args(["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", program]).args(arguments);
    Ok(command)
}

fn found(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
