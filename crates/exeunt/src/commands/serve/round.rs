//! What a process of the service does until it is told to end, or until its sources change: then another round begins with the
//! sources as they are now, on the same addresses, while this one finishes what it has in hand.

use std::io;
use std::time::Duration;

use exeunt_app::House;
use exeunt_app::work::others::Others;
use exeunt_app::work::{Stop, Worker};
use exeunt_server::{Proxies, Service, Watch};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How often it is looked whether another process changed the sources.
const LOOK: Duration = Duration::from_secs(2);

/// Addresses that are listened at for as long as the process lives. Calls wait there while one round follows another.
pub(super) struct Addresses {
    /// For calls; none where this process only works.
    pub(super) calls: Option<std::net::TcpListener>,
    /// For whoever watches.
    pub(super) metrics: Option<std::net::TcpListener>,
}

/// What is the same in every round.
pub(super) struct Process {
    pub(super) addresses: Addresses,
    pub(super) watch: Watch,
    /// Who may say whose call it passes on.
    pub(super) proxies: Proxies,
    /// Tasks at a time; none where this process only answers.
    pub(super) places: Option<usize>,
}

/// One round.
pub(super) struct Round {
    stop: Stop,
    parts: JoinSet<io::Result<()>>,
}

impl Round {
    /// Begins to answer and to work. `owner` is what its worker is called in leases.
    pub(super) fn begin(process: &Process, house: House, owner: String) -> io::Result<Self> {
        let stop = Stop::default();
        let service = Service {
            house,
            stop: stop.clone(),
            watch: process.watch.clone(),
            proxies: process.proxies.clone(),
        };
        let mut parts = JoinSet::new();
        let doors = [
            (&process.addresses.calls, exeunt_server::router as fn(Service) -> _),
            (&process.addresses.metrics, exeunt_server::watching),
        ];
        for (listener, routes) in doors {
            if let Some(listener) = listener {
                let (listener, service) = (TcpListener::from_std(listener.try_clone()?)?, service.clone());
                parts.spawn(async move {
                    exeunt_server::serve(listener, &service, routes(service.clone())).await
                });
            }
        }
        if let Some(at_once) = process.places {
            let (house, stop) = (service.house, stop.clone());
            let worker = Worker { house, owner, at_once, stop, others: Others::default() };
            parts.spawn(async move {
                worker.run().await;
                Ok(())
            });
        }
        Ok(Self { stop, parts })
    }

    /// Waits until it is time for another round, and gives the house for it; none when everything is to end. `opened` is the
    /// house without the sources of the console, `changes` the number of their changes that this round knows.
    pub(super) async fn follow(
        &mut self,
        opened: &House,
        changes: &mut u64,
        stop: &Stop,
    ) -> io::Result<Option<House>> {
        loop {
            tokio::select! {
                () = stop.said() => return Ok(None),
                Some(ended) = self.parts.join_next() => {
                    return ended.unwrap_or_else(|broken| Err(io::Error::other(broken))).map(|()| None);
                }
                () = changed(opened, *changes) => {}
            }
            match opened.with_added_sources().await {
                Ok((house, now)) => {
                    *changes = now;
                    tracing::info!("sources changed: they are opened anew");
                    return Ok(Some(house));
                }
                Err(error) => {
                    tracing::warn!(error.code = error.code(), "could not open the sources anew: {error}");
                    *changes = opened.store.source_changes().await.unwrap_or(*changes);
                }
            }
        }
    }

    /// Tells it to end.
    pub(super) fn end(&self) {
        self.stop.now();
    }

    /// Waits until what was in hand is finished.
    pub(super) async fn finish(mut self) -> io::Result<()> {
        let mut served = Ok(());
        while let Some(ended) = self.parts.join_next().await {
            served = served.and(ended.unwrap_or(Ok(())));
        }
        served
    }
}

/// Waits until sources changed, here or in another process.
async fn changed(house: &House, known: u64) {
    loop {
        tokio::select! {
            () = house.sources_changed() => {}
            () = house.world.wait(LOOK) => {}
        }
        if house.store.source_changes().await.is_ok_and(|changes| changes != known) {
            return;
        }
    }
}
