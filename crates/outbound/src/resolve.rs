//! Names to addresses: an argument, so that tests can be a name server that says something else the second time.

use std::io;
use std::net::IpAddr;

use async_trait::async_trait;

/// Whoever knows which addresses a name has.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of a name. Asked once a call.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

#[async_trait]
impl Resolve for System {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect())
    }
}
