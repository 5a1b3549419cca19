//! A process whose unseal secret is not there waits for it, and says so to whoever asks (SEC-41). It is unsealed by putting the
//! secret where the settings say: a key file, a passphrase file or that of a PIN, on a disk in memory if it should not stay, or by
//! plugging in the token.

use std::net::SocketAddr;
use std::time::Duration;

use exeunt_app::work::Stop;
use exeunt_engine::World;
use std::net::TcpListener;

use crate::commands::serve::listener;
use crate::door::Door;
use crate::failure::Failure;
use crate::out;
use crate::settings::Settings;

/// How often it is looked for.
const LOOK: Duration = Duration::from_secs(1);

/// Why the home cannot be opened, when that is only because the secret is not there. A secret that does not fit is an error.
pub(super) fn why(door: &Door, settings: &Settings) -> Result<Option<String>, Failure> {
    // whoever is asked at the terminal is asked once, and there is nothing to wait for
    if settings.unseal.passphrase_prompt {
        return Ok(None);
    }
    let failure = match door.keeper(settings) {
        Ok(_) => return Ok(None),
        Err(failure) => failure,
    };
    let missing = match &failure {
        Failure::Passphrase(_) => true,
        Failure::File { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        // the salt of a passphrase is no secret: without it there is nothing to wait for
        Failure::App(exeunt_app::Error::Vault(exeunt_vault::Error::Missing { what })) => {
            what.starts_with("key file")
        }
        // one that refuses us is asked once: each wrong PIN brings it nearer to being locked
        Failure::App(exeunt_app::Error::Vault(exeunt_vault::Error::TokenGone { .. })) => true,
        _ => false,
    };
    if missing { Ok(Some(failure.to_string())) } else { Err(failure) }
}

/// Waits until the secret is there, or somebody ends the process; gives back where calls are answered then.
pub(super) async fn wait(
    door: &Door,
    settings: &Settings,
    listen: Option<SocketAddr>,
    stop: &Stop,
    why: &str,
) -> Result<Option<SocketAddr>, Failure> {
    let calls = listener(listen)?;
    let at = calls.as_ref().map(TcpListener::local_addr).transpose()?;
    let watched = settings.serve.as_ref().and_then(|serve| serve.metrics_listen);
    let watched = listener(watched)?;
    tracing::warn!("sealed: {why}");
    match at {
        Some(at) => out::text(&format!("sealed at http://{at}: {why}"))?,
        None => out::text(&format!("sealed: {why}"))?,
    }
    let unsealed = Stop::default();
    let mut listeners = Vec::new();
    for listener in [calls, watched].into_iter().flatten() {
        let refused =
            |source| Failure::File { doing: "listen at", path: String::from("its address"), source };
        listeners.push(tokio::net::TcpListener::from_std(listener).map_err(refused)?);
    }
    let answering = listeners.into_iter().map(|listener| {
        let (unsealed, world) = (unsealed.clone(), door.world.clone());
        tokio::spawn(async move {
            exeunt_server::serve_until(listener, &unsealed, world, exeunt_server::sealed()).await
        })
    });
    let answering: Vec<_> = answering.collect();
    while !stop.is_said() && self::why(door, settings)?.is_some() {
        tokio::select! {
            () = stop.said() => {}
            () = door.world.wait(LOOK) => {}
        }
    }
    unsealed.now();
    for answering in answering {
        // whoever still listens would keep the address
        let _ = answering.await;
    }
    tracing::info!("no longer sealed");
    Ok(at)
}
